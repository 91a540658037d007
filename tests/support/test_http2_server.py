"""The HTTP/2 server's own test: honest without twists, and each of its own is what it says."""

import subprocess

import pytest
from h2.errors import ErrorCodes

from support import http2_twists as h2t
from support.answers import Resource
from support.http2_server import NO_STREAMS, After, Http2Server

SIZE = 300_000


@pytest.fixture
def page(certificates):
    with Http2Server(certificates) as running:
        yield running.serve("/file", Resource(SIZE))


def curl(page, certificates, *arguments) -> subprocess.CompletedProcess:
    """What curl saw: the body, and with -v in its error output the frames."""
    return subprocess.run(["curl", "-sSv", "--max-time", "4", "--cacert", certificates.ca,
                           *arguments, page.url], capture_output=True, check=False)


def test_without_twists_it_is_an_honest_server(page, certificates):
    assert curl(page, certificates, "--http2").stdout == page.data
    assert curl(page, certificates, "--http2", "-r", "500-999").stdout == page.data[500:1000]
    assert [seen.request.http_version for seen in page.requests] == ["HTTP/2"] * 2
    assert page.ranges == [None, "bytes=500-999"] and page.body_bytes == SIZE + 500


def test_one_that_speaks_no_http2_is_served_as_well(page, certificates):
    assert curl(page, certificates, "--http1.1").stdout == page.data
    assert page.requests[0].request.http_version == "HTTP/1.1"


def test_a_connection_that_finishes_after_goaway_finishes(page, certificates):
    page.behave(h2t.go_away(1000, True, After.FINISH))
    seen = curl(page, certificates, "--http2")
    assert seen.returncode == 0 and seen.stdout == page.data
    assert b"Closing connection" in seen.stderr


@pytest.mark.parametrize("twist", [
    h2t.go_away(1000, False, After.CLOSE), h2t.go_away(1000, True, After.CLOSE),
    h2t.reset_stream(1000), h2t.reset_stream(1000, ErrorCodes.CANCEL),
    h2t.DeafToWindowUpdates(1000), h2t.go_away(1000, True, After.SILENCE)])
def test_what_comes_in_the_middle_lets_so_many_bytes_through(page, certificates, twist):
    page.behave(twist)
    seen = curl(page, certificates, "--http2")
    assert seen.returncode != 0
    # What a reset finds unread may be dropped.
    assert page.data[:1000].startswith(seen.stdout) and page.requests[0].sent == 1000


def test_a_refused_stream_has_no_head(page, certificates):
    page.behave(h2t.refuse_stream())
    seen = curl(page, certificates, "--http2")
    assert seen.returncode != 0 and b"< HTTP/2" not in seen.stderr
    assert b"REFUSED_STREAM" in seen.stderr


def test_a_window_opens_after_a_pause(page, certificates):
    page.behave(h2t.DeafToWindowUpdates(1000, deaf_s=0.2))
    assert curl(page, certificates, "--http2").stdout == page.data


def test_a_connection_without_streams_takes_no_request(certificates):
    with Http2Server(certificates, lambda number, _: NO_STREAMS) as server:
        page = server.serve("/file", Resource(SIZE))
        assert curl(page, certificates, "--http2").returncode != 0
        assert not page.requests and server.accepted
