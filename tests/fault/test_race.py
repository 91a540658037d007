"""Several processes begin the same target at once.

Table 2, "two xgets on one target": one of them downloads, the others find it complete or are told
clearly that another one is at work; the bytes are right and nothing else is left. In some rounds
the one that downloads is killed, which the next command makes good; in some the sidecars are kept
in another folder.

XGET_RACES=n sets the number of rounds, most of them with two processes, the others with eight (100;
with XGET_DEEP=1, 1000), XGET_SEED repeats a run.
"""

import collections
import contextlib
import os
import random
import time

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, Run, run_xget, start_xget
from support.downloads import KIB, MIB, assert_complete

ROUNDS = int(os.environ.get("XGET_RACES") or (1000 if os.environ.get("XGET_DEEP") == "1" else 100))
SEED = int(os.environ.get("XGET_SEED") or time.time_ns() % 1_000_000_007)
SIZES = [100 * KIB, 2 * MIB + 3]     # without and with a sidecar
PACE = 64 * MIB


class Round:
    def __init__(self, server, folder, source: random.Random, number: int, processes: int):
        self._folder = folder / f"round-{number}"
        self._folder.mkdir()
        self._random = source
        self._processes = processes
        self.path = self._folder / "file"
        self.page = server.serve(f"/{number}", Resource(source.choice(SIZES), seed="race"),
                                 t.Pacer(PACE))
        self._checkpoints = folder / "checkpoints" if source.random() < 0.3 else None
        self._kills = source.random() < 0.3
        self.about = f"seed {SEED}, round {number}, {processes} processes, kills: {self._kills}"

    def arguments(self) -> list:
        elsewhere = ["--checkpoint-dir", self._checkpoints] if self._checkpoints else []
        return [self.page.url, "-o", self.path, "-n", 2, *QUICK, *elsewhere]

    def run(self) -> list[str]:
        """How each process ended, in words."""
        with contextlib.ExitStack() as stack:
            children = []
            for _ in range(self._processes):
                time.sleep(self._random.choice([0, 0, self._random.uniform(0, 0.02)]))
                children.append(stack.enter_context(start_xget(self.arguments(), self._folder)))
            if self._kills:
                self._kill_the_last_one_running(children)
            runs = [child.wait() for child in children]
        ends = [self._end(run) for run in runs]
        self._check(ends, runs)
        return ends

    def _kill_the_last_one_running(self, children):
        """With the others gone the one that is left is the one that downloads."""
        until = time.monotonic() + self._random.uniform(0, 1)
        while time.monotonic() < until:
            running = [child for child in children if child.running]
            if len(running) <= 1:
                break
            time.sleep(0.002)
        time.sleep(self._random.uniform(0, 0.03))
        for child in children:
            if child.running:
                child.kill()
                break

    def _end(self, run: Run) -> str:
        run.expect(0, Exit.EXISTS, *([-9] if self._kills else []))
        if run.code == 0:
            return "complete already" if "already complete" in run.err + run.out.decode() \
                else "downloaded"
        if run.code < 0:
            return "killed"
        assert "another" in run.err, f"{self.about}\n{run}"
        return "refused"

    def _check(self, ends: list[str], runs: list[Run]):
        told = "\n".join(map(str, runs))
        if "killed" not in ends:
            assert ends.count("downloaded") == 1, f"{self.about}: {ends}\n{told}"
        assert ends.count("downloaded") <= 1, f"{self.about}: {ends}\n{told}"
        if "downloaded" in ends:
            assert self.path.read_bytes() == self.page.data, self.about
        again = None
        if "killed" in ends:
            again = run_xget(self.arguments(), self._folder).expect(0)
        assert_complete(self.path, self.page.data, run=again)
        assert [entry.name for entry in self._folder.iterdir()] == ["file"], f"{self.about}\n{told}"
        if self._checkpoints and self._checkpoints.exists():
            assert not list(self._checkpoints.iterdir()), f"{self.about}\n{told}"


@pytest.mark.parametrize("processes, part", [(2, 0.7), (8, 0.3)])
def test_many_processes_on_one_target_make_one_file(server, folder, processes, part):
    rounds = max(1, round(ROUNDS * part))
    source = random.Random(f"{SEED}/{processes}")
    ends: collections.Counter = collections.Counter()
    for number in range(rounds):
        ends.update(Round(server, folder, source, number, processes).run())
    print(f"\nseed {SEED}, {rounds} rounds of {processes}: " +
          ", ".join(f"{count} {end}" for end, count in sorted(ends.items())))
