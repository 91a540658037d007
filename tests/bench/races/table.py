"""The results as people read them: a Markdown table; and as JSON with every run."""

import dataclasses
import json
import pathlib

from measuring.machine import describe_machine
from measuring.sources import size_text
from races.race import Result, Verdict
from races.rows import Row


def limit_s(row: Row) -> float | None:
    return row.size / row.rate if row.rate else None


def best_peer(results: list[Result]) -> Result | None:
    peers = [one for one in results
             if one.contender.tool != "xget" and one.median_s() is not None]
    return min(peers, key=Result.median_s, default=None)


def target_s(row: Row, results: list[Result]) -> float | None:
    """The shortest time that is asked for. Nothing: it depends on a peer, and none finished."""
    best = best_peer(results)
    asked = [row.target.most_s,
             row.target.of_limit and row.target.of_limit * limit_s(row),
             row.target.of_best and best and row.target.of_best * best.median_s()]
    return min((one for one in asked if one), default=None)


def markdown(rows: list[tuple[Row, list[Result]]], bound_s: float) -> str:
    """A line for each path, a column for each contender that ran on any of them."""
    names = list(dict.fromkeys(result.contender.name for _, results in rows for result in results))
    head = ["path", "limit", *names, "xget / limit", "xget / best peer", "target"]
    lines = [head, ["---"] * len(head)]
    for row, results in rows:
        by_name = {result.contender.name: result for result in results}
        lines.append([f"{row.words}; {size_text(row.size)}", _seconds(limit_s(row)),
                      *(_cell(by_name.get(name), bound_s) for name in names),
                      *_comparisons(row, results)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def as_json(rows: list[tuple[Row, list[Result]]], xget: pathlib.Path) -> str:
    paths = [{"name": row.name, "path": row.words, "size": row.size, "limit_s": limit_s(row),
              "target_s": target_s(row, results),
              "results": [_result_json(result) for result in results]} for row, results in rows]
    return json.dumps({"machine": describe_machine(xget), "paths": paths}, indent=1)


def _result_json(result: Result) -> dict:
    finishes = [{**dataclasses.asdict(finish), "verdict": finish.verdict.value}
                for finish in result.finishes]
    return {"contender": result.contender.name, "not_run": result.not_run,
            "median_s": result.median_s(), "runs": finishes}


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s" if value >= 10 else f"{value:.2f} s"


def _ratio(value: float | None, of: float | None) -> str:
    return f"{value / of:.2f}" if value and of else "–"


def _cell(result: Result | None, bound_s: float) -> str:
    if result is None:
        return ""
    if result.not_run:
        return result.not_run
    median = result.median_s()
    if median is not None:
        return _seconds(median)
    verdict = result.verdict()
    words = f"over {bound_s:.0f} s" if verdict == Verdict.TOO_LONG else verdict.value
    times, runs = sum(finish.verdict == verdict for finish in result.finishes), len(result.finishes)
    return words if times == runs else f"{words} ({times} of {runs})"


def _comparisons(row: Row, results: list[Result]) -> list[str]:
    xget = next((one for one in results if one.contender.name == "xget"), None)
    time = xget and xget.median_s()
    best = best_peer(results)
    target = target_s(row, results)
    goal = "–" if target is None else f"≤ {_seconds(target)}"
    if target and xget and xget.finishes:
        goal += ": met" if time and time <= target else ": missed"
    named = f" ({best.contender.name})" if best else ""
    return [_ratio(time, limit_s(row)), _ratio(time, best and best.median_s()) + named, goal]
