"""The command on a terminal: a bare one, of which every byte is kept, and tmux, whose screen is."""

import contextlib
import fcntl
import os
import pathlib
import shlex
import shutil
import struct
import subprocess
import tempfile
import termios
import threading
import unicodedata

from support.command import SLOW, Child, Run, binary, environment, wait_until


def width_of(text: str) -> int:
    """The columns that a terminal gives it."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in text)


class TerminalChild(Child):
    """A command whose standard error is a terminal. `shown()` is what was written to it."""

    def __init__(self, arguments, cwd, columns=80, lines=24, env=None, wrapper=()):
        self._master, terminal = os.openpty()
        self.resize(columns, lines)
        self._shown = b""
        super().__init__(arguments, cwd, env={"TERM": "xterm-256color"} | (env or {}),
                         wrapper=wrapper, preexec=lambda: os.dup2(terminal, 2))
        os.close(terminal)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        with contextlib.suppress(OSError):  # EIO: the command has ended
            while data := os.read(self._master, 4096):
                self._shown += data

    def resize(self, columns: int, lines: int):
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def shown(self) -> str:
        return self._shown.decode("utf-8", "replace")

    def __exit__(self, *_):
        super().__exit__()
        self._reader.join(10 * SLOW)
        os.close(self._master)

    def wait(self, timeout: float = 60) -> Run:
        run = super().wait(timeout)
        self._reader.join(10 * SLOW)
        run.err = self.shown()
        return run


class Screen:
    """A tmux of its own with one window, in which the command runs; it stays once that has ended.
    The command begins at the bottom, as on a terminal that has been in use for a while."""

    def __init__(self, arguments, cwd, columns=80, lines=24, env=None):
        self._scratch = pathlib.Path(tempfile.mkdtemp(prefix="xget-tmux-"))
        config = self._scratch / "tmux.conf"
        config.write_text("set -g remain-on-exit on\nset -g remain-on-exit-format ''\n"
                          "set -g status off\nset -g default-shell /bin/sh\n")
        # Nothing of the tmux that the tests may run in themselves.
        self._environment = environment(str(self._scratch)) | {"TERM": "xterm-256color"}
        variables = [word for name, value in (env or {}).items() for word in ("-e", f"{name}={value}")]
        # tmux itself does not always come to know how a command ended.
        self._status = self._scratch / "status"
        command = (f"yes '' | head -n 50; trap : INT; {shlex.join([binary(), *map(str, arguments)])}; echo $? >status.new; "
                   "mv status.new status").replace("status", str(self._status))
        self.tmux("-f", config, "new-session", "-d", "-x", columns, "-y", lines, *variables,
                  "-c", cwd, command)

    def tmux(self, *words) -> str:
        done = subprocess.run(["tmux", "-S", self._scratch / "socket", *map(str, words)],
                              env=self._environment, capture_output=True, text=True,
                              timeout=30 * SLOW, check=False)
        assert done.returncode == 0, done
        return done.stdout

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(AssertionError):
            self.tmux("kill-server")
        shutil.rmtree(self._scratch, ignore_errors=True)

    def lines(self, *options) -> list[str]:
        """What the screen shows, without the empty lines around it."""
        return self.tmux("capture-pane", "-p", *options).strip("\n").split("\n")

    def text(self) -> str:
        """The same with what has scrolled away, and with wrapped lines as one."""
        return self.tmux("capture-pane", "-p", "-J", "-S", "-").strip()

    def value(self, name: str) -> str:
        return self.tmux("display-message", "-p", f"#{{{name}}}").strip()

    def resize(self, columns: int, lines: int):
        self.tmux("resize-window", "-x", columns, "-y", lines)

    def press(self, key: str):
        self.tmux("send-keys", key)

    def wait_until(self, condition, what: str, timeout: float = 15):
        """Until `condition` holds of the screen's lines."""
        try:
            wait_until(lambda: condition(self.lines()), what, timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(self.lines())) from None

    def wait_for_end(self, code: int):
        self.wait_until(lambda _: self._status.exists(), "the command ends", 30)
        status = self._status.read_text().strip()
        assert status == str(code), f"exit {status}\n{self.text()}"
