"""kill -9 at random moments, each followed by a resume.

Right bytes, always; and what was fetched again, measured from the server's side, stays under the
checkpoint interval, plus what came in while one checkpoint ran, plus what was in flight.

XGET_KILLS=n sets the number of kills (50; with XGET_DEEP=1, 1000), XGET_SEED repeats a run.
"""

import os
import random
import statistics
import time

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, SLOW, run_xget, start_xget
from support.downloads import KIB, MIB, assert_complete, sidecar

SIZE = 24 * MIB + 11
PACE = 24 * MIB             # bytes a second, over all connections
INTERVAL_BYTES = MIB
CHECKPOINTS = ["--checkpoint-interval", "100ms,1MiB"]
CONNECTIONS = 4
# For each connection: what libcurl reads at once (256 KiB), the 256 KiB that are coalesced before
# they are written, and the two sockets (the server's 64 KiB asked, doubled by the kernel).
IN_FLIGHT = CONNECTIONS * (256 + 256 + 640) * KIB

KILLS = int(os.environ.get("XGET_KILLS") or (1000 if os.environ.get("XGET_DEEP") == "1" else 50))
SEED = int(os.environ.get("XGET_SEED") or time.time_ns() % 1_000_000_007)


class Watch:
    """Looks at the sidecar from outside. The longest time between two replacements bounds how
    long a checkpoint took, the wait before it included."""

    def __init__(self, path):
        self._path = path
        self._seen = None
        self._since = time.monotonic()
        self.longest = 0.0
        self.replacements = 0

    def look(self):
        try:
            now_there = self._path.stat().st_ino, self._path.stat().st_mtime_ns
        except FileNotFoundError:
            now_there = None
        now = time.monotonic()
        self.longest = max(self.longest, now - self._since)
        if now_there != self._seen:
            self._seen, self._since = now_there, now
            self.replacements += 1


def run_and_kill(page, path, after: float) -> Watch:
    """Runs the download and kills it after so many seconds, unless it ends before."""
    watch = Watch(sidecar(path))
    with start_xget([page.url, "-o", path, "-n", CONNECTIONS, *QUICK, *CHECKPOINTS],
                    path.parent) as child:
        deadline = time.monotonic() + after
        while child.running and time.monotonic() < deadline:
            watch.look()
            time.sleep(0.002)
        watch.look()
        child.kill()
    page.server.drop_connections()
    return watch


def test_kill_at_random_moments(server, folder):
    print(f"\nseed {SEED}, {KILLS} kills")
    random_source = random.Random(SEED)
    lost, bounds, number = [], [], 0
    while number < KILLS:
        path = folder / f"file-{number}"
        page = server.serve(f"/{number}", Resource(SIZE, seed="kill"))
        # Most downloads are killed once, some several times over.
        times = min(random_source.choice([1, 1, 1, 2, 3]), KILLS - number)
        bound = 0.0
        for _ in range(times):
            page.behave(t.Pacer(PACE))
            watch = run_and_kill(page, path, random_source.uniform(0, SIZE / PACE * 1.1))
            bound += INTERVAL_BYTES + PACE * watch.longest + IN_FLIGHT
        page.behave()
        run = run_xget([page.url, "-o", path, "-n", CONNECTIONS, *QUICK], folder)
        assert run.code == 0, f"seed {SEED}, kill {number}\n{run}"
        assert_complete(path, page.data, run=run)
        again = max(0, page.body_bytes - SIZE)
        assert again <= bound, f"seed {SEED}, kill {number}: {again} bytes again, bound {bound:.0f}"
        path.unlink()
        number += times
        lost.append(again / times)
        bounds.append(bound / times)
    report(lost, bounds)


def report(lost, bounds):
    def mib(value):
        return f"{value / MIB:.2f} MiB"

    print(f"fetched again for each kill: median {mib(statistics.median(lost))}, max "
          f"{mib(max(lost))}; bound: median {mib(statistics.median(bounds))}, max "
          f"{mib(max(bounds))}; interval {mib(INTERVAL_BYTES)}, in flight at most {mib(IN_FLIGHT)}")
    # The bound above grows with slow checkpoints. This one does not: it would show a download
    # that takes none at all.
    usual = INTERVAL_BYTES + IN_FLIGHT + PACE * 0.25 * SLOW
    assert statistics.median(lost) <= usual, f"median over {mib(usual)}"


@pytest.mark.parametrize("connections", [1, 16])
def test_kill_again_and_again_still_comes_to_an_end(server, folder, connections):
    """Each run lives for a third of a second: progress must add up."""
    path = folder / "file"
    page = server.serve("/file", Resource(SIZE, seed="kill"), t.Pacer(PACE))
    options = ["-o", path, "-n", connections, *QUICK, *CHECKPOINTS]
    for _ in range(60):
        with start_xget([page.url, *options], folder) as child:
            deadline = time.monotonic() + 0.33 * SLOW
            while child.running and time.monotonic() < deadline:
                time.sleep(0.005)
            if not child.running:
                child.wait().expect(0)
                break
            child.kill()
        page.server.drop_connections()
    else:
        pytest.fail("sixty runs, and no end")
    assert_complete(path, page.data)
