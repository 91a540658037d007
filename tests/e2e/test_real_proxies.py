"""Real proxies: tinyproxy and squid for HTTP, dante for SOCKS, by option and by environment."""

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB, assert_complete
from support.free_ports import free_port
from support.real_proxies import start_proxy

FILE = Resource(3 * MIB)
HTTP = ("tinyproxy", "squid")
LOGIN = ("me", "geheim")


@pytest.fixture
def page(server):
    return server.serve("/file", FILE)


@pytest.fixture(scope="module", params=HTTP)
def http_proxy(request):
    with start_proxy(request.param) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def dante():
    with start_proxy("danted") as proxy:
        yield proxy


@pytest.fixture(scope="module")
def guarded():
    with start_proxy("tinyproxy", login=LOGIN) as proxy:
        yield proxy


def download(url, path, *options, env=None):
    return run_xget([url, "-o", path, *QUICK, "-vvv", *options], path.parent, env=env)


def test_a_file_comes_through_an_http_proxy(page, path, http_proxy):
    run = download(page.url, path, "--proxy", f"http://127.0.0.1:{http_proxy.port}", "-n", 4)
    assert_complete(path, page.data, run=run.expect(0))
    assert "Via" in dict(page.requests[0].request.headers), run


def test_tls_goes_through_an_http_proxy_in_a_tunnel(tls_server, certificates, path, http_proxy):
    page = tls_server.serve("/file", FILE)
    run = download(page.url, path, "--proxy", f"http://127.0.0.1:{http_proxy.port}", "--cacert",
                   certificates.certificate)
    assert_complete(path, page.data, run=run.expect(0))
    assert "Via" not in dict(page.requests[0].request.headers), run


@pytest.mark.parametrize("scheme", ["socks4", "socks5", "socks5h"])  # dante refuses 4a
def test_a_file_comes_through_a_socks_proxy(page, server, path, dante, scheme):
    # With an "h" behind, the proxy looks the name up.
    url = server.url_at("localhost" if scheme == "socks5h" else "127.0.0.1") + "/file"
    run = download(url, path, "--proxy", f"{scheme}://127.0.0.1:{dante.port}")
    assert_complete(path, page.data, run=run.expect(0))
    assert f"by way of {scheme}://127.0.0.1:{dante.port}" in run.err, run


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("bypass", [None, "no_proxy", "NO_PROXY"])
def test_the_environment_names_a_proxy_and_what_goes_around_it(page, path, http_proxy, variable,
                                                              bypass):
    env = {variable: f"http://127.0.0.1:{http_proxy.port}"}
    if bypass:
        env[bypass] = "127.0.0.1"
    run = download(page.url, path, env=env)
    assert_complete(path, page.data, run=run.expect(0))
    assert ("Via" in dict(page.requests[0].request.headers)) == (bypass is None), run


@pytest.mark.parametrize("bypass", [None, "no_proxy", "NO_PROXY"])
@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY"])
def test_the_environment_names_a_proxy_for_tls_alone(tls_server, certificates, page, path, variable,
                                                     bypass):
    """Nobody listens at the proxy: what goes by it fails."""
    env = {variable: f"http://127.0.0.1:{free_port()}"} | ({bypass: "127.0.0.1"} if bypass else {})
    secret = tls_server.serve("/file", FILE)
    run = download(secret.url, path, "--cacert", certificates.certificate, "--retry", 0, env=env)
    if bypass:
        assert_complete(path, secret.data, run=run.expect(0))
    else:
        run.expect(Exit.NETWORK)
        assert "proxy" in run.err and not secret.requests, run
    run = download(page.url, path.with_name("plain"), env=env)
    assert_complete(path.with_name("plain"), page.data, run=run.expect(0))


@pytest.fixture(scope="module")
def tls_proxy(proxy_certificate):
    with start_proxy("squid", tls=proxy_certificate) as proxy:
        yield proxy


def test_a_file_comes_through_a_proxy_that_speaks_tls(page, path, tls_proxy, certificates):
    proxy = f"https://127.0.0.1:{tls_proxy.port}"
    run = download(page.url, path, "--proxy", proxy, "--cacert", certificates.certificate, "-n", 4)
    assert_complete(path, page.data, run=run.expect(0))
    assert "Via" in dict(page.requests[0].request.headers), run


def test_tls_goes_through_a_proxy_that_speaks_tls(tls_server, certificates, path, tls_proxy):
    page = tls_server.serve("/file", FILE)
    run = download(page.url, path, "--cacert", certificates.certificate,
                   env={"https_proxy": f"https://127.0.0.1:{tls_proxy.port}"})
    assert_complete(path, page.data, run=run.expect(0))
    assert "Via" not in dict(page.requests[0].request.headers), run


def test_a_proxy_whose_certificate_nobody_vouches_for_is_not_spoken_to(page, path, tls_proxy):
    run = download(page.url, path, "--proxy", f"https://127.0.0.1:{tls_proxy.port}", "--retry", 0)
    assert run.code in (Exit.NETWORK, Exit.REFUSED), run
    assert "certificate" in run.err and not page.requests, run


def test_a_login_opens_a_guarded_proxy(page, path, guarded):
    run = download(page.url, path, "--proxy", f"http://me:geheim@127.0.0.1:{guarded.port}")
    assert_complete(path, page.data, run=run.expect(0))
    assert "geheim" not in run.err, run


@pytest.mark.parametrize("login", ["", "me:wrong@"])
def test_a_refused_login_is_told_and_nothing_is_asked_of_the_server(page, path, guarded, login):
    run = download(page.url, path, "--proxy", f"http://{login}127.0.0.1:{guarded.port}")
    assert run.code in (Exit.NETWORK, Exit.REFUSED), run
    # A wrong one tinyproxy answers as a server would, with 401.
    assert ("401" if login else "proxy") in run.err and "wrong" not in run.err, run
    assert not page.requests and not path.exists(), run


@pytest.mark.parametrize("login, told", [("", "wants a login by Basic"),
                                         ("me:wrong@", "does not accept the login")])
def test_a_refused_login_for_a_tunnel_is_told(tls_server, path, guarded, login, told):
    page = tls_server.serve("/file", FILE)
    run = download(page.url, path, "--proxy", f"http://{login}127.0.0.1:{guarded.port}")
    run.expect(Exit.REFUSED)
    assert told in run.err and "wrong" not in run.err and not page.requests, run


def test_a_proxy_that_is_not_there_is_told(page, path):
    run = download(page.url, path, "--proxy", f"http://127.0.0.1:{free_port()}", "--retry", 1)
    run.expect(Exit.NETWORK)
    assert "proxy" in run.err and not page.requests, run
