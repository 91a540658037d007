"""The power goes at random moments of a download, each followed by a resume.

Table 2, "power cut at any moment": nothing in the sidecar is untrue, what has its final name is
whole, what was told as a success is there, and what was fetched again, measured from the server's
side, stays under the checkpoint interval, plus what came in while one checkpoint ran, plus what
was in flight. No test byte is zero, so unwritten preallocated space is seen. support/power.py says
how the power is cut; the moments are spread over all stages of a download (support/moments.py).

XGET_POWER_CUTS=n sets the number of cuts, shared out over the file systems (50; with XGET_DEEP=1,
1000 for each of them), XGET_SEED repeats a run.
"""

import collections
import os
import random
import statistics
import time

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget
from support.digests import ALGORITHMS
from support.disks import needs_tools
from support.downloads import MIB, assert_claims_are_true, assert_complete
from support.moments import (CHECKPOINTS, CONNECTIONS, IN_FLIGHT, INTERVAL_BYTES, PACE, STAGES, Lot,
                             Watched)
from support.power import disk_with_a_switch

SIZES = [MIB - 7, 3 * MIB + 5, 9 * MIB + 1]
SEED = int(os.environ.get("XGET_SEED") or time.time_ns() % 1_000_000_007)
DEEP = os.environ.get("XGET_DEEP") == "1"
CUTS = int(os.environ.get("XGET_POWER_CUTS") or (4000 if DEEP else 50))

# Kind, way, and the part of all cuts.
SWITCHES = [("ext4", "shutdown", 0.5), ("xfs", "shutdown", 0.2), ("btrfs", "snapshot", 0.15),
            ("ext4", "snapshot", 0.15)]


class PowerCuts:
    """The cuts on one disk, and what they cost."""

    def __init__(self, server, disk, cuts: int):
        self._server, self._disk, self._cuts = server, disk, cuts
        self._random = random.Random(f"{SEED}/{disk.kind}")
        self._done = 0
        self._stages: collections.Counter = collections.Counter()
        self._lost: list[float] = []
        self._bounds: list[float] = []

    def run(self):
        while self._done < self._cuts:
            self._one_download()
        print(f"\nseed {SEED}, {self._done} power cuts on {self._disk.kind}: " +
              ", ".join(f"{stage} {self._stages[stage]}" for stage in STAGES))
        print(f"fetched again for each: median {statistics.median(self._lost) / MIB:.2f} MiB, max "
              f"{max(self._lost) / MIB:.2f} MiB; bound: median "
              f"{statistics.median(self._bounds) / MIB:.2f} MiB")

    def _one_download(self):
        size = self._random.choice(SIZES)
        self._disk.clear()
        path = self._disk.folder / f"file-{self._done}"
        page = self._server.serve(f"/{self._done}", Resource(size, seed="power"))
        digest = ["--checksum", "sha256:" + ALGORITHMS["sha256"](page.data)]
        options = [page.url, "-o", path, "-n", CONNECTIONS, *QUICK,
                   *self._random.choice([[], digest]),
                   "--preallocate", self._random.choice(["full", "sparse", "none"]),
                   "--direct-io", self._random.choice(["on", "off"])]
        about = f"seed {SEED}, cut {self._done} on {self._disk.kind}, {size} bytes"
        times = min(self._random.choice([1, 1, 2, 3]), self._cuts - self._done)
        bound = sum(self._run_and_cut(page, path, options, about) for _ in range(times))
        page.behave()
        run = run_xget(options, path.parent)
        assert run.code == 0, f"{about}\n{run}"
        assert_complete(path, page.data, run=run)
        again = max(0, page.body_bytes - size)
        assert again <= bound, f"{about}: {again} bytes again, bound {bound:.0f}"
        self._lost.append(again / times)
        self._bounds.append(bound / times)
        del self._server.pages[page.path]

    def _run_and_cut(self, page, path, options, about: str) -> float:
        """Returns what may have to be fetched again."""
        was_there = path.exists()
        lot = Lot(self._random, page.resource.size)
        lot.prepare(page)
        with start_xget([*options, *CHECKPOINTS], "/") as child:
            run = Watched(child, page, path)
            stage = lot.wait(run)
            told_success = not child.running and child.wait().code == 0
            cut_at = time.monotonic()
            self._disk.cut()
            self._end(child, page, was_there)
        bound = INTERVAL_BYTES + IN_FLIGHT + PACE * (run.longest + time.monotonic() - cut_at)
        self._disk.restore()
        self._stages[stage] += 1
        self._done += 1
        assert_claims_are_true(path, page.data, about)
        assert path.exists() or not told_success, f"exit 0, and the file is gone: {about}"
        if path.exists():
            assert path.read_bytes() == page.data, about
        return bound

    def _end(self, child, page, was_there: bool):
        """A machine without power runs nothing; but one whose disk fails runs on, and the command
        must then see that it does. A whole file's mark cannot be read any more: nobody knows it."""
        if self._random.random() < 0.2 and self._disk.way == "shutdown":
            run = child.wait()
            # What ended well before the cut, or needed nothing of the disk after it.
            run.expect(0, Exit.DISK, *([Exit.EXISTS] if was_there else []))
        else:
            child.kill()
        page.server.drop_connections()


@pytest.mark.parametrize("kind, way, part", [
    pytest.param(*switch, id=f"{switch[0]}-{switch[1]}", marks=needs_tools(switch[0]))
    for switch in SWITCHES])
def test_a_power_cut_at_any_moment_costs_little_and_falsifies_nothing(server, folder, kind, way,
                                                                     part):
    with disk_with_a_switch(folder, kind, way) as disk:
        PowerCuts(server, disk, max(1, round(CUTS * part))).run()
