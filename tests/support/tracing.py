"""Slows, fails or kills the command at its system calls, by strace's injection."""

import os
import pathlib
import subprocess

import pytest


def _strace_works() -> bool:
    try:
        return subprocess.run(["strace", "-f", "-e", "trace=none", "true"],
                              capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


needs_strace = pytest.mark.skipif(not _strace_works(), reason="strace cannot trace here")

# For the environment: a leak check cannot run in a process that is being traced.
TRACED = {"ASAN_OPTIONS": (os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0").strip(":")}


def injecting(fault: str, log: pathlib.Path | str = "/dev/null", *more: str) -> list[str]:
    """A wrapper that injects a fault as `strace -e inject=` writes it (CALLS:error=E:when=N) and
    logs these calls."""
    calls = fault.split(":")[0]
    return ["strace", "-f", "-qq", *more, "-o", str(log), "-e", f"trace={calls}",
            "-e", f"inject={fault}"]


def delayed(calls: str, milliseconds: int, log: pathlib.Path) -> list[str]:
    """Each of these calls takes so much longer. The child is the command itself, not strace, so
    that it can be sent signals."""
    return injecting(f"{calls}:delay_enter={milliseconds * 1000}", log, "-D")


def stopping_at(calls: str, when: int = 1) -> list[str]:
    """Killed at the n-th of these calls, before it has an effect."""
    return injecting(f"{calls}:signal=KILL:when={when}")
