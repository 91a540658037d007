"""Every way of misbehaving that a download must survive, by name.

A row is a server and what may come of it. To add one: write its twist in twists.py if there is
none, append a Row here, and say with `fresh` and `resumed` which exits are right. Nothing else:
tests/e2e/test_judging.py runs every row with 1, 4 and 16 connections, fresh and resumed, and
`python3 -m support NAME` serves it by hand.
"""

import dataclasses
from collections.abc import Callable

from support import twists as t
from support.answers import Resource
from support.command import Exit

KIB = 1 << 10
MIB = 1 << 20
SIZE = 6 * MIB + 7

RIGHT = frozenset({Exit.SUCCESS})
REFUSED = frozenset({Exit.REFUSED})
NETWORK = frozenset({Exit.NETWORK})
FAILS = frozenset({Exit.NETWORK, Exit.REFUSED, Exit.CHANGED})
HONEST = RIGHT | FAILS   # the right file or an honest error

STRONG = Resource(SIZE)
WEAK = Resource(SIZE, etag="weak")
WEAK_ONLY = Resource(SIZE, etag="weak", last_modified=None)
NO_VALIDATOR = Resource(SIZE, etag=None, last_modified=None)


@dataclasses.dataclass(frozen=True)
class Row:
    """`versions` are the files that exit 0 may have left. A resumed run begins with what an
    honest server of the same resource gave."""
    name: str
    twists: tuple[t.Twist, ...]
    fresh: frozenset[int] = RIGHT
    resumed: frozenset[int] | None = None       # None: as fresh
    resource: Resource = STRONG
    versions: tuple[int, ...] = (0,)
    tls: bool = False
    on_accept: Callable[[int, int], str | None] | None = None
    options: tuple[str, ...] = ()

    def expected(self, resumed: bool) -> frozenset[int]:
        return self.resumed if resumed and self.resumed is not None else self.fresh


def _ranges() -> list[Row]:
    odd = "bytes {begin}-{last}/"
    return [
        Row("200-to-every-range", (t.whole(),)),
        Row("200-to-a-middle-range", (t.when(t.middle, t.whole()),)),
        Row("200-to-every-third-request", (t.when(t.every(3), t.whole()),)),
        Row("early-start", (t.when(t.middle, t.moved_start(-1000)),), HONEST),
        Row("early-start-once", (t.when(t.every(2), t.when(t.middle, t.moved_start(-1000))),),
            HONEST),
        Row("late-start", (t.when(t.middle, t.moved_start(1000)),), HONEST),
        Row("late-start-of-everything", (t.moved_start(1),), HONEST),
        Row("no-content-range", (t.content_range(None),)),
        Row("no-content-range-in-the-middle", (t.when(t.middle, t.content_range(None)),)),
        Row("total-of-dots", (t.content_range(odd + "…".encode().decode("latin-1")),)),
        Row("total-of-letters", (t.content_range(odd + "abc"),)),
        Row("total-star", (t.content_range(odd + "*"),)),
        Row("total-star-in-the-middle", (t.when(t.middle, t.content_range(odd + "*")),)),
        Row("content-range-star-only", (t.content_range("bytes */{total}"),)),
        Row("content-range-past-the-size", (t.content_range("bytes {begin}-{more}/{total}"),)),
        Row("content-range-end-is-total", (t.content_range("bytes {begin}-{end}/{total}"),)),
        Row("content-range-backwards", (t.content_range("bytes {last}-{begin}/{total}"),)),
        Row("content-range-overflows",
            (t.content_range("bytes {begin}-{last}/99999999999999999999999"),)),
        Row("content-range-wraps-64-bits",
            (t.content_range("bytes {begin}-18446744073709551616/18446744073709551617"),)),
        Row("content-range-negative", (t.content_range("bytes -{begin}-{last}/{total}"),)),
        Row("content-range-of-another-unit", (t.content_range("items {begin}-{last}/{total}"),)),
        Row("content-range-twice",
            (t.when(t.partial, t.extra_header("Content-Range", "bytes 5-9/10")),), HONEST),
        Row("content-range-label-lies-about-start",
            (t.when(t.middle, t.content_range("bytes 0-{last}/{total}")),), HONEST),
        Row("caps-ranges-at-a-megabyte", (t.cap_range(MIB),)),
        Row("caps-ranges-at-100-kb", (t.cap_range(100_000),)),
        Row("multipart-byteranges", (t.multipart(),), HONEST),
        Row("gzip-on-a-range", (t.when(t.middle, t.gzipped()),), HONEST),
        Row("gzip-on-everything", (t.gzipped(),), FAILS),
        Row("416-to-the-middle-with-total", (t.when(t.middle, t.unsatisfiable(True)),), HONEST),
        Row("416-to-the-middle-without-total", (t.when(t.middle, t.unsatisfiable(False)),),
            HONEST),
        Row("416-to-any-range", (t.when(t.ranged, t.unsatisfiable(False)),), HONEST),
        Row("400-to-any-range", (t.when(t.ranged, t.status(400)),), HONEST),
        Row("501-to-any-range", (t.when(t.ranged, t.status(501)),), HONEST),
    ]


def _versions() -> list[Row]:
    both = (0, 1)
    change_on_request = t.when(t.from_request(3), t.next_version())
    change_on_byte = t.when(t.from_byte(2 * MIB), t.next_version())
    deaf_change = t.when(t.from_request(3), t.next_version(), t.deaf_to_if_range())
    other_total = t.when(t.from_request(3), t.content_range("bytes {begin}-{last}/{more}"))
    quick_cut = t.when(t.first(2), t.cut(MIB, "rst"))  # so that even one connection asks again
    return [
        Row("other-total-later", (other_total, quick_cut), HONEST),
        Row("changes-at-third-request", (change_on_request, quick_cut), HONEST, versions=both),
        Row("changes-after-two-megabytes", (change_on_byte, quick_cut), HONEST, versions=both),
        Row("changes-and-ignores-if-range", (deaf_change, quick_cut), HONEST, versions=both),
        Row("changes-with-weak-etags", (deaf_change, quick_cut), HONEST, resource=WEAK_ONLY,
            versions=both),
        Row("changed-and-ignores-if-range", (t.next_version(), t.deaf_to_if_range()),
            versions=(1,)),
        Row("changed-with-a-weak-etag", (t.next_version(),), resource=WEAK_ONLY, versions=(1,)),
        Row("changed-without-a-validator", (t.next_version(),), resource=NO_VALIDATOR,
            versions=(1,)),
        Row("nodes-differ", (t.when(t.every(2), t.next_version()),), HONEST, versions=both),
        Row("nodes-differ-and-ignore-if-range",
            (t.when(t.every(2), t.next_version(), t.deaf_to_if_range()),), HONEST, versions=both),
        Row("nodes-differ-in-size-alone",
            (t.when(t.every(2), lambda x: x.serve(x.resource.next_version(size=SIZE - 5))),),
            HONEST, resource=NO_VALIDATOR, versions=both),
        Row("weak-etag", (), resource=WEAK),
        Row("weak-etag-alone", (), resource=WEAK_ONLY),
        Row("no-validator", (), resource=NO_VALIDATOR),
        Row("malformed-etag", (t.header("ETag", "unquoted"),), HONEST),
        Row("ignores-if-range", (t.deaf_to_if_range(),)),
        Row("200-to-every-if-range", (t.whole_for_if_range(),)),
        Row("200-to-every-if-range-with-weak-etags", (t.whole_for_if_range(),), resource=WEAK),
        Row("etag-of-every-request", (t.etag_of_request(),), HONEST),
        Row("etag-of-every-request-and-no-date", (t.etag_of_request(),), HONEST,
            resource=dataclasses.replace(STRONG, last_modified=None)),
    ]


def _framing() -> list[Row]:
    big = str(1 << 64)
#Relayed twice over : the login page answers the third and fourth request only.
    login = t.when(t.from_request(3), t.when(lambda x: x.number <= 4, t.login_page()))
    return [
        Row("100-first", (t.interim(100),)),
        Row("103-and-102-first", (t.interim(103, 102, 103),)),
        Row("content-length-twice-the-same",
            (lambda x: x.answer.headers.append(
                ("Content-Length", x.answer.get("Content-Length"))),), HONEST),
        Row("content-length-twice-in-one-line",
            (lambda x: x.answer.set("Content-Length", ", ".join(
                [x.answer.get("Content-Length")] * 2)),), HONEST),
        Row("content-length-contradicts-itself", (t.extra_header("Content-Length", "7"),), FAILS),
        Row("content-length-overflows", (t.content_length(big),), HONEST),
        Row("content-length-negative", (t.content_length("-1"), t.ending("fin")), HONEST),
        Row("content-length-of-letters", (t.content_length("12abc"), t.ending("fin")), HONEST),
        Row("content-length-contradicts-content-range",
            (t.when(t.partial, lambda x: x.answer.set(
                "Content-Length", str(len(x.answer.body) - 10)), t.ending("fin")),), HONEST),
        Row("header-flood", (t.flood(2 * MIB),), FAILS),
        Row("many-headers", (t.flood(20 * KIB),)),
        Row("garbage-head", (t.raw_head(b"\x00\x01\x02 what\r\n\r\n"), t.ending("fin")), FAILS),
        Row("http-0.9", (t.raw_head(b""), t.ending("fin")), FAILS),
        Row("status-line-alone", (t.raw_head(b"HTTP/1.1 206\r\n\r\n"), t.ending("fin")), HONEST),
        Row("transfer-encoding-with-content-length", (t.chunked(keep_length=True),), HONEST),
        Row("chunked-ranges", (t.chunked(),)),
        Row("chunked-whole", (t.whole(), t.chunked())),
        Row("chunked-cut-short", (t.whole(), t.chunked(), t.cut(MIB, "fin")), FAILS),
        Row("chunked-cut-short-at-first",
            (t.when(t.first(2), t.chunked(), t.cut(MIB, "fin")),)),
        Row("no-length", (t.no_length(),)),
        Row("no-length-and-reset", (t.no_length(), t.cut(MIB, "rst")), FAILS),
        Row("tls-no-length", (t.no_length(),), tls=True),
        Row("tls-no-length-without-close-notify", (t.no_length(), t.cut(MIB, "abrupt")), FAILS,
            tls=True),
        Row("tls-closes-without-close-notify", (t.ending("abrupt"),), tls=True),
        Row("tls-cut-short-without-close-notify", (t.cut(700_000, "abrupt"),), tls=True),
        Row("overlong-body", (t.when(t.middle, t.overlong(5000, announced=False)),)),
        Row("overlong-body-of-the-whole", (t.overlong(5000, announced=False),)),
        Row("overlong-body-announced", (t.when(t.middle, t.overlong(5000, announced=True)),),
            HONEST),
        Row("fewer-and-fin", (t.cut(700_000, "fin"),)),
        Row("fewer-and-reset", (t.cut(700_000, "rst"),)),
        Row("reset-in-the-middle-at-first", (t.when(t.first(3), t.cut(300_000, "rst")),)),
        Row("whole-cut-short", (t.whole(), t.cut(MIB, "rst")), FAILS),
        Row("whole-cut-short-at-first", (t.whole(), t.when(t.first(2), t.cut(MIB, "rst")))),
        Row("login-page-for-a-while", (login,), HONEST),
        Row("login-page-in-the-middle", (t.when(t.middle, t.login_page()),), FAILS | RIGHT),
        Row("login-page-by-redirect",
            (t.when(t.query_is(login=""), t.login_page()),
             t.when(lambda x: x.begin > 0 and not x.request.query, t.redirect("{path}?login="))),
            HONEST),
        Row("204-to-a-range", (t.when(t.middle, t.status(204, "")),), HONEST),
    ]


def _waiting() -> list[Row]:
    def limited(how: str, limit: int = 2):
        return lambda number, open_now: how if open_now > limit else None

    rows = [
        Row("stalls-at-first", (t.when(t.first(2), t.cut(500_000, "stall")),)),
        Row("stalls-always", (t.when(t.middle, t.silent()), t.cut(500_000, "stall")), NETWORK,
            options=("--retry", "2")),
        Row("silent-at-first", (t.when(t.first(2), t.silent()),)),
        Row("silent-always", (t.silent(),), NETWORK, options=("--retry", "2")),
        Row("drips-at-first", (t.when(t.first(1), t.cut(500_000, "drip")),)),
        Row("slow-first-byte", (t.late(0.4),)),
        Row("closes-at-once-at-first", (), on_accept=lambda number, _: "fin" * (number <= 3)),
        Row("resets-at-once-at-first", (), on_accept=lambda number, _: "rst" * (number <= 3)),
        Row("closes-at-once-always", (), NETWORK, on_accept=lambda number, _: "fin",
            options=("--retry", "2")),
        Row("503-past-two-connections", (), on_accept=limited("503")),
        Row("reset-past-two-connections", (), on_accept=limited("rst")),
        Row("404", (t.status(404),), REFUSED),
        Row("404-in-the-middle", (t.when(t.middle, t.status(404)),), HONEST),
        Row("401", (t.status(401, WWW_Authenticate='Basic realm="x"'),), REFUSED),
        Row("403", (t.status(403),), REFUSED),
        Row("410", (t.status(410),), REFUSED),
        Row("500-always", (t.status(500),), NETWORK, options=("--retry", "2")),
        Row("500-every-second-request", (t.when(t.every(2), t.status(500)),)),
        Row("retry-after-in-a-date", (t.when(t.first(1), t.busy(503, 0, as_date=True)),)),
        Row("retry-after-of-nonsense",
            (t.when(t.first(2), t.status(503, Retry_After="soon-ish")),)),
    ]
    for code in (500, 502, 504, 520):
        rows.append(Row(f"{code}-at-first", (t.when(t.first(2), t.status(code)),)))
    for code in (429, 503):
        rows.append(Row(f"{code}-at-first", (t.when(t.first(2), t.busy(code)),)))
        rows.append(Row(f"{code}-with-retry-after", (t.when(t.first(2), t.busy(code, 1)),)))
        rows.append(Row(f"{code}-to-every-third-request",
                        (t.when(t.every(3), t.busy(code)),)))
    return rows


def _redirects() -> list[Row]:
    unsigned = lambda x: not x.request.query  # noqa: E731
    rows = [
        Row("redirect-relative", (t.when(unsigned, t.redirect("?there")),)),
        Row("redirect-to-another-origin",
            (t.when(unsigned, t.redirect("http://localhost:{port}{path}?there")),)),
        Row("redirect-without-scheme",
            (t.when(unsigned, t.redirect("//127.0.0.1:{port}{path}?there")),)),
        Row("redirects-each-request-elsewhere", (t.hop_of_request(),)),
        Row("redirect-ten-times", (t.hops(10),)),
        Row("redirect-eleven-times", (t.hops(11),), REFUSED),
        Row("redirect-loop", (t.redirect("{path}"),), REFUSED),
        Row("redirect-to-ftp", (t.redirect("ftp://127.0.0.1:{port}/file"),), REFUSED),
        Row("redirect-to-file", (t.redirect("file:///etc/hostname"),), REFUSED),
        Row("redirect-to-nowhere", (t.status(302),), FAILS),
        Row("redirect-to-nonsense", (t.redirect("http://[:::/"),), FAILS),
        Row("redirect-of-the-middle-only", (t.when(t.middle, t.when(
            unsigned, t.redirect("{path}?there"))),)),
        Row("304-unasked", (t.status(304, ""),), FAILS),
    ]
    for code in (301, 302, 303, 307, 308):
        rows.append(Row(f"redirect-{code}", (t.when(unsigned, t.redirect("{path}?there", code)),)))
    for code in (401, 403, 410):
        rows.append(Row(f"signed-url-expires-with-{code}",
                        (t.expiring_redirect(3, code), t.when(t.first(4), t.cut(MIB, "fin")))))
    return rows


ROWS: dict[str, Row] = {row.name: row for row in
                        _ranges() + _versions() + _framing() + _waiting() + _redirects()}
