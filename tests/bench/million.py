#!/usr/bin/python3
"""Measures what the length of a list costs: a million entries, as a file and through a pipe that is
written meanwhile, whose server refuses every connection, or of files that are all there already.

    tests/bench/million.py [--entries 1000000] [--only PATTERN] [--xget build/release/xget]

Memory is the peak of the process, of which --most-memory MiB are allowed. The Markdown table goes to
standard output, JSON with every run to --json.
"""

import argparse
import contextlib
import dataclasses
import fnmatch
import json
import os
import pathlib
import sys
import threading
import time

sys.dont_write_bytecode = True
TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests"))

from many import make_certificate, make_sources, nginx  # noqa: E402
from many import Row as Files  # noqa: E402
from measuring.machine import describe_machine  # noqa: E402
from measuring.sources import clear  # noqa: E402
from measuring.stopwatch import adopt_orphans, run_once  # noqa: E402
from support.free_ports import free_ports  # noqa: E402

NETWORK = 3  # xget's exit code: nobody answered
# So many files stand for the list's: more than are under way at once, or two would be one.
DIFFERENT = 2000


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    words: str
    complete: bool   # else every connection is refused
    piped: bool
    session: bool = False


ROWS = [
    Row("refused", "every connection is refused", False, False),
    Row("refused-pipe", "the same, through a pipe", False, True),
    Row("refused-session", "the same, with `--session`", False, False, True),
    Row("complete", "all there already, each asked for", True, False),
    Row("complete-session", "the same through a pipe, with `--session`", True, True, True),
]


def entries(base: str, names: list[str], count: int):
    """In portions, so that this script needs no memory either."""
    for begin in range(0, count, 1000):
        yield "".join(f"{base}/{names[i % len(names)]}\n"
                      for i in range(begin, min(begin + 1000, count))).encode()


def command(row: Row, args, out: pathlib.Path) -> list[str]:
    session = ["--session", str(args.work / "session")] if row.session else []
    return [str(args.xget), "--no-config", "-q", "--retry", "0", "-d", str(out), *session, "-i",
            str(args.work / "list")]


@contextlib.contextmanager
def given(row: Row, args, portions):
    """The list, as a file or by a pipe of its name."""
    path = args.work / "list"
    path.unlink(missing_ok=True)
    if not row.piped:
        with open(path, "wb") as listed:
            listed.writelines(portions)
        yield
        return
    os.mkfifo(path)

    def write():
        with contextlib.suppress(BrokenPipeError), open(path, "wb") as listed:
            listed.writelines(portions)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))  # if nobody else has
        writer.join()


def measure(row: Row, args) -> dict:
    files = Files("million", "", min(DIFFERENT, args.entries), 16, False, False, "")
    names = make_sources(args.work, files)
    make_certificate(args.work, "127.0.0.1")  # which nginx reads
    out = args.work / "out"
    clear(out)
    (args.work / "session").unlink(missing_ok=True)
    ports = tuple(free_ports(2))
    base = f"http://127.0.0.1:{ports[0]}"
    argv = command(row, args, out)
    with contextlib.ExitStack() as stack:
        if row.complete:
            stack.enter_context(nginx(args.work, "127.0.0.1", ports, []))
            with given(ROWS[0], args, entries(base, names, len(names))):
                run_once(command(ROWS[0], args, out), args.work / "none", args.work / "log")
        with given(row, args, entries(base, names, args.entries)):
            run = run_once(argv, args.work / "none", args.work / "log")
    seconds, memory = run.sample.wall_s, run.sample.max_rss_bytes
    expected = 0 if row.complete else NETWORK
    left = (args.work / "session").exists()
    right = run.exit_code == expected and left == (row.session and not row.complete)
    print(f"{row.name}: {'right' if right else f'WRONG, exit {run.exit_code}'}, {seconds:.1f} s, "
          f"{memory / (1 << 20):.1f} MiB", file=sys.stderr, flush=True)
    return {"name": row.name, "right": right, "seconds": seconds, "memory": memory}


def markdown(results: list[tuple[Row, dict]], count: int) -> str:
    lines = [[f"a list of {count:,}", "time", "memory"], ["---"] * 3]
    for row, figures in results:
        lines.append([row.words, f"{figures['seconds']:.0f} s" if figures["right"] else "failed",
                      f"{figures['memory'] / (1 << 20):.0f} MiB"])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--only", default="*", metavar="PATTERN")
    parser.add_argument("--most-memory", type=int, default=64, metavar="MIB")
    parser.add_argument("--xget", type=pathlib.Path, default=TREE / "build/release/xget")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path("/tmp/xget-bench"))
    parser.add_argument("--json", type=pathlib.Path)
    args = parser.parse_args()
    args.xget = args.xget.resolve()
    args.json = args.json or (
        TREE / f"tests/bench/results/million-{time.strftime('%Y%m%d-%H%M%S')}.json")
    return args


def main():
    args = parse_arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    args.json.parent.mkdir(parents=True, exist_ok=True)
    adopt_orphans()
    rows = [row for row in ROWS if fnmatch.fnmatchcase(row.name, args.only)]
    results = [(row, measure(row, args)) for row in rows]
    args.json.write_text(json.dumps({"machine": describe_machine(args.xget),
                                     "entries": args.entries,
                                     "rows": [figures for _, figures in results]}, indent=1))
    print(markdown(results, args.entries))
    sys.exit(any(not figures["right"] or figures["memory"] > args.most_memory << 20
                 for _, figures in results))


if __name__ == "__main__":
    main()
