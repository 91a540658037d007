"""many.py still measures, and tells right files from wrong ones."""

import json
import pathlib
import subprocess
import sys

from support.command import SLOW, binary

SCRIPT = pathlib.Path(__file__).with_name("many.py")


def run_many(work, xget):
    figures = work / "figures.json"
    run = subprocess.run(
        [sys.executable, SCRIPT, "--xget", xget, "--work", work, "--json", figures, "--runs", "1",
         "--shrink", "500", "--only", "loopback", "--tools", "xget,curl"],
        capture_output=True, text=True, timeout=60 * SLOW, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout, json.loads(figures.read_text())["rows"]


def test_right_files_have_a_time(tmp_path):
    table, rows = run_many(tmp_path, binary())
    assert "20 of 4 KiB" in table and "failed" not in table
    assert all(len(times) == 1 and times[0] > 0 for times in rows[0]["times_s"].values())


def test_missing_files_have_none(tmp_path):
    table, rows = run_many(tmp_path, "/bin/true")
    assert rows[0]["times_s"]["xget"] == [None] and "failed" in table
