#!/usr/bin/python3
"""Measures an object store against peers: one large object and many small ones, both ways, with a
Ceph gateway on loopback.

    tests/bench/stores.py [--only PATTERN] [--tools xget,rclone] [--runs 3] [--xget build/release/xget]

The tools take turns, each round in another order. What is downloaded is compared with its source,
what is uploaded is read back by another program and compared, both outside the timed part. The
figures are medians of wall time, the Markdown table goes to standard output, JSON with every run to
--json. The gateway takes CPU time on the same machine, and has its data in memory.
"""

import argparse
import dataclasses
import fnmatch
import hashlib
import json
import os
import pathlib
import statistics
import sys
import time

sys.dont_write_bytecode = True
TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests"))

from measuring.machine import describe_machine  # noqa: E402
from measuring.sources import KIB, clear, size_text  # noqa: E402
from measuring.stopwatch import adopt_orphans, run_once  # noqa: E402
from support import ceph_gateway  # noqa: E402

TOOLS = ["xget", "awscli", "s3cmd", "rclone"]
MIB = KIB << 10
BUCKET = "bench"


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    words: str
    count: int
    size: int
    up: bool
    target: float  # of the best peer's time


ROWS = [
    Row("up", "up", 1, 1024 * MIB, True, 0.5),
    Row("down", "down", 1, 1024 * MIB, False, 0.5),
    Row("many-up", "up", 5000, 16 * KIB, True, 0.3),
    Row("many-down", "down", 5000, 16 * KIB, False, 0.3),
]


def make_sources(work: pathlib.Path, row: Row) -> pathlib.Path:
    folder = work / f"source-{row.count}x{row.size}"
    if not folder.exists():
        folder.mkdir(parents=True)
        for number in range(row.count):
            with open(folder / f"{number:06}", "wb") as file:
                for offset in range(0, row.size, MIB):
                    file.write(os.urandom(min(MIB, row.size - offset)))
    return folder


class Store:
    """The gateway, as each tool is told of it."""

    def __init__(self, gateway, work: pathlib.Path):
        self.gateway, self.client = gateway, gateway.client()
        self.client.create_bucket(Bucket=BUCKET)
        self.url, self.work = gateway.url, work
        host = gateway.url.removeprefix("http://")
        (work / "s3cmd.conf").write_text(
            f"[default]\naccess_key = {ceph_gateway.ACCESS_KEY}\n"
            f"secret_key = {ceph_gateway.SECRET_KEY}\nhost_base = {host}\n"
            f"host_bucket = {host}\nuse_https = False\n")
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment = own | gateway.environment() | {
            "AWS_DEFAULT_REGION": "us-east-1", "XDG_STATE_HOME": str(work / "state"),
            "RCLONE_S3_PROVIDER": "Ceph", "RCLONE_S3_ENDPOINT": gateway.url,
            "RCLONE_S3_ACCESS_KEY_ID": ceph_gateway.ACCESS_KEY,
            "RCLONE_S3_SECRET_ACCESS_KEY": ceph_gateway.SECRET_KEY, "RCLONE_CONFIG": os.devnull}

    def keys(self, prefix: str) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def clear(self, prefix: str):
        keys = self.keys(prefix)
        for begin in range(0, len(keys), 1000):
            self.client.delete_objects(Bucket=BUCKET, Delete={
                "Quiet": True, "Objects": [{"Key": key} for key in keys[begin:begin + 1000]]})
        self.gateway.collect_garbage()

    def put(self, prefix: str, folder: pathlib.Path):
        for path in sorted(folder.iterdir()):
            with open(path, "rb") as file:
                self.client.put_object(Bucket=BUCKET, Key=prefix + path.name, Body=file)

    def has(self, prefix: str, folder: pathlib.Path) -> bool:
        def same(path):
            body = self.client.get_object(Bucket=BUCKET, Key=prefix + path.name)["Body"]
            digest = hashlib.sha256()
            for piece in body.iter_chunks(MIB):
                digest.update(piece)
            return digest.digest() == digest_of(path)
        names = [path.name for path in folder.iterdir()]
        return len(self.keys(prefix)) == len(names) and all(map(same, folder.iterdir()))


def digest_of(path: pathlib.Path) -> bytes:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def command(tool: str, row: Row, args, store: Store, folder: pathlib.Path,
            out: pathlib.Path) -> list[str]:
    prefix = f"s3://{BUCKET}/{row.name}/"
    remote = f":s3:{BUCKET}/{row.name}"
    ends = (f"{folder}/", prefix) if row.up else (prefix, f"{out}/")
    return {
        "xget": [str(args.xget), "cp", "-q", "-r", *ends],
        "awscli": ["/usr/bin/aws", "--endpoint-url", store.url, "s3", "cp", "--quiet",
                   "--recursive", *ends],
        "s3cmd": ["s3cmd", "-q", "-c", str(store.work / "s3cmd.conf"),
                  *(["put"] if row.up else ["get"]), "--recursive", *ends],
        "rclone": ["rclone", "copy", *((f"{folder}", remote) if row.up else (remote, f"{out}"))],
    }[tool]


def same_files(folder: pathlib.Path, out: pathlib.Path) -> bool:
    return all((out / path.name).exists() and digest_of(out / path.name) == digest_of(path)
               for path in folder.iterdir())


def measure(row: Row, args, store: Store) -> dict[str, list[float | None]]:
    """By tool, the seconds of each run; None: it failed or its bytes are wrong."""
    folder = make_sources(args.work, row)
    prefix = f"{row.name}/"
    if not row.up:
        store.put(prefix, folder)
    times = {tool: [] for tool in args.tools}
    for number in range(args.runs):
        for tool in args.tools[number % len(args.tools):] + args.tools[:number % len(args.tools)]:
            out = args.work / "out"
            clear(out)
            out.mkdir(exist_ok=True)
            if row.up:
                store.clear(prefix)
            run = run_once(command(tool, row, args, store, folder, out), args.work / "none",
                           args.work / "log", args.bound, store.environment)
            right = run.exit_code == 0 and (
                store.has(prefix, folder) if row.up else same_files(folder, out))
            times[tool].append(run.sample.wall_s if right else None)
            print(f"{row.name} {number + 1} {tool}: {'right' if right else 'WRONG'}, "
                  f"{run.sample.wall_s:.2f} s, CPU {run.sample.cpu_s:.2f} s, "
                  f"{run.sample.max_rss_bytes >> 20} MiB", file=sys.stderr, flush=True)
    store.clear(prefix)
    return times


def median(times: list[float | None]) -> float | None:
    return statistics.median(times) if times and None not in times else None


def markdown(results: list[tuple[Row, dict]], tools: list[str]) -> str:
    head = ["objects", "", *tools, "of the best peer", "target"]
    lines = [head, ["---"] * len(head)]
    for row, times in results:
        cells = {tool: median(times[tool]) for tool in tools}
        peers = [cell for tool, cell in cells.items() if tool != "xget" and cell is not None]
        own = cells.get("xget")
        ratio = f"{own / min(peers):.2f}" if own is not None and peers else ""
        lines.append([f"{row.count:,} of {size_text(row.size)}", row.words,
                      *("failed" if cell is None else f"{cell:.2f} s" for cell in cells.values()),
                      ratio, f"≤ {row.target}"])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="*", metavar="PATTERN")
    parser.add_argument("--tools", default=",".join(TOOLS), type=lambda text: text.split(","))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--xget", type=pathlib.Path, default=TREE / "build/release/xget")
    parser.add_argument("--bound", type=float, default=180, metavar="SECONDS", help="for one run")
    parser.add_argument("--shrink", type=int, default=1, metavar="N",
                        help="N times fewer or smaller objects, to try it out")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/xget-bench-stores"))
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    args.xget = args.xget.resolve()
    args.json = args.json or (
        TREE / f"tests/bench/results/stores-{time.strftime('%Y%m%d-%H%M%S')}.json")
    return args


def shrunk(row: Row, times: int) -> Row:
    if row.count > 1:
        return dataclasses.replace(row, count=max(1, row.count // times))
    return dataclasses.replace(row, size=row.size // times)


def main():
    args = parse_arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    adopt_orphans()
    results = []
    with ceph_gateway.CephGateway() as gateway:
        store = Store(gateway, args.work)
        for row in ROWS:
            if fnmatch.fnmatchcase(row.name, args.only):
                row = shrunk(row, args.shrink)
                results.append((row, measure(row, args, store)))
    args.json.write_text(json.dumps(
        {"machine": describe_machine(args.xget),
         "rows": [{"name": row.name, "times_s": times} for row, times in results]}, indent=1))
    print(markdown(results, args.tools))


if __name__ == "__main__":
    main()
