"""Every way of misbehaving that HTTP/2 alone has, by name, as rows.py has the others.

tests/e2e/test_http2_rows.py runs every row fresh and resumed, with one connection: that is when
the command may use HTTP/2.
"""

import dataclasses

from h2.errors import ErrorCodes

from support import http2_twists as h2t
from support import twists as t
from support.http2_server import NO_STREAMS, After
from support.rows import MIB, NETWORK, Row

_FEW = ("--retry", "2")


def http2(x) -> bool:
    return x.request.http_version == "HTTP/2"


def _go_away() -> list[Row]:
    calm = ErrorCodes.ENHANCE_YOUR_CALM
    return [
        Row("goaway-and-the-stream-is-finished", (h2t.go_away(MIB, True, After.FINISH),)),
        Row("goaway-and-the-stream-is-dropped", (h2t.go_away(MIB, False, After.CLOSE),)),
        Row("goaway-and-the-stream-is-dropped-at-first",
            (t.when(t.first(3), h2t.go_away(MIB, False, After.CLOSE)),)),
        Row("goaway-and-the-promised-stream-is-cut", (h2t.go_away(MIB, True, After.CLOSE),)),
        Row("goaway-and-the-promised-stream-stalls-at-first",
            (t.when(t.first(2), h2t.go_away(MIB, True, After.SILENCE)),)),
        Row("goaway-and-the-connection-stays-open-at-first",
            (t.when(t.first(2), h2t.go_away(MIB, False, After.SILENCE, calm)),)),
        Row("goaway-to-calm-down-in-the-middle",
            (h2t.go_away(MIB, True, After.CLOSE, calm),)),
        Row("goaway-before-the-head-at-first",
            (t.when(t.first(2), h2t.go_away(0, False, After.CLOSE)),)),
        Row("goaway-before-the-head-always", (h2t.go_away(0, False, After.CLOSE),), NETWORK,
            options=_FEW),
        Row("goaway-to-calm-down-always", (h2t.go_away(0, True, After.CLOSE, calm),), NETWORK,
            options=_FEW),
        Row("goaway-and-then-the-version-changes",
            (t.when(t.from_request(2), t.next_version()),
             t.when(t.first(1), h2t.go_away(MIB, False, After.CLOSE))), versions=(1,)),
    ]


def _streams() -> list[Row]:
    return [
        Row("refused-stream-at-first", (t.when(t.first(3), h2t.refuse_stream()),)),
        Row("refused-stream-to-every-second-request",
            (t.when(t.every(2), h2t.refuse_stream()), t.when(t.first(3), t.cut(MIB, "rst")))),
        Row("refused-stream-always", (h2t.refuse_stream(),), NETWORK, options=_FEW),
        Row("refused-stream-in-the-middle",
            (h2t.reset_stream(MIB, ErrorCodes.REFUSED_STREAM),)),
        Row("reset-stream-in-the-middle", (h2t.reset_stream(MIB),)),
        Row("cancelled-stream-in-the-middle", (h2t.reset_stream(MIB, ErrorCodes.CANCEL),)),
        Row("stream-without-an-error-in-the-middle",
            (h2t.reset_stream(MIB, ErrorCodes.NO_ERROR),)),
        Row("wants-http-1.1",
            (t.when(http2, h2t.reset_stream(0, ErrorCodes.HTTP_1_1_REQUIRED)),)),
        Row("stream-ends-early", (t.cut(MIB, "fin"),)),
        Row("stream-longer-than-its-length-at-first",
            (t.when(t.first(2), t.resized(1000)),)),
        Row("no-streams-allowed-at-first", (),
            on_accept=lambda number, _: NO_STREAMS if number <= 2 else None),
        Row("no-streams-allowed", (), NETWORK, on_accept=lambda number, _: NO_STREAMS,
            options=_FEW),
    ]


def _flow_control() -> list[Row]:
    return [
        Row("window-never-opened-again", (h2t.DeafToWindowUpdates(2 * MIB),)),
        Row("window-opened-after-a-pause", (h2t.DeafToWindowUpdates(65_535, deaf_s=0.4),)),
        Row("window-opened-too-late", (h2t.DeafToWindowUpdates(2 * MIB, deaf_s=4),)),
        Row("window-closed-from-the-start-at-first",
            (h2t.DeafToWindowUpdates(0, connections=2),)),
        Row("window-closed-from-the-start", (h2t.DeafToWindowUpdates(0),), NETWORK, options=_FEW),
    ]


HTTP2_ROWS: dict[str, Row] = {row.name: dataclasses.replace(row, tls=True)
                              for row in _go_away() + _streams() + _flow_control()}
