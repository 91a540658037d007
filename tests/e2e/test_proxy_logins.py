"""Proxies that ask for a login: squid with Basic, Digest, NTLM and Negotiate, the last by the
tickets of a real Kerberos realm."""

import contextlib

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB, assert_complete
from support.kerberos import start_realm
from support.real_proxies import start_proxy
from support.squid_logins import LOGIN, SquidLogin

FILE = Resource(3 * MIB)
BY_PASSWORD = ("basic", "digest", "ntlm")
METHODS = (*BY_PASSWORD, "negotiate")
WANTED = 407


@pytest.fixture(scope="module")
def realm():
    with start_realm(LOGIN) as realm:
        yield realm


@pytest.fixture(scope="module")
def proxies(realm):
    """By what they offer; each is started when it is first asked for."""
    started = {}
    with contextlib.ExitStack() as stack:
        def proxy(*methods):
            if methods not in started:
                login = SquidLogin(methods, realm if "negotiate" in methods else None)
                started[methods] = stack.enter_context(start_proxy("squid", squid_login=login))
            return started[methods]
        yield proxy


@pytest.fixture(params=["http", "https"])
def page(request, server, tls_server):
    return (tls_server if request.param == "https" else server).serve("/file", FILE)


@pytest.fixture
def through(path, certificates):
    """Downloads by way of a proxy, with a login for it ("" is none)."""
    def download(page, proxy, login=f"{LOGIN[0]}:{LOGIN[1]}@", *options, env=None):
        # By name: Kerberos knows the proxy by it.
        return run_xget([page.url, "-o", path, "--proxy", f"http://{login}localhost:{proxy.port}",
                         "--cacert", certificates.certificate, *QUICK, "-vvv", "-n", 4, *options],
                        path.parent, env=env)
    return download


@pytest.mark.parametrize("method", BY_PASSWORD)
@pytest.mark.parametrize("option", ["any", "fixed"])
def test_a_login_opens_a_proxy_however_it_asks(page, path, proxies, through, method, option):
    options = ["--proxy-auth", method] if option == "fixed" else []
    run = through(page, proxies(method), f"{LOGIN[0]}:{LOGIN[1]}@", *options)
    assert_complete(path, page.data, run=run.expect(0))
    assert len(page.requests) > 1 and LOGIN[1] not in run.err, run


@pytest.mark.parametrize("option", ["any", "fixed"])
def test_a_ticket_opens_a_proxy_without_a_password(page, path, proxies, realm, through, option):
    options = ["--proxy-auth", "negotiate"] if option == "fixed" else []
    run = through(page, proxies("negotiate"), "", *options, env=realm.ticket)
    assert_complete(path, page.data, run=run.expect(0))
    assert len(page.requests) > 1, run


@pytest.mark.parametrize("method", BY_PASSWORD)
def test_a_wrong_password_is_told_with_the_proxy_and_not_tried_again(page, path, proxies, through,
                                                                     method):
    proxy = proxies(method)
    before = len(proxy.statuses())
    run = through(page, proxy, f"{LOGIN[0]}:verkehrt@").expect(Exit.REFUSED)
    assert f"the proxy http://localhost:{proxy.port} does not accept the login" in run.err, run
    assert "verkehrt" not in run.err and not page.requests and not path.exists(), run
    assert 1 <= len(proxy.statuses()) - before <= 3, proxy.statuses()


@pytest.mark.parametrize("method, name", zip(METHODS, ("Basic", "Digest", "NTLM", "Negotiate")))
def test_without_a_login_the_proxy_s_wish_is_told(page, proxies, realm, through, method, name):
    proxy = proxies(method)
    run = through(page, proxy, "", env=realm.no_ticket).expect(Exit.REFUSED)
    assert f"the proxy http://localhost:{proxy.port} wants a login by {name}" in run.err, run
    assert not page.requests, run


def test_a_method_that_the_proxy_does_not_offer_is_not_another_one(page, proxies, through):
    proxy = proxies("basic")
    run = through(page, proxy, f"{LOGIN[0]}:{LOGIN[1]}@", "--proxy-auth", "digest")
    run.expect(Exit.REFUSED)
    assert "wants a login by Basic" in run.err and not page.requests, run


@pytest.mark.parametrize("offered", [("basic", "digest"), ("basic", "ntlm"),
                                     ("negotiate", "basic")], ids=" ".join)
def test_of_several_methods_one_that_the_login_is_for_is_taken(page, path, proxies, realm, through,
                                                               offered):
    run = through(page, proxies(*offered), env=realm.no_ticket)
    assert_complete(path, page.data, run=run.expect(0))


def test_basic_costs_one_refused_request_or_none(server, path, proxies, through):
    page = server.serve("/file", FILE)
    proxy = proxies("basic")
    for options, refused in ([], 1), (["--proxy-auth", "basic"], 0):
        before = len(proxy.statuses())
        run = through(page, proxy, f"{LOGIN[0]}:{LOGIN[1]}@", "--no-resume", "--overwrite", *options)
        assert_complete(path, page.data, run=run.expect(0))
        statuses = proxy.statuses()[before:]
        assert statuses.count(WANTED) == refused and len(statuses) > 2, statuses


@pytest.mark.parametrize("method", METHODS)
def test_many_files_at_once_share_connections_that_are_logged_in(server, folder, proxies, realm,
                                                                 method):
    pages = [server.serve(f"/{number}", Resource(20_000 + number)) for number in range(60)]
    (folder / "list").write_text("".join(page.url + "\n" for page in pages))
    login = "" if method == "negotiate" else f"{LOGIN[0]}:{LOGIN[1]}@"
    run_xget(["-i", "list", "-d", "out", *QUICK,
              "--proxy", f"http://{login}localhost:{proxies(method).port}"],
             folder, env=realm.ticket).expect(0)
    for number, page in enumerate(pages):
        assert (folder / "out" / str(number)).read_bytes() == page.data


def test_a_login_is_taken_over_tls_too(page, path, proxy_certificate, certificates):
    with start_proxy("squid", tls=proxy_certificate, squid_login=SquidLogin(("digest",))) as proxy:
        run = run_xget([page.url, "-o", path, "--cacert", certificates.certificate, *QUICK, "--proxy",
                        f"https://{LOGIN[0]}:{LOGIN[1]}@127.0.0.1:{proxy.port}"], path.parent)
    assert_complete(path, page.data, run=run.expect(0))
