#!/usr/bin/python3
"""Runs the misbehaving servers of tests/support/rows.py over xget and over other tools.

    tests/bench/matrix.py [--xget build/release/xget] [--tools xget curl ...] [--rows NAME ...]

Every row is met twice by every tool: fresh, and with a part of the file that the tool itself got
from the same URL while the server was honest, and was interrupted. Each cell is one of

  right    exit 0, and the file is one whole version that the server gave
  error    another exit
  wrong    exit 0, and the file is something else, or missing
  hangs    still running after --bound seconds, though told to wait 3 s for a stalled body and to
           try 4 times (peers/tools.py has all options)

The short table goes to standard output; --markdown and --json write all cells. Everything runs on
127.0.0.1 on free ports. Exit: 1 if xget showed anything but right or error.

Needs the packages of the groups build and bench in packaging/debian-packages.txt.
"""

import argparse
import concurrent.futures
import pathlib
import sys

sys.dont_write_bytecode = True
TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests"))

from peers.cells import Cell, Outcome, Verdict, run_cell  # noqa: E402
from peers.report import Matrix, write  # noqa: E402
from peers.tools import all_tools, missing  # noqa: E402
from support.certificates import Certificates  # noqa: E402
from support.rows import ROWS  # noqa: E402

# Most of a cell's time is waiting for its own server.
CELLS_AT_ONCE = 6


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [tool.name for tool in all_tools(pathlib.Path())]
    parser.add_argument("--xget", type=pathlib.Path, default=TREE / "build/release/xget")
    parser.add_argument("--tools", nargs="+", choices=names, default=names)
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS), metavar="NAME")
    parser.add_argument("--bound", type=float, default=60, metavar="SECONDS")
    parser.add_argument("--jobs", type=int, default=CELLS_AT_ONCE, help="cells at once")
    parser.add_argument("--markdown", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    return parser.parse_args()


def run(matrix: Matrix, jobs: int, bound_s: float):
    cells = [Cell(tool, row, resumed) for row in matrix.rows for resumed in (False, True)
             for tool in matrix.tools]
    with Certificates() as certificates, concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {pool.submit(run_cell, cell, certificates, bound_s): cell for cell in cells}
        try:
            for future in concurrent.futures.as_completed(futures):
                note(matrix, futures[future], future.result())
        finally:
            pool.shutdown(cancel_futures=True)


def note(matrix: Matrix, cell: Cell, outcome: Outcome):
    matrix.outcomes[cell.tool.name, cell.row.name, cell.resumed] = outcome
    print(f"{cell.row.name} {'resumed' if cell.resumed else 'fresh'} {cell.tool.name}: "
          f"{outcome.verdict.value} ({outcome.exit_code}, {outcome.seconds} s) {outcome.detail}",
          file=sys.stderr, flush=True)


def main() -> int:
    args = parse_arguments()
    tools = [tool for tool in all_tools(args.xget.resolve()) if tool.name in args.tools]
    if missing(tools):
        sys.exit(f"missing: {', '.join(missing(tools))} (packaging/install-packages.sh build "
                 "bench; packaging/run.sh --version builds xget)")
    matrix = Matrix(tools, [ROWS[name] for name in args.rows])
    run(matrix, args.jobs, args.bound)
    print(matrix.short_table())
    if args.markdown:
        write(args.markdown, matrix.full_table())
    if args.json:
        write(args.json, matrix.as_json())
    bad = [key for key, outcome in matrix.outcomes.items()
           if key[0] == "xget" and outcome.verdict in (Verdict.WRONG, Verdict.HANGS)]
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
