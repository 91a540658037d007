#!/usr/bin/python3
"""Races xget, with no option at all, against tuned peers over the paths of races/rows.py: long
links with and without loss, servers and mirrors with caps, laggards and liars, loopback.

    tests/bench/paths.py [--only PATTERN] [--tools xget,axel] [--runs 3] [--xget build/release/xget]

The tools take turns, each round in another order; each run has a link and servers of its own, and
every tool meets the same seed of losses in a round. Each download is compared with its source,
outside the timed part, and ended after --bound seconds. The figures are medians, of wall time; a
tool that failed once has none. The Markdown table goes to standard output, and JSON with every run
to --json. All of it takes more than an hour, as slow peers run to the bound; --tools, --no-defaults
and --only leave out what is not wanted.

Long links need root, as they are made of network namespaces; without it those rows are left out,
and the table says so. The link and the server are built by $CXX or c++ when first needed. Needs
the packages of the groups build and bench in packaging/debian-packages.txt.
"""

import argparse
import dataclasses
import fnmatch
import pathlib
import shutil
import signal
import sys
import time

sys.dont_write_bytecode = True
TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests"))

from measuring.sources import make_source  # noqa: E402
from measuring.stopwatch import adopt_orphans  # noqa: E402
from races.contenders import Contender, all_contenders, starters  # noqa: E402
from races.race import Result, race  # noqa: E402
from races.rows import ALL, Row  # noqa: E402
from races.scenes import Ground  # noqa: E402
from races.table import as_json, markdown  # noqa: E402

TOOLS = ["xget", "aria2", "axel", "lftp", "wget2", "curl"]


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Paths: " + "; ".join(f"{row.name} ({row.words})" for row in ALL))
    parser.add_argument("--only", default="*", metavar="PATTERN",
                        help="names of paths, as lossy,c*")
    parser.add_argument("--tools", default=",".join(TOOLS), metavar="NAME,...")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-defaults", action="store_true", help="leave out peers as they come")
    parser.add_argument("--xget", type=pathlib.Path, default=TREE / "build/release/xget")
    parser.add_argument("--xget-with", action="append", default=[], metavar="OPTIONS",
                        help="race xget with these options too; repeatable")
    parser.add_argument("--bound", type=float, default=130, metavar="SECONDS", help="for one run")
    parser.add_argument("--shrink", type=int, default=1, metavar="N",
                        help="files N times smaller, to try it out: targets mean nothing then")
    parser.add_argument("--seed", type=int, default=1, help="of the first round's losses")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/xget-bench"),
                        help="folder for sources and downloads; the sources stay there")
    parser.add_argument("--json", type=pathlib.Path, help="where the figures go; "
                        "default tests/bench/results/paths-TIME.json")
    args = parser.parse_args()
    args.xget = args.xget.resolve()
    args.json = args.json or (
        TREE / f"tests/bench/results/paths-{time.strftime('%Y%m%d-%H%M%S')}.json")
    return args


def chosen_rows(args) -> list[Row]:
    patterns = args.only.split(",")
    rows = [dataclasses.replace(row, size=row.size // args.shrink) for row in ALL
            if any(fnmatch.fnmatchcase(row.name, pattern) for pattern in patterns)]
    return rows or sys.exit(f"no path is named {args.only}")


def chosen_contenders(args) -> list[Contender]:
    tools = args.tools.split(",")
    unknown = set(tools) - set(TOOLS)
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)} (known: {', '.join(TOOLS)})")
    chosen = [one for one in all_contenders(args.xget, args.xget_with)
              if one.tool in tools and not (args.no_defaults and one.by_default)]
    missing = {one.program for one in chosen if not shutil.which(one.program)}
    if missing:
        sys.exit(f"missing: {', '.join(missing)} (packaging/install-packages.sh build bench; "
                 "packaging/run.sh --version builds xget)")
    return chosen


def note(result: Result):
    finish = result.finishes[-1]
    sent = f", sent {finish.sent_bytes / result.row.size:.3f} times" if finish.sent_bytes else ""
    print(f"{result.row.name} {len(result.finishes)} {result.contender.name}: "
          f"{finish.verdict.value}, {finish.wall_s:.2f} s{sent} {finish.detail}",
          file=sys.stderr, flush=True)


def main():
    # So that a link and servers end with this script, however it is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    args = parse_arguments()
    contenders = chosen_contenders(args)
    args.work.mkdir(parents=True, exist_ok=True)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    adopt_orphans()
    raced = []
    for row in chosen_rows(args):
        ground = Ground(args.work, make_source(args.work, row.size), args.seed)
        raced.append((row, race(row, ground, starters(row, contenders), args.runs, args.bound,
                                note)))
        args.json.write_text(as_json(raced, args.xget) + "\n")
    print(markdown(raced, args.bound))
    print(f"\nall runs: {args.json}", file=sys.stderr)


if __name__ == "__main__":
    main()
