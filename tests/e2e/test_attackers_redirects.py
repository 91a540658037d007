"""Redirects that lead out of http, down from https, or away with what belongs to another origin."""

import base64

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB, assert_complete, leave_partial, partial
from support.hostile_server import HostileServer

RESOURCE = Resource(MIB + 7)
CANARY = "c4n4ry-of-the-origin"
IN_BASE64 = base64.b64encode(f"me:{CANARY}".encode()).decode()


def download(url, path, *options, **more):
    return run_xget([url, "-o", path, *QUICK, *options], path.parent, **more)


# ---- other schemes ---------------------------------------------------------------------------


@pytest.mark.parametrize("location", [
    "file:///etc/hostname", "FILE:/etc/hostname", "ftp://127.0.0.1:{port}/file",
    "gopher://127.0.0.1:{port}/file", "dict://127.0.0.1:{port}/d:x", "smb://127.0.0.1:{port}/s/f",
    "scp://127.0.0.1:{port}/f", "data:text/plain,hello", "javascript:alert(1)",
])
def test_a_redirect_out_of_http_is_refused(server, path, location):
    with HostileServer() as bait:
        page = server.serve("/file", RESOURCE, t.redirect(location.format(port=bait.port)))
        run = download(page.url, path).expect(Exit.REFUSED)
        assert not bait.accepted, "nobody was even called"
    assert "a redirect that cannot be followed" in run.err, run
    assert not path.exists() and not partial(path).exists()


def test_a_redirect_in_mid_file_is_judged_like_the_first(server, path):
    page = server.serve("/file", RESOURCE)
    leave_partial(page, path, MIB // 2)
    page.behave(t.redirect("file:///etc/hostname"))
    before = partial(path).read_bytes()
    download(page.url, path).expect(Exit.REFUSED)
    assert partial(path).read_bytes() == before and not path.exists()


# ---- down from https -------------------------------------------------------------------------


def test_a_redirect_from_https_down_to_http_is_refused(tls_server, server, certificates, path):
    end = server.serve("/file", RESOURCE)
    page = tls_server.serve("/file", RESOURCE, t.redirect(end.url))
    run = download(page.url, path, "--cacert", certificates.ca).expect(Exit.REFUSED)
    assert "--allow-downgrade" in run.err, run
    assert not server.accepted and not path.exists()


def test_a_downgrade_over_two_hops_is_refused_as_well(tls_server, server, certificates, path):
    """Up first, so that the last step is not down from where it all began."""
    end = server.serve("/end", RESOURCE)
    middle = tls_server.serve("/middle", RESOURCE, t.redirect(end.url))
    page = server.serve("/file", RESOURCE, t.redirect(middle.url))
    download(page.url, path, "--cacert", certificates.ca).expect(Exit.REFUSED)
    assert middle.requests and not end.requests


def test_a_downgrade_that_was_allowed_takes_no_secrets_along(tls_server, server, certificates, path):
    end = server.serve("/file", RESOURCE)
    page = tls_server.serve("/file", RESOURCE, t.redirect(end.url))
    run = download(page.url, path, "--cacert", certificates.ca, "--allow-downgrade",
                   "-u", f"me:{CANARY}").expect(0)
    assert_complete(path, page.data, run=run)
    assert page.requests[0].request.header("Authorization")
    assert not secrets_sent(end)


# ---- secrets belong to scheme, host and port -------------------------------------------------

SECRETS = {
    "password": ["-u", f"me:{CANARY}"],
    "authorization": ["-H", f"Authorization: Bearer {CANARY}"],
    "cookie": ["-H", f"Cookie: id={CANARY}"],
    "custom-header": ["-H", f"X-Api-Key: {CANARY}"],
    "referer": ["-e", f"http://elsewhere.example/?{CANARY}"],
}


def secrets_sent(page) -> list[str]:
    return [f"{name}: {value}" for seen in page.requests for name, value in seen.request.headers
            if CANARY in value or IN_BASE64 in value or name.lower() == "authorization"]


@pytest.fixture(params=["another-port", "another-host", "another-address", "another-scheme"])
def elsewhere(request, server, tls_server):
    """A page, and its URL at an origin that differs from `server.url` in one thing alone."""
    with HostileServer() as other_port:
        running, origin = {"another-port": (other_port, other_port.url),
                           "another-host": (server, server.url_at("localhost")),
                           "another-address": (server, server.url_at("[::1]")),
                           "another-scheme": (tls_server, tls_server.url)}[request.param]
        yield running.serve("/end", RESOURCE, t.rate(4 * MIB)), origin + "/end"


@pytest.mark.parametrize("secret", [*SECRETS, "user-info"])
def test_a_redirect_takes_no_secret_to_another_origin(server, elsewhere, certificates, path,
                                                      secret):
    end, url_there = elsewhere
    page = server.serve("/file", RESOURCE, t.redirect(url_there))
    given = SECRETS.get(secret, [])
    url = page.url if given else page.url.replace("://", f"://me:{CANARY}@")
    run = download(url, path, "-n", "4", "--cacert", certificates.ca, *given).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert secrets_sent(page), "its own origin gets it"
    assert end.requests and not secrets_sent(end)


@pytest.mark.parametrize("secret", SECRETS)
def test_a_redirect_within_the_origin_takes_the_secret_along(server, path, secret):
    """What belongs to an origin is not lost there: it is not just never sent."""
    end = server.serve("/end", RESOURCE)
    page = server.serve("/file", RESOURCE, t.redirect(end.url))
    download(page.url, path, *SECRETS[secret]).expect(0)
    assert secrets_sent(page) and secrets_sent(end)


def test_a_detour_over_another_origin_does_not_open_the_way_for_a_third(server, path):
    with HostileServer() as second, HostileServer() as third:
        end = third.serve("/end", RESOURCE)
        middle = second.serve("/middle", RESOURCE, t.redirect(end.url))
        page = server.serve("/file", RESOURCE, t.redirect(middle.url))
        download(page.url, path, *SECRETS["cookie"], *SECRETS["password"]).expect(0)
        assert middle.requests and end.requests
        assert not secrets_sent(middle) and not secrets_sent(end)


def test_secrets_in_a_location_are_not_the_user_s_and_are_not_sent(server, path):
    """A server may not log the user in elsewhere under a name of its own choice."""
    with HostileServer() as other:
        end = other.serve("/end", RESOURCE)
        location = end.url.replace("://", f"://me:{CANARY}@")
        page = server.serve("/file", RESOURCE, t.redirect(location))
        run = download(page.url, path, "-vvv").expect(0)
        assert not secrets_sent(end)
    assert CANARY not in run.err


def test_a_referer_smuggles_no_header_in(server, path):
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "-e", f"http://h/\r\nX-Evil: {CANARY}").expect(Exit.USAGE)
    assert "--referer" in run.err and CANARY not in run.err
    assert not server.accepted
