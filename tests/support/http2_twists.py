"""What only an HTTP/2 server can do wrong; they compose with those of twists.py."""

import threading
import time

from h2.errors import ErrorCodes

from support.hostile_server import Exchange, Twist
from support.http2_server import After, GoAway, ResetStream


def go_away(sent: int, processed: bool, after: After,
            code: ErrorCodes = ErrorCodes.NO_ERROR) -> Twist:
    """GOAWAY after `sent` bytes of the body; ahead of the head if that is 0."""
    return _ending(sent, GoAway(processed, after, code))


def reset_stream(sent: int, code: ErrorCodes = ErrorCodes.INTERNAL_ERROR) -> Twist:
    """RST_STREAM after `sent` bytes of the body; ahead of the head if that is 0."""
    return _ending(sent, ResetStream(code))


def refuse_stream() -> Twist:
    return reset_stream(0, ErrorCodes.REFUSED_STREAM)


class DeafToWindowUpdates:
    """Each connection has `window` bytes for all its streams, and what the client adds to that is
    not heard: never, or for `deaf_s` seconds from when it is used up."""

    def __init__(self, window: int, deaf_s: float | None = None, connections: int | None = None):
        self._window, self._deaf_s = window, deaf_s
        self._connections = connections  # that are so, counted from the first; None: all
        self._gates: dict[int, _Window] = {}
        self._lock = threading.Lock()

    def __call__(self, x: Exchange):
        number = x.seen.connection
        if self._connections is None or number <= self._connections:
            with self._lock:
                x.answer.gate = self._gates.setdefault(number, _Window(self._window, self._deaf_s))


class _Window:
    def __init__(self, left: int, deaf_s: float | None):
        self._left, self._deaf_s = left, deaf_s
        self._empty_at: float | None = None

    def allow(self, count: int) -> int:
        allowed = min(count, self._left)
        self._left -= allowed
        if allowed:
            return allowed
        self._empty_at = self._empty_at or time.monotonic()
        heard = self._deaf_s is not None and time.monotonic() >= self._empty_at + self._deaf_s
        return count if heard else 0


def _ending(sent: int, ending: GoAway | ResetStream) -> Twist:
    def twist(x: Exchange):
        # A body that is shorter than that ends well.
        if len(x.answer.body) > sent:
            x.answer.stop_after = sent
            x.answer.ending = ending
    return twist
