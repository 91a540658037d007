"""The way to the bytes breaks, or ends: redirects that die, refusals, addresses, descriptors."""

import contextlib
import os

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.digests import ALGORITHMS
from support.downloads import KIB, MIB, assert_complete, leave_partial, partial
from support.hostile_server import HostileServer
from support.tunnel_proxy import TunnelProxy

SIZE = 4 * MIB + 3
RESOURCE = Resource(SIZE)


def download(page, path, *options, **more):
    return run_xget([page.url, "-o", path, *QUICK, *options], path.parent, **more)


# ---- redirects -------------------------------------------------------------------------------


@pytest.mark.parametrize("how, connections", [("fin", 1), ("fin", 4), ("rst", 4), ("stall", 1)])
def test_a_redirect_whose_target_dies_is_asked_for_again(server, path, how, connections):
    """The first mirror that the redirect names ends in mid-file; the next request for the original
    URL leads to another."""
    with HostileServer() as dying, HostileServer() as healthy:
        first = dying.serve("/at-first", RESOURCE, t.when(t.from_request(2), t.silent()),
                            t.cut(MIB, how))
        then = healthy.serve("/then", RESOURCE)
        page = server.serve("/file", RESOURCE,
                            t.when(t.first(1), t.redirect(first.url)),
                            t.when(t.from_request(2), t.redirect(then.url)))
        run = download(page, path, "-n", connections, "--stall-timeout", "400ms",
                       "--connect-timeout", "400ms", "--retry", "20").expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert len(page.requests) >= 2 and then.body_bytes > 0
    assert first.body_bytes + then.body_bytes < SIZE + 2 * MIB, "what came first is kept"


def test_a_redirect_whose_target_is_refused_is_asked_for_again(server, path):
    """The whole mirror is gone: nobody listens there any more."""
    with HostileServer() as healthy:
        then = healthy.serve("/then", RESOURCE)
        with HostileServer() as dying:
            first = dying.serve("/at-first", RESOURCE)
            page = server.serve("/file", RESOURCE, t.redirect(first.url))
            leave_partial(first, path, MIB)
        page.behave(t.when(t.first(1), t.redirect(first.url)),
                    t.when(t.from_request(2), t.redirect(then.url)))
        run = download(page, path).expect(0)
    assert_complete(path, RESOURCE.data, run=run)


# ---- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 410])
def test_a_refused_resume_fails_at_once_and_keeps_what_there_was(server, path, status):
    page = server.serve("/file", RESOURCE)
    kept = leave_partial(page, path, 2 * MIB)
    before = partial(path).read_bytes()
    page.behave(t.status(status))
    run = download(page, path, "--retry", "1000").expect(Exit.REFUSED)
    assert len(page.requests) <= 2, page.ranges
    assert partial(path).read_bytes() == before and not path.exists()
    assert str(status) in run.err and "kept" in run.err, run
    page.behave()
    page.forget_log()
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes <= SIZE - kept + 3 * MIB


# ---- no validator ----------------------------------------------------------------------------


def test_without_a_validator_all_comes_in_one_response(server, path):
    """Nothing would tell two versions apart, so no two responses are joined unasked."""
    page = server.serve("/file", Resource(SIZE, etag=None, last_modified=None), t.rate(8 * MIB))
    run = download(page, path, "-n", "8").expect(0)
    assert_complete(path, page.data, run=run)
    assert page.peak_active == 1 and len(page.requests) == 1, page.ranges


def test_without_a_validator_the_rest_too_comes_in_one_response(server, path):
    page = server.serve("/file", Resource(8 * MIB, etag=None, last_modified=None))
    leave_partial(page, path, 4 * MIB)
    page.behave(t.rate(8 * MIB))
    run_xget([page.url, "-o", path, *QUICK], path.parent).expect(0)
    rest = [seen.range for seen in page.requests[1:] if seen.begin >= 4 * MIB]
    assert len(rest) == 1, page.ranges


def test_with_a_digest_no_validator_is_needed_for_several_connections(server, path):
    page = server.serve("/file", Resource(SIZE, etag=None, last_modified=None), t.rate(4 * MIB))
    digest = ALGORITHMS["sha256"](page.data)
    run = download(page, path, "-n", "4", "--checksum", f"sha256:{digest}").expect(0)
    assert_complete(path, page.data, run=run)
    assert page.peak_active > 1, page.ranges


# ---- closed standard streams -----------------------------------------------------------------


def close_all(*descriptors):
    def close():
        for descriptor in descriptors:
            with contextlib.suppress(OSError):
                os.close(descriptor)
    return close


@pytest.mark.parametrize("descriptors", [(1,), (2,), (0, 1, 2)], ids=str)
def test_closed_standard_streams_are_never_a_file(server, path, descriptors):
    """Messages, and above all `-vvv`, must not land in what was opened under their number."""
    page = server.serve("/file", RESOURCE, t.cut(700 * KIB, "rst"))
    run = download(page, path, "-vvv", preexec=close_all(*descriptors)).expect(0)
    assert_complete(path, page.data, run=run)
    assert sorted(entry.name for entry in path.parent.iterdir()) == [path.name]


@pytest.mark.parametrize("descriptors", [(1,), (0, 1, 2)], ids=str)
def test_a_download_to_a_closed_standard_output_fails(server, folder, descriptors):
    page = server.serve("/file", RESOURCE)
    run = run_xget([page.url, "-o", "-", *QUICK], folder, preexec=close_all(*descriptors))
    assert run.code not in (0, Exit.BUG), run
    assert not run.out and not list(folder.iterdir())


@pytest.mark.parametrize("connections", [1, 4])
def test_what_a_proxy_says_to_connect_is_not_the_servers_answer(tls_server, certificates, path,
                                                                connections):
    """Its header comes first, and has all that a header can mislead with."""
    page = tls_server.serve("/file", Resource(3 * MIB))
    misleading = ['ETag: "of-the-proxy"', "Last-Modified: Tue, 02 Jan 2001 03:04:05 GMT",
                  "Content-Range: bytes 0-9/10", "Content-Encoding: gzip",
                  "Location: http://127.0.0.1:1/", "Retry-After: 100"]
    with TunnelProxy(*misleading) as proxy:
        leave_partial(page, path, MIB, "-n", connections, "--cacert", certificates.ca,
                      "--proxy", proxy.url)
        run = run_xget([page.url, "-o", path, "-n", connections, "--cacert", certificates.ca,
                        "--proxy", proxy.url, *QUICK], path.parent).expect(0)
        assert proxy.tunnels >= 2
    assert_complete(path, page.data, run=run)
    assert "bytes=0-" not in page.ranges and "of-the-proxy" not in run.err
