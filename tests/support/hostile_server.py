"""A misbehaving HTTP/1.1 server with control over every byte, on 127.0.0.1 and ::1 unless told otherwise.

    with HostileServer() as server:
        page = server.serve("/file", Resource(size=1 << 20), twists.cut(1000, "rst"))
        ...                     # download page.url
        page.requests           # what was asked and what was sent, in order

A page answers honestly (answers.py) until twists (twists.py) change its answer. One thread accepts
for each listening socket, one serves each connection; leaving the context ends them all. Bytes
are counted just before they are handed to the kernel, so what the client never read is included.
"""

import contextlib
import dataclasses
import select
import socket
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Callable

from support.answers import Answer, Request, Resource, honest_answer, plain_answer

_CHUNK = 16 << 10
_MAX_HEAD = 256 << 10


class Gone(Exception):
    """The connection is over: the client left, or the answer ends by leaving."""


@dataclasses.dataclass
class Seen:
    """One request as the server saw it, and what went out for it so far."""
    number: int                # of the page, from 1
    connection: int            # of the server, from 1
    time: float                # time.monotonic() at the request's arrival
    request: Request
    status: int = 0
    begin: int = 0             # where in the resource the body began
    sent: int = 0              # body bytes on their way or gone

    @property
    def range(self) -> str | None:
        return self.request.range


class Exchange:
    """What a twist gets: the request, the answer so far and where it all happens."""

    def __init__(self, page: "Page", seen: Seen, server: "HostileServer"):
        self.page = page
        self.seen = seen
        self.server = server
        self.request = seen.request
        self.number = seen.number
        self.resource = page.resource
        self.answer = honest_answer(self.request, self.resource)

    def serve(self, resource: Resource, obey_if_range: bool = True):
        """Begins again with an honest answer for another version."""
        self.resource = resource
        self.answer = honest_answer(self.request, resource, obey_if_range)

    @property
    def begin(self) -> int:
        """Where the asked range begins; 0 without one."""
        asked = self.request.asked(self.resource.size)
        return asked[0] if asked else 0


Twist = Callable[[Exchange], None]


class Page:
    """A path of the server. `resource` and `twists` may be replaced between requests."""

    def __init__(self, server: "HostileServer", path: str, resource: Resource,
                 twists: tuple[Twist, ...]):
        self.server = server
        self.path = path
        self.resource = resource
        self.twists = twists
        self.state: dict = {}            # for twists that remember; guarded by `lock`
        self.lock = threading.Lock()
        self.requests: list[Seen] = []
        self._sending: list[socket.socket] = []   # a body each
        self.peak_active = 0             # most of them at a time

    @property
    def url(self) -> str:
        return self.server.url + self.path

    @property
    def data(self) -> bytes:
        return self.resource.data

    @property
    def body_bytes(self) -> int:
        return sum(seen.sent for seen in list(self.requests))

    @property
    def ranges(self) -> list[str | None]:
        return [seen.range for seen in list(self.requests)]

    def behave(self, *twists: Twist):
        self.twists = twists

    def forget_log(self):
        """The next run's requests are counted from 1 again."""
        with self.lock:
            self.requests = []
            self.state = {}
            self.peak_active = 0

    def begin(self, connection: int, request: Request) -> Seen:
        with self.lock:
            seen = Seen(len(self.requests) + 1, connection, time.monotonic(), request)
            self.requests.append(seen)
            return seen

    @contextlib.contextmanager
    def sending(self, connection: socket.socket):
        with self.lock:
            # What the client has closed counts no longer, though its thread may not know yet.
            self._sending = [one for one in self._sending if not _closed_by_peer(one)]
            self._sending.append(connection)
            self.peak_active = max(self.peak_active, len(self._sending))
        try:
            yield
        finally:
            with self.lock, contextlib.suppress(ValueError):
                self._sending.remove(connection)


def _closed_by_peer(connection: socket.socket) -> bool:
    poll = select.poll()
    try:
        poll.register(connection, select.POLLRDHUP)
    except (ValueError, OSError):  # closed here
        return True
    return bool(poll.poll(0))


class HostileServer:
    """`on_accept(number, open)` is asked for each connection, with its number (from 1) and how
    many are open, itself included: it returns None to serve it, or "rst", "fin", "silent" (never a
    word) or a status ("429", "503"). `send_buffer` bounds what the kernel holds of what the client
    has not read. `addresses` are those of this machine that it listens on, all at one port.
    `tls_version` is the only one spoken, however old."""

    def __init__(self, certificates=None, on_accept=None, send_buffer: int | None = 64 << 10,
                 addresses=("127.0.0.1", "::1"), port: int = 0,
                 tls_version: ssl.TLSVersion | None = None):
        self.pages: dict[str, Page] = {}
        self.make_page: Callable[[str], Page | None] = lambda path: None  # for unknown paths
        self.stopping = threading.Event()
        self.accepted = 0
        self.clients: list[str] = []       # the address of each connection's other end
        self.silenced = 0                  # open connections that are "silent"
        self.unknown: list[Request] = []   # requests for paths that nobody serves
        self._on_accept = on_accept or (lambda number, open_connections: None)
        self._send_buffer = send_buffer
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._tls = None
        if certificates is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificates.certificate, certificates.key)
            if tls_version is not None:
                _speak_only(self._tls, tls_version)
        self._listeners = _listen(addresses, port)
        self.port = self._listeners[0].getsockname()[1]

    # ---- for tests ----

    @property
    def scheme(self) -> str:
        return "https" if self._tls else "http"

    @property
    def url(self) -> str:
        return self.url_at("127.0.0.1")

    def url_at(self, host: str) -> str:
        return f"{self.scheme}://{host}:{self.port}"

    def serve(self, path: str, resource: Resource | None = None, *twists: Twist) -> Page:
        page = Page(self, path, resource or Resource(), twists)
        self.pages[path] = page
        return page

    def begin_again(self, on_accept=None):
        """As if nobody had connected yet."""
        self.drop_connections()
        with self._lock:
            self.accepted = self.silenced = 0
            self.clients.clear()
            self._on_accept = on_accept or (lambda number, open_connections: None)

    @property
    def open_connections(self) -> int:
        with self._lock:
            return len(self._open)

    def drop_connections(self):
        """Cuts every connection that is open now."""
        with self._lock:
            for connection in list(self._open):
                with contextlib.suppress(OSError):
                    # By the base class: SSLSocket.shutdown would make its thread write plain text.
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)

    def __enter__(self):
        for listener in self._listeners:
            self._start(self._accept, listener)
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.drop_connections()
        for thread in list(self._threads):
            thread.join(timeout=5)

    # ---- connections ----

    def _start(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads = [old for old in self._threads if old.is_alive()] + [thread]
        thread.start()

    def _accept(self, listener: socket.socket):
        while not self.stopping.is_set():
            try:
                connection, client = listener.accept()
            except OSError:
                return
            with self._lock:
                self.accepted += 1
                self.clients.append(client[0])
                number = self.accepted
                self._open.add(connection)
                open_now = len(self._open)
            self._start(self._serve_connection, connection, number, open_now)

    def _serve_connection(self, plain: socket.socket, number: int, open_now: int):
        verdict = self._on_accept(number, open_now)
        with self._lock:
            self.silenced += verdict == "silent"
        try:
            with contextlib.suppress(Gone, OSError):
                if verdict == "rst":
                    _reset(plain)
                elif verdict != "fin":
                    self._serve(self._prepare(plain), number, verdict)
        finally:
            with self._lock:
                self.silenced -= verdict == "silent"
                self._open.discard(plain)
            plain.close()

    def _serve(self, connection: socket.socket, number: int, verdict: str | None):
        Connection(self, connection, number, verdict).run()

    def _prepare(self, plain: socket.socket) -> socket.socket:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._send_buffer:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self._send_buffer)
        if not self._tls:
            return plain
        tls = self._tls.wrap_socket(plain, server_side=True)
        # wrap_socket detached the descriptor from `plain`: what is to be shut down is `tls`.
        with self._lock:
            self._open.discard(plain)
            self._open.add(tls)
        return tls

    def forget(self, connection: socket.socket):
        with self._lock:
            self._open.discard(connection)

    def page_for(self, path: str) -> Page | None:
        return self.pages.get(path) or self.make_page(path)

    def exchange(self, page: Page, connection: int, request: Request) -> Exchange:
        """Logs the request and finds its answer, twisted."""
        exchange = Exchange(page, page.begin(connection, request), self)
        for twist in page.twists:
            twist(exchange)
        exchange.seen.status = exchange.answer.status
        exchange.seen.begin = exchange.answer.begin
        return exchange


class Connection:
    """Serves one connection's requests one after another."""

    def __init__(self, server: HostileServer, connection: socket.socket, number: int,
                 verdict: str | None):
        self._server = server
        self._socket = connection
        self._number = number
        self._verdict = verdict
        self._received = b""

    def run(self):
        try:
            while self._answer_one():
                pass
        finally:
            self._server.forget(self._socket)
            self._socket.close()

    def _answer_one(self) -> bool:
        head = self._read_head()
        if head is None:
            return False
        request = Request(head)
        if self._verdict == "silent":
            self._end("stall")
        if self._verdict:
            self._send_answer(plain_answer(int(self._verdict), "too many connections"))
            self._end("fin")
        page = self._server.page_for(request.path)
        if page is None or request.method != "GET":
            self._server.unknown.append(request)
            self._send_answer(plain_answer(404 if page is None else 405, "no such page"))
            return True
        self._answer_from(page, request)
        return (request.header("Connection") or "").lower() != "close"

    def _answer_from(self, page: Page, request: Request):
        exchange = self._server.exchange(page, self._number, request)
        with page.sending(self._socket):
            self._send_answer(exchange.answer, exchange.seen)

    def _read_head(self) -> bytes | None:
        while b"\r\n\r\n" not in self._received:
            part = self._socket.recv(_CHUNK)
            self._received += part
            if not part or len(self._received) > _MAX_HEAD:
                return None
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        return head

    # ---- sending ----

    def _send_answer(self, answer: Answer, seen: Seen | None = None):
        if answer.silent:
            self._end("stall")
        self._sleep(answer.wait)
        self._socket.sendall(answer.preamble + answer.head())
        body = memoryview(answer.body)
        stop = len(body) if answer.stop_after is None else min(answer.stop_after, len(body))
        self._send_body(answer, body[:stop], seen)
        if answer.ending == "drip":
            self._drip(answer, body[stop:], seen)
        elif answer.ending != "keep":
            self._end(answer.ending)
        elif answer.chunked:
            self._socket.sendall(b"0\r\n\r\n")

    def _send_body(self, answer: Answer, body: memoryview, seen: Seen | None):
        started, sent = time.monotonic(), 0
        while sent < len(body):
            count = min(_CHUNK, len(body) - sent)
            if answer.gate is not None:
                count = self._pass_gate(answer.gate, count)
            if answer.pacer is not None:
                self._sleep(answer.pacer.reserve(count))
            if answer.rate is not None:
                self._sleep(started + sent / answer.rate - time.monotonic())
            self._send_piece(answer, body[sent:sent + count], seen)
            sent += count

    def _pass_gate(self, gate, count: int) -> int:
        while True:
            allowed = gate.allow(count)
            if allowed:
                return allowed
            self._sleep(0.01)
            self._check_client()

    def _send_piece(self, answer: Answer, piece: memoryview, seen: Seen | None):
        if seen is not None:
            seen.sent += len(piece)
        if answer.chunked:
            self._socket.sendall(b"%x\r\n" % len(piece) + piece + b"\r\n")
        else:
            self._socket.sendall(piece)

    def _drip(self, answer: Answer, body: memoryview, seen: Seen | None):
        for index in range(len(body)):
            self._sleep(1)
            self._send_piece(answer, body[index:index + 1], seen)

    def _sleep(self, seconds: float):
        if seconds > 0 and self._server.stopping.wait(seconds):
            raise Gone

    def _check_client(self):
        """Raises if the client has left: a stalled answer need not outlive it."""
        self._socket.setblocking(False)
        try:
            # By the base class: an SSLSocket cannot peek, but what is below it can.
            if not socket.socket.recv(self._socket, 1, socket.MSG_PEEK):
                raise Gone
        except BlockingIOError:
            pass
        finally:
            self._socket.setblocking(True)

    def _end(self, how: str):
        """Ends the connection in the named way. Never returns."""
        if how == "stall":
            while True:
                self._sleep(0.05)
                self._check_client()
        if how == "rst":
            _reset(self._socket)
        elif how == "fin":
            self._close_politely()
        elif how == "abrupt":
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
                self._drain()
        raise Gone

    def _close_politely(self):
        """FIN, with close_notify under TLS; then reads until the client closes as well, since
        unread data would turn the FIN into a reset."""
        with contextlib.suppress(OSError):
            self._socket.settimeout(1)
            if isinstance(self._socket, ssl.SSLSocket):
                self._socket.unwrap()
            self._socket.shutdown(socket.SHUT_WR)
            self._drain()

    def _drain(self):
        self._socket.settimeout(1)
        while self._socket.recv(_CHUNK):
            pass


def _speak_only(context: ssl.SSLContext, version: ssl.TLSVersion):
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():  # Python knows that the old ones are
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = version


def _reset(connection: socket.socket):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
    raise Gone


def _listen(addresses, port: int) -> list[socket.socket]:
    """One port on all addresses. A free port of one may be taken on another: try again."""
    for _ in range(50):
        listeners: list[socket.socket] = []
        try:
            for address in addresses:
                chosen = listeners[0].getsockname()[1] if listeners else port
                listeners.append(_listen_one(address, chosen))
            return listeners
        except OSError:
            for listener in listeners:
                listener.close()
            if port:
                raise
    raise OSError("no port is free on all addresses")


def _listen_one(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(256)
        return listener
    except OSError:
        listener.close()
        raise
