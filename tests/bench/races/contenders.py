"""Who races, and what each is told: xget nothing but what to fetch, the others their best."""

import dataclasses
import os
import pathlib
import shlex
import subprocess
from collections.abc import Callable

from races.rows import Row


@dataclasses.dataclass(frozen=True)
class Request:
    urls: list[str]                 # the first, and its mirrors
    output: str
    ca: str | None
    connections: int


@dataclasses.dataclass(frozen=True)
class Contender:
    """`needs` are options that its --help must name, else it is not built yet."""
    name: str
    tool: str
    program: str
    arguments: Callable[[Request], list[str]]
    takes_mirrors: bool = False
    by_default: bool = False        # a peer without options
    needs: tuple[str, ...] = ()

    def argv(self, request: Request) -> list[str]:
        return [self.program, *self.arguments(request)]

    def missing_option(self, row: Row) -> str:
        wanted = [*self.needs, *(["--mirror"] if row.mirrors and self.tool == "xget" else [])]
        help_text = _help_of(self.program) if wanted else ""
        return next((option for option in wanted if option not in help_text), "")


def _help_of(program: str) -> str:
    return subprocess.run([program, "--help"], capture_output=True, text=True, check=False).stdout


def _xget(*more: str) -> Callable[[Request], list[str]]:
    def arguments(request: Request) -> list[str]:
        first, *mirrors = request.urls
        return ["-q", *more, *(["--cacert", request.ca] if request.ca else []),
                *(word for mirror in mirrors for word in ("--mirror", mirror)),
                "-o", request.output, first]
    return arguments


def _curl(request: Request) -> list[str]:
    return ["-q", "-sS", "-f", *(["--cacert", request.ca] if request.ca else []),
            "-o", request.output, request.urls[0]]


def _wget2(request: Request) -> list[str]:
    return ["--no-config", "--no-hsts", "-q",
            *(["--ca-certificate", request.ca] if request.ca else []),
            "-O", request.output, request.urls[0]]


def _aria2(request: Request, tuned: bool = True) -> list[str]:
    n = request.connections
    return ["--no-conf", "-q", *([f"-x{n}", f"-s{n}", "-k1M"] if tuned else []),
            *(["--ca-certificate", request.ca] if request.ca else []),
            "-d", os.path.dirname(request.output), "-o", os.path.basename(request.output),
            *request.urls]


def _axel(request: Request, tuned: bool = True) -> list[str]:
    # It cannot check the certificate of an address.
    return ["-q", *(["-n", str(request.connections)] if tuned else []),
            *(["--insecure"] if request.ca else []), "-o", request.output, *request.urls]


def _lftp(request: Request) -> list[str]:
    ca = f"set ssl:ca-file {request.ca}; " if request.ca else ""
    return ["--norc", "-c", f"set xfer:log no; {ca}pget -n {request.connections} "
            f"{request.urls[0]} -o {request.output}"]


def all_contenders(xget: pathlib.Path, more_xgets: list[str]) -> list[Contender]:
    """`more_xgets` are options to try: each makes another contender."""
    return [
        Contender("xget", "xget", str(xget), _xget(), takes_mirrors=True),
        *(Contender(f"xget {options}", "xget", str(xget), _xget(*shlex.split(options)),
                    takes_mirrors=True) for options in more_xgets),
        Contender("xget, up to 128", "xget", str(xget), _xget("--max-connections-per-host", "128"),
                  needs=("--max-connections-per-host",)),
        Contender("aria2", "aria2", "aria2c", _aria2, takes_mirrors=True),
        Contender("aria2, defaults", "aria2", "aria2c", lambda request: _aria2(request, False),
                  takes_mirrors=True, by_default=True),
        Contender("axel", "axel", "axel", _axel, takes_mirrors=True),
        Contender("axel, defaults", "axel", "axel", lambda request: _axel(request, False),
                  takes_mirrors=True, by_default=True),
        Contender("lftp", "lftp", "lftp", _lftp),
        Contender("wget2", "wget2", "wget2", _wget2),
        Contender("curl", "curl", "curl", _curl),
    ]


def starters(row: Row, contenders: list[Contender]) -> list[Contender]:
    """Those for whom the row was made."""
    return [one for one in contenders
            if (one.takes_mirrors or not row.mirrors)
            and (not one.by_default or row.also_defaults)
            and (not one.needs or row.also_many)]
