"""Moments of a download at which a test may end it, seen from outside: by the server's log, the
files and the system calls that the command's threads are in.

A run is meant to end in a stage that is drawn by lot (Lot); where it did end is told afterwards,
since a stage may be over before it is seen.
"""

import contextlib
import pathlib
import platform
import random
import time

from support import twists as t
from support.command import Child
from support.downloads import KIB, MIB, claimed_ranges, sidecar
from support.hostile_server import Page

# In the order in which a download goes through them.
STAGES = ["start", "probe", "plan", "transfer", "checkpoint", "verify", "finish", "ended"]

PACE = 24 * MIB             # bytes a second, over all connections
CONNECTIONS = 4
INTERVAL_BYTES = MIB
CHECKPOINTS = ["--checkpoint-interval", "100ms,1MiB"]
# For each connection: what libcurl reads at once (256 KiB), the 512 KiB that are coalesced before
# they are written, and the two sockets (the server's 64 KiB asked, doubled by the kernel). Besides,
# what is on its way to the disk past the page cache: no more is handed over from 2 MiB on, and a
# full buffer may have gone last.
IN_FLIGHT = CONNECTIONS * (256 + 512 + 640) * KIB + (2048 + 512) * KIB

_LATE_ANSWER = 0.03         # seconds: without it there would hardly be a probe
_LOOK_EVERY = 0.001
# How long a run goes on after its stage was seen, at most: seconds.
_LINGER = {"start": 0.05, "probe": _LATE_ANSWER, "plan": 0.004, "transfer": 0.05,
           "checkpoint": 0.001, "verify": 0.01, "finish": 0.004}
_SYNC_CALLS = {"x86_64": {"74", "75"}, "aarch64": {"82", "83"}}.get(platform.machine(), set())


def covers(ranges: list[tuple[int, int]], size: int) -> bool:
    reached = 0
    for begin, end in sorted(ranges):
        if begin > reached:
            return False
        reached = max(reached, end)
    return reached >= size


def in_a_sync(pid: int) -> bool:
    with contextlib.suppress(OSError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            if (task / "syscall").read_text().split(" ", 1)[0] in _SYNC_CALLS:
                return True
    return False


class Watched:
    """One run of the command, under observation from its start on."""

    def __init__(self, child: Child, page: Page, path: pathlib.Path):
        self.child, self._page, self._path = child, page, path
        self._before = len(page.requests)
        self._held = claimed_ranges(path)
        self._seen, self._since = self._state(), time.monotonic()
        self.longest = 0.0       # seconds between two replacements of the sidecar

    def look(self) -> str:
        """The stage it is in. To be called often: the longest time between two replacements of
        the sidecar bounds how long a checkpoint took, the wait before it included."""
        now, state = time.monotonic(), self._state()
        self.longest = max(self.longest, now - self._since)
        if state != self._seen:
            self._seen, self._since = state, now
        return self.stage()

    def _state(self):
        try:
            status = sidecar(self._path).stat()
            return status.st_ino, status.st_mtime_ns
        except FileNotFoundError:
            return None

    def sent(self) -> int:
        return sum(seen.sent for seen in self._page.requests[self._before:])

    def stage(self) -> str:
        if not self.child.running:
            return "ended"
        if self._path.exists() or self._committing():
            return "finish"
        requests = self._page.requests[self._before:]
        if not requests:
            return "start"
        if not any(seen.sent for seen in requests):
            return "probe"
        arrived = self._held + [(seen.begin, seen.begin + seen.sent) for seen in requests]
        if covers(arrived, self._page.resource.size):
            return "verify"
        if not sidecar(self._path).exists() and self.sent() < 256 * KIB:
            return "plan"
        temporary = sidecar(self._path).with_name(sidecar(self._path).name + ".tmp")
        syncs = in_a_sync(self.child.process.pid) or temporary.exists()
        return "checkpoint" if syncs else "transfer"

    def _committing(self) -> bool:
        with contextlib.suppress(OSError):
            return b'"committing":true' in sidecar(self._path).read_bytes().replace(b" ", b"")
        return False


class Lot:
    """Where the next run is to end."""

    def __init__(self, source: random.Random, size: int):
        self.stage = source.choice(STAGES[:-1])
        self._bytes = source.uniform(0, size)    # in the middle of a transfer: after so many
        self._linger = source.uniform(0, _LINGER[self.stage])

    def prepare(self, page: Page):
        twists = [t.Pacer(PACE)]
        if self.stage == "probe":
            next_request = len(page.requests) + 1
            twists.append(t.when(lambda x: x.number == next_request, t.late(_LATE_ANSWER)))
        page.behave(*twists)

    def wait(self, run: Watched) -> str:
        """Returns when it is time, or the run has ended, with the stage it is in then."""
        while not self._is_due(run):
            time.sleep(_LOOK_EVERY / 5 if self.stage == "checkpoint" else _LOOK_EVERY)
        until = time.monotonic() + self._linger
        while run.child.running and time.monotonic() < until:
            run.look()
            time.sleep(_LOOK_EVERY / 2)
        return run.look()

    def _is_due(self, run: Watched) -> bool:
        stage = run.look()
        if self.stage in ("transfer", "checkpoint"):
            far_enough = run.sent() >= self._bytes
            return stage in ("verify", "finish", "ended") or (far_enough and stage == self.stage)
        return STAGES.index(stage) >= STAGES.index(self.stage)
