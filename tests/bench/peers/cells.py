"""One cell of the matrix: one tool meets one row of misbehaviour, fresh or with a part of the file.

For the second kind the tool itself makes the part: it downloads from the same URL while the server
is honest, which then stalls, and the tool is interrupted as by Ctrl-C. So its own state files
are there. Only then do the row's twists begin.
"""

import contextlib
import dataclasses
import enum
import os
import pathlib
import signal
import subprocess
import tempfile
import time

from peers.tools import Request, Tool
from support.answers import Resource
from support.certificates import Certificates
from support.content import first_difference
from support.hostile_server import Exchange, HostileServer
from support.rows import Row
from support.twists import Gate, rate

MIB = 1 << 20
KEPT_BYTES = 5 * MIB // 2       # what the first half gets, of the rows' 6 MiB
RATE = 24 * MIB                 # of each response, so that more than one connection comes to work
INTERRUPT_S = 8                 # what is running still after an interrupt is killed
BLOCK = 4096
MOST_BYTES = 64 * MIB           # that are looked at: a tool may believe in a size of 2^64


class Verdict(enum.Enum):
    RIGHT = "right"             # exit 0, and the file is one whole version
    ERROR = "error"             # any other exit
    WRONG = "wrong"             # exit 0, and the file is anything else, or missing
    HANGS = "hangs"             # no exit within the bound


@dataclasses.dataclass(frozen=True)
class Cell:
    tool: Tool
    row: Row
    resumed: bool


@dataclasses.dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    exit_code: int | None       # None: it was ended from outside; negative: a signal
    seconds: float
    held_bytes: int             # of one version, on the disk before the run
    kept_bytes: int             # the same after a run that did not succeed
    detail: str                 # how the file differs, or what the tool said last


class Stage:
    """A server, a page and the folders of one cell, for as long as the `with` block lasts."""

    def __init__(self, cell: Cell, certificates: Certificates):
        self._cell = cell
        self._armed = False
        self._served: set[Resource] = set()
        self._certificates = certificates if cell.row.tls else None
        self._stack = contextlib.ExitStack()

    def __enter__(self):
        folder = pathlib.Path(self._stack.enter_context(
            tempfile.TemporaryDirectory(prefix="xget-matrix-")))
        self._home, self.work = folder / "home", folder / "work"
        self._home.mkdir()
        self.work.mkdir()
        for name, text in self._cell.tool.dot_files.items():
            (self._home / name).write_text(text)
        self.server = self._stack.enter_context(HostileServer(self._certificates, self._on_accept))
        self.page = self.server.serve("/file", self._cell.row.resource, rate(RATE))
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _on_accept(self, number: int, open_now: int) -> str | None:
        on_accept = self._cell.row.on_accept
        return on_accept(number, open_now) if self._armed and on_accept else None

    def _note_version(self, exchange: Exchange):
        self._served.add(exchange.resource)

    def arm(self):
        """From here on the row's twists apply, and requests and connections count from 1."""
        self.server.drop_connections()
        deadline = time.monotonic() + 10
        while self.server.open_connections and time.monotonic() < deadline:
            time.sleep(0.01)
        self.server.accepted = 0
        self.page.behave(*self._cell.row.twists, rate(RATE), self._note_version)
        self.page.forget_log()
        self._armed = True

    def right_versions(self) -> list[bytes]:
        """What exit 0 may leave: a version that the server gave and that the row allows."""
        return [resource.data for resource in self._versions()
                if resource.version in self._cell.row.versions]

    def held_bytes(self) -> int:
        """How many bytes on the disk stand where one version has them, the best one's."""
        return max(count_equal(self.work / name, resource.data)
                   for name in ("file", *self._cell.tool.partial_names)
                   for resource in self._versions())

    def _versions(self) -> set[Resource]:
        return {self._cell.row.resource, *self._served}

    @contextlib.contextmanager
    def running(self, resumed: bool):
        """The tool as a child process, in a session of its own, ended at the block's end."""
        tool = self._cell.tool
        ca = str(self._certificates.ca) if self._certificates else None
        environment = {"PATH": os.environ["PATH"], "HOME": str(self._home), "LC_ALL": "C.UTF-8"}
        with open(self._home / "log", "wb") as log:
            child = subprocess.Popen(
                [tool.program, *tool.arguments(Request(self.page.url, ca, resumed))],
                cwd=self.work, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True)
        try:
            yield child
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def last_words(self) -> str:
        lines = (self._home / "log").read_text("utf-8", "replace").strip().splitlines()
        return lines[-1][-200:] if lines else ""


def run_cell(cell: Cell, certificates: Certificates, bound_s: float) -> Outcome:
    with Stage(cell, certificates) as stage:
        if cell.resumed:
            _leave_a_part(cell.tool, stage)
        stage.arm()
        held = stage.held_bytes()
        started = time.monotonic()
        with stage.running(cell.resumed) as child:
            try:
                code = child.wait(bound_s)
            except subprocess.TimeoutExpired:
                code = None
        seconds = time.monotonic() - started
        verdict, detail = _judge(code, stage)
        kept = 0 if verdict in (Verdict.RIGHT, Verdict.WRONG) else stage.held_bytes()
        return Outcome(verdict, code, round(seconds, 1), held, kept, detail)


def _leave_a_part(tool: Tool, stage: Stage):
    gate = Gate(KEPT_BYTES)
    stage.page.behave(*stage.page.twists, gate)
    with stage.running(resumed=False) as child:
        if not gate.reached.wait(30):
            raise RuntimeError(f"{tool.name} did not begin: {stage.last_words()}")
        time.sleep(tool.before_interrupt_s)
        child.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(INTERRUPT_S)


def _judge(code: int | None, stage: Stage) -> tuple[Verdict, str]:
    if code is None:
        return Verdict.HANGS, stage.last_words()
    if code != 0:
        return Verdict.ERROR, stage.last_words()
    path = stage.work / "file"
    if not path.exists():
        return Verdict.WRONG, "no file"
    data = read_start(path)
    differences = [first_difference(data, version) for version in stage.right_versions()]
    if any(data == version for version in stage.right_versions()):
        return Verdict.RIGHT, ""
    return Verdict.WRONG, " or ".join(differences)


def read_start(path: pathlib.Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(MOST_BYTES)


def count_equal(path: pathlib.Path, version: bytes) -> int:
    """Counts whole blocks and the last one, as far as it goes."""
    if not path.exists():
        return 0
    data = read_start(path)
    spans = ((data[begin:begin + BLOCK], version[begin:begin + BLOCK])
             for begin in range(0, min(len(data), len(version)), BLOCK))
    return sum(len(have) for have, want in spans if want.startswith(have))
