#!/usr/bin/python3
"""Measures many small files against peers: over loopback, and over a link of 500 Mbit/s and 10 ms
one way, plain and with TLS and HTTP/2.

    tests/bench/many.py [--only PATTERN] [--tools xget,wget2] [--runs 5] [--xget build/release/xget]

The tools take turns, each round in another order; each run downloads into a new folder, and all
files are compared with their sources, outside the timed part. The figures are medians of wall time,
the Markdown table goes to standard output, JSON with every run to --json. xget's time includes that
all is on the disk; the others' does not. Links need root, as in paths.py.
"""

import argparse
import contextlib
import dataclasses
import fnmatch
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests"))

from links.long_link import LongLink, LinkShape, SERVER_ADDRESS, why_not_here  # noqa: E402
from measuring.machine import describe_machine  # noqa: E402
from measuring.sources import KIB, clear, size_text  # noqa: E402
from measuring.stopwatch import adopt_orphans, run_once  # noqa: E402
from support.free_ports import free_ports  # noqa: E402

TOOLS = ["xget", "wget2", "curl", "aria2"]
LINK = LinkShape(rate_mbit=500, one_way_ms=10, loss_percent=0, queue_kb=2000)
NGINX = """
daemon off;
{user}
worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on;
  client_body_temp_path {work}/temp; proxy_temp_path {work}/temp; fastcgi_temp_path {work}/temp;
  uwsgi_temp_path {work}/temp; scgi_temp_path {work}/temp;
  server {{
    listen {address}:{port};
    listen {address}:{tls_port} ssl http2;
    ssl_certificate {work}/server.pem;
    ssl_certificate_key {work}/server.key;
    root {work}/source;
  }}
}}
"""


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    words: str
    count: int
    size: int
    far: bool       # over the link
    tls: bool
    target: str     # as the project set it itself


ROWS = [
    Row("wan", "500 Mbit/s, 10 ms one way", 2000, 16 * KIB, True, False, "≤ 1.4 s"),
    Row("wan-tls", "the same, TLS and HTTP/2", 2000, 16 * KIB, True, True, "≤ 0.9 s"),
    Row("loopback", "loopback", 10_000, 4 * KIB, False, False, "≤ the best peer"),
]


def make_sources(work: pathlib.Path, row: Row) -> list[str]:
    folder = work / "source" / f"{row.count}x{row.size}"
    names = [f"{number:06}" for number in range(row.count)]
    if not folder.exists():
        folder.mkdir(parents=True)
        for name in names:
            (folder / name).write_bytes(os.urandom(row.size))
    return [f"{folder.name}/{name}" for name in names]


def make_certificate(work: pathlib.Path, address: str) -> pathlib.Path:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", "server.key", "-out", "server.pem", "-days", "3650", "-subj",
         "/CN=bench", "-addext", f"subjectAltName=IP:{address}"],
        cwd=work, check=True, capture_output=True)
    return work / "server.pem"


@contextlib.contextmanager
def nginx(work: pathlib.Path, address: str, ports: tuple[int, int], within: list[str]):
    (work / "temp").mkdir(exist_ok=True)
    (work / "nginx.pid").unlink(missing_ok=True)
    config = work / "nginx.conf"
    config.write_text(NGINX.format(work=work, address=address, port=ports[0], tls_port=ports[1],
                                   user="user root;" if os.geteuid() == 0 else ""))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    process = subprocess.Popen([*within, program, "-c", config, "-e", work / "nginx.log"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            time.sleep(0.05)
            if (work / "nginx.pid").exists() and process.poll() is None:
                break
        else:
            sys.exit(f"nginx does not start; see {work}/nginx.log")
        yield
    finally:
        process.terminate()
        process.wait()


def write_lists(work: pathlib.Path, base: str, names: list[str]):
    urls = [f"{base}/{name}" for name in names]
    (work / "urls").write_text("".join(f"{url}\n" for url in urls))
    (work / "curl.config").write_text("".join(f'url = "{url}"\nremote-name\n' for url in urls))


def command(tool: str, args, work: pathlib.Path, out: pathlib.Path) -> list[str]:
    lists, ca = str(work / "urls"), str(work / "server.pem")
    return {
        "xget": [str(args.xget), "-q", "-i", lists, "-d", str(out), "--cacert", ca],
        "wget2": ["wget2", "-q", "-i", lists, "-P", str(out), f"--ca-certificate={ca}"],
        "curl": ["curl", "-s", "-Z", "--parallel-max", "50", "--cacert", ca, "--output-dir",
                 str(out), "-K", str(work / "curl.config")],
        "aria2": ["aria2c", "-q", "-i", lists, "-d", str(out), "-j", "16", f"--ca-certificate={ca}",
                  "--file-allocation=none"],
    }[tool]


def is_right(work: pathlib.Path, names: list[str], out: pathlib.Path) -> bool:
    def same(name):
        copy = out / pathlib.Path(name).name
        return copy.exists() and copy.read_bytes() == (work / "source" / name).read_bytes()
    return all(same(name) for name in names)


def measure(row: Row, args) -> dict[str, list[float | None]]:
    """By tool, the seconds of each run; None: it failed or its bytes are wrong."""
    names = make_sources(args.work, row)
    address = SERVER_ADDRESS if row.far else "127.0.0.1"
    make_certificate(args.work, address)
    ports = tuple(free_ports(2))  # in a namespace of its own any is free
    base = f"https://{address}:{ports[1]}" if row.tls else f"http://{address}:{ports[0]}"
    write_lists(args.work, base, names)
    times = {tool: [] for tool in args.tools}
    with contextlib.ExitStack() as stack:
        link = stack.enter_context(LongLink(LINK, args.work / "programs")) if row.far else None
        stack.enter_context(nginx(args.work, address, ports, link.server if link else []))
        for number in range(args.runs):
            for tool in args.tools[number % len(args.tools):] + args.tools[:number % len(args.tools)]:
                out = args.work / f"out-{row.name}-{number}-{tool}"
                clear(out)
                argv = [*(link.client if link else []), *command(tool, args, args.work, out)]
                run = run_once(argv, args.work / "none", args.work / "log", args.bound)
                right = run.exit_code == 0 and is_right(args.work, names, out)
                times[tool].append(run.sample.wall_s if right else None)
                print(f"{row.name} {number + 1} {tool}: {'right' if right else 'WRONG'}, "
                      f"{run.sample.wall_s:.2f} s, CPU {run.sample.cpu_s:.2f} s, "
                      f"{run.sample.max_rss_bytes >> 20} MiB", file=sys.stderr, flush=True)
    for folder in args.work.glob(f"out-{row.name}-*"):
        shutil.rmtree(folder)  # last: a file system that reuses what was just deleted is slower
    return times


def median(times: list[float | None]) -> float | None:
    return statistics.median(times) if times and None not in times else None


def markdown(results: list[tuple[Row, dict]], tools: list[str]) -> str:
    head = ["files", "path", *tools, "target"]
    lines = [head, ["---"] * len(head)]
    for row, times in results:
        cells = [median(times[tool]) for tool in tools]
        lines.append([f"{row.count:,} of {size_text(row.size)}", row.words,
                      *("failed" if cell is None else f"{cell:.2f} s" for cell in cells),
                      row.target])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="*", metavar="PATTERN")
    parser.add_argument("--tools", default=",".join(TOOLS), type=lambda text: text.split(","))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--xget", type=pathlib.Path, default=TREE / "build/release/xget")
    parser.add_argument("--bound", type=float, default=60, metavar="SECONDS", help="for one run")
    parser.add_argument("--shrink", type=int, default=1, metavar="N",
                        help="N times fewer files, to try it out: targets mean nothing then")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/xget-bench"))
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    args.xget = args.xget.resolve()
    args.json = args.json or (
        TREE / f"tests/bench/results/many-{time.strftime('%Y%m%d-%H%M%S')}.json")
    return args


def main():
    args = parse_arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    adopt_orphans()
    results = []
    for row in ROWS:
        if not fnmatch.fnmatchcase(row.name, args.only):
            continue
        if row.far and (reason := why_not_here()):
            print(f"{row.name} is left out: {reason}", file=sys.stderr)
            continue
        row = dataclasses.replace(row, count=row.count // args.shrink)
        results.append((row, measure(row, args)))
    args.json.write_text(json.dumps(
        {"machine": describe_machine(args.xget),
         "rows": [{"name": row.name, "times_s": times} for row, times in results]}, indent=1))
    print(markdown(results, args.tools))


if __name__ == "__main__":
    main()
