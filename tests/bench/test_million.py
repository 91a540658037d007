"""million.py still measures, tells a run that went wrong, and one that takes too much memory."""

import json
import pathlib
import subprocess
import sys

import pytest

from support.command import SLOW, binary, sanitized

SCRIPT = pathlib.Path(__file__).with_name("million.py")


def run_million(work, *words, xget=None):
    figures = work / "figures.json"
    done = subprocess.run(
        [sys.executable, SCRIPT, "--xget", xget or binary(), "--work", work, "--json", figures,
         "--entries", "3000", *words], capture_output=True, text=True, timeout=60 * SLOW,
        check=False)
    return done, json.loads(figures.read_text())["rows"]


@pytest.mark.parametrize("row", ["refused*", "complete*"])
def test_the_length_of_a_list_costs_time_alone(row, tmp_path):
    most = "2000" if sanitized() else "64"
    done, rows = run_million(tmp_path, "--only", row, "--most-memory", most)
    assert done.returncode == 0, done.stderr
    assert all(figures["right"] for figures in rows) and "3,000" in done.stdout


def test_too_much_memory_and_a_wrong_end_are_told(tmp_path):
    done, rows = run_million(tmp_path, "--only", "refused", "--most-memory", "1")
    assert done.returncode == 1 and rows[0]["right"]
    done, rows = run_million(tmp_path, "--only", "refused", xget="/bin/true")
    assert done.returncode == 1 and not rows[0]["right"] and "failed" in done.stdout
