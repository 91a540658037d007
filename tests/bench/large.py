#!/usr/bin/python3
"""What size costs: xget fetches a file far larger than the disk, and what it keeps account of grows
a hundredfold.

    tests/bench/large.py [--only file|growth] [--size 100G] [--xget build/release/xget]

The first part downloads a file of zeros from nginx on this machine into a sparse file, and tells
the peak memory, the largest sidecar, and how long checkpoints held the loop up: wall time, and so
the longest one shows what else the machine did. The second runs
scale/growth.cpp: the time of one step where there are 100, 1,000 and 10,000 pieces, mirrors or
addresses; a step that costs ten times as much with ten times as many would make the whole
quadratic. Tables go to standard output, JSON to --json.

What it needs besides xget is built, when it runs, in the folder that xget was built in, which must
have been configured with -DXGET_TESTS=ON. Needs the packages of the groups build and bench in
packaging/debian-packages.txt.
"""

import argparse
import dataclasses
import json
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests"))

from measuring.machine import describe_machine  # noqa: E402
from measuring.sources import parse_size, size_text  # noqa: E402
from measuring.stopwatch import adopt_orphans  # noqa: E402
from scale.endless import Endless, download  # noqa: E402

MIB = 1 << 20
MOST_MEMORY = 64 * MIB
MOST_SIDECAR = MIB
MOST_ON_LOOP_MS = 20
# Of a step's cost, from 1,000 to 10,000: maps grow by a logarithm, and leave the cache.
MOST_GROWTH = 3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["file", "growth"])
    parser.add_argument("--size", type=parse_size, default=parse_size("100G"))
    parser.add_argument("--xget", type=pathlib.Path, default=TREE / "build/release/xget")
    parser.add_argument("--with", dest="options", default="", metavar="OPTIONS",
                        help="for xget, as '-n 16'")
    parser.add_argument("--bound", type=float, default=900, metavar="SECONDS")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/xget-bench"))
    parser.add_argument("--json", type=pathlib.Path, help="where the figures go; "
                        "default tests/bench/results/large-TIME.json")
    args = parser.parse_args()
    args.xget = args.xget.resolve()
    args.json = args.json or (
        TREE / f"tests/bench/results/large-{time.strftime('%Y%m%d-%H%M%S')}.json")
    return args


def build(xget: pathlib.Path, target: str) -> pathlib.Path:
    folder = xget.parent
    done = subprocess.run(["cmake", "--build", folder, "--target", target],
                          stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        sys.exit(f"{target} is not built; was {folder} configured with -DXGET_TESTS=ON?")
    return next(path for path in (folder / "tests" / target, folder / "tests" / f"{target}.so")
                if path.exists())


def file_table(endless: Endless) -> str:
    rate = size_text(int(endless.size / endless.wall_s))
    rows = [("peak memory", size_text(endless.peak_memory_bytes), size_text(MOST_MEMORY)),
            ("largest sidecar", size_text(endless.largest_sidecar_bytes), size_text(MOST_SIDECAR)),
            (f"99 of 100 among {len(endless.checkpoints_on_loop_ms)} checkpoints, on the loop",
             f"{endless.checkpoint_ms(0.99):.1f} ms", f"{MOST_ON_LOOP_MS} ms"),
            ("the median of them, and the longest", f"{endless.checkpoint_ms(0.5):.1f} ms, "
             f"{endless.checkpoint_ms(1):.1f} ms", ""),
            ("time", f"{endless.wall_s:.1f} s ({rate}/s, {endless.cpu_s:.1f} s of CPU)", "")]
    lines = [f"| {size_text(endless.size)} | measured | must be under |", "| --- | ---: | ---: |"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def growth_rows(figures: list[dict]) -> list[tuple[str, dict[int, float], float]]:
    """What, nanoseconds by count, and how much dearer the largest count is than the one before."""
    rows = {}
    for figure in figures:
        rows.setdefault(figure["what"], {})[figure["count"]] = figure["ns_per_step"]
    return [(what, costs, costs[10000] / costs[1000]) for what, costs in rows.items()]


def growth_table(figures: list[dict]) -> str:
    lines = ["| ns a step | 100 | 1,000 | 10,000 | grows |", "| --- | ---: | ---: | ---: | ---: |"]
    for what, costs, growth in growth_rows(figures):
        verdict = "" if growth < MOST_GROWTH else ": too much"
        cells = " | ".join(f"{costs[count]:,.0f}" for count in (100, 1000, 10000))
        lines.append(f"| {what} | {cells} | {growth:.1f}{verdict} |")
    return "\n".join(lines)


def main():
    args = parse_arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    adopt_orphans()
    figures = {"machine": describe_machine(args.xget)}
    if args.only != "growth":
        library = build(args.xget, "zeros_stay_holes")
        endless = download(args.xget, library, args.work, args.size, args.options.split(),
                           args.bound)
        figures["file"] = dataclasses.asdict(endless)
        print(file_table(endless) if endless.exit_code == 0 else
              f"the download failed (exit {endless.exit_code}); see {args.work}/endless.log")
    if args.only != "file":
        growth = subprocess.run([build(args.xget, "growth")], stdout=subprocess.PIPE, check=True)
        figures["growth"] = json.loads(growth.stdout)
        print("\n" + growth_table(figures["growth"]))
    args.json.write_text(json.dumps(figures, indent=1) + "\n")
    print(f"\nall figures: {args.json}", file=sys.stderr)


if __name__ == "__main__":
    main()
