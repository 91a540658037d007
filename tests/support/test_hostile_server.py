"""The server's own test: each misbehaviour is what its name says, seen with raw sockets."""

import gzip
import subprocess
import time

import pytest

from support import twists as t
from support.answers import Resource
from support.content import content
from support.hostile_server import HostileServer
from support.raw_client import ask
from support.rows import ROWS

SIZE = 300_000
STRONG = Resource(SIZE)


@pytest.fixture
def page(server):
    return server.serve("/file", STRONG)


# ---- content ---------------------------------------------------------------------------------


def test_contents_hold_no_zero_byte_and_versions_differ_everywhere():
    first, second = content(SIZE, 0), content(SIZE, 1)
    assert 0 not in first and 0 not in second
    assert not any(a == b for a, b in zip(first, second))
    assert content(1 << 21).startswith(content(1 << 20))
    assert content(1000, seed="other") != content(1000)


# ---- honest answers --------------------------------------------------------------------------


@pytest.mark.parametrize("asked, begin, end", [
    ("0-", 0, SIZE), ("0-0", 0, 1), ("1000-1999", 1000, 2000), (f"{SIZE - 1}-", SIZE - 1, SIZE),
    ("-5", SIZE - 5, SIZE), (f"10-{SIZE * 2}", 10, SIZE)])
def test_a_range_is_answered_with_its_bytes(page, asked, begin, end):
    reply = ask(page.url, asked)
    assert reply.status == 206
    assert reply.field("Content-Range") == f"bytes {begin}-{end - 1}/{SIZE}"
    assert reply.body == page.data[begin:end] and reply.ended == "length"


def test_without_a_range_all_is_sent(page):
    reply = ask(page.url)
    assert (reply.status, reply.body) == (200, page.data)
    assert reply.field("ETag").startswith('"') and reply.field("Last-Modified")


def test_a_range_past_the_end_is_416_with_the_total(page):
    reply = ask(page.url, f"{SIZE}-")
    assert reply.status == 416 and reply.field("Content-Range") == f"bytes */{SIZE}"


@pytest.mark.parametrize("size", [0, 1])
def test_tiny_resources(server, size):
    page = server.serve("/tiny", Resource(size))
    assert ask(page.url).body == page.data and len(page.data) == size
    assert ask(page.url, "0-").status == (206 if size else 416)


def test_if_range_is_compared_strongly(server):
    page = server.serve("/file", STRONG)
    weak = server.serve("/weak", Resource(SIZE, etag="weak"))
    assert ask(page.url, "5-9", If_Range=STRONG.etag_field()).status == 206
    assert ask(page.url, "5-9", If_Range='"other"').status == 200
    assert ask(page.url, "5-9", If_Range=STRONG.last_modified).status == 206
    assert ask(weak.url, "5-9", If_Range=weak.resource.etag_field()).status == 200


def test_both_families_and_tls_answer(server, certificates):
    page = server.serve("/file", STRONG)
    assert ask(server.url_at("[::1]") + page.path).body == page.data
    with HostileServer(certificates=certificates) as tls:
        secret = tls.serve("/file", STRONG)
        reply = ask(secret.url, "7-", ca=certificates.ca, until_close=True, Connection="close")
        assert reply.body == secret.data[7:]
        curl = subprocess.run(["curl", "-sS", "--cacert", certificates.ca, secret.url],
                              capture_output=True, check=True)
        assert curl.stdout == secret.data


def test_connections_are_kept_alive_and_everything_is_counted(page):
    curl = subprocess.run(["curl", "-sS", page.url, page.url, "-r", "0-99"], capture_output=True,
                          check=True)
    assert curl.stdout == page.data[:100] * 2
    assert page.server.accepted == 1
    assert [(seen.number, seen.connection, seen.range, seen.sent) for seen in page.requests] == \
        [(1, 1, "bytes=0-99", 100), (2, 1, "bytes=0-99", 100)]
    assert page.body_bytes == 200 and page.peak_active == 1
    page.forget_log()
    assert page.body_bytes == 0


def test_other_methods_and_paths_are_refused_and_remembered(page):
    server = page.server
    assert ask(server.url + "/nothing").status == 404
    subprocess.run(["curl", "-sSI", page.url], capture_output=True, check=True)
    assert [request.method for request in server.unknown] == ["GET", "HEAD"]


# ---- ranges ----------------------------------------------------------------------------------


def test_whole_in_the_middle(page):
    page.behave(t.when(t.middle, t.whole()))
    assert ask(page.url, "0-").status == 206
    reply = ask(page.url, "1000-")
    assert reply.status == 200 and reply.body == page.data and not reply.field("Content-Range")


@pytest.mark.parametrize("by", [-100, 100])
def test_moved_start_says_so(page, by):
    page.behave(t.moved_start(by))
    reply = ask(page.url, "1000-1999")
    assert reply.field("Content-Range") == f"bytes {1000 + by}-1999/{SIZE}"
    assert reply.body == page.data[1000 + by:2000]


@pytest.mark.parametrize("template, said", [
    (None, None), ("bytes {begin}-{last}/…".encode().decode("latin-1"), "bytes 10-19/â\x80¦"),
    ("bytes {begin}-{last}/*", "bytes 10-19/*"), ("bytes {last}-{begin}/{total}",
                                                  f"bytes 19-10/{SIZE}"),
    ("bytes {begin}-{more}/{total}", f"bytes 10-{SIZE + 1}/{SIZE}")])
def test_content_range_as_told(page, template, said):
    page.behave(t.content_range(template))
    reply = ask(page.url, "10-19")
    assert reply.status == 206 and reply.field("Content-Range") == said
    assert reply.body == page.data[10:20]


def test_capped_range(page):
    page.behave(t.cap_range(100))
    reply = ask(page.url, "50-")
    assert reply.field("Content-Range") == f"bytes 50-149/{SIZE}" and len(reply.body) == 100


def test_multipart_holds_the_range_inside(page):
    page.behave(t.multipart())
    reply = ask(page.url, "50-149")
    assert reply.status == 206 and not reply.field("Content-Range")
    assert reply.field("Content-Type").startswith("multipart/byteranges")
    assert page.data[50:150] in reply.body


def test_gzip_is_real(page):
    page.behave(t.gzipped())
    reply = ask(page.url, "50-149")
    assert reply.field("Content-Encoding") == "gzip" and reply.ended == "length"
    assert gzip.decompress(reply.body) == page.data[50:150]


@pytest.mark.parametrize("with_total", [True, False])
def test_unsatisfiable(page, with_total):
    page.behave(t.unsatisfiable(with_total))
    reply = ask(page.url, "5-")
    assert reply.status == 416 and bool(reply.field("Content-Range")) == with_total


# ---- versions --------------------------------------------------------------------------------


def test_changes_at_a_request_and_after_bytes(server):
    by_request = server.serve("/request", STRONG, t.when(t.from_request(2), t.next_version()))
    by_byte = server.serve("/byte", STRONG, t.when(t.from_byte(50), t.next_version()))
    for page in (by_request, by_byte):
        before, after = ask(page.url, "0-99"), ask(page.url, "0-99")
        assert before.body == content(100, 0) and after.body == content(100, 1)
        assert before.field("ETag") != after.field("ETag")
        assert before.field("Last-Modified") != after.field("Last-Modified")


def test_a_changed_resource_obeys_if_range_unless_deaf(page):
    page.behave(t.next_version())
    assert ask(page.url, "5-9", If_Range=STRONG.etag_field()).status == 200
    page.behave(t.next_version(), t.deaf_to_if_range())
    reply = ask(page.url, "5-9", If_Range=STRONG.etag_field())
    assert reply.status == 206 and reply.body == content(10, 1)[5:]


def test_nodes_differ(page):
    page.behave(t.when(t.every(2), t.next_version()))
    bodies = [ask(page.url, "0-9").body for _ in range(4)]
    assert bodies == [content(10, 0), content(10, 1)] * 2


def test_weak_and_missing_validators(server):
    weak = server.serve("/weak", Resource(SIZE, etag="weak", last_modified=None))
    none = server.serve("/none", Resource(SIZE, etag=None, last_modified=None))
    assert ask(weak.url).field("ETag").startswith('W/"')
    assert not ask(none.url).field("ETag") and not ask(none.url).field("Last-Modified")


def test_etag_of_every_request(page):
    page.behave(t.etag_of_request())
    first, second = ask(page.url, "0-9"), ask(page.url, "0-9", If_Range='"whatever"')
    assert first.field("ETag") != second.field("ETag") and second.status == 206
    assert first.field("Last-Modified") == second.field("Last-Modified")


def test_whole_for_every_if_range(page):
    page.behave(t.whole_for_if_range())
    assert ask(page.url, "5-9", If_Range=STRONG.etag_field()).status == 200
    assert ask(page.url, "5-9").status == 206


# ---- heads and framing -----------------------------------------------------------------------


def test_interim_responses_come_first(page):
    page.behave(t.interim(100, 103))
    curl = subprocess.run(["curl", "-sSi", "-r", "0-9", page.url], capture_output=True, check=True)
    assert [line.split()[1] for line in curl.stdout.split(b"\r\n") if line.startswith(b"HTTP/")] \
        == [b"100", b"103", b"206"]
    assert curl.stdout.endswith(page.data[:10])


def test_content_length_contradicts_itself(page):
    page.behave(t.extra_header("Content-Length", "7"))
    assert ask(page.url, "0-9").fields("Content-Length") == ["10", "7"]


def test_header_flood(page):
    page.behave(t.flood(1 << 20))
    reply = ask(page.url, "0-9")
    assert 900_000 < len(reply.head) < 1_100_000 and reply.body == page.data[:10]


@pytest.mark.parametrize("keep_length", [True, False])
def test_chunked(page, keep_length):
    page.behave(t.chunked(keep_length))
    assert bool(ask(page.url, "0-9").field("Content-Length")) == keep_length
    curl = subprocess.run(["curl", "-sS", "-r", "5-99999", page.url], capture_output=True,
                          check=True)
    assert curl.stdout == page.data[5:100_000]


def test_no_length_ends_with_the_connection(page):
    page.behave(t.no_length())
    reply = ask(page.url, "5-")
    assert reply.head.startswith(b"HTTP/1.0 200") and reply.length is None
    assert reply.body == page.data and reply.ended == "fin"


@pytest.mark.parametrize("announced", [True, False])
def test_overlong(page, announced):
    page.behave(t.overlong(50, announced))
    reply = ask(page.url, "0-99", until_close=True)
    assert reply.body == page.data[:100] + b"#" * 50
    assert reply.length == (150 if announced else 100)


@pytest.mark.parametrize("by", [-30, 50])
def test_resized_bodies_end_as_if_they_were_right(page, by):
    expected = (page.data[:100] + b"#" * 50)[:100 + by]
    page.behave(t.resized(by), t.close_delimited())
    reply = ask(page.url, "0-99", until_close=True)
    assert reply.status == 206 and reply.field("Content-Range") == f"bytes 0-99/{SIZE}"
    assert reply.length is None and reply.body == expected and reply.ended == "fin"
    page.behave(t.resized(by), t.chunked(), t.ending("fin"))
    reply = ask(page.url, "0-99", until_close=True)
    assert reply.field("Content-Range") == f"bytes 0-99/{SIZE}"
    assert expected in reply.body and reply.ended == "fin"


@pytest.mark.parametrize("how, seen", [("fin", "fin"), ("rst", "rst"), ("stall", "timeout")])
def test_cut(page, how, seen):
    page.behave(t.cut(1000, how))
    reply = ask(page.url, "0-")
    assert reply.ended == seen and reply.length == SIZE
    if how != "rst":  # a reset may overtake the bytes before it
        assert reply.body == page.data[:1000]
    assert page.body_bytes == 1000
    assert ask(page.url, "0-99").ended == "length"


@pytest.mark.parametrize("how, seen", [("fin", "notify"), ("abrupt", "abrupt"), ("rst", "abrupt")])
def test_cut_under_tls(tls_server, certificates, how, seen):
    page = tls_server.serve("/file", STRONG, t.cut(1000, how))
    reply = ask(page.url, "0-", ca=certificates.ca)
    assert reply.ended == seen


def test_drip(page):
    page.behave(t.cut(1000, "drip"))
    reply = ask(page.url, "0-1001", timeout=3)
    assert reply.body == page.data[:1002] and reply.ended == "length"


def test_silence_and_lateness(page):
    page.behave(t.silent())
    assert ask(page.url).ended == "timeout"
    page.behave(t.late(0.3))
    began = time.monotonic()
    assert ask(page.url, timeout=5).body == page.data and time.monotonic() - began >= 0.3


def test_rates(page):
    page.behave(t.rate(SIZE * 4))
    began = time.monotonic()
    assert ask(page.url, timeout=5).body == page.data
    assert 0.15 < time.monotonic() - began < 2
    page.behave(t.Pacer(SIZE * 4))
    began = time.monotonic()
    assert ask(page.url, timeout=5).body == page.data
    assert 0.15 < time.monotonic() - began < 2


def test_a_gate_stalls_all_responses_until_it_opens(page):
    gate = t.Gate(1000)
    page.behave(gate)
    assert len(ask(page.url).body) == 1000 and gate.reached.is_set()
    assert ask(page.url).body == b""
    gate.open()
    assert ask(page.url).body == page.data


# ---- refusals, redirects, connections --------------------------------------------------------


def test_busy(page):
    page.behave(t.busy(429, 3))
    assert ask(page.url).field("Retry-After") == "3"
    page.behave(t.busy(503, 3, as_date=True))
    assert ask(page.url).field("Retry-After").endswith("GMT")
    page.behave(t.busy(503))
    assert ask(page.url).status == 503 and not ask(page.url).field("Retry-After")


def test_redirects(page):
    page.behave(t.redirect("http://localhost:{port}{path}?x", 307))
    reply = ask(page.url)
    assert reply.status == 307
    assert reply.field("Location") == f"http://localhost:{page.server.port}/file?x"
    page.behave(t.hops(3))
    curl = subprocess.run(["curl", "-sSL", page.url], capture_output=True, check=True)
    assert curl.stdout == page.data


def test_a_signed_url_expires_after_its_uses(page):
    page.behave(t.expiring_redirect(2, 403))
    signed = page.server.url + ask(page.url).field("Location")
    assert [ask(signed).status for _ in range(3)] == [200, 200, 403]
    again = page.server.url + ask(page.url).field("Location")
    assert again != signed and ask(again).status == 200


def test_each_request_is_sent_elsewhere(page):
    page.behave(t.hop_of_request())
    assert ask(page.url).field("Location") != ask(page.url).field("Location")


@pytest.mark.parametrize("verdict, seen", [("rst", "rst"), ("fin", "fin")])
def test_connections_refused_on_arrival(verdict, seen):
    with HostileServer(on_accept=lambda number, _: verdict if number == 1 else None) as server:
        page = server.serve("/file", STRONG)
        # A FIN meets a request that nobody reads, which may turn it into a reset.
        assert ask(page.url).ended in (seen, "rst")
        assert ask(page.url).body == page.data


def test_a_limit_of_connections(server):
    with HostileServer(on_accept=lambda _, now: "503" if now > 1 else None) as limited:
        page = limited.serve("/file", STRONG, t.when(t.first(1), t.cut(10, "stall")))
        with subprocess.Popen(["curl", "-sS", "-o", "/dev/null", page.url]) as curl:
            while not page.body_bytes:
                time.sleep(0.01)
            assert ask(page.url).status == 503
            curl.kill()
        while limited.open_connections:
            time.sleep(0.01)
        assert ask(page.url).status == 200


# ---- rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ROWS)
def test_every_row_answers_without_an_error_of_the_server(name, certificates, monkeypatch):
    """A twist that raises would end its thread and look like a closed connection."""
    failures = []
    monkeypatch.setattr("threading.excepthook", failures.append)
    row = ROWS[name]
    with HostileServer(certificates if row.tls else None, row.on_accept) as server:
        page = server.serve("/file", row.resource, *row.twists)
        for asked in ("0-", "1048576-", None, "2097152-3145727"):
            ask(page.url, asked, ca=certificates.ca, timeout=0.1)
    assert not failures, failures[0]
