"""What a server can do wrong, one small function each.

Each function returns a twist: a callable that changes an Exchange's answer before it is sent.
Twists compose: a page applies all of its own in order, so those that replace the answer (another
version, an error page) come before those that change it (headers, framing, delivery).

    server.serve("/file", Resource(), when(from_request(3), whole()), extra_header("X", "y"))
"""

import email.utils
import gzip
import threading
import time
from collections.abc import Callable

from support.answers import Answer, plain_answer, range_answer, whole_answer
from support.hostile_server import Exchange, Twist

Predicate = Callable[[Exchange], bool]

# ---- when ------------------------------------------------------------------------------------


def when(predicate: Predicate, *twists: Twist) -> Twist:
    def twist(x: Exchange):
        if predicate(x):
            for inner in twists:
                inner(x)
    return twist


def middle(x: Exchange) -> bool:
    """A range is asked that does not begin at 0."""
    return x.begin > 0


def ranged(x: Exchange) -> bool:
    return x.request.range is not None


def partial(x: Exchange) -> bool:
    """The answer so far is a 206."""
    return x.answer.status == 206


def first(count: int) -> Predicate:
    return lambda x: x.number <= count


def from_request(number: int) -> Predicate:
    return lambda x: x.number >= number


def from_byte(count: int) -> Predicate:
    """Once the page has sent so many body bytes."""
    return lambda x: x.page.body_bytes >= count


def every(nth: int) -> Predicate:
    return lambda x: x.number % nth == 0


def query_is(**wanted: str) -> Predicate:
    return lambda x: all(x.request.query.get(k) == v for k, v in wanted.items())


# ---- ranges ----------------------------------------------------------------------------------


def whole() -> Twist:
    """200 with everything, whatever was asked."""
    def twist(x):
        x.answer = whole_answer(x.resource)
    return twist


def moved_start(by: int) -> Twist:
    """A 206 that begins `by` bytes off and says so."""
    def twist(x):
        asked = x.request.asked(x.resource.size)
        if x.answer.status == 206 and asked:
            begin = min(max(0, asked[0] + by), x.resource.size - 1)
            x.answer = range_answer(x.resource, begin, max(asked[1], begin + 1))
    return twist


def content_range(template: str | None) -> Twist:
    """Replaces Content-Range on a 206; {begin}, {last}, {end} and {total} are filled in."""
    def twist(x):
        if x.answer.status != 206:
            return
        end = x.answer.begin + len(x.answer.body)
        x.answer.set("Content-Range", None if template is None else template.format(
            begin=x.answer.begin, last=end - 1, end=end, total=x.resource.size,
            more=x.resource.size + 1))
    return twist


def cap_range(length: int) -> Twist:
    """Gives at most `length` bytes of a range, and says so."""
    def twist(x):
        asked = x.request.asked(x.resource.size)
        if x.answer.status == 206 and asked:
            x.answer = range_answer(x.resource, asked[0], min(asked[1], asked[0] + length))
    return twist


def multipart() -> Twist:
    """Answers one range as multipart/byteranges."""
    def twist(x):
        if x.answer.status != 206:
            return
        field = x.answer.get("Content-Range")
        body = (f"--part\r\nContent-Type: {x.resource.content_type}\r\n"
                f"Content-Range: {field}\r\n\r\n").encode() + bytes(x.answer.body) + b"\r\n--part--"
        x.answer.set("Content-Range", None)
        x.answer.set("Content-Type", "multipart/byteranges; boundary=part")
        _replace_body(x.answer, body)
    return twist


def gzipped() -> Twist:
    def twist(x):
        x.answer.set("Content-Encoding", "gzip")
        _replace_body(x.answer, gzip.compress(bytes(x.answer.body), 1))
    return twist


def unsatisfiable(with_total: bool) -> Twist:
    def twist(x):
        headers = [("Content-Range", f"bytes */{x.resource.size}")] if with_total else []
        x.answer = plain_answer(416, "not satisfiable", headers)
    return twist


# ---- versions --------------------------------------------------------------------------------


def next_version() -> Twist:
    """The resource has changed: other bytes and validators of the same kind."""
    return lambda x: x.serve(x.resource.next_version())


def deaf_to_if_range() -> Twist:
    return lambda x: x.serve(x.resource, obey_if_range=False)


def whole_for_if_range() -> Twist:
    """200 to any If-Range, even one that holds."""
    def twist(x):
        if x.request.header("If-Range") is not None:
            x.answer = whole_answer(x.resource)
    return twist


def etag_of_request() -> Twist:
    """The same bytes, but an ETag of its own for every request."""
    def twist(x):
        x.serve(x.resource, obey_if_range=False)
        x.answer.set("ETag", f'"request-{x.number}-{time.monotonic_ns()}"')
    return twist


# ---- heads -----------------------------------------------------------------------------------


def header(name: str, value: str | None) -> Twist:
    return lambda x: x.answer.set(name, value)


def extra_header(name: str, value: str) -> Twist:
    """One more field of that name."""
    return lambda x: x.answer.headers.append((name, value))


def interim(*statuses: int) -> Twist:
    """1xx responses ahead of the final one."""
    def twist(x):
        for status in statuses:
            fields = "Link: </style.css>; rel=preload\r\nContent-Length: 7\r\n" * (status == 103)
            x.answer.preamble += f"HTTP/1.1 {status} Wait\r\n{fields}\r\n".encode()
    return twist


def wrong_byte(at: int) -> Twist:
    """One byte of the resource is another one, whoever asks."""
    def twist(x):
        place = at - x.answer.begin
        if 0 <= place < len(x.answer.body):
            body = bytearray(x.answer.body)
            body[place] ^= 0xff
            x.answer.body = bytes(body)
    return twist


def flood(size: int) -> Twist:
    """Headers of `size` bytes in all."""
    def twist(x):
        x.answer.headers += [(f"X-Flood-{n}", "f" * 1000) for n in range(size // 1014)]
    return twist


def raw_head(head: bytes) -> Twist:
    def twist(x):
        x.answer.raw_head = head
    return twist


def content_length(value: str) -> Twist:
    return header("Content-Length", value)


# ---- framing and delivery --------------------------------------------------------------------


def chunked(keep_length: bool = False) -> Twist:
    def twist(x):
        if not keep_length:
            x.answer.set("Content-Length", None)
        x.answer.set("Transfer-Encoding", "chunked")
        x.answer.chunked = True
    return twist


def no_length() -> Twist:
    """As HTTP/1.0 servers do it: 200, the end of the connection ends the body."""
    def twist(x):
        x.answer = whole_answer(x.resource)
        x.answer.http_version = "HTTP/1.0"
        x.answer.set("Content-Length", None)
        x.answer.set("Accept-Ranges", None)
        x.answer.ending = "fin"
    return twist


def ending(how: str) -> Twist:
    """After the whole body: fin, rst, or abrupt (TLS without close_notify)."""
    def twist(x):
        x.answer.ending = how
    return twist


def cut(after: int, how: str) -> Twist:
    """Sends `after` bytes of the body, then: fin, rst, abrupt, stall or drip. Shorter bodies are
    sent whole and end well."""
    def twist(x):
        if len(x.answer.body) > after:
            x.answer.stop_after = after
            x.answer.ending = how
    return twist


def overlong(extra: int, announced: bool) -> Twist:
    """More bytes than the range has. `announced`: Content-Length counts them, Content-Range does
    not; otherwise they follow the body that both promised."""
    def twist(x):
        body = bytes(x.answer.body) + b"#" * extra
        if announced:
            x.answer.set("Content-Length", str(len(body)))
        x.answer.body = body
        x.answer.ending = "fin"
    return twist


def resized(by: int) -> Twist:
    """The body has `by` bytes more, or fewer, than the head says and ends as if that were right."""
    def twist(x):
        body = bytes(x.answer.body)
        x.answer.body = body + b"#" * by if by > 0 else body[:by]
    return twist


def lie(at: int, times: int | None = None) -> Twist:
    """The resource's byte at `at` is another one in the first `times` bodies that have it, or in
    all; the head is right."""
    def twist(x):
        inside = at - x.answer.begin
        if x.answer.status not in (200, 206) or not 0 <= inside < len(x.answer.body):
            return
        with x.page.lock:
            told = x.page.state[f"lies at {at}"] = x.page.state.get(f"lies at {at}", 0) + 1
        if times is None or told <= times:
            body = bytearray(x.answer.body)
            body[inside] ^= 1
            x.answer.body = bytes(body)
    return twist


def close_delimited() -> Twist:
    """No length: the end of the connection ends the body, whatever the status."""
    def twist(x):
        x.answer.set("Content-Length", None)
        x.answer.set("Connection", "close")
        x.answer.ending = "fin"
    return twist


def silent() -> Twist:
    """Takes the request and never says a byte."""
    def twist(x):
        x.answer.silent = True
    return twist


def late(seconds: float) -> Twist:
    def twist(x):
        x.answer.wait = seconds
    return twist


def rate(bytes_per_second: float) -> Twist:
    """Of each response."""
    def twist(x):
        x.answer.rate = bytes_per_second
    return twist


class Pacer:
    """A rate that all responses share."""

    def __init__(self, bytes_per_second: float):
        self.bytes_per_second = bytes_per_second
        self._lock = threading.Lock()
        self._free_at = 0.0

    def reserve(self, count: int) -> float:
        """Seconds to wait before `count` bytes may go out."""
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + count / self.bytes_per_second
            return self._free_at - now

    def __call__(self, x: Exchange):
        x.answer.pacer = self


class Gate:
    """Lets `limit` bytes through over all responses, then all stall until it is opened."""

    def __init__(self, limit: int):
        self._left = limit
        self._lock = threading.Lock()
        self._opened = threading.Event()
        self.reached = threading.Event()

    def allow(self, count: int) -> int:
        with self._lock:
            if self._opened.is_set():
                return count
            allowed = min(count, self._left)
            self._left -= allowed
            if self._left == 0:
                self.reached.set()
            return allowed

    def open(self):
        self._opened.set()

    def __call__(self, x: Exchange):
        x.answer.gate = self


# ---- refusals and redirects ------------------------------------------------------------------


def status(code: int, text: str = "no", **headers: str) -> Twist:
    fields = [(name.replace("_", "-"), value) for name, value in headers.items()]

    def twist(x):
        x.answer = plain_answer(code, text, fields)
    return twist


def busy(code: int, after: int | None = None, as_date: bool = False) -> Twist:
    """429 or 503; `after` seconds are told as a number or as a date."""
    def twist(x):
        headers = []
        if after is not None:
            # Dates count whole seconds: round up, so that `after` is the least that is meant.
            date = email.utils.formatdate(int(time.time()) + 1 + after, usegmt=True)
            headers = [("Retry-After", date if as_date else str(after))]
        x.answer = plain_answer(code, "busy", headers)
    return twist


def login_page() -> Twist:
    """A page of a captive portal instead of what was asked."""
    text = "<html><form action=/login>" + "who are you? " * 400 + "</form></html>"

    def twist(x):
        x.answer = plain_answer(200, text)
    return twist


def redirect(to: str, code: int = 302) -> Twist:
    """{path} is the page's own path, {port} the server's port."""
    def twist(x):
        location = to.format(path=x.page.path, port=x.server.port)
        x.answer = plain_answer(code, "elsewhere", [("Location", location)])
    return twist


def hops(count: int) -> Twist:
    """So many redirects, each to the same path with another query, then the answer."""
    def twist(x):
        hop = int(x.request.query.get("hop", "0"))
        if hop < count:
            redirect(f"{{path}}?hop={hop + 1}")(x)
    return twist


def hop_of_request() -> Twist:
    """Redirects every request that comes without a query to a place of its own."""
    def twist(x):
        if not x.request.query:
            redirect(f"{{path}}?node={x.number}")(x)
    return twist


def expiring_redirect(uses: int, code: int) -> Twist:
    """Redirects to a signed URL that answers `uses` requests and then `code`."""
    def twist(x):
        token = x.request.query.get("token")
        if token is None:
            redirect(f"{{path}}?token={x.number}")(x)
            return
        with x.page.lock:
            used = x.page.state[token] = x.page.state.get(token, 0) + 1
        if used > uses:
            x.answer = plain_answer(code, "expired")
    return twist


def not_modified() -> Twist:
    """As RFC 9110 section 13 has it: what the client has already is not sent."""
    def twist(x: Exchange):
        tag = x.request.header("If-None-Match")
        date = x.request.header("If-Modified-Since")
        if tag == x.resource.etag_field() if tag else date and date == x.resource.last_modified:
            x.answer = plain_answer(304)
            x.answer.set("Content-Length", None)
            x.answer.set("ETag", x.resource.etag_field())
    return twist


def _replace_body(answer: Answer, body: bytes):
    answer.body = body
    answer.set("Content-Length", str(len(body)))
