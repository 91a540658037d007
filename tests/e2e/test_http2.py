"""HTTP/2, whose framing ends a body otherwise than a connection's end does."""

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB, assert_complete, partial
from support.real_servers import start_server

SIZE = 3 * MIB + 7


@pytest.fixture
def relay(server, certificates):
    """A real nginx that speaks HTTP/2 to the client and passes on what `server` says."""
    with start_server("nginx", certificates, upstream=server.url) as running:
        yield running


def download(relay, certificates, path, *options):
    # One connection: that is when the command may use HTTP/2.
    return run_xget([relay.tls_url + "/file", "-o", path, "-n", "1", "--cacert", certificates.ca,
                     *QUICK, *options], path.parent)


def used_http2(relay) -> bool:
    log = (relay.folder / "access.log").read_text()
    return "HTTP/2.0" in log and "HTTP/1.1" not in log


def test_a_whole_body_over_http2(server, relay, certificates, path):
    page = server.serve("/file", Resource(SIZE))
    run = download(relay, certificates, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert used_http2(relay)


FRAMINGS = {"with a length": (), "without a length": (t.whole(), t.chunked())}


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("how", ["fin", "rst"])
def test_an_aborted_stream_is_not_taken_for_whole(server, relay, certificates, path, framing, how):
    """libcurl 7.88 reports some aborted streams as complete: only the count tells."""
    page = server.serve("/file", Resource(SIZE), *FRAMINGS[framing], t.cut(MIB, how))
    run = download(relay, certificates, path, "--retry", "2")
    assert used_http2(relay)
    if run.code == 0:
        assert framing == "with a length", f"each attempt was cut\n{run}"
        assert_complete(path, page.data, run=run)
    else:
        run.expect(Exit.NETWORK)
        assert not path.exists()


@pytest.mark.parametrize("framing", FRAMINGS)
def test_a_stream_that_is_aborted_once_is_completed(server, relay, certificates, path, framing):
    page = server.serve("/file", Resource(SIZE), *FRAMINGS[framing],
                        t.when(t.first(1), t.cut(MIB, "fin")))
    run = download(relay, certificates, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert used_http2(relay) and len(page.requests) >= 2
    assert not partial(path).exists()
