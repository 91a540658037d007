"""File systems that a test mounts for itself; gone when the `with` block ends."""

import contextlib
import os
import pathlib
import shutil
import subprocess

import pytest

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a file system")

# XFS asks for at least 300 MB, btrfs for 109. They are sparse files in memory.
SIZES = {"ext4": 128 << 20, "xfs": 320 << 20, "btrfs": 192 << 20}
_MAKE = {"ext4": ["mkfs.ext4", "-q", "-F"], "xfs": ["mkfs.xfs", "-q", "-f"],
         "btrfs": ["mkfs.btrfs", "-q", "-f"]}


def needs_tools(kind: str):
    there = shutil.which(_MAKE[kind][0]) is not None
    return [needs_root, pytest.mark.skipif(not there, reason=f"{_MAKE[kind][0]} is not installed")]


def run(*command):
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make_image(image: pathlib.Path, kind: str, size: int, *options: str):
    with open(image, "wb") as file:
        file.truncate(size)
    run(*_MAKE[kind], *options, image)


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


@contextlib.contextmanager
def cloning_disk(folder: pathlib.Path, kind: str):
    """`kind` xfs or btrfs, where files can share their room."""
    (folder / "disk").mkdir()
    with small_disk(folder / "memory", 1 << 30) as memory:
        make_image(memory / "image", kind, SIZES[kind])
        with mounted(folder / "disk", "-t", kind, "-o", "loop", memory / "image") as disk:
            yield disk


def enlarge(disk: pathlib.Path, size: int):
    subprocess.run(["mount", "-o", f"remount,size={size},nr_inodes=1000", disk], check=True)
