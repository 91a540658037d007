"""Logins from a netrc: which host is sent what, whichever way redirects lead."""

import base64
import os
import pathlib
import subprocess

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB, assert_complete
from support.hostile_server import HostileServer

RESOURCE = Resource(3 * MIB)
NETRC = """machine a.example login me password pass-of-a
machine b.example login you password pass-of-b
machine 127.0.0.1 login local password pass-of-127
"""


@pytest.fixture
def netrc(folder):
    return write_netrc(folder / "logins", NETRC)


def write_netrc(path: pathlib.Path, text: str, mode: int = 0o600) -> pathlib.Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def at(server, host: str, path: str) -> str:
    """The URL of a page under any host name: every name leads to the server."""
    return f"http://{host}:{server.port}{path}"


def download(url, path, *options, server=None, **more):
    lead = ["--connect-to", f"::127.0.0.1:{server.port}"] if server else []
    return run_xget([url, "-o", path, *QUICK, *lead, *options], path.parent, **more)


def logins(page) -> set[str | None]:
    """With what the page's requests logged in."""
    fields = [seen.request.header("Authorization") for seen in page.requests]
    return {field and base64.b64decode(field.removeprefix("Basic ")).decode() for field in fields}


def test_a_host_gets_its_own_login(server, path, netrc):
    page = server.serve("/file", RESOURCE)
    run = download(at(server, "a.example", "/file"), path, "--netrc-file", netrc, server=server)
    run.expect(0)
    assert_complete(path, page.data, run=run)
    assert logins(page) == {"me:pass-of-a"}


def test_without_the_option_nothing_is_read(server, path, folder):
    write_netrc(folder / ".netrc", NETRC)
    page = server.serve("/file", RESOURCE)
    download(page.url, path, env={"HOME": str(folder)}).expect(0)
    assert logins(page) == {None}


@pytest.mark.parametrize("to, expected", [
    ("a.example", "me:pass-of-a"), ("b.example", "you:pass-of-b"), ("c.example", None),
    ("www.a.example", None), ("a.example.c.example", None),
])
def test_a_redirect_carries_no_login_to_another_host(server, path, netrc, to, expected):
    page = server.serve("/file", RESOURCE, t.redirect(at(server, to, "/target")))
    target = server.serve("/target", RESOURCE)
    run = download(at(server, "a.example", "/file"), path, "--netrc-file", netrc, server=server)
    run.expect(0)
    assert logins(page) == {"me:pass-of-a"}
    assert logins(target) == {expected}


@pytest.mark.parametrize("entry", ["machine c.example\n", "machine c.example login x\n",
                                   "default\n", "default login x\n"])
def test_an_entry_without_a_password_leads_to_no_other_ones(server, path, folder, entry):
    netrc = write_netrc(folder / "logins", NETRC + entry)
    server.serve("/file", RESOURCE, t.redirect(at(server, "c.example", "/target")))
    target = server.serve("/target", RESOURCE)
    download(at(server, "a.example", "/file"), path, "--netrc-file", netrc,
             server=server).expect(0)
    assert logins(target) <= {None, "x:"}


def test_the_default_is_for_the_host_that_the_user_names(server, path, folder):
    netrc = write_netrc(folder / "logins", "default login any password pass-of-all\n")
    page = server.serve("/file", RESOURCE, t.redirect(at(server, "d.example", "/target")))
    target = server.serve("/target", RESOURCE)
    download(at(server, "c.example", "/file"), path, "--netrc-file", netrc,
             server=server).expect(0)
    assert logins(page) == {"any:pass-of-all"} and logins(target) == {None}


@pytest.mark.parametrize("given, expected", [
    (["-u", "given:secret"], "given:secret"),
    (["-H", "Authorization: Basic Z2l2ZW46c2VjcmV0"], "given:secret"),
], ids=["user", "header"])
def test_what_is_given_goes_before_the_netrc_at_its_own_origin(server, path, netrc, given,
                                                               expected):
    page = server.serve("/file", RESOURCE, t.redirect(at(server, "b.example", "/target")))
    target = server.serve("/target", RESOURCE)
    download(at(server, "a.example", "/file"), path, "--netrc-file", netrc, *given,
             server=server).expect(0)
    assert logins(page) == {expected} and logins(target) == {"you:pass-of-b"}


def test_user_info_in_the_url_goes_before_the_netrc(server, path, netrc):
    page = server.serve("/file", RESOURCE)
    url = at(server, "given:secret@a.example", "/file")
    download(url, path, "--netrc-file", netrc, server=server).expect(0)
    assert logins(page) == {"given:secret"}


def test_a_user_without_a_password_in_the_url_finds_it_in_the_netrc(server, path, folder):
    netrc = write_netrc(folder / "logins", NETRC + "machine a.example login other password two\n")
    page = server.serve("/file", RESOURCE)
    url = at(server, "other@a.example", "/file")
    download(url, path, "--netrc-file", netrc, server=server).expect(0)
    assert logins(page) == {"other:two"}


def test_nothing_goes_over_plain_http_on_the_way_from_https(server, tls_server, certificates,
                                                            path, netrc):
    target = server.serve("/target", RESOURCE)
    page = tls_server.serve("/file", RESOURCE, t.redirect(target.url))
    download(page.url, path, "--netrc-file", netrc, "--cacert", certificates.ca,
             "--allow-downgrade").expect(0)
    assert logins(page) == {"local:pass-of-127"} and logins(target) == {None}


@pytest.mark.parametrize("named_by", ["HOME", "NETRC"])
def test_the_user_s_own_netrc_is_found(server, path, folder, named_by):
    name = ".netrc" if named_by == "HOME" else "elsewhere"
    write_netrc(folder / name, NETRC)
    page = server.serve("/file", RESOURCE)
    value = folder if named_by == "HOME" else folder / name
    download(page.url, path, "--netrc", env={named_by: str(value)}).expect(0)
    assert logins(page) == {"local:pass-of-127"}


def test_a_netrc_may_come_out_of_a_pipe(server, path):
    page = server.serve("/file", RESOURCE)
    read, write = os.pipe()
    with open(write, "w", encoding="ascii") as pipe:
        pipe.write(NETRC)
    os.set_inheritable(read, True)
    with subprocess.Popen([os.environ["XGET_BIN"], page.url, "-o", path, *QUICK, "--netrc-file",
                           f"/dev/fd/{read}"], close_fds=False, stderr=subprocess.PIPE) as child:
        os.close(read)
        assert child.wait(30) == 0, child.stderr.read()
    assert logins(page) == {"local:pass-of-127"}


# ---- files that cannot be used ----


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_netrc_that_is_open_to_others_is_refused(server, path, folder, mode):
    netrc = write_netrc(folder / "logins", NETRC, mode)
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "--netrc-file", netrc).expect(Exit.USAGE)
    assert "open to others" in run.err and f"chmod 600 {netrc}" in run.err
    assert not page.requests


def test_a_netrc_that_is_missing_is_told_by_its_name(server, path, folder):
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "--netrc-file", folder / "none").expect(Exit.USAGE)
    assert f"--netrc-file: {folder}/none cannot be read: No such file" in run.err
    run = download(page.url, path, "--netrc", env={"HOME": str(folder)}).expect(Exit.USAGE)
    assert f"--netrc: {folder}/.netrc cannot be read: No such file" in run.err
    assert not page.requests


@pytest.mark.parametrize("text, said", [
    ("machine a.example login me\npassword can canary\n", "line 2"),
    ("machine a.example login me password \"canary", "line 1"),
    ("login canary", "line 1"), ("\0\1canary", "line 1"),
    ("machine a.example password canary\n" * 20000, "too many entries"),
    ("# canary\n" * 200000, "larger than 1.0 MiB"),
])
def test_a_garbled_netrc_is_refused_without_a_word_of_it(server, path, folder, text, said):
    netrc = write_netrc(folder / "logins", text)
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "--netrc-file", netrc).expect(Exit.USAGE)
    assert said in run.err and "canary" not in run.err
    assert not page.requests


# ---- secrets ----


def test_no_word_of_a_netrc_is_told(server, path, netrc):
    server.serve("/file", RESOURCE, t.redirect(at(server, "b.example", "/target")))
    server.serve("/target", RESOURCE, t.status(403))
    log = path.parent / "log"
    run = download(at(server, "a.example", "/file"), path, "--netrc-file", netrc, "-vvv",
                   "--log-file", log, server=server).expect(Exit.REFUSED)
    told = run.err + run.out.decode() + log.read_text()
    assert "pass-of" not in told
    for login in ("me:pass-of-a", "you:pass-of-b"):
        assert base64.b64encode(login.encode()).decode() not in told


def test_a_refusal_says_that_credentials_were_sent(server, path, netrc):
    page = server.serve("/file", RESOURCE, t.status(401))
    run = download(page.url, path, "--netrc-file", netrc).expect(Exit.REFUSED)
    assert "the credentials given were refused" in run.err
    with HostileServer() as other:
        elsewhere = other.serve("/file", RESOURCE, t.status(401))
        run = download(elsewhere.url.replace("127.0.0.1", "localhost"), path, "--netrc-file",
                       netrc).expect(Exit.REFUSED)
        assert "give credentials" in run.err
