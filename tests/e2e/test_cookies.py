"""Cookies: sent to whom they belong, kept in the jar, told to nobody."""

import os
import pathlib
import stat

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.disks import needs_root, small_disk
from support.downloads import FREQUENT, MIB, assert_complete, leave_partial, sidecar
from support.hostile_server import HostileServer

RESOURCE = Resource(3 * MIB)
LATER = 4102444800  # 2100
CANARY = "c4n4ry-v4lue"


def line(domain: str, name: str, value: str = "1", *, subdomains=False, path="/", secure=False,
         expires: int = LATER) -> str:
    flags = {True: "TRUE", False: "FALSE"}
    return "\t".join([domain, flags[subdomains], path, flags[secure], str(expires), name, value])


def write_cookies(path: pathlib.Path, *lines: str) -> pathlib.Path:
    path.write_text("# Netscape HTTP Cookie File\n" + "\n".join(lines) + "\n")
    return path


def read_jar(path: pathlib.Path) -> dict[tuple[str, str], str]:
    """(domain, name) → value"""
    cookies = {}
    for one in path.read_text().splitlines():
        fields = one.removeprefix("#HttpOnly_").split("\t")
        if len(fields) == 7:
            cookies[fields[0], fields[5]] = fields[6]
    return cookies


def set_cookie(*values: str) -> t.Twist:
    def twist(x):
        x.answer.headers += [("Set-Cookie", value) for value in values]
    return twist


def cookies_of(seen) -> str | None:
    """The one Cookie header of a request, in an order of ours: libcurl's is its own affair."""
    fields = [value for name, value in seen.request.headers if name.lower() == "cookie"]
    assert len(fields) <= 1
    return "; ".join(sorted(fields[0].split("; "))) if fields else None


def sent(page) -> set[str | None]:
    return {cookies_of(seen) for seen in page.requests}


def at(host: str, path: str) -> str:
    """The URL of a page under any host name, at the scheme's own port."""
    return f"http://{host}{path}"


def download(url, path, *options, server=None, **more):
    lead = ["--connect-to", f"::127.0.0.1:{server.port}"] if server else []
    return run_xget([url, "-o", path, *QUICK, *lead, *options], path.parent, **more)


@pytest.fixture
def jar(folder):
    return folder / "jar"


# ---- off unless asked ----


def test_without_an_option_no_cookie_is_kept_or_sent(server, path):
    page = server.serve("/file", RESOURCE, t.hops(2), set_cookie("a=1"))
    download(page.url, path).expect(0)
    assert len(page.requests) >= 3 and sent(page) == {None}


def test_a_login_by_redirects_works_with_a_jar(server, path, jar):
    """As many sites do it: no cookie, no file, but round and round."""
    def login(x):
        if x.request.header("Cookie") != "in=1":
            t.redirect("{path}?login")(x)
            set_cookie("in=1")(x)
    page = server.serve("/file", RESOURCE, login)
    run = download(page.url, path).expect(Exit.REFUSED)
    assert f"more than 10 redirects, the last one to {page.url}" in run.err
    assert "--cookie-jar" in run.err
    run = download(page.url, path, "--cookie-jar", jar).expect(0)
    assert_complete(path, page.data, run=run)


@pytest.mark.parametrize("odd", [
    "=nameless", "named", "; Path=/", "a=1; Path=/" + "p" * 5000, "a=" + "v" * 4090,
    "a=1; Path=/x\ty", "a=\x01", "a=1; Domain=127.0.0.1", "a=1; Expires=never",
    "a=1; Max-Age=99999999999999999999", "a=1; Max-Age=-9", "a b=1 2", '"a"="1"', "__Host-a=1",
    "a=\xe9", "a=1; Path=\xe9", "a=1; Domain=Set-Cookie:"], ids=lambda odd: odd[:20])
def test_a_jar_can_be_read_again_whatever_servers_set(server, path, jar, odd):
    """A line that the next run cannot read would cost it all the other logins."""
    page = server.serve("/file", Resource(1000), set_cookie(odd, "good=1"))
    download(page.url, path, "--cookie-jar", jar).expect(0)
    path.unlink()
    page.behave()
    download(page.url, path, "--cookie-jar", jar).expect(0)
    assert "good=1" in cookies_of(page.requests[-1])


# ---- to whom a cookie goes ----


@pytest.mark.parametrize("cookie, host, goes", [
    (line("h.example", "a"), "h.example", True),
    (line("h.example", "a"), "www.h.example", False),
    (line(".h.example", "a", subdomains=True), "h.example", True),
    (line(".h.example", "a", subdomains=True), "www.h.example", True),
    (line(".h.example", "a", subdomains=True), "xh.example", False),
    (line("h.example", "a", path="/dir"), "h.example", False),
    (line("h.example", "a", path="/file"), "h.example", True),
    (line("h.example", "a", secure=True), "h.example", False),
    (line("h.example", "a", expires=1), "h.example", False),
    (line("h.example", "a", expires=0), "h.example", True),
    ("#HttpOnly_" + line("h.example", "a"), "h.example", True),
], ids=["host", "host-only", "domain", "subdomain", "lookalike", "other path", "path",
        "secure over http", "expired", "session", "http-only"])
def test_a_cookie_from_a_file_goes_where_it_belongs(server, path, folder, cookie, host, goes):
    cookies = write_cookies(folder / "cookies", cookie)
    page = server.serve("/file", RESOURCE)
    download(at(host, "/file"), path, "--cookies", cookies, server=server).expect(0)
    assert sent(page) == {"a=1" if goes else None}
    assert cookies.read_text().endswith(cookie + "\n")  # it is only read


def test_a_secure_cookie_goes_over_tls(tls_server, certificates, path, folder):
    cookies = write_cookies(folder / "cookies", line("localhost", "a", secure=True))
    page = tls_server.serve("/file", RESOURCE)
    url = page.url.replace("127.0.0.1", "localhost")
    download(url, path, "--cookies", cookies, "--cacert", certificates.ca).expect(0)
    assert sent(page) == {"a=1"}


def test_a_redirect_takes_no_cookie_along(server, path, folder):
    cookies = write_cookies(folder / "cookies", line("a.example", "a"), line("b.example", "b"))
    page = server.serve("/file", RESOURCE, t.redirect(at("b.example", "/target")),
                        set_cookie("fresh=1"))
    target = server.serve("/target", RESOURCE, t.redirect(at("c.example", "/last")))
    last = server.serve("/last", RESOURCE)
    download(at("a.example", "/file"), path, "--cookies", cookies, server=server).expect(0)
    assert sent(page) == {"a=1"} and sent(target) == {"b=1"} and sent(last) == {None}


def test_a_cookie_header_given_by_hand_goes_to_its_origin_alone(server, path, folder):
    cookies = write_cookies(folder / "cookies", line("127.0.0.1", "kept"))
    with HostileServer() as elsewhere:
        target = elsewhere.serve("/target", RESOURCE)
        page = server.serve("/file", RESOURCE, t.redirect(target.url))
        download(page.url, path, "-H", "Cookie: hand=1", "--cookies", cookies).expect(0)
        assert sent(page) == {"hand=1; kept=1"}
        assert sent(target) == {"kept=1"}  # a cookie's host has no port (RFC 6265 section 8.5)


# ---- what a server may set ----


@pytest.mark.parametrize("value", [
    "a=1; domain=other.example", "a=1; domain=.example", "a=1; domain=co.uk",
    "a=1; domain=Co.Uk", "a=1; domain=b.a.co.uk", "a=1; max-age=0",
    "a=1; expires=Thu, 01 Jan 1970 00:00:10 GMT", "a=1; secure", "__Secure-a=1", "__Host-a=1",
    "a=1; path=/elsewhere", "a\x01=1", "a=\x01",
])
def test_a_cookie_that_is_not_the_server_s_to_set_is_neither_sent_nor_kept(server, path, jar,
                                                                           value):
    page = server.serve("/file", RESOURCE, t.hops(2), set_cookie(value))
    download(at("a.co.uk", "/file"), path, "--cookie-jar", jar, server=server).expect(0)
    assert sent(page) == {None}
    assert not read_jar(jar) or "path=/elsewhere" in value


def test_a_server_takes_its_cookie_back(server, path, jar):
    write_cookies(jar, line("h.example", "a"), line("h.example", "b"), line("i.example", "a"))
    page = server.serve("/file", RESOURCE, t.hops(1), set_cookie("a=; max-age=0"))
    download(at("h.example", "/file"), path, "--cookie-jar", jar, server=server).expect(0)
    assert cookies_of(page.requests[0]) == "a=1; b=1"
    assert cookies_of(page.requests[-1]) == "b=1"
    assert read_jar(jar) == {("h.example", "b"): "1", ("i.example", "a"): "1"}


def test_thousands_of_cookies_are_bounded(server, path, jar):
    write_cookies(jar, line("mine.example", "mine"))
    def flood(x):
        set_cookie(*(f"c{x.number}-{i}=1" for i in range(50)))(x)
    page = server.serve("/file", Resource(8 * MIB), t.cap_range(64 << 10), flood)
    download(at("h.example", "/file"), path, "--cookie-jar", jar, "-n", "4",
             server=server).expect(0)
    assert len(page.requests) > 100
    assert len(read_jar(jar)) <= 3500
    assert read_jar(jar)["mine.example", "mine"] == "1"


# ---- the jar ----


def test_a_jar_carries_cookies_to_the_next_run(server, path, jar):
    page = server.serve("/file", RESOURCE,
                        set_cookie("a=1; max-age=1000; httponly", "b=2"))
    download(page.url, path, "--cookie-jar", jar).expect(0)
    assert stat.S_IMODE(jar.stat().st_mode) == 0o600
    assert read_jar(jar) == {("127.0.0.1", "a"): "1", ("127.0.0.1", "b"): "2"}
    page.forget_log()
    download(page.url, path, "--cookie-jar", jar, "--overwrite").expect(0)
    assert sent(page) == {"a=1; b=2"}


def test_a_jar_is_written_by_runs_that_fail_or_are_interrupted_too(server, path, jar):
    page = server.serve("/file", RESOURCE, t.status(404, Set_Cookie="a=1"))
    download(page.url, path, "--cookie-jar", jar).expect(Exit.REFUSED)
    assert read_jar(jar) == {("127.0.0.1", "a"): "1"}
    page = server.serve("/slow", Resource(8 * MIB), set_cookie("b=2"))
    leave_partial(page, path, 2 * MIB, "--cookie-jar", jar)
    assert read_jar(jar) == {("127.0.0.1", "a"): "1", ("127.0.0.1", "b"): "2"}


def test_a_jar_is_closed_to_others_whatever_it_was(server, path, jar):
    write_cookies(jar, line("h.example", "a")).chmod(0o644)
    page = server.serve("/file", RESOURCE)
    download(page.url, path, "--cookie-jar", jar).expect(0)
    assert stat.S_IMODE(jar.stat().st_mode) == 0o600
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["file", "jar"]


def test_cookies_from_a_file_go_into_the_jar_and_before_the_jar_s(server, path, folder, jar):
    write_cookies(jar, line("127.0.0.1", "a", "old"), line("127.0.0.1", "b", "jar"))
    cookies = write_cookies(folder / "cookies", line("127.0.0.1", "a", "new"))
    page = server.serve("/file", RESOURCE)
    download(page.url, path, "--cookie-jar", jar, "--cookies", cookies).expect(0)
    assert read_jar(jar) == {("127.0.0.1", "a"): "new", ("127.0.0.1", "b"): "jar"}


def test_several_downloads_share_their_cookies(server, folder, jar):
    first = server.serve("/first", RESOURCE, set_cookie("a=1"))
    second = server.serve("/second", RESOURCE, t.late(0.3))
    run_xget([first.url, second.url, *QUICK, "--cookie-jar", jar, "-n", "1"], folder).expect(0)
    assert read_jar(jar) == {("127.0.0.1", "a"): "1"}


# ---- files that cannot be used ----


@pytest.mark.parametrize("make, said", [
    (lambda jar: jar.mkdir(), "no regular file"),
    (lambda jar: jar.symlink_to("elsewhere"), "no regular file"),
    (lambda jar: os.mkfifo(jar), "no regular file"),
    (lambda jar: jar.write_text("{}"), "line 1"),
], ids=["folder", "link", "pipe", "garbled"])
def test_what_is_no_jar_is_refused_before_any_request(server, path, jar, make, said):
    make(jar)
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "--cookie-jar", jar).expect(Exit.USAGE)
    assert f"--cookie-jar: {jar}" in run.err and said in run.err
    assert not page.requests and not path.exists()


def test_a_jar_in_a_folder_that_is_missing_is_refused_before_any_request(server, path, folder):
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "--cookie-jar", folder / "none" / "jar").expect(Exit.USAGE)
    assert "none/jar cannot be used: its folder" in run.err
    assert not page.requests


def test_a_jar_that_cannot_be_written_at_the_end_is_told(server, path, folder):
    inner = folder / "inner"
    inner.mkdir()
    def vanish(x):
        if inner.exists():
            inner.rmdir()
    page = server.serve("/file", RESOURCE, vanish)
    run = download(page.url, path, "--cookie-jar", inner / "jar").expect(Exit.DISK)
    assert f"write the cookie jar {inner}/jar: " in run.err
    assert_complete(path, page.data, run=run)


@needs_root
def test_a_jar_on_a_full_disk_stays_as_it_was(server, path, folder):
    with small_disk(folder / "small", MIB) as disk:
        jar = write_cookies(disk / "jar", line("127.0.0.1", "a"))
        before = jar.read_text()
        def fill(x):
            with open(disk / "filler", "wb") as filler:
                try:
                    filler.write(b"x" * (2 * MIB))
                except OSError:
                    pass
        page = server.serve("/file", RESOURCE, fill)
        run = download(page.url, path, "--cookie-jar", jar).expect(Exit.DISK)
        assert "No space left" in run.err
        assert jar.read_text() == before
        assert [entry.name for entry in disk.iterdir() if "tmp" in entry.name] == []


@pytest.mark.parametrize("text", ["secret", "{\"a\": \"secret\"}", "h\tTRUE\tsecret\n",
                                  "\0\1\2secret", "Set-Cookie: a=secret; domain=h\n",
                                  line("h.example", "secret\x1b[2J")])
def test_a_garbled_file_of_cookies_is_refused_without_a_word_of_it(server, path, folder, text):
    cookies = folder / "cookies"
    cookies.write_text("# a comment\n" + text)
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "--cookies", cookies).expect(Exit.USAGE)
    assert f"--cookies: {cookies}, line 2: " in run.err
    assert "secret" not in run.err and "\x1b" not in run.err
    assert not page.requests


def test_a_file_of_cookies_that_is_missing_is_told_by_its_name(server, path, folder):
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "--cookies", folder / "none").expect(Exit.USAGE)
    assert f"--cookies: {folder}/none cannot be read: No such file" in run.err
    assert not page.requests


# ---- secrets ----


@pytest.mark.parametrize("twists", [(), (t.status(403),), (t.redirect("{path}"),),
                                    (t.cut(MIB, "rst"),)], ids=["fine", "403", "loop", "cut"])
def test_no_cookie_is_told(server, path, folder, jar, twists):
    cookies = write_cookies(folder / "cookies", line("127.0.0.1", "a", CANARY))
    page = server.serve("/file", RESOURCE, *twists, set_cookie(f"b={CANARY}"))
    log = folder / "log"
    run = download(page.url, path, "--cookies", cookies, "--cookie-jar", jar, "-vvv",
                   "--log-file", log, "--retry", "2", *FREQUENT)
    assert any(CANARY in (seen.request.header("Cookie") or "") for seen in page.requests)
    records = [entry.read_text("utf-8", "replace") for entry in folder.iterdir()
               if entry.name.endswith(".json")]
    assert CANARY not in run.err + run.out.decode() + log.read_text() + "".join(records)


def test_no_cookie_is_in_what_an_interrupted_run_leaves(server, path, folder):
    cookies = write_cookies(folder / "cookies", line("127.0.0.1", "a", CANARY))
    page = server.serve("/file", Resource(8 * MIB), set_cookie(f"b={CANARY}"))
    leave_partial(page, path, 2 * MIB, "--cookies", cookies)
    assert CANARY not in sidecar(path).read_text()
