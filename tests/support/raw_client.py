"""A client that only looks: one request on its own connection, and how the answer ended."""

import contextlib
import dataclasses
import socket
import ssl
import urllib.parse


@dataclasses.dataclass
class Reply:
    head: bytes
    body: bytes
    ended: str   # length, fin, rst, timeout; under TLS notify or abrupt instead of fin

    @property
    def status(self) -> int:
        return int(self.head.split(b" ", 2)[1])

    def fields(self, name: str) -> list[str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return [line.split(":", 1)[1].strip() for line in lines
                if line.lower().startswith(name.lower() + ":")]

    def field(self, name: str) -> str | None:
        return next(iter(self.fields(name)), None)

    @property
    def length(self) -> int | None:
        """How many bytes follow, if the head says so in a way that can be used."""
        lengths = self.fields("Content-Length")
        if len(lengths) != 1 or not lengths[0].isdigit() or self.field("Transfer-Encoding"):
            return None
        return int(lengths[0])


def ask(url: str, byte_range: str | None = None, ca=None, timeout: float = 0.5,
        until_close: bool = False, **headers: str) -> Reply:
    """GETs the URL. Reads to Content-Length, or to the connection's end if `until_close` or if
    there is no usable length."""
    parts = urllib.parse.urlsplit(url)
    lines = [f"GET {parts.path}{'?' + parts.query if parts.query else ''} HTTP/1.1",
             f"Host: {parts.netloc}"]
    lines += [f"Range: bytes={byte_range}"] * (byte_range is not None)
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    try:
        connection = _connect(parts, ca, timeout)
    except ConnectionError:
        return Reply(b"", b"", "rst")
    with contextlib.closing(connection):
        return _read(connection, "\r\n".join(lines).encode() + b"\r\n\r\n", until_close)


def _connect(parts, ca, timeout: float) -> socket.socket:
    connection = socket.create_connection((parts.hostname, parts.port), timeout=5)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=ca)
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # Python would hide what is looked for
        connection = context.wrap_socket(connection, server_hostname=parts.hostname,
                                         suppress_ragged_eofs=False)
    connection.settimeout(timeout)
    return connection


def _read(connection: socket.socket, request: bytes, until_close: bool) -> Reply:
    received = bytearray()
    wanted = None   # bytes in all, once the head has told
    ended = None
    try:
        connection.sendall(request)
        while ended is None:
            part = connection.recv(1 << 18)
            received += part
            if wanted is None and b"\r\n\r\n" in part:
                wanted = _wanted(bytes(received))
            if not part:
                ended = "notify" if isinstance(connection, ssl.SSLSocket) else "fin"
            elif not until_close and wanted is not None and len(received) >= wanted:
                ended = "length"
    except ssl.SSLError:  # before ConnectionError: under TLS the two cannot be told apart
        ended = "abrupt"
    except ConnectionError:
        ended = "rst"
    except TimeoutError:
        ended = "timeout"
    return dataclasses.replace(_parse(bytes(received)), ended=ended)


def _parse(received: bytes) -> Reply:
    """The final response: 1xx heads are skipped."""
    head, end, body = received.partition(b"\r\n\r\n")
    while end and head.startswith(b"HTTP/1.1 1"):
        head, end, body = body.partition(b"\r\n\r\n")
    return Reply(head, body, "")


def _wanted(received: bytes) -> int | None:
    reply = _parse(received)
    return None if reply.length is None else len(received) - len(reply.body) + reply.length
