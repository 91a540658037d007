"""File systems that a test mounts for itself; gone when the `with` block ends."""

import contextlib
import os
import pathlib
import subprocess

import pytest

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a file system")


@contextlib.contextmanager
def mounted(folder: pathlib.Path, *arguments: str):
    if subprocess.run(["mount", *arguments, folder], capture_output=True).returncode:
        pytest.skip("root, but not allowed to mount here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@contextlib.contextmanager
def small_disk(folder: pathlib.Path, size: int, *, names: int | None = None):
    """`size` bytes, and room for `names` files and folders, itself included."""
    folder.mkdir()
    options = f"size={size}" + ("" if names is None else f",nr_inodes={names}")
    with mounted(folder, "-t", "tmpfs", "-o", options, "tmpfs"):
        yield folder


@contextlib.contextmanager
def disk_without_attributes(folder: pathlib.Path):
    folder.mkdir()
    with mounted(folder, "-t", "ramfs", "ramfs"):
        yield folder


def enlarge(disk: pathlib.Path, size: int):
    subprocess.run(["mount", "-o", f"remount,size={size},nr_inodes=1000", disk], check=True)
