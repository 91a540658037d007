"""Runs a command and takes what the kernel accounts for it.

Memory is the kernel's ru_maxrss. A child begins with its parent's, so each command is the child of
a small shell, not of this script.
"""

import contextlib
import ctypes
import os
import pathlib
import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

KIB = 1 << 10


@dataclass(frozen=True)
class Sample:
    wall_s: float
    durable_s: float                # until the output is on the disk: an fsync after the end
    cpu_s: float
    max_rss_bytes: int


@dataclass(frozen=True)
class Run:
    exit_code: int | None           # None: it was ended from outside, at the bound
    sample: Sample


def adopt_orphans():
    """Makes this process the parent of its grandchildren whose parent has gone. Call it once."""
    pr_set_child_subreaper = 36
    if ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0) != 0:
        raise OSError("prctl(PR_SET_CHILD_SUBREAPER) failed")


def run_once(argv: list[str], output: pathlib.Path, log: pathlib.Path,
             bound_s: float | None = None, environment: Mapping[str, str] = os.environ) -> Run:
    """From spawn to exit. The group that it runs in is killed after `bound_s`."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    start = time.perf_counter()
    group = os.posix_spawn("/bin/sh", ["sh", "-c", '"$@" &', "sh", *argv], environment,
                           file_actions=actions, setpgroup=0)
    os.waitpid(group, 0)
    with _Bound(group, bound_s) as bound:
        _, status, usage = os.wait4(-group, 0)
        wall = time.perf_counter() - start
    _reap_what_else_ended(group)
    if output.exists():
        _fsync(output)
    durable = time.perf_counter() - start
    code = None if bound.passed else os.waitstatus_to_exitcode(status)
    return Run(code, Sample(wall, durable, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * KIB))


def _reap_what_else_ended(group: int):
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-group, os.WNOHANG)[0]:
            pass


class _Bound:
    """Kills a process group unless the `with` block ends in time, and by itself."""

    def __init__(self, group: int, seconds: float | None):
        self.passed = False
        self._group = group
        self._timer = threading.Timer(seconds, self._kill) if seconds else None

    def __enter__(self):
        if self._timer:
            self._timer.start()
        return self

    def __exit__(self, raised, *_):
        if self._timer:
            self._timer.cancel()
            self._timer.join()
        if raised:
            self._kill()

    def _kill(self):
        self.passed = True
        try:
            os.killpg(self._group, signal.SIGKILL)
        except ProcessLookupError:
            self.passed = False


def _fsync(path: pathlib.Path):
    descriptor = os.open(path, os.O_RDWR)
    os.fsync(descriptor)
    os.close(descriptor)
