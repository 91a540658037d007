"""Every call on the disk that a download makes fails once.

Table 2, "fdatasync or fsync fails", "a write fails or is short", "the disk is read-only": never a
success that is none, never a partial deleted that is worth something, an exit that says that it is
the disk, and a restart that ends with the right file and leaves nothing else behind.

A run of each scenario with nothing wrong tells which calls there are. Then each of them fails in a
run of its own: with one of the errors in turn, or with all of them, one after the other, where
XGET_CALLS=all or XGET_DEEP=1 say so. XGET_SEED repeats a run.
"""

import collections
import concurrent.futures
import os
import random
import time

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.digests import ALGORITHMS
from support.downloads import MIB, assert_complete, old, partial
from support.failing_calls import failing, needs_failing_calls

SIZE = MIB + 3           # the smallest that has a sidecar
OFTEN = ["--checkpoint-interval", "5ms,128KiB"]
ERRORS = ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EINTR"]
TRANSFERS = {"pwrite", "pread"}          # they may be short
ALL = os.environ.get("XGET_CALLS") == "all" or os.environ.get("XGET_DEEP") == "1"
SEED = int(os.environ.get("XGET_SEED") or time.time_ns() % 1_000_000_007)
AT_ONCE = 3
MOST_TOLD = 4            # failures
# A short transfer and an interrupted one go on as if nothing had been, where the call may be
# repeated; a sync may not, since its second success would mean nothing.
REPEATED = {"open", "openat", "pwrite", "pread", "fallocate", "ftruncate"}

pytestmark = needs_failing_calls


class Scenario:
    """What a run begins with, and what else is wrong in it. `new`: the calls that it makes at
    other places than the first scenarios; only these fail, unless all are to."""

    def __init__(self, name: str, resumed: bool = False, besides: tuple[str, ...] = (),
                 options: tuple[str, ...] = (), new: frozenset[str] = frozenset()):
        self.name, self.resumed, self.besides, self.options = name, resumed, besides, options
        self.new = new

    def to_fail(self, calls: collections.Counter) -> dict[str, int]:
        return {call: count for call, count in calls.items()
                if ALL or not self.new or call in self.new}


SCENARIOS = [
    Scenario("fresh"),
    Scenario("resumed", resumed=True),
    Scenario("sparse", options=("--preallocate", "sparse"), new=frozenset({"ftruncate"})),
    Scenario("no fallocate", besides=("fallocate:1:EOPNOTSUPP",), new=frozenset({"ftruncate"})),
    Scenario("a digest", resumed=True, options=("--checksum",), new=frozenset({"pread"})),
    Scenario("direct", options=("--direct-io", "on"), new=frozenset({"open", "pwrite"})),
    Scenario("direct, resumed", resumed=True, options=("--direct-io", "on"),
             new=frozenset({"pwrite"})),
    # What stands in for renameat2 where there is none.
    Scenario("no renameat2", besides=("renameat2:1:EINVAL",),
             new=frozenset({"linkat", "unlinkat", "fsync"})),
    Scenario("no renameat2, no links", besides=("renameat2:1:EINVAL", "linkat:1:EPERM"),
             new=frozenset({"fstatat", "renameat"})),
]


class Trial:
    """One run in a folder of its own, with the faults given, and the restart."""

    def __init__(self, server, folder, scenario: Scenario, number: int):
        self._scenario = scenario
        self.folder = folder / str(number)
        self.folder.mkdir()
        self.log = folder / f"{number}.log"
        self._path = self.folder / "file"
        self._page = server.serve(f"/{scenario.name}/{number}".replace(" ", "-"), Resource(SIZE))
        self._had_partial = False
        self._options = [*OFTEN, "--checkpoint-dir", self.folder / "made" / "checkpoints"]
        for option in scenario.options:
            digest = "sha256:" + ALGORITHMS["sha256"](self._page.data)
            self._options += [option, digest] if option == "--checksum" else [option]

    def _run(self, **more):
        return run_xget([self._page.url, "-o", self._path, "-n", "2", *QUICK, *self._options],
                        self.folder, **more)

    def run(self, *faults: str):
        if self._scenario.resumed:  # dies as the last sidecar but one is put in its place
            self._run(env=failing(self.folder, "renameat:3:kill")).expect(-9, 0)
            if self._path.exists():  # there were fewer
                self._path.unlink()
        self._had_partial = partial(self._path).exists()
        return self._run(env=failing(self.folder, *self._scenario.besides, *faults, log=self.log))

    def check(self, fault: str):
        run = self.run(fault)
        about = f"seed {SEED}, {self._scenario.name}, {fault}\n{run}"
        assert run.code in (0, Exit.DISK), about
        call, _, what = fault.split(":")
        if what == "short" or (what == "EINTR" and call in REPEATED):
            assert run.code == 0, about
        if run.code == 0:
            assert self._path.read_bytes() == self._page.data, about
        if self._path.exists():
            assert self._path.read_bytes() == self._page.data, about
        elif self._had_partial:
            assert partial(self._path).exists() or old(self._path).exists(), about
        again = self._run()
        # Without its mark in the attributes a file that is there already is nobody's.
        fine = (0, Exit.EXISTS) if run.code == 0 else (0,)
        assert again.code in fine, f"{about}\n{again}"
        assert_complete(self._path, self._page.data, run=again)
        left = [str(entry.relative_to(self.folder)) for entry in self.folder.rglob("*")
                if entry.is_file() and entry != self._path]
        assert not left, f"left behind: {left}, {about}\n{again}"
        self._path.unlink()
        return run.code


def faults_of(calls: dict[str, int], source: random.Random) -> list[str]:
    found = []
    for call, count in sorted(calls.items()):
        errors = ERRORS + (["short"] if call in TRANSFERS else [])
        source.shuffle(errors)
        for number in range(count):
            chosen = errors if ALL else [errors[number % len(errors)]]
            found += [f"{call}:{number + 1}:{error}" for error in chosen]
    return found


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_call_that_fails_is_no_success_and_no_loss(server, folder, scenario):
    trial = Trial(server, folder, scenario, 0)
    trial.run().expect(0)
    calls = collections.Counter(trial.log.read_text().split())
    faults = faults_of(scenario.to_fail(calls), random.Random(f"{SEED}/{scenario.name}"))

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        trials = [pool.submit(Trial(server, folder, scenario, number).check, fault)
                  for number, fault in enumerate(faults, 1)]
    wrong = [str(trial.exception()) for trial in trials if trial.exception()]
    assert not wrong, f"{len(wrong)} of {len(faults)}:\n" + "\n\n".join(wrong[:MOST_TOLD])
    codes = collections.Counter(trial.result() for trial in trials)
    print(f"\nseed {SEED}, {scenario.name}: {len(faults)} faults, {calls.total()} calls of "
          f"{len(calls)} kinds are made; {codes[0]} runs succeeded, {codes[Exit.DISK]} told of the disk")
