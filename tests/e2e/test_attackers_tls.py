"""Who answers is not who should: certificates that are no good, and protocols that are too old."""

import ssl

import pytest

from support import twists as t
from support.answers import Resource
from support.certificates import Certificates
from support.command import QUICK, Exit, run_xget
from support.downloads import assert_complete, partial
from support.hostile_server import HostileServer

SMALL = Resource(50_000)
# What Debian forbids, OpenSSL is told to allow: then only the command's own floor is left.
ANYTHING_GOES = """\
openssl_conf = init
[init]
ssl_conf = ssl
[ssl]
system_default = loose
[loose]
MinProtocol = None
CipherString = ALL:@SECLEVEL=0
"""


def download(url, path, authority, *options, **more):
    return run_xget([url, "-o", path, "--cacert", authority, *QUICK, *options], path.parent, **more)


def nothing_arrived(path) -> bool:
    return not path.exists() and not partial(path).exists()


# What is wrong with it → its certificates, the authority that is trusted (None: its own), the
# word by which the error names it.
BAD = {
    "expired": (lambda: Certificates(days=-1), None, "expired"),
    "of-another-host": (lambda: Certificates(names="DNS:other.example"), None, "127.0.0.1"),
    "of-an-unknown-authority": (Certificates, "another", "issuer"),
}


@pytest.fixture(params=BAD)
def impostor(request, certificates):
    """A server with a bad certificate, the authority to trust, and the telling word."""
    make, trusted, word = BAD[request.param]
    with make() as made, HostileServer(certificates=made) as running:
        yield running, certificates.ca if trusted else made.ca, word


def test_a_bad_certificate_is_refused_in_clear_words(impostor, path):
    server, authority, word = impostor
    page = server.serve("/file", SMALL)
    run = download(page.url, path, authority).expect(Exit.REFUSED)
    assert "certificate" in run.err and word in run.err, run
    assert not page.requests and nothing_arrived(path), "nothing was asked of a stranger"


def test_a_redirect_to_a_bad_certificate_is_refused(impostor, certificates, path):
    impostor, authority, _ = impostor
    end = impostor.serve("/file", SMALL)
    with HostileServer() as server:
        page = server.serve("/file", SMALL, t.redirect(end.url))
        run = download(page.url, path, authority).expect(Exit.REFUSED)
    assert "certificate" in run.err and not end.requests and nothing_arrived(path), run


def test_insecure_takes_a_bad_certificate_and_says_so_loudly(impostor, path):
    server, authority, _ = impostor
    page = server.serve("/file", SMALL)
    for level in ([], ["-q"]):
        run = download(page.url, path, authority, "--insecure", "--overwrite", *level).expect(0)
        assert "WARNING" in run.err and "--insecure" in run.err, run
    assert_complete(path, page.data, run=run)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1],
                         ids=lambda version: version.name)
def test_an_old_protocol_is_refused_in_clear_words(certificates, path, version):
    configuration = path.parent / "openssl.cnf"
    configuration.write_text(ANYTHING_GOES)
    with HostileServer(certificates=certificates, tls_version=version) as server:
        page = server.serve("/file", SMALL)
        run = download(page.url, path, certificates.ca, "--retry", "1",
                       env={"OPENSSL_CONF": str(configuration)})
    run.expect(Exit.NETWORK, Exit.REFUSED)
    assert "TLS" in run.err and "protocol" in run.err, run
    assert not page.requests and nothing_arrived(path)


def test_the_oldest_protocol_that_is_good_enough_works(certificates, path):
    """The refusals above are not just a server that is broken."""
    version = ssl.TLSVersion.TLSv1_2
    with HostileServer(certificates=certificates, tls_version=version) as server:
        page = server.serve("/file", SMALL)
        run = download(page.url, path, certificates.ca).expect(0)
    assert_complete(path, page.data, run=run)
