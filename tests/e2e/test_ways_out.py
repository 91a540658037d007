"""Which name servers are asked, which addresses connected to, and what is left by."""

import os
import pathlib
import subprocess

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, Run, run_xget
from support.disks import needs_root
from support.downloads import assert_complete
from support.hostile_server import HostileServer, Page
from support.name_server import NameServer
from support.twists import redirect

SIZE = 3 << 20
HOST = "host.test"
FAMILIES = {"-4": "127.0.0.1", "-6": "::1"}


@pytest.fixture
def page(server) -> Page:
    return server.serve("/file", Resource(size=SIZE))


def fetch(url: str, path: pathlib.Path, *options: str) -> Run:
    return run_xget([url, "-o", path, *QUICK, *options], path.parent)


def url_at(server: HostileServer, host: str = HOST) -> str:
    return server.url_at(host) + "/file"


def test_the_named_server_is_asked_and_believed(server, page, path):
    with NameServer({HOST: ["127.0.0.1"]}) as names:
        run = fetch(url_at(server), path, "--dns-servers", names.address).expect(0)
    assert_complete(path, page.data, run=run)
    assert HOST in names.asked


def test_the_next_server_is_asked_where_the_first_does_not_answer(server, page, path):
    with NameServer({}) as gone:
        nobody = gone.address
    with NameServer({HOST: ["127.0.0.1"]}) as names:
        run = fetch(url_at(server), path, "--dns-servers", f"{nobody},{names.address}").expect(0)
    assert_complete(path, page.data, run=run)


def test_what_the_named_server_does_not_know_is_not_asked_of_the_system(server, page, path):
    with NameServer({}) as names:
        run = fetch(url_at(server, "unknown.test"), path, "--dns-servers", names.address,
                    "--retry", "0").expect(Exit.NETWORK)
    assert "no such host" in run.err
    assert not page.requests


def test_a_family_that_name_servers_ignore_is_not_waited_for(server, page, path):
    with NameServer({HOST: ["127.0.0.1", "::1"]}) as names:
        names.ignore_ipv6()
        run = fetch(url_at(server), path, "--dns-servers", names.address).expect(0)
    assert_complete(path, page.data, run=run)
    assert set(server.clients) == {"127.0.0.1"}
    assert names.asked.count(HOST) <= 3, "both families once, and no three times without an answer"


@needs_root
def test_a_host_of_the_hosts_file_is_what_the_file_says(server, page, path, tmp_path):
    """Whoever puts an address there does not want the other family's from a name server."""
    hosts = tmp_path / "hosts"
    hosts.write_text(f"127.0.0.1 {HOST}\n")
    own_hosts_file = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"',
                      hosts]
    with NameServer({HOST: ["127.0.0.3", "::1"]}) as names:
        run = run_xget([url_at(server), "-o", path, *QUICK, "--dns-servers", names.address],
                       path.parent, wrapper=own_hosts_file).expect(0)
    assert_complete(path, page.data, run=run)
    assert set(server.clients) == {"127.0.0.1"}
    assert HOST not in names.asked


@pytest.mark.parametrize("option", FAMILIES)
def test_one_family_alone_is_connected_to(server, page, path, option):
    with NameServer({HOST: ["127.0.0.1", "::1"]}) as names:
        run = fetch(url_at(server), path, "--dns-servers", names.address, option).expect(0)
    assert_complete(path, page.data, run=run)
    assert set(server.clients) == {FAMILIES[option]}


@pytest.mark.parametrize("option", FAMILIES)
def test_localhost_has_the_family_asked_for(server, page, path, option):
    run = fetch(url_at(server, "localhost"), path, option).expect(0)
    assert_complete(path, page.data, run=run)
    assert set(server.clients) == {FAMILIES[option]}


def test_a_host_without_the_family_asked_for_is_not_connected_to(server, page, path):
    with NameServer({HOST: ["127.0.0.1"]}) as names:
        run = fetch(url_at(server), path, "--dns-servers", names.address, "-6", "--retry", "0")
    run.expect(Exit.NETWORK)
    assert "no IPv6 address" in run.err
    assert not server.clients


def test_an_address_of_the_other_family_is_refused_at_once(server, page, path):
    run = fetch(page.url, path, "-6").expect(Exit.USAGE)
    assert "its host is an IPv4 address, and only IPv6 is allowed" in run.err
    assert not server.clients


def test_a_redirect_to_an_address_of_the_other_family_is_refused(server, path):
    page = server.serve("/file", Resource(), redirect("http://[::1]:{port}/target"))
    run = fetch(page.url, path, "-4").expect(Exit.REFUSED)
    assert "only IPv4 is allowed" in run.err
    assert set(server.clients) == {"127.0.0.1"}


def test_requests_leave_from_the_address_given(server, page, path):
    run = fetch(page.url, path, "--interface", "127.0.0.2").expect(0)
    assert_complete(path, page.data, run=run)
    assert set(server.clients) == {"127.0.0.2"}


def test_an_address_to_leave_by_reaches_its_own_family_alone(server, page, path):
    with NameServer({HOST: ["::1", "127.0.0.1"]}) as names:
        run = fetch(url_at(server), path, "--dns-servers", names.address, "--interface",
                    "127.0.0.2").expect(0)
    assert_complete(path, page.data, run=run)
    assert set(server.clients) == {"127.0.0.2"}


def test_requests_leave_by_the_interface_named(server, page, path):
    run = fetch(page.url, path, "--interface", "lo").expect(0)
    assert_complete(path, page.data, run=run)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make a network interface")
def test_what_another_interface_leads_to_is_not_reached(server, page, path):
    name = f"xget{os.getpid()}"
    if subprocess.run(["ip", "tuntap", "add", name, "mode", "tun"], capture_output=True).returncode:
        pytest.skip("root, but not allowed to make a network interface here")
    try:
        run = fetch(page.url, path, "--interface", name, "--retry", "0", "--connect-timeout", "1s")
    finally:
        subprocess.run(["ip", "tuntap", "del", name, "mode", "tun"], check=True)
    run.expect(Exit.NETWORK)
    assert not server.clients
