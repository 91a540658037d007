"""Downloads a file that is far larger than the disk, and watches what that costs xget.

nginx serves a file that is one hole; xget writes a file that stays one, as a preloaded library
leaves out what writes zeros into it.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
import tempfile
import threading

from measuring.loopback import Loopback
from measuring.sources import clear, source_path
from measuring.stopwatch import run_once

MIB = 1 << 20


@dataclasses.dataclass(frozen=True)
class Endless:
    size: int
    exit_code: int | None
    wall_s: float
    cpu_s: float
    peak_memory_bytes: int
    largest_sidecar_bytes: int
    checkpoints_on_loop_ms: list[float]

    def checkpoint_ms(self, share: float) -> float:
        """That this share of the checkpoints held the loop up for at most; 0.5 is the median."""
        times = sorted(self.checkpoints_on_loop_ms)
        return times[min(int(share * len(times)), len(times) - 1)] if times else 0.0


def download(xget: pathlib.Path, library: pathlib.Path, work: pathlib.Path, size: int,
             options: list[str], bound_s: float) -> Endless:
    clear(work / "endless")
    output, trace = work / "endless" / "file", work / "endless" / "trace"
    with (_hole(work, size) as name, Loopback(work) as server,
          _Sizes(output.with_name("file.partial.json")) as sidecar):
        run = run_once([str(xget), "-q", "--preallocate", "sparse", "--trace", str(trace),
                        *options, "-o", str(output), server.url(name, tls=False)],
                       output, work / "endless.log", bound_s,
                       os.environ | {"LD_PRELOAD": str(library)})
    right = output.exists() and output.stat().st_size == size
    code = run.exit_code if right or run.exit_code != 0 else -1
    on_loop = checkpoints_on_loop_ms(trace) if run.exit_code == 0 else []
    return Endless(size, code, run.sample.wall_s, run.sample.cpu_s, run.sample.max_rss_bytes,
                   sidecar.largest, on_loop)


@contextlib.contextmanager
def _hole(work: pathlib.Path, size: int):
    """The name under which nginx serves it. On a tmpfs, whose holes take no memory when read."""
    link = source_path(work, size).with_suffix(".hole")
    link.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir="/dev/shm", prefix="xget-bench-") as hole:
        hole.truncate(size)
        os.chmod(hole.name, 0o644)
        link.unlink(missing_ok=True)
        link.symlink_to(hole.name)
        yield link.name
    link.unlink()


def checkpoints_on_loop_ms(trace: pathlib.Path) -> list[float]:
    events = json.loads(trace.read_text())
    return [event["args"]["on_loop_ms"] for event in events
            if event["name"] == "checkpoint" and event["ph"] == "B"]


class _Sizes:
    """The largest size that a file is seen to have."""

    def __init__(self, path: pathlib.Path, every_s: float = 0.05):
        self.path, self.every_s, self.largest = path, every_s, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _watch(self):
        while not self._over.wait(self.every_s):
            with contextlib.suppress(FileNotFoundError):
                self.largest = max(self.largest, self.path.stat().st_size)
