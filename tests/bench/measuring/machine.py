"""On what it was measured: goes into every JSON."""

import os
import pathlib
import platform
import subprocess
import time

_VERSIONS = {"curl": ["curl", "--version"], "wget2": ["wget2", "--version"],
             "aria2": ["aria2c", "--version"], "axel": ["axel", "--version"],
             "lftp": ["lftp", "--version"], "nginx": ["nginx", "-v"]}


def describe_machine(xget: pathlib.Path) -> dict:
    commands = {"xget": [str(xget), "--version"], **_VERSIONS}
    return {"cores": os.cpu_count(), "processor": _processor(), "kernel": platform.release(),
            "versions": {tool: _first_line(argv) for tool, argv in commands.items()},
            "time": time.strftime("%Y-%m-%dT%H:%M:%S%z")}


def _first_line(argv: list[str]) -> str | None:
    try:
        answer = subprocess.run(argv, capture_output=True, text=True, check=False)
    except OSError:
        return None
    lines = (answer.stdout or answer.stderr).strip().splitlines()
    return lines[0] if lines else None


def _processor() -> str | None:
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return None
