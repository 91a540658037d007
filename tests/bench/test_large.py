"""large.py still downloads what no disk holds, and still measures what it says."""

import json
import pathlib
import subprocess
import sys

from support.command import SLOW, binary

SCRIPT = pathlib.Path(__file__).with_name("large.py")
SIZE = 512 << 20


def run_large(folder: pathlib.Path, *options: str):
    """The tables, and the figures."""
    figures = folder / "figures.json"
    run = subprocess.run([sys.executable, SCRIPT, "--xget", binary(), "--work", folder / "work",
                          "--json", figures, *options],
                         capture_output=True, text=True, timeout=200 * SLOW, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout, json.loads(figures.read_text())


def test_a_file_of_zeros_takes_no_room(folder):
    table, figures = run_large(folder, "--only", "file", "--size", str(SIZE),
                               "--with", "--checkpoint-interval 20ms")
    file = figures["file"]
    assert file["exit_code"] == 0, table
    assert (folder / "work/endless/file").stat().st_size == SIZE
    assert (folder / "work/endless/file").stat().st_blocks * 512 < SIZE / 10
    assert file["largest_sidecar_bytes"] > 0 and file["checkpoints_on_loop_ms"]
    assert 0 < file["peak_memory_bytes"] < 64 << 20
    assert "peak memory" in table


def test_each_step_has_its_figures(folder):
    table, figures = run_large(folder, "--only", "growth")
    counts = {(one["what"], one["count"]) for one in figures["growth"]}
    assert len(counts) == len(figures["growth"]) == 3 * (len(table.strip().splitlines()) - 2)
    assert all(one["ns_per_step"] > 0 for one in figures["growth"])
