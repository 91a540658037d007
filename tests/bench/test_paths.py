"""paths.py still races, and tells a right file from a wrong one and from none in time."""

import json
import pathlib
import subprocess
import sys

import pytest

from links.long_link import why_not_here
from support.command import SLOW, binary

SCRIPT = pathlib.Path(__file__).with_name("paths.py")


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("work")


def run_paths(work: pathlib.Path, *options: str, xget: str | None = None):
    """The table, and the results by path and contender."""
    figures = work / "figures.json"
    run = subprocess.run(
        [sys.executable, SCRIPT, "--xget", xget or binary(), "--work", work, "--json", figures,
         "--runs", "1", "--shrink", "256", *options],
        capture_output=True, text=True, timeout=120 * SLOW, check=False)
    assert run.returncode == 0, run.stderr
    paths = json.loads(figures.read_text())["paths"]
    return run.stdout, {(path["name"], result["contender"]): result
                        for path in paths for result in path["results"]}


def pretender(folder: pathlib.Path, script: str) -> str:
    """An xget that is none: it is run with `-q -o OUTPUT URL`, and asked for its version."""
    program = folder / "pretender"
    program.write_text(f'#!/bin/sh\n[ "$1" = --version ] && exit\n{script}\n')
    program.chmod(0o755)
    return str(program)


def test_who_finishes_has_a_median_and_the_limit_is_not_beaten(work):
    table, results = run_paths(work, "--only", "capped", "--tools", "xget,curl")
    assert set(results) == {("capped", "xget"), ("capped", "curl")}
    for result in results.values():
        assert [run["verdict"] for run in result["runs"]] == ["right"]
        assert result["median_s"] > (1 << 20) / (64 << 20)
        assert result["runs"][0]["sent_bytes"] >= 1 << 20
    assert len(table.splitlines()) == 3 and "at most 32 connections" in table


@pytest.mark.skipif(bool(why_not_here()), reason=why_not_here())
def test_a_long_link_takes_its_round_trips(work):
    _, results = run_paths(work, "--only", "far", "--tools", "curl")
    assert results["far", "curl"]["median_s"] > 4 * 0.1


def test_a_wrong_file_and_a_late_one_have_no_median(work, folder):
    for script, verdict in (('echo wrong >"$3"', "wrong file, exit 0"), ("exit 3", "error"),
                            ("sleep 60", "too long")):
        table, results = run_paths(work, "--only", "capped", "--tools", "xget", "--bound", "1",
                                   xget=pretender(folder, script))
        result = results["capped", "xget"]
        assert [run["verdict"] for run in result["runs"]] == [verdict]
        assert result["median_s"] is None
        assert ("over 1 s" if verdict == "too long" else verdict) in table
        assert ": missed" in table


def test_what_xget_cannot_do_yet_is_said_to_be_not_built(work, folder):
    table, results = run_paths(work, "--only", "uneven", "--tools", "xget",
                               xget=pretender(folder, "echo no options"))
    assert results["uneven", "xget"]["not_run"] == "not built: --mirror"
    assert "not built" in table
