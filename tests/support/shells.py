"""Real shells at a terminal of their own, as somebody sits at one: keys in, the screen out."""

import os
import re

import pexpect

PROMPT = "READY> "
KILL_LINE = "\x15"
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07]*\x07|[()][A-Z0-9]|[=>])|[\x00\x0e\x0f]")

# What makes each one quiet: no user's files, a known prompt, and a command xget that prints each of
# its arguments in brackets, so that the shell itself says what it would have run.
START = {
    "bash": (["--norc", "--noprofile", "-i"], r"""
        bind 'set show-all-if-ambiguous on'; bind 'set bell-style none'
        bind 'set enable-bracketed-paste off'; bind 'set page-completions off'
        source /usr/share/bash-completion/bash_completion
        xget() { printf '<%s>' "$@"; echo; }; PS1='READY''> '
        """),
    "zsh": (["-f", "-i"], r"""
        fpath=(INSTALLED/share/zsh/site-functions $fpath); LISTMAX=1000; unsetopt prompt_sp beep
        autoload -U compinit; compinit -D -u
        xget() { printf '<%s>' "$@"; echo; }; PS1='READY''> '
        """),
    "fish": (["-i"], r"""
        set -g fish_greeting; set -g fish_autosuggestion_enabled 0
        function xget; printf '<%s>' $argv; echo; end; function fish_prompt; echo -n 'READY''> '; end
        """),
}


class Shell:
    """One of START in `folder`, which has an empty `home`, with what xget installs below
    `installed`. A context manager."""

    def __init__(self, name, installed, folder, home):
        arguments, setup = START[name]
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "xterm",
                       "LC_ALL": "C.UTF-8", "HISTFILE": "/dev/null",
                       "XDG_DATA_DIRS": f"{installed}/share:/usr/share"}
        # Without this fish begins to read all the manual's pages.
        (home / ".local/share/fish/generated_completions").mkdir(parents=True, exist_ok=True)
        self._child = pexpect.spawn(name, arguments, cwd=str(folder), env=environment,
                                    encoding="utf-8", timeout=30, dimensions=(80, 150))
        self._child.delaybeforesend = None
        commands = [line.strip() for line in setup.strip().splitlines()]
        self._child.send("; ".join(commands).replace("INSTALLED", str(installed)) + "\n")
        self._child.expect_exact(PROMPT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._child.close(force=True)

    def runs(self, keys):
        """The arguments that xget gets when `keys` are typed, with TAB among them, and Enter."""
        self._child.send(keys + "\n")
        self._child.expect(r"((?:<[^>\r\n]*>)+)\r?\n")
        words = self._child.match.group(1)
        self._child.expect_exact(PROMPT)
        return re.findall(r"<([^>]*)>", words)

    def lists(self, keys, last):
        """What stands on the screen once `keys` and TAB were typed and `last` has appeared."""
        self._child.send(keys + "\t")
        self._child.expect_exact(last)
        screen = self._child.before + last
        self._child.send(KILL_LINE + "echo THAT''S ALL\n")
        self._child.expect_exact("THATS ALL")
        screen += self._child.before
        self._child.expect_exact(PROMPT)
        return ESCAPES.sub("", screen)
