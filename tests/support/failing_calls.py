"""Runs the command with support/failing_calls.cpp preloaded: calls on one folder fail as told."""

import errno
import os
import pathlib

import pytest

from support.tracing import TRACED


def _library() -> pathlib.Path:
    """Built beside the command."""
    return pathlib.Path(os.environ.get("XGET_BIN", "")).resolve().parent / "tests/failing_calls.so"


needs_failing_calls = pytest.mark.skipif(
    not _library().exists(), reason="failing_calls.so is not built beside the command")


def failing(folder: pathlib.Path, *faults: str, log: pathlib.Path | None = None) -> dict[str, str]:
    """For the environment. A fault is CALL:N:WHAT; WHAT may be the name of an errno."""
    # Without this AddressSanitizer refuses to start behind another library.
    options = TRACED["ASAN_OPTIONS"] + ":verify_asan_link_order=0"
    found = {"LD_PRELOAD": str(_library()), "ASAN_OPTIONS": options,
             "FAILING_CALLS_FOLDER": str(folder),
             "FAILING_CALLS_FAULT": ",".join(map(_by_number, faults))}
    return found | ({} if log is None else {"FAILING_CALLS_LOG": str(log)})


def _by_number(fault: str) -> str:
    call, number, what = fault.split(":")
    return f"{call}:{number}:{getattr(errno, what, what)}"
