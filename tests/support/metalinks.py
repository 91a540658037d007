"""Metalinks as a test writes them, and a server that gives them."""

import dataclasses
import hashlib
import pathlib
from xml.sax.saxutils import escape, quoteattr

from support.answers import plain_answer
from support.hostile_server import HostileServer, Page, Twist

TYPE = "application/metalink4+xml"
TYPE_OF_VERSION_3 = "application/metalink+xml"


@dataclasses.dataclass(frozen=True)
class File:
    """One file of a Metalink. `urls` are URLs, or pairs of a URL and its attributes."""
    name: str
    urls: tuple = ()
    data: bytes | None = None      # its size and digest are told
    size: int | None = None        # told instead
    sha256: str | None = None      # told instead
    piece_length: int | None = None  # the SHA-1 of pieces so long is told

    def told_size(self) -> int | None:
        return len(self.data) if self.size is None and self.data is not None else self.size

    def told_digest(self) -> str | None:
        if self.sha256 is not None or self.data is None:
            return self.sha256
        return hashlib.sha256(self.data).hexdigest()

    def url_elements(self) -> str:
        pairs = [(url, {}) if isinstance(url, str) else url for url in self.urls]
        return "".join(f"<url{_attributes(more)}>{escape(url)}</url>\n" for url, more in pairs)

    def size_element(self) -> str:
        size = self.told_size()
        return "" if size is None else f"<size>{size}</size>\n"

    def pieces_element(self, algorithm: str) -> str:
        if self.piece_length is None:
            return ""
        hashes = [hashlib.sha1(self.data[begin:begin + self.piece_length]).hexdigest()
                  for begin in range(0, len(self.data), self.piece_length)]
        return (f'<pieces type="{algorithm}" length="{self.piece_length}">' +
                "".join(f"<hash>{digest}</hash>" for digest in hashes) + "</pieces>\n")

    def hash_element(self, algorithm: str) -> str:
        digest = self.told_digest()
        return "" if digest is None else f'<hash type="{algorithm}">{digest}</hash>\n'


def _attributes(values: dict) -> str:
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in values.items())


def version_4(*files: File) -> str:
    elements = [f"<file name={quoteattr(file.name)}>\n{file.size_element()}"
                f"{file.hash_element('sha-256')}{file.pieces_element('sha-1')}{file.url_elements()}</file>\n" for file in files]
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<metalink xmlns="urn:ietf:params:xml:ns:metalink">\n{"".join(elements)}</metalink>\n')


def version_3(*files: File) -> str:
    elements = [f"<file name={quoteattr(file.name)}>\n{file.size_element()}"
                f"<verification>{file.hash_element('sha256')}"
                f"{file.pieces_element('sha1')}</verification>\n"
                f"<resources>{file.url_elements()}</resources></file>\n" for file in files]
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            '<metalink version="3.0" xmlns="http://www.metalinker.org/">\n'
            f'<files>{"".join(elements)}</files></metalink>\n')


def write(path: pathlib.Path, text: str) -> pathlib.Path:
    path.write_text(text)
    return path


def document(text: str, content_type: str = TYPE) -> Twist:
    """The answer is this text, whatever is asked."""
    def twist(x):
        x.answer = plain_answer(200, text, content_type=content_type)
    return twist


def serve(server: HostileServer, path: str, text: str, *twists: Twist,
          content_type: str = TYPE) -> Page:
    return server.serve(path, None, document(text, content_type), *twists)
