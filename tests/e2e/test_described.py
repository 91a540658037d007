"""Metalinks that a server says describe its file (RFC 6249): what is in them helps where it can be
trusted and comes in time, and whatever is wrong with them costs the download nothing."""

import base64
import hashlib

import pytest

from support import metalinks
from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB, assert_complete
from support.hostile_server import HostileServer
from support.metalinks import File

RESOURCE = Resource(6 * MIB + 5)
SHA256 = hashlib.sha256(RESOURCE.data).digest()
DIGEST = t.extra_header("Repr-Digest", f"sha-256=:{base64.b64encode(SHA256).decode()}:")
CHECKSUM = ["--checksum", f"sha256:{SHA256.hex()}"]
SAID_BY_METALINK = "sha256 matches, as the server's Metalink says"


def slow() -> t.Twist:
    return t.Pacer(6 * MIB)


def describedby(url: str, kind: str = metalinks.TYPE) -> t.Twist:
    return t.extra_header("Link", f'<{url}>; rel=describedby; type="{kind}"')


@pytest.fixture
def mirror():
    """On another origin."""
    with HostileServer() as running:
        yield running


def copy_at(mirror, *twists, resource: Resource = RESOURCE):
    """Of the file, under a name of its own, which no entry is chosen by."""
    page = mirror.serve("/copy", Resource(resource.size, seed=resource.seed, etag='"another"'),
                        slow(), *twists)
    page.foreign = mirror.url_at("localhost") + "/copy"
    return page


def entry(*pages, **more) -> File:
    return File("file", tuple(page.foreign for page in pages), **{"data": RESOURCE.data} | more)


def download(page, path, *options, **more):
    return run_xget([page.url, "-o", path, *QUICK, *options], path.parent, **more)


@pytest.mark.parametrize("write, kind", [(metalinks.version_4, metalinks.TYPE),
                                         (metalinks.version_3, metalinks.TYPE_OF_VERSION_3)])
def test_its_mirrors_serve_and_its_digest_is_what_the_file_rests_on(server, mirror, path, write,
                                                                    kind):
    other = copy_at(mirror)
    metalinks.serve(server, "/file.meta4", write(entry(other)), content_type=kind)
    page = server.serve("/file", RESOURCE, slow(), describedby("/file.meta4", kind))
    run = download(page, path).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert other.body_bytes > MIB, run
    assert SAID_BY_METALINK in run.err, run


@pytest.mark.parametrize("digest, options, says", [
    ([DIGEST], [], "sha256 matches, as the server says"), ([], CHECKSUM, "sha256 matches\n"),
], ids=["the server's digest", "the user's digest"])
def test_a_digest_that_is_known_already_tells_what_its_mirrors_give(server, mirror, path, digest,
                                                                    options, says):
    other = copy_at(mirror)
    listed = metalinks.serve(mirror, "/file.meta4", metalinks.version_4(entry(other)))
    page = server.serve("/file", RESOURCE, slow(), *digest,
                        describedby(mirror.url_at("localhost") + "/file.meta4"))
    run = download(page, path, *options).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert other.body_bytes > MIB and len(listed.requests) == 1, run
    assert says in run.err, run


@pytest.mark.parametrize("how", [
    lambda x: x.server.url_at("localhost") + "/elsewhere.meta4",
    lambda x: "/moved.meta4",
], ids=["named so", "by a redirect"])
def test_a_digest_from_another_origin_is_not_the_server_s_word(server, mirror, path, how):
    other = copy_at(mirror)
    foreign = mirror.url_at("localhost") + "/file.meta4"
    listed = metalinks.serve(mirror, "/file.meta4", metalinks.version_4(entry(other)))
    server.serve("/moved.meta4", None, t.redirect(foreign))
    server.serve("/elsewhere.meta4", None, t.redirect(foreign))
    page = server.serve("/file", RESOURCE, slow(), lambda x: describedby(how(x))(x))
    run = download(page, path, "-v").expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert listed.requests and not other.requests, run
    assert "sha256" not in run.err and "no digest will tell" in run.err, run


def test_wrong_bytes_of_its_mirrors_are_found_out_and_replaced(server, mirror, path):
    bad = copy_at(mirror, *(t.wrong_byte(place * MIB + 4711) for place in range(1, 6)))
    metalinks.serve(server, "/file.meta4", metalinks.version_4(entry(bad)))
    page = server.serve("/file", RESOURCE, slow(), describedby("/file.meta4"))
    run = download(page, path).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert bad.body_bytes > 0 and "the digest does not match" in run.err, run
    assert SAID_BY_METALINK in run.err, run


BOMB = ('<!DOCTYPE x [<!ENTITY a "' + "b" * 1000 + '"><!ENTITY c "' + "&a;" * 1000 + '">]>'
        '<x>' + "&c;" * 1000 + "</x>")
OF_OTHERS = {
    "another size": entry(size=RESOURCE.size + 1),
    "another file": File("other", data=RESOURCE.data),
}
USELESS = {
    "missing": ("", [t.status(404)], "HTTP status 404"),
    "busy for good": ("", [t.busy(503)], "HTTP status 503"),
    "silent": ("", [t.silent()], None),
    "dripping": ("<metalink>", [t.cut(3, "drip")], None),
    "cut": (metalinks.version_4(entry()), [t.resized(-50)], None),
    "a login page": ("", [t.login_page()], "is left aside: line"),
    "garbled": (metalinks.version_4(entry())[:-20], [], "no sound XML"),
    "a bomb": (BOMB, [], "it has a DOCTYPE"),
    "huge": ("<metalink>" + " " * (40 * MIB), [], "larger than 32.0 MiB"),
    "huge without a length": ("<metalink>" + " " * (40 * MIB), [t.chunked()], None),
    "another size": (metalinks.version_4(OF_OTHERS["another size"]), [], "it describes 6291462"),
    "another file": (metalinks.version_4(OF_OTHERS["another file"]), [], "it does not describe"),
}


@pytest.mark.parametrize("way", USELESS)
def test_one_that_is_no_good_costs_the_download_nothing(server, path, way):
    text, twists, says = USELESS[way]
    listed = metalinks.serve(server, "/file.meta4", text, *twists)
    page = server.serve("/file", RESOURCE, slow(), describedby("/file.meta4"))
    run = download(page, path, "-v").expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert listed.requests
    assert says is None or says in run.err, run
    assert "proof: ETag" in run.err, run


@pytest.mark.parametrize("digest, options", [([DIGEST], []), ([], CHECKSUM)],
                         ids=["the server's digest", "the user's digest"])
def test_one_that_contradicts_what_is_known_is_left_aside(server, mirror, path, digest, options):
    other = copy_at(mirror)
    metalinks.serve(server, "/file.meta4", metalinks.version_4(entry(other, sha256="0" * 64)))
    page = server.serve("/file", RESOURCE, slow(), *digest, describedby("/file.meta4"))
    run = download(page, path, "-v", *options).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert "is left aside: its digest is another one" in run.err, run
    assert not other.requests


def test_a_server_whose_metalink_contradicts_its_file_is_not_believed(server, path):
    metalinks.serve(server, "/file.meta4", metalinks.version_4(entry(sha256="0" * 64)))
    page = server.serve("/file", RESOURCE, slow(), describedby("/file.meta4"))
    run = download(page, path).expect(Exit.CHECKSUM)
    assert "as the server's Metalink says" in run.err and "--no-metalink" in run.err, run
    assert not path.exists()
    download(page, path).expect(Exit.CHECKSUM)
    download(page, path, "--no-metalink", "--no-resume").expect(0)
    assert_complete(path, RESOURCE.data)


def secrets_seen(page) -> set:
    return {name.lower() for seen in page.requests for name, _ in seen.request.headers
            if name.lower() in ("authorization", "x-token", "referer", "cookie")}


def test_what_was_given_for_the_url_goes_to_a_metalink_at_its_origin_alone(server, mirror, path):
    other = copy_at(mirror)
    text = metalinks.version_4(entry(other))
    own = metalinks.serve(server, "/file.meta4", text)
    foreign = metalinks.serve(mirror, "/file.meta4", text)
    given = ["-H", "X-Token: canary", "-u", "me:canary", "-e", "http://canary.example/"]
    page = server.serve("/file", RESOURCE, slow(), DIGEST, describedby("/file.meta4"))
    download(page, path, *given).expect(0)
    page.behave(slow(), DIGEST, describedby(mirror.url_at("localhost") + "/file.meta4"))
    download(page, path.with_name("second"), *given).expect(0)
    assert secrets_seen(own) == {"authorization", "x-token", "referer"}
    assert foreign.requests and secrets_seen(foreign) == set()
    assert other.requests and secrets_seen(other) == set()


def test_from_https_none_is_fetched_over_plain_http(server, tls_server, certificates, path):
    text = metalinks.version_4(entry())
    plain = metalinks.serve(server, "/file.meta4", text)
    moved = tls_server.serve("/moved.meta4", None, t.redirect(plain.url))
    for place in (plain.url, "/moved.meta4"):
        page = tls_server.serve("/file", RESOURCE, slow(), describedby(place))
        run = download(page, path, "--cacert", certificates.ca, "--overwrite").expect(0)
        assert_complete(path, RESOURCE.data, run=run)
    assert moved.requests and not plain.requests


@pytest.mark.parametrize("resource, options", [
    (RESOURCE, ["--no-metalink"]), (Resource(2 * MIB), []), (RESOURCE, ["-o", "-"]),
], ids=["not wanted", "too little to come", "a stream"])
def test_where_it_cannot_help_it_is_not_fetched(server, path, resource, options):
    listed = metalinks.serve(server, "/file.meta4", metalinks.version_4(entry()))
    page = server.serve("/file", resource, slow(), describedby("/file.meta4"))
    output = [] if "-o" in options else ["-o", path]
    run = run_xget([page.url, *output, *QUICK, *options], path.parent).expect(0)
    assert (run.out if "-o" in options else path.read_bytes()) == resource.data
    assert not listed.requests


def test_strict_asks_for_no_less_than_without_it(server, path):
    metalinks.serve(server, "/file.meta4", metalinks.version_4(entry()))
    weak = Resource(RESOURCE.size, etag=None, last_modified=None)
    page = server.serve("/file", weak, slow(), describedby("/file.meta4"))
    download(page, path, "--strict").expect(Exit.NOT_PROVEN)
    page = server.serve("/file", RESOURCE, slow(), describedby("/file.meta4"))
    run = download(page, path, "--strict").expect(0)
    assert_complete(path, RESOURCE.data, run=run)
