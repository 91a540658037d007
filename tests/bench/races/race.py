"""One row raced: all contenders in turn, each round in another order."""

import dataclasses
import enum
import os
import pathlib
import statistics
from collections.abc import Callable

from measuring.sources import clear, read_into_cache, same_bytes
from measuring.stopwatch import run_once
from races.contenders import Contender, Request
from races.rows import Row
from races.scenes import Ground, Stage


class Verdict(enum.Enum):
    RIGHT = "right"                 # exit 0, and the bytes are the source's
    ERROR = "error"                 # any other exit
    WRONG = "wrong file, exit 0"
    TOO_LONG = "too long"           # ended at the bound


@dataclasses.dataclass(frozen=True)
class Finish:
    verdict: Verdict
    wall_s: float
    cpu_s: float
    max_rss_bytes: int
    sent_bytes: int | None          # by the servers, of body
    detail: str                     # what a tool that failed said last


@dataclasses.dataclass
class Result:
    """Of one contender on one row. `not_run` says why there is no finish."""
    row: Row
    contender: Contender
    not_run: str = ""
    finishes: list[Finish] = dataclasses.field(default_factory=list)

    def verdict(self) -> Verdict:
        """The worst that was seen."""
        seen = {finish.verdict for finish in self.finishes}
        return next(one for one in (Verdict.WRONG, Verdict.ERROR, Verdict.TOO_LONG, Verdict.RIGHT)
                    if one in seen)

    def median_s(self) -> float | None:
        """Only where every run was right."""
        if not self.finishes or self.verdict() != Verdict.RIGHT:
            return None
        return statistics.median(finish.wall_s for finish in self.finishes)


def race(row: Row, ground: Ground, contenders: list[Contender], runs: int, bound_s: float,
         note: Callable[[Result], None]) -> list[Result]:
    """`ground.seed` is the first round's; each further one has the next."""
    results = [Result(row, one, _why_not(row, one)) for one in contenders]
    order = [result for result in results if not result.not_run]
    read_into_cache(ground.source)
    for number in range(runs):
        for result in order:
            finish = _run(result.contender, row,
                          dataclasses.replace(ground, seed=ground.seed + number), bound_s)
            result.finishes.append(finish)
            note(result)
        order = order[1:] + order[:1]
    return results


def _why_not(row: Row, contender: Contender) -> str:
    reason = row.scene.why_not()
    if reason:
        return reason
    option = contender.missing_option(row)
    return f"not built: {option}" if option else ""


def _run(contender: Contender, row: Row, ground: Ground, bound_s: float) -> Finish:
    folder = ground.work / "output"
    home = ground.work / "home"
    clear(folder)
    clear(home)
    os.sync()
    output, log = folder / "file", ground.work / "tool.log"
    with row.scene.open(ground) as stage:
        argv = [*stage.wrapper, *contender.argv(_request(stage, output, row))]
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
        run = run_once(argv, output, log, bound_s, environment)
    verdict = _judge(run.exit_code, ground.source, output)
    sample = run.sample
    clear(folder)
    return Finish(verdict, sample.wall_s, sample.cpu_s, sample.max_rss_bytes, stage.sent_bytes(),
                  "" if verdict == Verdict.RIGHT else _last_words(log))


def _request(stage: Stage, output: pathlib.Path, row: Row) -> Request:
    return Request(stage.urls, str(output), str(stage.ca) if stage.ca else None, row.connections)


def _judge(code: int | None, source: pathlib.Path, output: pathlib.Path) -> Verdict:
    if code is None:
        return Verdict.TOO_LONG
    if code != 0:
        return Verdict.ERROR
    return Verdict.RIGHT if same_bytes(source, output) else Verdict.WRONG


def _last_words(log: pathlib.Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1][-200:] if lines else ""
