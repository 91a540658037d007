"""Reference digests for --checksum: hashlib's, CRC-32C, and XXH3 from the system's libxxhash."""

import ctypes
import hashlib


def _crc32c_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


def crc32c(data: bytes) -> str:
    table, crc = _crc32c_table(), 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return f"{crc ^ 0xFFFFFFFF:08x}"


class _Hash128(ctypes.Structure):
    _fields_ = [("low", ctypes.c_uint64), ("high", ctypes.c_uint64)]


def _xxhash(function: str, result, data: bytes):
    call = getattr(ctypes.CDLL("libxxhash.so.0"), function)
    call.restype, call.argtypes = result, [ctypes.c_char_p, ctypes.c_size_t]
    return call(data, len(data))


def xxh3_64(data: bytes) -> str:
    return f"{_xxhash('XXH3_64bits', ctypes.c_uint64, data):016x}"


def xxh3_128(data: bytes) -> str:
    digest = _xxhash("XXH3_128bits", _Hash128, data)
    return f"{digest.high:016x}{digest.low:016x}"


def _of_hashlib(name: str):
    return lambda data: hashlib.new(name, data).hexdigest()


# How --checksum may name it → the reference.
ALGORITHMS = {
    "md5": _of_hashlib("md5"), "sha1": _of_hashlib("sha1"), "sha-1": _of_hashlib("sha1"),
    "sha256": _of_hashlib("sha256"), "sha-256": _of_hashlib("sha256"),
    "SHA512": _of_hashlib("sha512"), "sha512": _of_hashlib("sha512"),
    "blake2b": _of_hashlib("blake2b"), "crc32c": crc32c, "xxh3": xxh3_128, "XXH3": xxh3_64,
}
