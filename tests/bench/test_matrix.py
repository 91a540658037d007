"""matrix.py still runs, and tells right, error, wrong and hangs apart."""

import json
import pathlib
import subprocess
import sys

from support.command import SLOW, binary

SCRIPT = pathlib.Path(__file__).with_name("matrix.py")
CHANGED = "changed-and-ignores-if-range"


def run_matrix(folder: pathlib.Path, *options: str):
    """The script's result, its output, and its verdicts by tool, row and whether resumed."""
    cells = folder / "cells.json"
    run = subprocess.run(
        [sys.executable, SCRIPT, "--xget", binary(), "--json", cells, *options],
        capture_output=True, text=True, timeout=120 * SLOW, check=False)
    assert cells.exists(), run.stderr
    verdicts = {(cell["tool"], cell["row"], cell["resumed"]): cell["verdict"]
                for cell in json.loads(cells.read_text())["cells"]}
    return run, verdicts


def test_a_joined_file_is_wrong_and_an_honest_error_is_not(folder):
    run, verdicts = run_matrix(folder, "--tools", "xget", "curl", "--rows", CHANGED, "404")
    assert run.returncode == 0, run.stderr
    assert verdicts == {
        ("xget", CHANGED, False): "right", ("xget", CHANGED, True): "right",
        ("curl", CHANGED, False): "right", ("curl", CHANGED, True): "wrong",
        ("xget", "404", False): "error", ("xget", "404", True): "error",
        ("curl", "404", False): "error", ("curl", "404", True): "error"}
    assert "**wrong**" in run.stdout


def test_what_does_not_end_hangs_and_fails_the_run_if_it_is_xget(folder):
    run, verdicts = run_matrix(folder, "--tools", "xget", "curl", "--rows", "silent-always",
                               "--bound", "1")
    assert set(verdicts.values()) == {"hangs"} and len(verdicts) == 4
    assert run.returncode == 1, run.stderr


def test_the_full_table_has_a_line_for_each_run(folder):
    table = folder / "table.md"
    run_matrix(folder, "--tools", "curl", "--rows", "no-validator", "weak-etag", "--markdown",
               str(table))
    lines = table.read_text().splitlines()
    assert len(lines) == 2 + 4
    assert all(line.startswith("| ") and line.count("|") == 4 for line in lines)
