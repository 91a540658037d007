"""Files to download, and whether what arrived is the same."""

import os
import pathlib
import shutil
import subprocess

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


def source_path(work: pathlib.Path, size: int) -> pathlib.Path:
    return work / "source" / f"{size}.bin"


def make_source(work: pathlib.Path, size: int) -> pathlib.Path:
    """A file of random bytes: nothing to compress, no block of zeros. Made once, then kept."""
    path = source_path(work, size)
    if path.exists() and path.stat().st_size == size:
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        for offset in range(0, size, MIB):
            file.write(os.urandom(min(MIB, size - offset)))
    return path


def read_into_cache(path: pathlib.Path):
    with open(path, "rb", buffering=0) as file:
        buffer = bytearray(MIB)
        while file.readinto(buffer):
            pass


def same_bytes(one: pathlib.Path, other: pathlib.Path) -> bool:
    return subprocess.run(["cmp", "-s", one, other], check=False).returncode == 0


def clear(folder: pathlib.Path):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def parse_size(text: str) -> int:
    units = {"K": KIB, "M": MIB, "G": GIB}
    return int(float(text[:-1]) * units[text[-1]]) if text[-1] in units else int(text)


def size_text(size: int) -> str:
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} B"
