"""A DNS server of a test's own (RFC 1035, UDP), on a free port of 127.0.0.1.

    with NameServer({"host.test": ["127.0.0.1", "::1"]}) as names:
        ...                         # xget --dns-servers names.address
"""

import ipaddress
import socket
import threading

TYPES = {1: 4, 28: 6}               # A, AAAA
NO_SUCH_NAME = 3
SECONDS_TO_LIVE = 60


class NameServer:
    """Answers from `table` whatever else is asked with "no such name". `asked` is what was."""

    def __init__(self, table: dict[str, list[str]]):
        self.table = table
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._ignored: int | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def ignore_ipv6(self):
        """Questions for AAAA records get no answer, as from some name servers out there."""
        self._ignored = 6

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while not self._ended.is_set():
            try:
                question, sender = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            answer = self._answer(question)
            if answer:
                self._socket.sendto(answer, sender)

    def _answer(self, message: bytes) -> bytes | None:
        name, end = _name_at(message, 12)
        self.asked.append(name)
        family = TYPES.get(int.from_bytes(message[end:end + 2], "big"))
        if family == self._ignored:
            return None
        known = self.table.get(name.lower())
        found = [address for address in map(ipaddress.ip_address, known or [])
                 if address.version == family]
        flags = 0x8180 | (NO_SUCH_NAME if known is None else 0)
        counts = (1, len(found), 0, 0)
        head = message[:2] + b"".join(n.to_bytes(2, "big") for n in (flags, *counts))
        return head + message[12:end + 4] + b"".join(
            _record(message[end:end + 4], address.packed) for address in found)


def _name_at(message: bytes, at: int) -> tuple[str, int]:
    labels = []
    while length := message[at]:
        labels.append(message[at + 1:at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(labels), at + 1


def _record(type_and_class: bytes, data: bytes) -> bytes:
    """Its name is the question's."""
    return (b"\xc0\x0c" + type_and_class + SECONDS_TO_LIVE.to_bytes(4, "big") +
            len(data).to_bytes(2, "big") + data)
