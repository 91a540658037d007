"""Test bytes that show every mistake.

No byte is zero, so a hole or unsynced preallocated space is seen at once. Two versions differ in
every single byte, so one byte of the wrong version is seen too. The same seed gives the same
bytes at any size: a longer content begins with the shorter one.
"""

import functools
import random

_BLOCK = 1 << 20


@functools.lru_cache(maxsize=128)
def _block(seed: str, number: int) -> bytes:
    return random.Random(f"{seed}/{number}").randbytes(_BLOCK)


def _table(version: int) -> bytes:
    """Maps 0..255 onto 1..255, turned by `version`: versions 0 to 253 differ everywhere."""
    return bytes((value % 255 + version) % 255 + 1 for value in range(256))


@functools.lru_cache(maxsize=12)
def content(size: int, version: int = 0, seed: str = "xget") -> bytes:
    blocks = (_block(seed, number) for number in range((size + _BLOCK - 1) // _BLOCK))
    return b"".join(blocks)[:size].translate(_table(version))


def first_difference(a: bytes, b: bytes) -> str:
    """In words, for a failed comparison: printing megabytes helps nobody."""
    if len(a) != len(b):
        return f"{len(a)} bytes instead of {len(b)}"
    for begin in range(0, len(a), 4096):
        if a[begin:begin + 4096] != b[begin:begin + 4096]:
            offset = next(i for i in range(begin, len(a)) if a[i] != b[i])
            return f"first wrong byte at {offset} of {len(b)}"
    return "no difference"
