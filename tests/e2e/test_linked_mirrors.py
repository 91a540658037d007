"""Mirrors that a server names in Link fields (RFC 6249): used where a digest will tell what they
gave, and by nobody who could tell them a secret."""

import base64
import hashlib

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.digests import crc32c
from support.downloads import MIB, assert_complete
from support.hostile_server import HostileServer

RESOURCE = Resource(3 * MIB + 5)
SHA256 = hashlib.sha256(RESOURCE.data).digest()
DIGEST = t.extra_header("Repr-Digest", f"sha-256=:{base64.b64encode(SHA256).decode()}:")
CHECKSUM = ["--checksum", f"sha256:{SHA256.hex()}"]
SLOW = t.rate(2 * MIB)


def link(url: str, more: str = "") -> t.Twist:
    return t.extra_header("Link", f"<{url}>; rel=duplicate{more}")


@pytest.fixture
def mirror():
    """On another origin."""
    with HostileServer() as running:
        yield running


def at_localhost(mirror, path: str) -> str:
    return mirror.url_at("localhost") + path


def download(page, path, *options, **more):
    return run_xget([page.url, "-o", path, *QUICK, *options], path.parent, **more)


@pytest.mark.parametrize("digest, options", [([DIGEST], []), ([], CHECKSUM)],
                         ids=["the server's digest", "the user's digest"])
def test_mirrors_that_the_server_names_serve_too(server, mirror, path, digest, options):
    other = mirror.serve("/copy", Resource(RESOURCE.size, etag='"another"'), SLOW)
    page = server.serve("/file", RESOURCE, SLOW, *digest, link(at_localhost(mirror, "/copy")),
                        link("/copy"))
    same_host = server.serve("/copy", RESOURCE, SLOW)
    run = download(page, path, *options).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert other.body_bytes > 0 and same_host.body_bytes > 0
    assert "sha256" in run.err


@pytest.mark.parametrize("options", [[], ["--checksum", "crc32c:{crc32c}"]],
                         ids=["no digest", "a digest against chance alone"])
def test_without_a_digest_that_nobody_can_forge_they_are_not_asked(server, mirror, path, options):
    other = mirror.serve("/copy", RESOURCE)
    page = server.serve("/file", RESOURCE, SLOW, link(at_localhost(mirror, "/copy")))
    download(page, path, *(word.format(crc32c=crc32c(RESOURCE.data)) for word in options)).expect(0)
    assert_complete(path, RESOURCE.data)
    assert not other.requests


def test_nor_if_the_user_wants_none_of_it(server, mirror, path):
    other = mirror.serve("/copy", RESOURCE)
    page = server.serve("/file", RESOURCE, SLOW, DIGEST, link(at_localhost(mirror, "/copy")))
    download(page, path, "--no-metalink").expect(0)
    assert_complete(path, RESOURCE.data)
    assert not other.requests


@pytest.mark.parametrize("bad", [
    t.status(404), t.silent(), t.login_page(), t.busy(503), lambda x: x.serve(Resource(MIB)),
    lambda x: x.serve(RESOURCE.next_version()),
], ids=["missing", "silent", "a login page", "busy", "another size", "other bytes"])
def test_one_that_is_no_good_is_left_out(server, mirror, path, bad):
    other = mirror.serve("/copy", RESOURCE, bad)
    page = server.serve("/file", RESOURCE, SLOW, DIGEST, link(at_localhost(mirror, "/copy")))
    run = download(page, path).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert other.requests


def test_one_goes_on_where_the_first_ends_for_good(server, mirror, path):
    other = mirror.serve("/copy", RESOURCE)
    page = server.serve("/file", RESOURCE, SLOW, DIGEST, link(at_localhost(mirror, "/copy")),
                        t.when(t.from_request(2), t.status(404)),
                        t.when(t.first(1), t.cut(2 * MIB, "rst")))
    run = download(page, path).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert other.body_bytes > 0


def test_those_in_the_wanted_country_are_asked_first(server, mirror, path):
    links = [link(f"{mirror.url_at('localhost')}/far{i}", "; geo=us; pri=1") for i in range(8)]
    far = [mirror.serve(f"/far{i}", RESOURCE, SLOW) for i in range(8)]
    near = mirror.serve("/near", RESOURCE, SLOW)
    page = server.serve("/file", RESOURCE, SLOW, DIGEST, *links,
                        link(at_localhost(mirror, "/near"), "; geo=de; pri=9"))
    run = download(page, path, "--location", "de").expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    asked = sorted((seen.time, shown) for shown in [near, *far] for seen in shown.requests[:1])
    assert asked[0][1] is near or near in [shown for _, shown in asked[:4]], run


@pytest.mark.parametrize("shares", [True, False])
def test_one_that_shares_its_etags_is_told_by_them(server, mirror, path, shares):
    wrong = [t.wrong_byte(place * MIB // 4 + 4711) for place in range(1, 12)]
    other = mirror.serve("/copy", Resource(RESOURCE.size, etag='"another"'), SLOW, *wrong)
    page = server.serve("/file", RESOURCE, SLOW, DIGEST,
                        link(at_localhost(mirror, "/copy"), "; pref" if shares else ""))
    run = download(page, path).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert other.requests and ("has other bytes: it is left out" in run.err) == shares, run
    assert ("the digest does not match" in run.err) == (not shares), run


def test_one_that_shares_its_etags_serves_under_them(server, mirror, path):
    other = mirror.serve("/copy", RESOURCE, SLOW)
    page = server.serve("/file", RESOURCE, SLOW, DIGEST,
                        link(at_localhost(mirror, "/copy"), "; pref"))
    run = download(page, path).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert other.body_bytes > MIB // 2, run


def test_a_server_that_contradicts_itself_hands_the_file_to_no_mirror_that_it_names(server, mirror,
                                                                                    path):
    wrong = base64.b64encode(hashlib.sha256(b"").digest()).decode()
    mirror.serve("/copy", RESOURCE.next_version())
    page = server.serve("/file", RESOURCE, SLOW, link(at_localhost(mirror, "/copy")),
                        t.extra_header("Repr-Digest", f"sha-256=:{wrong}:"))
    run = download(page, path).expect(Exit.CHECKSUM)
    assert "the server contradicts itself" in run.err, run
    assert not path.exists()


def test_what_one_has_besides_is_no_new_version_of_the_file(server, mirror, path):
    new = RESOURCE.next_version()
    other = mirror.serve("/copy", new.next_version(), SLOW, t.when(t.first(1), t.busy(503)))
    page = server.serve("/file", new, SLOW, t.when(
        t.first(1), lambda x: x.serve(RESOURCE), DIGEST, link(at_localhost(mirror, "/copy")),
        t.cut(2 * MIB, "rst")))
    run = download(page, path).expect(0)
    assert_complete(path, new.data, run=run)
    assert len(other.requests) > 1, run


def test_they_are_left_when_a_new_version_has_no_digest(server, mirror, path):
    new = RESOURCE.next_version()
    mirror.serve("/copy", new, SLOW)
    page = server.serve("/file", new, SLOW, t.when(
        t.first(1), lambda x: x.serve(RESOURCE), DIGEST, link(at_localhost(mirror, "/copy")),
        t.cut(2 * MIB, "rst")))
    run = download(page, path).expect(0)
    assert_complete(path, new.data, run=run)
    assert "proof: ETag" in run.err, run


def test_what_was_given_for_the_first_url_goes_to_none_of_them(server, mirror, path):
    other = mirror.serve("/copy", RESOURCE, SLOW)
    page = server.serve("/file", RESOURCE, SLOW, DIGEST, link(at_localhost(mirror, "/copy")))
    netrc = path.with_name("netrc")
    netrc.write_text("default login any password of-the-netrc")
    netrc.chmod(0o600)
    download(page, path, "-H", "X-Token: canary", "-u", "me:canary", "-e", "http://canary.example/",
             "--netrc-file", netrc).expect(0)
    assert other.requests
    seen = {name.lower() for request in other.requests for name, _ in request.request.headers}
    assert not seen & {"x-token", "authorization", "referer"}


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "https://", "//"])
def test_what_is_no_mirror_is_none(server, path, url):
    page = server.serve("/file", RESOURCE, DIGEST, link(url))
    download(page, path).expect(0)
    assert_complete(path, RESOURCE.data)


def test_a_thousand_names_are_few_mirrors(server, mirror, path):
    other = mirror.serve("/copy", RESOURCE, t.silent())
    links = [link(f"{mirror.url_at('localhost')}/copy?{i}") for i in range(200)]
    page = server.serve("/file", RESOURCE, SLOW, DIGEST, *links)
    download(page, path).expect(0)
    assert_complete(path, RESOURCE.data)
    assert len({seen.request.target for seen in other.requests}) <= 64
