#!/usr/bin/python3
"""Measures xget against curl, wget2, aria2 and axel, on this machine, in one run.

    tests/bench/bench.py [--xget build/release/xget] [--cases http tls ...] [--runs 5]

Cases:
  http         one large file, plain HTTP, loopback nginx to disk
  tls          one large file over TLS; every tool but axel checks the certificate (axel cannot
               check one for an address)
  memory4      peak memory with 4 connections
  memory64     peak memory with 64 connections
  small        a 10 KiB file, from the start of the process to its exit
  checkpoints  xget with its default checkpoints against xget with none; both sync at the end

The tools take turns, each round in another order; the figures are medians. Before each run what
was downloaded before is deleted and the disk is synced, and the source is in the page cache. Every
download is compared byte by byte with its source, outside the timed part. "durable" is the time
until the bytes are on the disk: the wall time and an fsync after it (xget has done its own by
then). What a peer fails at, or gets wrong, is counted under its figures; xget's ends the run.

Needs the packages of the groups build and bench in packaging/debian-packages.txt.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True
TREE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests"))

from measuring.loopback import Loopback  # noqa: E402
from measuring.machine import describe_machine  # noqa: E402
from measuring.sources import (GIB, KIB, MIB, clear, make_source, parse_size,  # noqa: E402
                               read_into_cache, same_bytes, size_text, source_path)
from measuring.stopwatch import adopt_orphans, run_once  # noqa: E402

TOOLS = ["xget", "curl", "wget2", "aria2", "axel"]
SMALL_SIZE = 10 * KIB
# Left free on the disk besides what the run writes.
SPARE_BYTES = 2 * GIB


# ---- what is run ------------------------------------------------------------------------------

@dataclass
class Case:
    name: str
    title: str
    size: int
    runs: int
    contenders: dict                 # name → function (url, output, ca file) → argv
    tls: bool = False


@dataclass
class Result:
    case: str
    contender: str
    size: int
    samples: list = field(default_factory=list)
    failures: list = field(default_factory=list)  # in words

    def median(self, name):
        return statistics.median(getattr(sample, name) for sample in self.samples)

    def spread(self, name):
        values = [getattr(sample, name) for sample in self.samples]
        return min(values), max(values)


def commands(xget, connections=None):
    """How each tool fetches one URL into one file, verifying against one CA when there is TLS.

    Without a number of connections xget finds it by itself, and the others use 4.
    """
    own = ["-n", str(connections)] if connections else []
    connections = connections or 4
    n = str(connections)

    def xget_with(*more):
        return lambda url, out, ca: [
            xget, "-q", *own, *more, *(["--cacert", ca] if ca else []), "-o", out, url]

    return {
        "xget": xget_with(),
        "xget without checkpoints": xget_with("--checkpoint-interval", "24h"),
        "curl": lambda url, out, ca: [
            "curl", "-q", "-sS", "-f", *(["--cacert", ca] if ca else []), "-o", out, url],
        "wget2": lambda url, out, ca: [
            "wget2", "--no-config", "--no-hsts", "-q",
            *(["--ca-certificate", ca] if ca else []), "-O", out, url],
        "aria2": lambda url, out, ca: [
            "aria2c", "--no-conf", "-q", f"-x{min(connections, 16)}", f"-s{n}", "-k1M",
            *(["--ca-certificate", ca] if ca else []),
            "-d", os.path.dirname(out), "-o", os.path.basename(out), url],
        "axel": lambda url, out, ca: [
            "axel", "-q", "-n", n, *(["--insecure"] if ca else []), "-o", out, url],
    }


def build_cases(args):
    def pick(names, connections=None):
        every = commands(str(args.xget), connections)
        return {name: every[name] for name in names if name.split()[0] in args.tools}

    checkpoints = ["xget", "xget without checkpoints"]
    cases = [
        Case("http", "plain HTTP", args.http_size, args.runs, pick(TOOLS)),
        Case("tls", "TLS", args.tls_size, args.runs, pick(TOOLS), tls=True),
        Case("memory4", "4 connections", args.memory_size, args.runs, pick(TOOLS, 4)),
        Case("memory64", "64 connections", args.memory_size, args.runs, pick(TOOLS, 64)),
        Case("small", "a small file", SMALL_SIZE, args.small_runs, pick(TOOLS)),
        Case("checkpoints", "cost of checkpoints", args.http_size, args.runs, pick(checkpoints)),
    ]
    return [case for case in cases if case.name in args.cases]


# ---- files ------------------------------------------------------------------------------------

def check_disk(work, cases):
    sizes = {case.size for case in cases}
    existing = sum(source_path(work, size).exists() * size for size in sizes)
    needed = sum(sizes) - existing + max(sizes) + SPARE_BYTES
    free = shutil.disk_usage(work).free
    if free < needed:
        sys.exit(f"{work} has {free / GIB:.1f} GiB free, this run needs {needed / GIB:.1f}")


# ---- measuring --------------------------------------------------------------------------------

def outcome_of(argv, source, output, log):
    """The sample and "", or None and what went wrong."""
    run = run_once(argv, output, log)
    if run.exit_code != 0:
        return None, f"exit {run.exit_code} {log.read_text()}".strip()
    if not same_bytes(source, output):
        return None, "exit 0, but the bytes are not the source's"
    return run.sample, ""


def measure(case, server, work, report):
    source = source_path(work, case.size)
    read_into_cache(source)
    results = {name: Result(case.name, name, case.size) for name in case.contenders}
    ca = str(server.ca) if case.tls else None
    order = list(case.contenders)
    outputs = work / "output"
    for round_number in range(case.runs):
        for name in order:
            clear(outputs)
            os.sync()
            output = outputs / "file"
            argv = case.contenders[name](server.url(source.name, case.tls), str(output), ca)
            sample, failure = outcome_of(argv, source, output, work / "tool.log")
            if sample:
                results[name].samples.append(sample)
                report(case, name, round_number, seconds_text(sample.wall_s))
            elif name.startswith("xget"):
                sys.exit(f"{' '.join(argv)}: {failure}")
            else:
                results[name].failures.append(failure)
                report(case, name, round_number, failure)
        order.append(order.pop(0))
    clear(outputs)
    return list(results.values())


# ---- reporting --------------------------------------------------------------------------------

def seconds_text(value):
    return f"{value * 1000:.1f} ms" if value < 0.5 else f"{value:.2f} s"


def print_table(case, results):
    print(f"\n{case.name}: {case.title}, {size_text(case.size)}, median of {case.runs}", flush=True)
    print(f"  {'':26}{'wall':>10} {'(min to max)':>22}{'durable':>11}{'CPU':>11}{'peak RSS':>12}")
    measured = [result for result in results if result.samples]
    for result in sorted(measured, key=lambda result: result.median("wall_s")):
        low, high = result.spread("wall_s")
        rss_text = f"{result.median('max_rss_bytes') / MIB:.1f} MiB"
        print(f"  {result.contender:26}{seconds_text(result.median('wall_s')):>10} "
              f"{'(' + seconds_text(low) + ' to ' + seconds_text(high) + ')':>22}"
              f"{seconds_text(result.median('durable_s')):>11}"
              f"{seconds_text(result.median('cpu_s')):>11}{rss_text:>12}")
    for result in results:
        if result.failures:
            print(f"  {result.contender} failed {len(result.failures)} of {case.runs} times, "
                  f"last: {result.failures[-1]}")


def write_json(path, args, results):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for result in results:
        names = ("wall_s", "durable_s", "cpu_s", "max_rss_bytes") if result.samples else ()
        medians = {name: result.median(name) for name in names}
        rows.append({**asdict(result), "median": medians})
    path.write_text(json.dumps({"machine": describe_machine(args.xget), "results": rows}, indent=1))


# ---- the command line -------------------------------------------------------------------------

def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["http", "tls", "memory4", "memory64", "small", "checkpoints"]
    parser.add_argument("--cases", nargs="+", choices=names, default=names)
    parser.add_argument("--tools", nargs="+", choices=TOOLS, default=TOOLS)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--small-runs", type=int, default=100)
    parser.add_argument("--http-size", type=parse_size, default=4 * GIB, metavar="4G")
    parser.add_argument("--tls-size", type=parse_size, default=2 * GIB, metavar="2G")
    parser.add_argument("--memory-size", type=parse_size, default=2 * GIB, metavar="2G")
    parser.add_argument("--xget", type=Path, default=TREE / "build/release/xget")
    parser.add_argument("--work", type=Path, default=Path("/tmp/xget-bench"),
                        help="folder for sources and downloads; the sources stay there")
    parser.add_argument("--json", type=Path, help="where the figures go; "
                        "default tests/bench/results/TIME.json")
    args = parser.parse_args()
    args.xget = args.xget.resolve()
    args.json = args.json or TREE / f"tests/bench/results/{time.strftime('%Y%m%d-%H%M%S')}.json"
    return args


def check_tools(args):
    wanted = {"xget": str(args.xget), "aria2": "aria2c"}
    missing = [tool for tool in args.tools if not shutil.which(wanted.get(tool, tool))]
    if missing:
        sys.exit(f"missing: {', '.join(missing)} (packaging/install-packages.sh build bench; "
                 "packaging/run.sh --version builds xget)")


def main():
    args = parse_arguments()
    check_tools(args)
    adopt_orphans()
    cases = build_cases(args)
    args.work.mkdir(parents=True, exist_ok=True)
    check_disk(args.work, cases)
    for case in cases:
        make_source(args.work, case.size)

    def report(case, name, round_number, outcome):
        if case.runs <= 20:
            print(f"{case.name} {round_number + 1}/{case.runs} {name}: {outcome}", file=sys.stderr)

    results = []
    with Loopback(args.work) as server:
        for case in cases:
            measured = measure(case, server, args.work, report)
            print_table(case, measured)
            results += measured
            write_json(args.json, args, results)
    print(f"\nall samples: {args.json}")


if __name__ == "__main__":
    main()
