"""--dedupe: every call on the disk that a file takes to be made from another one fails once, and is
once the last before a kill.

Never a success that is none, never wrong bytes under a final name, never a partial lost while there
is no file, and a restart that ends with both files and leaves nothing else behind. The file that
the other one is made from lies in a folder of its own, where nothing fails.
"""

import collections
import concurrent.futures
import hashlib
import os
import random
import time

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.disks import needs_tools
from support.downloads import MIB, assert_complete, partial
from support.failing_calls import failing, needs_failing_calls
from support.power import disk_with_a_switch

SIZE = MIB + 3           # the smallest that has a sidecar
OFTEN = ["--checkpoint-interval", "5ms,128KiB"]
FAULTS = ["EIO", "ENOSPC", "EROFS"]
SEED = int(os.environ.get("XGET_SEED") or time.time_ns() % 1_000_000_007)
AT_ONCE = 2
KILLED = -9


class Trial:
    """One run in folders of its own, with the faults given, and the restart."""

    def __init__(self, server, folder, way: str, resumed: bool, number: int):
        self._way, self._resumed = way, resumed
        self._server = server
        base = folder / f"{way}{number}"
        self._first, self._second = base / "first" / "a", base / "second" / "b"
        for path in (self._first, self._second):
            path.parent.mkdir(parents=True)
        self.log = base / "log"
        self._pages = [server.serve(f"/{way}{resumed}{number}/{name}", Resource(SIZE)) for name in "ab"]
        self._data = self._pages[0].data

    def _run(self, *paths, **more):
        digest = "sha256:" + hashlib.sha256(self._data).hexdigest()
        pages = dict(zip((self._first, self._second), self._pages))
        words = [word for path in paths
                 for word in (pages[path].url, "-o", path, "--checksum", digest)]
        return run_xget([*words, f"--dedupe={self._way}", "-j", "1", *QUICK, *OFTEN],
                        self._first.parent.parent, **more)

    def run(self, *faults: str):
        if self._resumed:  # dies as the last sidecar but one is put in its place
            self._run(self._second, env=failing(self._second.parent, "renameat:3:kill")).expect(KILLED)
        return self._run(self._first, self._second,
                         env=failing(self._second.parent, *faults, log=self.log))

    def check(self, fault: str):
        run = self.run(fault)
        about = f"seed {SEED}, {self._way}, {fault}\n{run}"
        assert run.code in (0, Exit.DISK, KILLED), about
        assert self._first.read_bytes() == self._data, about
        if self._second.exists():
            assert self._second.read_bytes() == self._data, about
        else:
            assert run.code != 0, about
            assert not self._resumed or partial(self._second).exists(), about
        again = self._run(self._first, self._second)
        assert again.code == 0, f"{about}\n{again}"
        for path in (self._first, self._second):
            assert_complete(path, self._data, run=again)
        left = [entry.name for entry in self._second.parent.iterdir() if entry != self._second]
        assert not left, f"left behind: {left}, {about}\n{again}"
        return run.code


@needs_failing_calls
@pytest.mark.parametrize("resumed", [False, True], ids=["fresh", "resumed"])
@pytest.mark.parametrize("way", ["link", "copy"])
def test_a_call_that_fails_or_is_the_last_is_no_success_and_no_loss(server, folder, way, resumed):
    trial = Trial(server, folder, way, resumed, 0)
    trial.run().expect(0)
    calls = collections.Counter(trial.log.read_text().split())
    source = random.Random(f"{SEED}/{way}")
    faults = [f"{call}:{number}:{what}" for call, count in sorted(calls.items())
              for number in range(1, count + 1) for what in (source.choice(FAULTS), "kill")]
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        trials = [pool.submit(Trial(server, folder, way, resumed, number).check, fault)
                  for number, fault in enumerate(faults, 1)]
    wrong = [str(trial.exception()) for trial in trials if trial.exception()]
    assert not wrong, f"{len(wrong)} of {len(faults)}:\n" + "\n\n".join(wrong[:4])
    codes = collections.Counter(trial.result() for trial in trials)
    print(f"\nseed {SEED}, {way}: {len(faults)} faults, {calls.total()} calls of {len(calls)} kinds; "
          f"{codes[0]} runs succeeded, {codes[Exit.DISK]} told of the disk, {codes[KILLED]} were killed")


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=needs_tools(kind))
                                  for kind in ("ext4", "xfs")])
def test_what_was_called_complete_is_there_after_a_power_cut(server, folder, kind):
    with disk_with_a_switch(folder, kind, "shutdown") as disk:
        for way, files in (("link", 2), ("link", 6), ("reflink", 2), ("copy", 2), ("copy", 6)):
            page = server.serve(f"/{kind}{way}{files}", Resource(SIZE, seed=f"{way}{files}"))
            names = [f"{way}{files}-{i}" for i in range(files)]
            digest = "sha256:" + hashlib.sha256(page.data).hexdigest()
            words = [word for name in names for word in (page.url, "-o", name, "--checksum", digest)]
            run = run_xget([*words, f"--dedupe={way}", *QUICK], disk.folder).expect(0)
            disk.cut()
            disk.restore()
            for name in names:
                assert_complete(disk.folder / name, page.data, run=run)
