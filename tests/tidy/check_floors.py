"""The house keeps its floors: reads the sources and refuses what breaks them.

    check_floors.py TREE

Prints `file:line: what is wrong` for each violation and exits with 1 if there is one.
"""

import re
import sys
from pathlib import Path

# A file includes its own folder, lower floors and the public headers. Folders on one floor never
# see each other.
FLOORS = {
    "base": 0,
    "core": 1,
    "store": 2, "net": 2, "formats": 2,
    "engine": 3,
    "remote": 4,
    "api": 5,
    "cli": 6, "rpc": 6,
    "completions": 7,
}
# What a front end may see besides its own folder and the public headers.
FRONT_ENDS = {"cli": {"base"}, "rpc": {"base"}, "completions": {"base", "cli"}}
# The floors that stand beside src/ and not in it: programs of the build.
BESIDE = {"completions"}

# Foreign headers and the only places (a folder ends with /) that may include them.
KEPT_IN = [
    (re.compile(r"curl/|ares(_\w+)?\.h$"), ["src/net/"]),
    (re.compile(r"idn2\.h$"), ["src/net/"]),
    (re.compile(r"expat(_external)?\.h$"), ["src/formats/xml_reader.cpp"]),
    (re.compile(r"nlohmann/"), ["src/store/sidecar.cpp", "src/formats/input_object.cpp",
                                "src/remote/credential_answers.cpp",
                                "src/remote/upload_checkpoint.cpp"]),
    (re.compile(r"spdlog/|fmt/"), ["src/base/log.cpp"]),
    (re.compile(r"CLI/"), ["src/cli/read_words.cpp"]),
    (re.compile(r"toml\+\+/"), ["src/cli/config_text.cpp"]),
    (re.compile(r"openssl/ssl\.h$"), ["src/net/close_notify.cpp", "src/net/tls_protocol.cpp"]),
    (re.compile(r"openssl/(?!ssl\.h)|xxhash\.h$|xxh3\.h$"), ["src/base/"]),
]

# Calls that make a run unrepeatable, and the only files that may make them. The command is no part
# of what is simulated: it has a watch of its own.
CLOCK = ("src/net/system_clock.cpp", "src/cli/stopwatch.cpp")
RANDOM = ("src/net/system_random.hpp", "src/net/system_random.cpp")
FREE_FUNCTION = r"(?<![\w.>:])(?:std::|::)?"
EFFECTS = [
    (re.compile(r"::now\s*\("), CLOCK, "reads a clock"),
    (re.compile(FREE_FUNCTION + r"(?:clock_gettime|gettimeofday|timespec_get|time|clock)\s*\("),
     CLOCK, "reads a clock"),
    (re.compile(FREE_FUNCTION + r"(?:s?rand|rand_r|random|[dlm]rand48|arc4random\w*|getrandom"
                r"|getentropy)\s*\("), RANDOM, "rolls dice"),
    (re.compile(r"\b(?:random_device|mt19937(?:_64)?|default_random_engine|minstd_rand0?)\b"),
     RANDOM, "rolls dice"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
STANDARD_HEADER = re.compile(r"[a-z_]+")  # <vector>, never <sys/stat.h> or <unistd.h>
# Comments, and literals with what could look like code in them.
NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL)


def without_comments_and_literals(text):
    return NOT_CODE.sub(lambda match: "\n" * match.group().count("\n"), text)


def includes(text):
    """(line number, quote, header) of each include that is not commented out."""
    text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.DOTALL)
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def judge_public_include(quote, header):
    if header.startswith("xget/") or header == "tl/expected.hpp":
        return None
    if quote == "<" and STANDARD_HEADER.fullmatch(header):
        return None
    return f"a public header may not include {header}"


def floor_of(path):
    """"src/net/url.cpp" → "net"."""
    parts = path.split("/")
    return parts[0] if parts[0] in BESIDE else parts[1]


def place_of(header):
    """"net/url.hpp" → "src/net/url.hpp"."""
    first = header.split("/")[0]
    return header if first in BESIDE else f"{'include' if first == 'xget' else 'src'}/{header}"


def judge_floor(folder, header):
    """What is wrong with an include of a project header from a file on the floor `folder`."""
    first = header.split("/")[0]
    if ".." in header.split("/") or "/" not in header:
        return f'"{header}" is not named from the top of the tree ("folder/file.hpp")'
    if first in ("xget", folder):
        return None
    if first not in FLOORS:
        return f'"{header}" is on no floor'
    if folder in FRONT_ENDS:
        allowed = FRONT_ENDS[folder]
        if first in allowed:
            return None
        known = " and ".join(f"{name}/" for name in ["xget", *sorted(allowed)])
        return f"{folder}/ may include {known}, not {header}"
    if FLOORS[first] < FLOORS[folder]:
        return None
    if FLOORS[first] == FLOORS[folder]:
        return f"{folder}/ may not see {first}/: they share a floor ({header})"
    return f"{folder}/ includes upward: {header}"


def judge_include(path, quote, header):
    """path is relative to the tree."""
    for pattern, places in KEPT_IN:
        if pattern.match(header) and not any(
                path == place or (place.endswith("/") and path.startswith(place))
                for place in places):
            return f"{header} may be included only in {', '.join(places)}"
    if path.startswith("include/"):
        return judge_public_include(quote, header)
    if quote == '"':
        return judge_floor(floor_of(path), header)
    return None


def judge_effects(path, text):
    for number, line in enumerate(without_comments_and_literals(text).splitlines(), 1):
        for pattern, places, deed in EFFECTS:
            match = pattern.search(line)
            if match and path not in places:
                yield number, f"{match.group().strip()}…: {deed}; only {' and '.join(places)} may"


def find_cycle(graph):
    """A list of files that include each other in a ring, or None. graph: file → files."""
    done, path = set(), []

    def visit(file):
        if file in done:
            return None
        if file in path:
            return path[path.index(file):] + [file]
        path.append(file)
        for other in graph.get(file, ()):
            cycle = visit(other)
            if cycle:
                return cycle
        path.pop()
        done.add(file)
        return None

    for file in graph:
        cycle = visit(file)
        if cycle:
            return cycle
    return None


def check(tree):
    """All violations, as (file, line, text)."""
    violations, graph = [], {}
    sources = sorted(p for top in ("include", "src", *BESIDE)
                     for p in (tree / top).rglob("*.[ch]pp"))
    for source in sources:
        path = source.relative_to(tree).as_posix()
        text = source.read_text(encoding="utf-8")
        if path.startswith("src/") and path.split("/")[1] not in FLOORS:
            violations.append((path, 1, "this folder is on no floor"))
            continue
        for number, quote, header in includes(text):
            problem = judge_include(path, quote, header)
            if problem:
                violations.append((path, number, problem))
            graph.setdefault(path, []).append(place_of(header))
        violations += [(path, number, problem) for number, problem in judge_effects(path, text)]
    cycle = find_cycle(graph)
    if cycle:
        violations.append((cycle[0], 1, "includes itself: " + " → ".join(cycle)))
    return violations, len(sources)


def main():
    violations, count = check(Path(sys.argv[1]))
    for path, number, problem in violations:
        print(f"{path}:{number}: {problem}")
    print(f"{count} files, {len(violations)} violations")
    return 1 if violations or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
