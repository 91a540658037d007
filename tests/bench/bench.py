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
then).

Memory is the kernel's ru_maxrss. A child begins with its parent's, so each tool is the child of a
small shell, not of this script.

Needs the packages of the groups build and bench in packaging/debian-packages.txt.
"""

import argparse
import ctypes
import json
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

TREE = Path(__file__).resolve().parents[2]
KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
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
class Sample:
    wall_s: float
    durable_s: float
    cpu_s: float
    max_rss_bytes: int


@dataclass
class Result:
    case: str
    contender: str
    size: int
    samples: list = field(default_factory=list)

    def median(self, name):
        return statistics.median(getattr(sample, name) for sample in self.samples)

    def spread(self, name):
        values = [getattr(sample, name) for sample in self.samples]
        return min(values), max(values)


def commands(xget, connections):
    """How each tool fetches one URL into one file, verifying against one CA when there is TLS."""
    n = str(connections)

    def xget_with(*more):
        return lambda url, out, ca: [
            xget, "-q", "-n", n, *more, *(["--cacert", ca] if ca else []), "-o", out, url]

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
    def pick(names, connections=4):
        every = commands(str(args.xget), connections)
        return {name: every[name] for name in names if name.split()[0] in args.tools}

    checkpoints = ["xget", "xget without checkpoints"]
    cases = [
        Case("http", "plain HTTP", args.http_size, args.runs, pick(TOOLS)),
        Case("tls", "TLS", args.tls_size, args.runs, pick(TOOLS), tls=True),
        Case("memory4", "4 connections", args.memory_size, args.runs, pick(TOOLS)),
        Case("memory64", "64 connections", args.memory_size, args.runs, pick(TOOLS, 64)),
        Case("small", "a small file", SMALL_SIZE, args.small_runs, pick(TOOLS)),
        Case("checkpoints", "cost of checkpoints", args.http_size, args.runs, pick(checkpoints)),
    ]
    return [case for case in cases if case.name in args.cases]


# ---- the server -------------------------------------------------------------------------------

NGINX_CONFIG = """
daemon off;
{user}
worker_processes 1;
pid {work}/nginx.pid;
error_log {work}/nginx.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_body_temp_path {work}/temp; proxy_temp_path {work}/temp; fastcgi_temp_path {work}/temp;
  uwsgi_temp_path {work}/temp; scgi_temp_path {work}/temp;
  server {{
    listen 127.0.0.1:{port};
    listen 127.0.0.1:{tls_port} ssl;
    ssl_certificate {work}/server.pem;
    ssl_certificate_key {work}/server.key;
    root {work}/source;
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificates(work):
    """A CA of our own and a server certificate for 127.0.0.1 under it."""
    if (work / "server.pem").exists():
        return

    def openssl(*argv):
        subprocess.run(["openssl", *argv], cwd=work, check=True, capture_output=True)

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *new_key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "3650",
            "-subj", "/CN=bench CA")
    openssl("req", *new_key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=bench")
    (work / "server.ext").write_text("subjectAltName=IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "3650", "-extfile", "server.ext", "-out", "server.pem")


class Server:
    """nginx with one worker on two free ports of 127.0.0.1, for as long as the block lasts."""

    def __init__(self, work):
        self.work = work
        self.port, self.tls_port = free_port(), free_port()
        self.process = None

    def __enter__(self):
        config = self.work / "nginx.conf"
        config.write_text(NGINX_CONFIG.format(
            work=self.work, port=self.port, tls_port=self.tls_port,
            user="user root;" if os.geteuid() == 0 else ""))
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen(
            [nginx, "-c", config, "-e", self.work / "nginx.log"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.tls_port), 1).close()
                return self
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    self.__exit__()
                    sys.exit(f"nginx does not answer; see {self.work}/nginx.log")
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def url(self, case, name):
        scheme, port = ("https", self.tls_port) if case.tls else ("http", self.port)
        return f"{scheme}://127.0.0.1:{port}/{name}"


# ---- files ------------------------------------------------------------------------------------

def source_name(size):
    return f"{size}.bin"


def make_source(work, size):
    """A file of random bytes: nothing to compress, no block of zeros. Made once, then kept."""
    path = work / "source" / source_name(size)
    if path.exists() and path.stat().st_size == size:
        return
    with open(path, "wb") as file:
        for offset in range(0, size, MIB):
            file.write(os.urandom(min(MIB, size - offset)))


def read_into_cache(path):
    with open(path, "rb", buffering=0) as file:
        buffer = bytearray(MIB)
        while file.readinto(buffer):
            pass


def check_disk(work, cases):
    sizes = {case.size for case in cases}
    existing = sum((work / "source" / source_name(size)).exists() * size for size in sizes)
    needed = sum(sizes) - existing + max(sizes) + SPARE_BYTES
    free = shutil.disk_usage(work).free
    if free < needed:
        sys.exit(f"{work} has {free / GIB:.1f} GiB free, this run needs {needed / GIB:.1f}")


# ---- measuring --------------------------------------------------------------------------------

def fsync_file(path):
    descriptor = os.open(path, os.O_RDWR)
    os.fsync(descriptor)
    os.close(descriptor)


def adopt_orphans():
    """Makes this process the parent of its grandchildren whose parent has gone."""
    pr_set_child_subreaper = 36
    if ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0) != 0:
        sys.exit("prctl(PR_SET_CHILD_SUBREAPER) failed")


def run_once(argv, output, log):
    """Runs argv from spawn to exit and takes what the kernel accounts for it."""
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    start = time.perf_counter()
    shell = os.posix_spawn("/bin/sh", ["sh", "-c", '"$@" &', "sh", *argv], os.environ,
                           file_actions=actions)
    os.waitpid(shell, 0)
    _, status, usage = os.wait4(-1, 0)
    wall = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f"{' '.join(argv)}: exit {code}\n{log.read_text()}")
    fsync_file(output)
    durable = time.perf_counter() - start
    return Sample(wall, durable, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * KIB)


def clear(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def measure(case, server, work, report):
    source = work / "source" / source_name(case.size)
    read_into_cache(source)
    results = {name: Result(case.name, name, case.size) for name in case.contenders}
    ca = str(work / "ca.pem") if case.tls else None
    order = list(case.contenders)
    outputs = work / "output"
    for round_number in range(case.runs):
        for name in order:
            clear(outputs)
            os.sync()
            output = outputs / "file"
            argv = case.contenders[name](server.url(case, source.name), str(output), ca)
            sample = run_once(argv, output, work / "tool.log")
            if subprocess.run(["cmp", "-s", source, output], check=False).returncode != 0:
                sys.exit(f"{' '.join(argv)}: exit 0, but the bytes are not the source's")
            results[name].samples.append(sample)
            report(case, name, round_number, sample)
        order.append(order.pop(0))
    clear(outputs)
    return list(results.values())


# ---- reporting --------------------------------------------------------------------------------

def size_text(size):
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} B"


def seconds_text(value):
    return f"{value * 1000:.1f} ms" if value < 0.5 else f"{value:.2f} s"


def print_table(case, results):
    print(f"\n{case.name}: {case.title}, {size_text(case.size)}, median of {case.runs}", flush=True)
    print(f"  {'':26}{'wall':>10} {'(min to max)':>22}{'durable':>11}{'CPU':>11}{'peak RSS':>12}")
    for result in sorted(results, key=lambda result: result.median("wall_s")):
        low, high = result.spread("wall_s")
        rss_text = f"{result.median('max_rss_bytes') / MIB:.1f} MiB"
        print(f"  {result.contender:26}{seconds_text(result.median('wall_s')):>10} "
              f"{'(' + seconds_text(low) + ' to ' + seconds_text(high) + ')':>22}"
              f"{seconds_text(result.median('durable_s')):>11}"
              f"{seconds_text(result.median('cpu_s')):>11}{rss_text:>12}")


def version_of(argv):
    try:
        answer = subprocess.run(argv, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return ((answer.stdout or answer.stderr).splitlines() or [None])[0]


def describe_machine(args):
    versions = {tool: version_of([command, flag]) for tool, command, flag in (
        ("xget", str(args.xget), "--version"), ("curl", "curl", "--version"),
        ("wget2", "wget2", "--version"), ("aria2", "aria2c", "--version"),
        ("axel", "axel", "--version"), ("nginx", "nginx", "-v"))}
    return {"cores": os.cpu_count(), "kernel": platform.release(), "versions": versions,
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z")}


def write_json(path, args, results):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for result in results:
        medians = {name: result.median(name)
                   for name in ("wall_s", "durable_s", "cpu_s", "max_rss_bytes")}
        rows.append({**asdict(result), "median": medians})
    path.write_text(json.dumps({"machine": describe_machine(args), "results": rows}, indent=1))


# ---- the command line -------------------------------------------------------------------------

def parse_size(text):
    units = {"K": KIB, "M": MIB, "G": GIB}
    return int(float(text[:-1]) * units[text[-1]]) if text[-1] in units else int(text)


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
    (args.work / "source").mkdir(parents=True, exist_ok=True)
    (args.work / "temp").mkdir(exist_ok=True)
    check_disk(args.work, cases)
    make_certificates(args.work)
    for case in cases:
        make_source(args.work, case.size)

    def report(case, name, round_number, sample):
        if case.runs <= 20:
            print(f"{case.name} {round_number + 1}/{case.runs} {name}: "
                  f"{seconds_text(sample.wall_s)}", file=sys.stderr)

    results = []
    with Server(args.work) as server:
        for case in cases:
            measured = measure(case, server, args.work, report)
            print_table(case, measured)
            results += measured
            write_json(args.json, args, results)
    print(f"\nall samples: {args.json}")


if __name__ == "__main__":
    main()
