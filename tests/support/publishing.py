"""What a publisher says of files: torrents, Metalinks and lists of checksums."""

import base64
import hashlib


def bencoded(value) -> bytes:
    match value:
        case int():
            return b"i%de" % value
        case str():
            return bencoded(value.encode())
        case bytes():
            return b"%d:%s" % (len(value), value)
        case list():
            return b"l" + b"".join(map(bencoded, value)) + b"e"
        case dict():
            return b"d" + b"".join(bencoded(key) + bencoded(value[key])
                                   for key in sorted(value)) + b"e"


def pieces_of(data: bytes, length: int, algorithm: str = "sha1") -> list[bytes]:
    return [hashlib.new(algorithm, data[at:at + length]).digest()
            for at in range(0, len(data), length)]


def torrent(files: dict[str, bytes], piece_length: int, folder: str | None = None,
            web_seeds: list[str] | None = None) -> bytes:
    """Of one file; with a folder, of all of them, whose names may have folders of their own."""
    info: dict = {"piece length": piece_length, "name": folder or next(iter(files)),
                  "pieces": b"".join(pieces_of(b"".join(files.values()), piece_length))}
    if folder is None:
        info["length"] = len(next(iter(files.values())))
    else:
        info["files"] = [{"path": name.split("/"), "length": len(data)}
                         for name, data in files.items()]
    return bencoded({"info": info, **({"url-list": web_seeds} if web_seeds else {})})


def metalink(name: str, data: bytes, piece_length: int | None = None, whole: bytes | None = None,
             urls: list[str] | None = None) -> str:
    """Version 4. `whole`: what its digest of the whole is of, by default of nothing."""
    inside = f"<size>{len(data)}</size>"
    if whole is not None:
        inside += f'<hash type="sha-256">{hashlib.sha256(whole).hexdigest()}</hash>'
    if piece_length is not None:
        hashes = "".join(f"<hash>{digest.hex()}</hash>"
                         for digest in pieces_of(data, piece_length, "sha256"))
        inside += f'<pieces length="{piece_length}" type="sha-256">{hashes}</pieces>'
    inside += "".join(f"<url>{url}</url>" for url in urls or [])
    return ('<?xml version="1.0"?><metalink xmlns="urn:ietf:params:xml:ns:metalink">'
            f'<file name="{name}">{inside}</file></metalink>')


def digest_field(algorithm: str, data: bytes) -> str:
    """In base64, as header fields have it."""
    return base64.b64encode(hashlib.new(algorithm, data).digest()).decode()
