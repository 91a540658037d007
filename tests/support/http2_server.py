"""The misbehaving server once more, over HTTP/2: by TLS's ALPN, as the client's first choice.

    with Http2Server(certificates) as server:
        page = server.serve("/file", Resource(1 << 20), http2_twists.refuse_stream())

Pages, twists and the log are the HTTP/1.1 server's, which still serves those who speak no HTTP/2.
Of an answer these count: status, headers, body, stop_after, gate, and ending, where "fin" ends
the stream early, "rst" resets it, and an Ending of this module does what only HTTP/2 can.
`on_accept` may return NO_STREAMS.

Frames are made by python3-h2, but for those that it would refuse to send. One thread serves each
connection with all its streams.
"""

import dataclasses
import enum
import select
import ssl

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
from hyperframe.frame import GoAwayFrame

from support.answers import Answer, Request, plain_answer
from support.hostile_server import Gone, HostileServer, Page, Seen

# The server's settings allow no stream at all (RFC 9113 6.5.2).
NO_STREAMS = "no streams"

_TURN_S = 0.005  # how long a connection with nothing to send waits for the client
_READ_AT_MOST = 64 << 10
_BYTES_A_TURN = 256 << 10


class After(enum.Enum):
    """What follows an Ending on its connection."""
    FINISH = "the body is sent to its end, then the connection is closed"
    CLOSE = "the connection is closed at once"
    SILENCE = "the connection stays open, and not a byte comes any more"
    GO_ON = "other streams are served"


@dataclasses.dataclass(frozen=True)
class GoAway:
    """`processed`: the frame names this stream as the last one that is served (RFC 9113 6.8)."""
    processed: bool
    after: After
    code: h2.errors.ErrorCodes = h2.errors.ErrorCodes.NO_ERROR


@dataclasses.dataclass(frozen=True)
class ResetStream:
    code: h2.errors.ErrorCodes


Ending = GoAway | ResetStream


class Http2Server(HostileServer):
    def __init__(self, certificates, on_accept=None, **more):
        super().__init__(certificates, on_accept, **more)
        self._tls.set_alpn_protocols(["h2", "http/1.1"])

    def _serve(self, connection: ssl.SSLSocket, number: int, verdict: str | None):
        if connection.selected_alpn_protocol() == "h2":
            Http2Connection(self, connection, number, verdict).run()
        else:
            super()._serve(connection, number, verdict)


@dataclasses.dataclass
class _Stream:
    id: int
    answer: Answer
    seen: Seen | None
    sent: int = 0
    head_sent: bool = False
    ending_played: bool = False
    over: bool = False

    @property
    def stop(self) -> int:
        """Where its ending comes, or the body's end if that has come already."""
        size = len(self.answer.body)
        if self.ending_played or self.answer.stop_after is None:
            return size
        return min(self.answer.stop_after, size)


class Http2Connection:
    """Serves one connection's streams side by side."""

    def __init__(self, server: Http2Server, connection: ssl.SSLSocket, number: int,
                 verdict: str | None):
        self._server = server
        self._socket = connection
        self._number = number
        self._verdict = verdict
        self._streams: dict[int, _Stream] = {}
        self._last_id = 0
        self._silent = False
        self._closing = False  # once no stream is left
        self._h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))

    def run(self):
        try:
            self._greet()
            while not (self._closing and not self._streams):
                busy = not self._silent and self._send_turn()
                self._receive(0 if busy else _TURN_S)
        except h2.exceptions.ProtocolError:
            pass  # the client had good reason to end the connection in its own way
        finally:
            self._server.forget(self._socket)
            self._socket.close()

    def _greet(self):
        if self._verdict == NO_STREAMS:
            self._h2.local_settings = h2.settings.Settings(client=False, initial_values={
                h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 0})
        self._h2.initiate_connection()
        self._flush()

    # ---- what the client says ----

    def _receive(self, wait_s: float):
        if not self._socket.pending() and not select.select([self._socket], [], [], wait_s)[0]:
            if self._server.stopping.is_set():
                raise Gone
            return
        received = self._socket.recv(_READ_AT_MOST)
        if not received:
            raise Gone
        for event in self._h2.receive_data(received):
            self._on_event(event)
        self._flush()

    def _on_event(self, event: h2.events.Event):
        if isinstance(event, h2.events.RequestReceived):
            self._last_id = event.stream_id
            # After GOAWAY no new stream is looked at (RFC 9113 6.8).
            if not self._closing and not self._silent:
                self._streams[event.stream_id] = self._begin(event)
        elif isinstance(event, h2.events.StreamReset):
            self._streams.pop(event.stream_id, None)
        elif isinstance(event, h2.events.ConnectionTerminated):
            raise Gone

    def _begin(self, event: h2.events.RequestReceived) -> _Stream:
        request = _request(event.headers)
        page: Page | None = self._server.page_for(request.path)
        if page is None or request.method != "GET":
            self._server.unknown.append(request)
            return _Stream(event.stream_id, plain_answer(404 if page is None else 405, "no"), None)
        exchange = self._server.exchange(page, self._number, request)
        return _Stream(event.stream_id, exchange.answer, exchange.seen)

    # ---- what the server says ----

    def _send_turn(self) -> bool:
        """A little of each stream; returns whether anything could be sent."""
        busy = False
        for stream in list(self._streams.values()):
            busy |= self._send_some(stream)
            if stream.over:
                del self._streams[stream.id]
            if self._silent:
                break
        self._flush()
        return busy

    def _send_some(self, stream: _Stream) -> bool:
        if not stream.head_sent and not self._before_head(stream):
            self._send_head(stream)
            return True
        count = self._may_send(stream)
        if count:
            self._send_data(stream, count)
        if stream.sent == stream.stop and not stream.over:
            self._end(stream)
        return count > 0

    @staticmethod
    def _before_head(stream: _Stream) -> bool:
        """An ending after no byte at all comes in the head's place."""
        return stream.answer.stop_after == 0 and not stream.ending_played

    def _send_head(self, stream: _Stream):
        connection_fields = ("connection", "transfer-encoding")
        fields = [(name.lower(), value) for name, value in stream.answer.headers
                  if name.lower() not in connection_fields]
        self._h2.send_headers(stream.id, [(":status", str(stream.answer.status)), *fields])
        stream.head_sent = True

    def _may_send(self, stream: _Stream) -> int:
        count = min(stream.stop - stream.sent, self._h2.local_flow_control_window(stream.id),
                    _BYTES_A_TURN)
        if count > 0 and stream.answer.gate is not None:
            count = stream.answer.gate.allow(count)
        return max(0, count)

    def _send_data(self, stream: _Stream, count: int):
        body = memoryview(stream.answer.body)[stream.sent:stream.sent + count]
        if stream.seen is not None:
            stream.seen.sent += count
        frame = self._h2.max_outbound_frame_size
        for begin in range(0, count, frame):
            self._h2.send_data(stream.id, bytes(body[begin:begin + frame]))
        stream.sent += count

    def _end(self, stream: _Stream):
        """At the place where the answer stops, and once more at the body's end after that."""
        ending = stream.answer.ending
        stopped = stream.answer.stop_after is not None and not stream.ending_played
        if isinstance(ending, GoAway) and stopped:
            self._go_away(stream, ending)
        elif isinstance(ending, ResetStream) and stopped:
            self._reset(stream, ending.code)
        elif ending == "rst":
            self._reset(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
        elif ending != "stall":
            self._h2.end_stream(stream.id)
            stream.over = True

    def _reset(self, stream: _Stream, code: h2.errors.ErrorCodes):
        self._h2.reset_stream(stream.id, code)
        stream.over = True

    def _go_away(self, stream: _Stream, ending: GoAway):
        stream.ending_played = True
        last = stream.id if ending.processed else max(0, stream.id - 2)
        self._flush()
        # By hand: after its own GOAWAY python3-h2 sends nothing more.
        self._socket.sendall(GoAwayFrame(0, last_stream_id=last,
                                         error_code=ending.code).serialize())
        if ending.after is After.CLOSE:
            raise Gone
        self._silent = ending.after is After.SILENCE
        self._closing = ending.after is After.FINISH

    def _flush(self):
        data = self._h2.data_to_send()
        if data:
            self._socket.sendall(data)


def _request(fields) -> Request:
    """As the HTTP/1.1 server would have parsed it."""
    pseudo = {name: value for name, value in fields if name.startswith(":")}
    lines = [f"{pseudo[':method']} {pseudo[':path']} HTTP/2", f"Host: {pseudo[':authority']}"]
    lines += [f"{name}: {value}" for name, value in fields if not name.startswith(":")]
    return Request("\r\n".join(lines).encode("latin-1"))
