"""Failures of the network and refusals of the server: how long, how often, and what is said."""

import contextlib
import os
import re
import socket
import threading
import time

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, SLOW, Exit, binary, run_xget
from support.downloads import KIB, MIB, assert_complete, leave_partial, partial
from support.free_ports import free_port
from support.hostile_server import HostileServer

SIZE = 3 * MIB + 9
RESOURCE = Resource(SIZE)


def download(url, path, *options, **more):
    return run_xget([url, "-o", path, *QUICK, *options], path.parent, **more)


@contextlib.contextmanager
def plain_listener():
    """Answers whatever comes in plain HTTP, as nginx does; its port and who connected."""
    accepted = []

    def answer():
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                peer, address = listener.accept()
                accepted.append(address)
                with peer:
                    peer.recv(65536)
                    peer.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1], accepted
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def pauses(page) -> list[float]:
    times = [seen.time for seen in page.requests]
    return [later - earlier for earlier, later in zip(times, times[1:])]


# ---- codes and words -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410, 451])
def test_refused_for_good_asks_once(server, path, status):
    page = server.serve("/file", RESOURCE, t.status(status))
    run = download(page.url, path).expect(Exit.REFUSED)
    assert str(status) in run.err
    assert len(page.requests) <= 2, page.ranges
    assert not list(path.parent.iterdir())


def test_a_refused_connection_is_retried_then_given_up(path):
    run = download(f"http://127.0.0.1:{free_port()}/file", path, "--retry", "3")
    run.expect(Exit.NETWORK)
    assert run.seconds < 10 * SLOW


def test_a_name_that_does_not_resolve(path):
    run = download("http://no-such-host.invalid/file", path, "--retry", "1")
    run.expect(Exit.NETWORK, Exit.REFUSED)
    assert "no-such-host.invalid" in run.err


@pytest.mark.parametrize("scheme", ["", "https://"])
def test_a_server_that_speaks_no_tls_is_asked_once(path, scheme):
    with plain_listener() as (port, accepted):
        run = download(f"{scheme}127.0.0.1:{port}/file", path).expect(Exit.REFUSED)
    assert "does not speak TLS" in run.err and "http://" in run.err
    assert len(accepted) == 1


@pytest.mark.parametrize("scheme", ["", "http://"])
def test_a_missing_scheme_is_named_only_where_it_is_missing(path, scheme):
    run = download(f"{scheme}no-such-host.invalid/file", path, "--retry", "0")
    run.expect(Exit.NETWORK)
    assert ("without a scheme" in run.err) == (not scheme)
    assert "kept: nothing" in run.err and "to go on" in run.err


def test_credentials_that_are_refused_are_not_asked_for(server, path):
    page = server.serve("/file", RESOURCE, t.status(401))
    assert "give credentials" in download(page.url, path).expect(Exit.REFUSED).err
    run = download(page.url, path, "-u", "bob:wrong").expect(Exit.REFUSED)
    assert "credentials given were refused" in run.err and "give credentials" not in run.err
    assert "wrong" not in run.err


def test_a_failure_says_the_command_that_goes_on(server, path):
    page = server.serve("/file", RESOURCE, t.when(t.from_byte(MIB), t.status(500)),
                        t.cut(MIB, "rst"))
    run = download(page.url, path, "--retry", "2", "-n", "1").expect(Exit.NETWORK)
    assert re.search(rf"{re.escape(os.path.basename(binary()))} .*{re.escape(page.url)}", run.err)
    assert partial(path).exists()


# ---- retries ---------------------------------------------------------------------------------


@pytest.mark.parametrize("retries", [0, 1, 4])
def test_retry_bounds_the_failures_in_a_row(server, path, retries):
    page = server.serve("/file", RESOURCE, t.status(500))
    download(page.url, path, "--retry", retries).expect(Exit.NETWORK)
    assert len(page.requests) == retries + 1


def test_progress_starts_the_count_of_failures_again(server, path):
    page = server.serve("/file", RESOURCE, t.cut(200 * KIB, "rst"))
    run = download(page.url, path, "--retry", "2", "-n", "1").expect(0)
    assert_complete(path, page.data, run=run)


def test_waits_grow_and_are_jittered(server, path):
    page = server.serve("/file", RESOURCE, t.status(502))
    download(page.url, path, "--retry", "4", "--retry-wait", "100ms").expect(Exit.NETWORK)
    waited = pauses(page)
    assert len(waited) == 4
    assert waited[-1] > waited[0], waited
    assert sum(waited) < 10 * SLOW, waited


def test_give_up_after_bounds_everything(server, path):
    page = server.serve("/file", RESOURCE, t.status(500))
    run = download(page.url, path, "--retry", "100000", "--give-up-after", "1s")
    run.expect(Exit.NETWORK)
    assert 0.9 < run.seconds < 10 * SLOW


def test_give_up_after_cuts_an_attempt_that_is_not_answered(server, path):
    page = server.serve("/file", RESOURCE, t.silent())
    run = download(page.url, path, "--connect-timeout", "1m", "--stall-timeout", "1m",
                   "--give-up-after", "1s").expect(Exit.NETWORK)
    assert 0.9 < run.seconds < 10 * SLOW and len(page.requests) == 1


def test_give_up_after_does_not_wait_for_what_comes_too_late(server, path):
    page = server.serve("/file", RESOURCE, t.busy(503, 100))
    run = download(page.url, path, "--give-up-after", "30s").expect(Exit.NETWORK)
    assert run.seconds < 10 * SLOW and len(page.requests) == 1


def test_give_up_after_counts_from_the_last_byte(server, path):
    page = server.serve("/file", RESOURCE, t.rate(MIB))
    run = download(page.url, path, "-n", "1", "--give-up-after", "1s").expect(0)
    assert_complete(path, page.data, run=run)


@pytest.mark.parametrize("answer", [t.status(204), t.header("X-Long", "a" * 200_000),
                                    t.raw_head(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")],
                         ids=["status", "header", "banner"])
def test_answers_that_make_no_sense_are_believed_soon(server, path, answer):
    page = server.serve("/file", RESOURCE, answer)
    run = run_xget([page.url, "-o", path, "--retry-wait", "30ms"], path.parent)
    run.expect(Exit.NETWORK)
    # Each try once more over a fresh connection, where what it read may have been left over from the
    # answer before.
    assert 4 <= len(page.requests) <= 8, page.ranges
    assert "check the URL" in run.err


def test_a_proxy_that_never_answered_is_given_up_soon(server, path):
    page = server.serve("/file", RESOURCE)
    run = run_xget([page.url, "-o", path, "--proxy", f"http://127.0.0.1:{free_port()}",
                    "--retry-wait", "30ms", "-v"], path.parent).expect(Exit.NETWORK)
    assert run.err.count("again in") in range(3, 5)
    assert "check --proxy" in run.err and not page.requests


# ---- stalls ----------------------------------------------------------------------------------


def test_a_stall_is_noticed_and_left(server, path):
    page = server.serve("/file", RESOURCE, t.when(t.first(2), t.cut(500 * KIB, "stall")))
    run = download(page.url, path, "-n", "2").expect(0)
    assert_complete(path, page.data, run=run)
    assert run.seconds < 20 * SLOW


def test_a_handshake_that_hangs_is_bounded(path):
    """A listener that never accepts: the kernel completes TCP, TLS waits for ever."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        run = download(f"https://127.0.0.1:{listener.getsockname()[1]}/file", path,
                       "--connect-timeout", "500ms", "--retry", "1").expect(Exit.NETWORK)
    assert run.seconds < 15 * SLOW


def test_a_server_that_needs_long_for_its_first_byte_is_given_longer(server, path):
    page = server.serve("/file", RESOURCE, t.when(t.first(4), t.late(2)))
    run = download(page.url, path, "-n", "1", "--connect-timeout", "300ms",
                   "--stall-timeout", "300ms").expect(0)
    assert_complete(path, page.data, run=run)
    assert "(--stall-timeout)" in run.err


def localhost_has_both_families() -> bool:
    found = {answer[0] for answer in socket.getaddrinfo("localhost", None)}
    return found >= {socket.AF_INET, socket.AF_INET6}


both_families = pytest.mark.skipif(not localhost_has_both_families(),
                                   reason="/etc/hosts gives localhost one family alone")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_an_address_instead_of_a_name(path, host):
    with HostileServer(addresses=(host.strip("[]"),)) as server:
        page = server.serve("/file", RESOURCE)
        run = download(server.url_at(host) + "/file", path).expect(0)
    assert_complete(path, page.data, run=run)


@both_families
@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_one_family_alone_answers(path, address):
    with HostileServer(addresses=(address,)) as server:
        page = server.serve("/file", RESOURCE)
        run = download(server.url_at("localhost") + "/file", path).expect(0)
    assert_complete(path, page.data, run=run)


@both_families
def test_a_dead_ipv6_costs_no_connect_timeout(path):
    """The ::1 of this port hangs: its queue is full and nobody accepts."""
    with HostileServer(addresses=("127.0.0.1",)) as server, \
            socket.socket(socket.AF_INET6) as dead:
        page = server.serve("/file", RESOURCE)
        dead.bind(("::1", server.port))
        dead.listen(0)
        fillers = [socket.socket(socket.AF_INET6) for _ in range(3)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("::1", server.port))
        run = download(server.url_at("localhost") + "/file", path, "--connect-timeout", "20s")
        run.expect(0)
        for filler in fillers:
            filler.close()
    assert_complete(path, page.data, run=run)
    assert run.seconds < 8 * SLOW


# ---- Retry-After -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_retry_after_is_honoured(server, path, status, as_date):
    page = server.serve("/file", RESOURCE, t.when(t.first(1), t.busy(status, 1, as_date)))
    run = download(page.url, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert pauses(page)[0] >= 0.95, pauses(page)


def test_a_long_retry_after_is_not_slept_through(server, path):
    page = server.serve("/file", RESOURCE, t.busy(503, 3600))
    run = download(page.url, path).expect(Exit.NETWORK)
    assert run.seconds < 10 * SLOW
    assert len(page.requests) == 1


def test_a_long_retry_after_in_the_middle_keeps_what_came(server, path):
    page = server.serve("/file", RESOURCE)
    leave_partial(page, path, 2 * MIB)
    page.behave(t.busy(429, 3600))
    run = download(page.url, path).expect(Exit.NETWORK)
    assert run.seconds < 10 * SLOW and partial(path).exists()
    page.behave()
    assert_complete(path, page.data, run=download(page.url, path).expect(0))


# ---- redirects -------------------------------------------------------------------------------

SECRETS = ["-u", "name:pass-canary", "-H", "Authorization: Bearer auth-canary",
           "-H", "Cookie: session=cookie-canary", "-H", "X-Api-Key: key-canary"]


def sent_headers(page) -> str:
    return "\n".join(f"{name}: {value}" for seen in page.requests
                     for name, value in seen.request.headers)


def test_secrets_stay_at_their_origin(server, path):
    with HostileServer() as elsewhere:
        target = elsewhere.serve("/target", RESOURCE)
        page = server.serve("/file", RESOURCE, t.redirect(target.url))
        run = download(page.url, path, *SECRETS[2:], "-e", "http://referer.example/").expect(0)
        assert_complete(path, target.data, run=run)
        assert "auth-canary" in sent_headers(page) and "key-canary" in sent_headers(page)
        assert "canary" not in sent_headers(target)
        assert "Authorization" not in sent_headers(target)


def test_a_password_stays_at_its_origin(server, path):
    target = server.serve("/target", RESOURCE)
    page = server.serve("/file", RESOURCE, t.redirect("http://localhost:{port}/target"))
    download(page.url, path, *SECRETS[:2]).expect(0)
    assert "Basic " in sent_headers(page)
    assert "Basic " not in sent_headers(target)


def test_secrets_follow_within_their_origin(server, path):
    target = server.serve("/target", RESOURCE)
    page = server.serve("/file", RESOURCE, t.redirect("/target"))
    download(page.url, path, *SECRETS[2:]).expect(0)
    assert "auth-canary" in sent_headers(target) and "key-canary" in sent_headers(target)


def test_user_info_in_the_url_becomes_credentials(server, path):
    page = server.serve("/file", RESOURCE)
    download(page.url.replace("http://", "http://me:secret@"), path).expect(0)
    assert "Basic bWU6c2VjcmV0" in sent_headers(page)
    assert "secret" not in sent_headers(page)


def test_from_https_down_to_http_only_when_told(server, tls_server, certificates, path):
    target = server.serve("/target", RESOURCE)
    page = tls_server.serve("/file", RESOURCE, t.redirect(target.url))
    trust = ["--cacert", certificates.ca]
    download(page.url, path, *trust).expect(Exit.REFUSED)
    assert not target.requests
    run = download(page.url, path, *trust, "--allow-downgrade").expect(0)
    assert_complete(path, target.data, run=run)


def test_from_http_up_to_https(server, tls_server, certificates, path):
    target = tls_server.serve("/target", RESOURCE)
    page = server.serve("/file", RESOURCE, t.redirect(target.url))
    run = download(page.url, path, "--cacert", certificates.ca).expect(0)
    assert_complete(path, target.data, run=run)


def test_redirects_are_counted(server, path):
    page = server.serve("/file", RESOURCE, t.redirect("{path}"))
    download(page.url, path).expect(Exit.REFUSED)
    assert len(page.requests) <= 11 * 2


# ---- sizes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("twist", [(), (t.whole(),), (t.no_length(),), (t.chunked(),)],
                         ids=["ranges", "whole", "no-length", "chunked"])
def test_max_filesize_refuses_and_reads_no_further(server, path, twist):
    page = server.serve("/file", Resource(32 * MIB), *twist)
    run = download(page.url, path, "--max-filesize", "1MiB")
    assert run.code in (Exit.REFUSED, Exit.USAGE), run
    assert not path.exists()
    assert page.body_bytes < 16 * MIB


def test_max_filesize_lets_smaller_files_pass(server, path):
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "--max-filesize", SIZE).expect(0)
    assert_complete(path, page.data, run=run)


# ---- the way there ---------------------------------------------------------------------------


def test_a_proxy_is_asked_instead_of_the_host(path):
    with HostileServer() as proxy:
        page = proxy.serve("/file", RESOURCE)
        run = download("http://host.invalid/file", path, "--proxy", proxy.url).expect(0)
        assert page.requests[0].request.target == "http://host.invalid/file"
    assert_complete(path, RESOURCE.data, run=run)


def test_the_environment_names_a_proxy_and_exceptions(server, path):
    page = server.serve("/file", RESOURCE)
    dead = f"http://127.0.0.1:{free_port()}"
    run = download(page.url, path, "--retry", "1", env={"http_proxy": dead})
    run.expect(Exit.NETWORK)
    assert not page.requests
    run = download(page.url, path, env={"http_proxy": dead, "no_proxy": "127.0.0.1"}).expect(0)
    assert_complete(path, page.data, run=run)


def test_connect_to_leads_elsewhere(server, path):
    page = server.serve("/file", RESOURCE)
    run = download("http://host.invalid/file", path, "--connect-to",
                   f"host.invalid:80:127.0.0.1:{server.port}").expect(0)
    assert_complete(path, page.data, run=run)
    assert page.requests[0].request.header("Host") == "host.invalid"


def test_what_is_sent_about_itself(server, path):
    page = server.serve("/file", RESOURCE)
    download(page.url, path, "-A", "agent/1", "-e", "http://from.example/", "-H", "X-Mine: 1")
    head = sent_headers(page)
    assert "agent/1" in head and "http://from.example/" in head and "X-Mine: 1" in head


def test_the_server_goes_away_for_a_while(folder):
    """The port is closed and opened again while xget waits: it must find its way back."""
    path = folder / "file"
    with HostileServer() as first:
        port = first.port
        first_page = first.serve("/file", RESOURCE)
        leave_partial(first_page, path, MIB)
    started = time.monotonic()

    def late_server(number, open_now):
        return "rst" if time.monotonic() - started < 1 * SLOW else None

    with HostileServer(port=port, on_accept=late_server) as second:
        second.serve("/file", RESOURCE)
        run = download(second.url + "/file", path, "--retry", "1000").expect(0)
    assert_complete(path, RESOURCE.data, run=run)


def test_a_pinned_key_that_is_not_the_servers_says_what_to_check(tls_server, certificates, path):
    page = tls_server.serve("/file", RESOURCE)
    pin = "sha256//" + "A" * 43 + "="
    run = download(page.url, path, "--cacert", certificates.ca, "--pinnedpubkey", pin)
    run.expect(Exit.REFUSED)
    assert "check --pinnedpubkey" in run.err and "--cacert" not in run.err
    assert not page.requests


@pytest.mark.parametrize("header", [("X-Long", "a" * 200_000), None], ids=["long", "many"])
def test_a_header_bomb_is_called_one(server, path, header):
    many = [(f"X-{number}", "a" * 200) for number in range(3000)]
    page = server.serve("/file", RESOURCE,
                        lambda x: x.answer.headers.extend([header] if header else many))
    run = download(page.url, path, "--retry", "0").expect(Exit.NETWORK)
    assert "header" in run.err and "memory" not in run.err.lower()


# ---- while it waits --------------------------------------------------------------------------


def test_a_wait_says_why_and_when_and_a_repeated_cause_once(path):
    run = download(f"http://127.0.0.1:{free_port()}/file", path, "--retry", "4",
                   "--retry-wait", "300ms").expect(Exit.NETWORK)
    waits = [line for line in run.err.splitlines() if "again in" in line]
    assert len(waits) == 1, run
    assert "Connection refused" in waits[0]


def test_a_wait_in_the_middle_is_told(server, path):
    page = server.serve("/file", RESOURCE, t.when(t.from_byte(MIB), t.status(503)),
                        t.cut(MIB, "fin"))
    run = download(page.url, path, "-n", "1", "--retry", "3", "--retry-wait", "300ms")
    run.expect(Exit.NETWORK)
    assert "503" in run.err and "again in" in run.err
