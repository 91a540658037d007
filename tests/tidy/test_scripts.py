"""Each shell script of the tree can be run as it stands."""

import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = sorted(path for folder in ("packaging", "tests") for path in (TOP / folder).rglob("*.sh"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(TOP)))
def test_a_script_names_its_shell_may_be_executed_and_parses(script):
    assert script.read_text().startswith("#!/bin/sh\n")
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", script], check=True)
