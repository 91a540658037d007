"""How each tool is asked for one URL, as a careful user would: it may retry a few times, it gives
up on what stalls for a few seconds, and it reads no configuration but what is written here.

The waits are short so that a run which ends by itself does so long before it counts as endless:
3 s for a connection or a stalled body, 3 or 4 tries a second or so apart.
"""

import dataclasses
import pathlib
import shutil
import subprocess
from collections.abc import Callable

STALL_S = 3
TRIES = 4


@dataclasses.dataclass(frozen=True)
class Request:
    """One run of a tool, in the folder where `file` is to appear."""
    url: str
    ca: str | None      # the certificate authority, where there is TLS
    resumed: bool       # a part of the file is there already


@dataclasses.dataclass(frozen=True)
class Tool:
    """`arguments` makes the command line after the program's name. `dot_files` are put into HOME:
    what cannot be said on the command line. `before_interrupt_s` is waited in the first half, for
    a tool that records its progress by a timer alone."""
    name: str
    program: str
    shown: str          # the options in short, for readers
    arguments: Callable[[Request], list[str]]
    dot_files: dict[str, str] = dataclasses.field(default_factory=dict)
    before_interrupt_s: float = 0.4
    partial_names: tuple[str, ...] = ()   # where bytes may be besides `file`

    def version(self) -> str:
        """The first word with a digit that --version says."""
        answer = subprocess.run([self.program, "--version"], capture_output=True, text=True,
                                check=False)
        words = (answer.stdout or answer.stderr).split()
        return next((word.strip(",") for word in words if word[0].isdigit()), "?")


def _xget(request: Request) -> list[str]:
    return ["-q", "-n", "4", "--retry", str(TRIES), "--stall-timeout", f"{STALL_S}s",
            "--connect-timeout", f"{STALL_S}s", "--give-up-after", "30s",
            *(["--cacert", request.ca] if request.ca else []), "-o", "file", request.url]


def _curl(request: Request) -> list[str]:
    return ["-q", "-sS", "-f", "-L", "--retry", str(TRIES - 1), "--connect-timeout", str(STALL_S),
            "--speed-limit", "1000", "--speed-time", str(STALL_S),
            *(["--cacert", request.ca] if request.ca else []),
            *(["-C", "-"] if request.resumed else []), "-o", "file", request.url]


def _wget2(request: Request) -> list[str]:
    # With -O it would not resume: the name is the URL's.
    return ["--no-config", "--no-hsts", "-q", "-c", f"--timeout={STALL_S}", f"--tries={TRIES}",
            "--waitretry=1", *([f"--ca-certificate={request.ca}"] if request.ca else []),
            request.url]


def _aria2(request: Request) -> list[str]:
    return ["--no-conf", "-q", "-c", "-x4", "-s4", "-k1M", f"--timeout={STALL_S}",
            f"--connect-timeout={STALL_S}", f"--max-tries={TRIES}", "--retry-wait=1",
            *([f"--ca-certificate={request.ca}"] if request.ca else []), "-o", "file", request.url]


def _axel(request: Request) -> list[str]:
    # It checks no certificate of an address.
    return ["-q", "-n4", f"--timeout={STALL_S}", *(["--insecure"] if request.ca else []),
            "-o", "file", request.url]


def _lftp(request: Request) -> list[str]:
    settings = [f"net:timeout {STALL_S}", f"net:max-retries {TRIES}",
                "net:reconnect-interval-base 1", "net:reconnect-interval-multiplier 1",
                "pget:save-status 1s", "xfer:log no",
                *([f"ssl:ca-file {request.ca}"] if request.ca else [])]
    return ["--norc", "-c", "; ".join(f"set {setting}" for setting in settings) +
            f"; pget -c -n 4 {request.url} -o file"]


def all_tools(xget: pathlib.Path) -> list[Tool]:
    return [
        Tool("xget", str(xget), "-n 4", _xget, partial_names=("file.partial", "file.partial.old")),
        Tool("curl", "curl", "-f -L --retry 3, to resume -C -", _curl),
        Tool("wget2", "wget2", "-c", _wget2),
        Tool("aria2", "aria2c", "-c -x4 -s4 -k1M", _aria2),
        Tool("axel", "axel", "-n4", _axel,
             dot_files={".axelrc": "reconnect_delay = 1\nsave_state_interval = 1\n"}),
        Tool("lftp", "lftp", "pget -c -n 4", _lftp, before_interrupt_s=2.5),
    ]


def missing(tools: list[Tool]) -> list[str]:
    return [tool.program for tool in tools if not shutil.which(tool.program)]
