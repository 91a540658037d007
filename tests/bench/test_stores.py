"""stores.py still measures, and tells right objects and files from wrong ones."""

import json
import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway
from support.command import SLOW, binary

SCRIPT = pathlib.Path(__file__).with_name("stores.py")
pytestmark = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")


def run_stores(work, xget):
    figures = work / "figures.json"
    run = subprocess.run(
        [sys.executable, SCRIPT, "--xget", xget, "--work", work, "--json", figures, "--runs", "1",
         "--shrink", "500", "--tools", "xget"],
        capture_output=True, text=True, timeout=120 * SLOW, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout, json.loads(figures.read_text())["rows"]


def test_right_objects_and_files_have_a_time(tmp_path):
    table, rows = run_stores(tmp_path, binary())
    assert "10 of 16 KiB" in table and "failed" not in table
    assert all(len(row["times_s"]["xget"]) == 1 and row["times_s"]["xget"][0] > 0 for row in rows)


def test_missing_ones_have_none(tmp_path):
    table, rows = run_stores(tmp_path, "/bin/true")
    assert all(row["times_s"]["xget"] == [None] for row in rows) and "failed" in table
