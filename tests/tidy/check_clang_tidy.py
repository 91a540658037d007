#!/usr/bin/python3
""".clang-tidy over every source under src/ and completions/.

    check_clang_tidy.py TREE BUILD_FOLDER     (BUILD_FOLDER has the compile commands)

Most of the time goes into headers that all sources share, so neighbours are read as one: a file that
includes them. Where such a group does not compile as one (two of them have something private of the
same name), its halves are read instead. Exits with 1 and the findings if there are any.
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

GROUP = 8
FOLDERS = ("src", "completions")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# Counts of what was suppressed are no help.
NOISE = re.compile(r"^\d+ (warnings?|errors?)\b.*(generated|treated)|^Suppressed |^Use -header-filter")


def compile_flags(command):
    """What `command` is compiled with, less the compiler, its input and its output."""
    words = shlex.split(command["command"])[1:]
    flags, skip = [], False
    for word in words:
        if skip or word in ("-c", "-o"):
            skip = word == "-o"
        elif word != command["file"]:
            flags.append(word)
    return flags


def groups_of(commands, tree):
    """[(flags, [source])]: neighbours that are compiled alike, in a fixed order."""
    alike = {}
    for command in commands:
        source = Path(command["file"])
        if any(source.is_relative_to(tree / folder) for folder in FOLDERS):
            key = (source.parent, tuple(compile_flags(command)))
            alike.setdefault(key, set()).add(source)
    groups = []
    for (_, flags), sources in sorted(alike.items()):
        ordered = sorted(sources)
        groups += [(flags, ordered[i:i + GROUP]) for i in range(0, len(ordered), GROUP)]
    return groups


class Tidy:
    def __init__(self, tree, scratch):
        self.config = tree / ".clang-tidy"
        self.scratch = scratch

    def look_at(self, source, flags):
        run = subprocess.run(
            ["clang-tidy", f"--config-file={self.config}", "--quiet", source, "--", *flags],
            capture_output=True, text=True)
        return run.returncode, COLOUR.sub("", run.stdout + run.stderr)

    def look_at_group(self, number, flags, sources):
        """The findings, "" if there are none."""
        together = self.scratch / f"group_{number}.cpp"
        together.write_text("".join(f'#include "{source}"  // NOLINT\n' for source in sources))
        status, text = self.look_at(together, flags)
        if status == 0:
            return ""
        if "clang-diagnostic-error" not in text or len(sources) == 1:
            return text
        half = len(sources) // 2
        return (self.look_at_group(f"{number}a", flags, sources[:half])
                + self.look_at_group(f"{number}b", flags, sources[half:]))


def main(tree, build):
    tree, build = Path(tree).resolve(), Path(build).resolve()
    scratch = build / "clang-tidy"
    scratch.mkdir(exist_ok=True)
    groups = groups_of(json.loads((build / "compile_commands.json").read_text()), tree)
    if not groups:
        sys.exit(f"{build} has no commands for the sources in {tree}")
    tidy = Tidy(tree, scratch)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = list(pool.map(lambda n: tidy.look_at_group(n, *groups[n]), range(len(groups))))
    lines = [line for text in findings for line in text.splitlines() if not NOISE.match(line)]
    print("\n".join(lines) if lines else f"{sum(len(s) for _, s in groups)} sources, no findings")
    return 1 if any(findings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
