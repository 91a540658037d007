"""Whatever lists the options lists all of them, and means what the command takes."""

import re
import subprocess

import pytest

from support.command import Exit, binary, run_xget

OPTION_OF_HELP = re.compile(r"^  (?:(-\w), |    )(--[\w-]+)(?: (\S+))?", re.MULTILINE)
HELP = subprocess.run([binary(), "--help"], capture_output=True, text=True, check=True).stdout
OPTIONS = OPTION_OF_HELP.findall(HELP)
FIXED_WORDS = [(name, word) for _, name, value in OPTIONS for word in value.split("|")
               if re.fullmatch("[a-z-]+", word)]

# Where each document is, and how it writes an option down.
DOCUMENTS = {
    "bash": ("share/bash-completion/completions/xget", lambda option: f" {option}(?= |$)"),
    "zsh": ("share/zsh/site-functions/_xget", lambda option: rf"'(?:\*|\([^)]+\)){option}[+=]?\["),
    "fish": ("share/fish/vendor_completions.d/xget.fish",
             lambda option: f" -l {option[2:]} " if option.startswith("--")
             else f" -s {option[1:]} "),
    "manual": ("share/man/man1/xget.1", lambda option: rf"\\fB{option}\\fR"),
}


def missing_in(document, text):
    """The spellings of options that `text` does not have."""
    pattern = DOCUMENTS[document][1]
    spellings = [each for letter, name, _ in OPTIONS for each in (letter, name) if each]
    return [each for each in spellings if not re.search(pattern(each), text, re.MULTILINE)]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_option_of_the_help_stands_in(document, installed):
    assert len(OPTIONS) > 50
    assert missing_in(document, (installed / DOCUMENTS[document][0]).read_text()) == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_an_option_that_is_left_out_is_noticed_in(document, installed):
    text = (installed / DOCUMENTS[document][0]).read_text()
    without = "\n".join(line for line in text.splitlines() if "netrc-file" not in line)
    assert missing_in(document, without) == ["--netrc-file"]


@pytest.mark.parametrize("option, word", FIXED_WORDS)
def test_a_word_that_the_help_names_is_taken(option, word, folder):
    run = run_xget([option, word], folder).expect(Exit.USAGE)
    assert option not in run.err, "it is refused for something else: there is no URL"


def manual_of(installed, *options):
    """What `man` says. It looks beside a folder that is in the PATH, as installed/bin is."""
    return subprocess.run(["man", *options, "xget"], capture_output=True, text=True, check=True,
                          env={"PATH": f"{installed}/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"})


def test_man_finds_the_manual_and_can_set_it(installed):
    assert manual_of(installed, "-w").stdout.strip() == f"{installed}/share/man/man1/xget.1"
    page = manual_of(installed, "--warnings")
    assert page.stderr == ""
    for heading in ("SYNOPSIS", "EXAMPLES", "EXIT STATUS", "FILES", "ENVIRONMENT", "SIGNALS"):
        assert f"\n{heading}\n" in page.stdout


def test_every_exit_code_of_the_help_stands_in_the_manual(installed):
    codes = re.findall(r"^ +(\d+)  ", HELP[HELP.index("Exit codes"):], re.MULTILINE)
    assert len(codes) > 9
    page = manual_of(installed).stdout
    section = page[page.index("\nEXIT STATUS\n"):page.index("\nFILES\n")]
    assert re.findall(r"^ +(\d+)$", section, re.MULTILINE) == codes


def test_every_verb_and_its_options_stand_in_the_manual(installed):
    verbs = re.findall(r"^  (\w+)", HELP[HELP.index("\nVerbs"):HELP.index("\nExit codes")],
                       re.MULTILINE)
    assert "status" in verbs and "config" in verbs
    page = manual_of(installed).stdout
    section = page[page.index("\nVERBS\n"):page.index("\nOPTIONS\n")]
    for verb in verbs:
        begin = section.index(f"xget {verb}")
        help_of_verb = run_xget([verb, "--help"], installed).expect(Exit.SUCCESS).out.decode()
        for option in re.findall(r"^  (--[\w-]+)", help_of_verb, re.MULTILINE):
            assert option in section[begin:], f"{verb} {option}"
