"""The honest half of the test server: what a request asks and what a good server answers."""

import dataclasses
import email.utils
import time
import urllib.parse

from support.content import content

OLD_DATE = "Tue, 02 Jan 2024 03:04:05 GMT"


@dataclasses.dataclass(frozen=True)
class Resource:
    """One version of a resource. `etag` is "strong", "weak", None, or the field's literal value;
    `last_modified` None means that the server does not say."""
    size: int = 1 << 20
    version: int = 0
    seed: str = "xget"
    etag: str | None = "strong"
    last_modified: str | None = OLD_DATE
    ranges: bool = True
    content_type: str = "application/octet-stream"

    @property
    def data(self) -> bytes:
        return content(self.size, self.version, self.seed)

    def etag_field(self) -> str | None:
        named = {"strong": f'"{self.seed}-{self.version}-{self.size}"',
                 "weak": f'W/"{self.seed}-{self.version}-{self.size}"'}
        return named.get(self.etag, self.etag)

    def next_version(self, **changes) -> "Resource":
        """Other bytes, another ETag, and a Last-Modified a day later."""
        date = self.last_modified
        if date is not None:
            moment = email.utils.parsedate_to_datetime(date).timestamp() + 86400
            date = email.utils.formatdate(moment, usegmt=True)
        fields = {"version": self.version + 1, "last_modified": date} | changes
        return dataclasses.replace(self, **fields)


class Request:
    """A parsed request head."""

    def __init__(self, head: bytes):
        lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, self.http_version = lines[0].split(" ", 2)
        url = urllib.parse.urlsplit(self.target)
        self.path = urllib.parse.unquote(url.path)
        self.query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        self.headers = [tuple(part.strip() for part in line.split(":", 1))
                        for line in lines[1:] if line]

    def header(self, name: str) -> str | None:
        """The first value of that name."""
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    @property
    def range(self) -> str | None:
        return self.header("Range")

    def asked(self, size: int) -> tuple[int, int] | None:
        """The half-open range that is asked of `size` bytes: None if none is asked or the field
        is to be ignored; begin >= size if it cannot be satisfied."""
        field = self.range
        if field is None or not field.startswith("bytes=") or "," in field:
            return None
        first, _, last = field.removeprefix("bytes=").partition("-")
        if not first:
            return (max(0, size - int(last)), size) if last.isdigit() else None
        if not first.isdigit() or (last and not last.isdigit()):
            return None
        return int(first), min(size, int(last) + 1) if last else size


@dataclasses.dataclass
class Answer:
    """A response down to its bytes. Twists change any part of it before it is sent."""
    status: int = 200
    reason: str = "As Asked"
    http_version: str = "HTTP/1.1"
    headers: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    body: bytes | memoryview = b""
    begin: int = 0               # where in the resource the body begins
    preamble: bytes = b""        # raw bytes ahead of the status line
    raw_head: bytes | None = None  # replaces status line and headers
    chunked: bool = False        # the body is framed in chunks as it is sent
    wait: float = 0              # seconds before the first byte
    silent: bool = False         # never says a byte
    rate: float | None = None    # body bytes a second of this response
    pacer: object | None = None  # shared: has take(count), which waits
    gate: object | None = None   # shared: has allow(count) -> bytes that may pass, waits for ever
    stop_after: int | None = None  # body bytes after which `ending` comes, even if there are more
    ending: str = "keep"         # keep, fin, rst, abrupt (TLS without close_notify), stall, drip

    def get(self, name: str) -> str | None:
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    def set(self, name: str, value: str | None):
        """Replaces all fields of that name; None removes them."""
        self.headers = [(n, v) for n, v in self.headers if n.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def head(self) -> bytes:
        if self.raw_head is not None:
            return self.raw_head
        lines = [f"{self.http_version} {self.status} {self.reason}"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def common_headers(resource: Resource) -> list[tuple[str, str]]:
    headers = [("Date", email.utils.formatdate(time.time(), usegmt=True)),
               ("Content-Type", resource.content_type)]
    if resource.etag_field() is not None:
        headers.append(("ETag", resource.etag_field()))
    if resource.last_modified is not None:
        headers.append(("Last-Modified", resource.last_modified))
    if resource.ranges:
        headers.append(("Accept-Ranges", "bytes"))
    return headers


def plain_answer(status: int, text: str = "", headers: list[tuple[str, str]] | None = None,
                 content_type: str = "text/html") -> Answer:
    """A page of words: errors, redirects, logins."""
    body = text.encode()
    return Answer(status=status, body=body, headers=[
        ("Date", email.utils.formatdate(time.time(), usegmt=True)),
        ("Content-Type", content_type), ("Content-Length", str(len(body))), *(headers or [])])


def whole_answer(resource: Resource) -> Answer:
    return Answer(status=200, headers=common_headers(resource) +
                  [("Content-Length", str(resource.size))], body=memoryview(resource.data))


def range_answer(resource: Resource, begin: int, end: int) -> Answer:
    return Answer(status=206, headers=common_headers(resource) + [
        ("Content-Range", f"bytes {begin}-{end - 1}/{resource.size}"),
        ("Content-Length", str(end - begin))],
        body=memoryview(resource.data)[begin:end], begin=begin)


def if_range_holds(request: Request, resource: Resource) -> bool:
    """RFC 9110 13.1.5: strong comparison, or the exact date."""
    condition = request.header("If-Range")
    if condition is None:
        return True
    if condition.startswith(("W/", '"')):
        return condition == resource.etag_field() and not condition.startswith("W/")
    return condition == resource.last_modified


def honest_answer(request: Request, resource: Resource, obey_if_range: bool = True) -> Answer:
    """RFC 9110 section 14: what a good server says."""
    asked = request.asked(resource.size) if resource.ranges else None
    if asked is None or (obey_if_range and not if_range_holds(request, resource)):
        return whole_answer(resource)
    begin, end = asked
    if begin >= end:
        return plain_answer(416, "nothing there",
                            [("Content-Range", f"bytes */{resource.size}")])
    return range_answer(resource, begin, end)
