"""A server that means harm by what it sends: names, escapes, floods, and bodies without end."""

import os
import pathlib
import unicodedata

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.disks import needs_root, small_disk
from support.downloads import KIB, MIB, assert_complete, leave_partial, partial, sidecar

RESOURCE = Resource(MIB + 7)
HUGE = 64 * MIB  # far more than any bound lets through
# What both kernels may hold of a connection before the client has read anything.
IN_KERNELS = MIB
LIMIT = MIB


def download(url, path, *options, **more):
    return run_xget([url, "-o", path, *QUICK, *options], path.parent, **more)


# ---- names -----------------------------------------------------------------------------------

NAMES = {
    "climbs out": "..%2f..%2fetc%2fpasswd", "climbs by backslash": "..%5c..%5cboot.ini",
    "is absolute": "%2fetc%2fpasswd", "is hidden": ".bashrc", "is an option": "-rf",
    "has a line break": "a%0ab", "has an escape": "a%1b%5b2Jb", "has a C1 control": "a%c2%9b2Jb",
    "ends in NUL": "a%00b", "reads backwards": "gpj%e2%80%ae.exe", "is no text": "a%ff%feb",
    "is a device of another system": "%5c%5c.%5cCON", "is very long": "n" * 400,
}


def is_harmless(name: str) -> bool:
    return (name not in (".", "..") and name[0] not in ".-" and len(name.encode()) < 240
            and not set(name) & set("/\\\0") and not obeyed(name))


def obeyed(text: str) -> list[str]:
    """What a terminal would obey rather than show; line ends are the command's own."""
    return [hex(ord(c)) for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf")]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_from_a_url_is_one_harmless_component(server, folder, name):
    inside = folder / "one" / "two" / "three"
    inside.mkdir(parents=True)
    server.make_page = lambda path: server.serve(path, RESOURCE)
    run = run_xget([f"{server.url}/{NAMES[name]}", "-vvv", *QUICK], inside).expect(0)
    [made] = [entry for entry in folder.rglob("*") if entry.is_file()]
    assert made.parent == inside and is_harmless(made.name), made
    assert not obeyed(run.err), obeyed(run.err)


@pytest.mark.parametrize("end", ["..", "%2e%2e", "%2e", "...", "a/..%2f", "%20"])
def test_a_url_that_ends_in_no_name_makes_no_file(server, folder, end):
    run = run_xget([f"{server.url}/dir/{end}", *QUICK], folder).expect(Exit.USAGE)
    assert "-o FILE" in run.err and not list(folder.iterdir()) and not server.accepted


def test_a_redirect_does_not_choose_the_name(server, folder):
    server.serve("/.bashrc", RESOURCE)
    page = server.serve("/file", RESOURCE, t.redirect("/.bashrc"))
    run = run_xget([page.url, *QUICK], folder).expect(0)
    assert_complete(folder / "file", page.data, run=run)
    assert os.listdir(folder) == ["file"]


def test_what_exists_under_the_name_is_not_replaced_unasked(server, folder):
    (folder / "file").write_bytes(b"mine")
    page = server.serve("/file", RESOURCE)
    run_xget([page.url, *QUICK], folder).expect(Exit.EXISTS)
    assert (folder / "file").read_bytes() == b"mine" and os.listdir(folder) == ["file"]


# ---- escapes and line breaks -----------------------------------------------------------------

IN_A_TAG = "\x9b31m\xc2\x9b2J\xe2\x80\xae"  # bytes of a header: C1 controls that an ETag may have
NASTY = IN_A_TAG + "\x08"
FIELDS = {
    "etag": t.header("ETag", f'"{IN_A_TAG}"'), "weak-etag": t.header("ETag", f'W/"{IN_A_TAG}"'),
    "type": t.header("Content-Type", f"text/{NASTY}\x1b[31m"),
    "date": t.header("Last-Modified", f"{NASTY}\x1b]0;owned\x07"),
    "range": t.content_range(f"bytes {NASTY}\x1b[2J"),
    "coding": t.header("Content-Encoding", f"\x1b[2J{NASTY}"),
    "length": t.content_length(f"\x1b[2J{NASTY}"),
    "name": t.extra_header("X-\x1b[2J", "1"),
    "location": t.redirect(f"http://h.invalid/{NASTY}\x1b[2J"),
    "host": t.redirect(f"http://{NASTY}.invalid/"),
    "scheme": t.redirect(f"x{NASTY}://h/"),
    "retry-after": t.status(503, Retry_After=f"\x1b[2J{NASTY}"),
    "reason": t.raw_head(b"HTTP/1.1 404 \x1b[2J\xc2\x9b\r\nContent-Length: 0\r\n\r\n"),
    "status": t.raw_head(b"HTTP/1.1 \x1b[2J\xc2\x9b\x08\r\nContent-Length: 0\r\n\r\n"),
    "protocol": t.raw_head(b"\x1b[2J\xc2\x9b SSH-2.0\r\n\r\n"),
}


@pytest.mark.parametrize("field", FIELDS)
def test_what_a_server_sends_is_made_visible_before_it_is_printed(server, path, field):
    page = server.serve("/file", RESOURCE, FIELDS[field])
    log = path.parent / "log"
    loud = download(page.url, path, "-vvv", "--retry", "1", "--overwrite")
    logged = download(page.url, path, "--log-file", log, "-vvv", "--retry", "1", "--overwrite")
    for text in (loud.err, logged.err, log.read_text("utf-8", "replace")):
        assert not obeyed(text), obeyed(text)


def test_a_sidecar_can_be_shown_on_a_terminal(server, path):
    page = server.serve("/file", Resource(4 * MIB), FIELDS["etag"])
    leave_partial(page, path, 2 * MIB)
    assert sidecar(path).read_bytes().strip().isascii() and not obeyed(sidecar(path).read_text())


def test_a_terminal_is_not_written_to_by_a_name(server, folder):
    server.make_page = lambda path: server.serve(path, RESOURCE)
    master, terminal = os.openpty()
    name = "a%1b%5b2J%1b%5d0;owned%07%c2%9b2Jb"
    with start_xget([f"{server.url}/{name}", *QUICK], folder, env={"TERM": "xterm"},
                    preexec=lambda: os.dup2(terminal, 2)) as child:
        os.close(terminal)
        child.wait().expect(0)
    shown = os.read(master, 1 << 16)
    os.close(master)
    assert b"2J" in shown, "the name is shown"
    assert b"\x1b[2J" not in shown and b"\x1b]" not in shown and b"\x9b" not in shown


@pytest.mark.parametrize("location", ["/end\rX-Evil: 1", "/end\x0bX", "/e\x00nd", "/end\x7f"])
def test_a_location_with_a_control_character_is_refused(server, path, location):
    end = server.serve("/end", RESOURCE)
    page = server.serve("/file", RESOURCE, t.redirect(location))
    run = download(page.url, path, "--retry", "0")
    assert run.code in (Exit.REFUSED, Exit.NETWORK), run
    assert not end.requests and not path.exists()


def test_an_escaped_line_break_in_a_location_stays_one(server, path):
    page = server.serve("/file", RESOURCE, t.redirect("/end?%0d%0aX-Evil:%201"))
    end = server.serve("/end", RESOURCE)
    download(page.url, path).expect(0)
    request = end.requests[0].request
    assert request.target == "/end?%0d%0aX-Evil:%201" and request.header("X-Evil") is None


# ---- floods ----------------------------------------------------------------------------------


def hand_framed(tail: bytes):
    """One chunk, then what `tail` says instead of a plain end."""
    def twist(x):
        body = bytes(x.resource.data)
        x.answer.status = 200
        for name in ("Content-Length", "Content-Range"):
            x.answer.set(name, None)
        x.answer.set("Transfer-Encoding", "chunked")
        x.answer.body = b"%x\r\n" % len(body) + body + b"\r\n0\r\n" + tail
    return twist


def interim_flood(x):
    x.answer.preamble = b"HTTP/1.1 102 Wait\r\nX-Flood: f\r\n\r\n" * 200_000


FLOODS = {
    # Those that libcurl would let through, then those that it would not.
    "a few lines too many": t.raw_head(
        b"HTTP/1.1 200 OK\r\nContent-Length: 1048583\r\n" + b"a:b\r\n" * 300 + b"\r\n"),
    "a few bytes too many": t.flood(80 * KIB),
    "many lines": t.flood(10 * MIB), "short lines": t.raw_head(
        b"HTTP/1.1 200 OK\r\n" + b"a:b\r\n" * MIB + b"\r\n"),
    "one long line": t.extra_header("X-Flood", "f" * 10 * MIB),
    "one folded value": t.raw_head(b"HTTP/1.1 200 OK\r\nA: b\r\n" + b" c\r\n" * MIB + b"\r\n"),
    "a name without end": t.raw_head(b"HTTP/1.1 200 OK\r\n" + b"a" * 10 * MIB),
    "interim responses": interim_flood,
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_of_headers_is_refused(server, path, flood):
    page = server.serve("/file", RESOURCE, FLOODS[flood])
    run = download(page.url, path, "--retry", "1").expect(Exit.NETWORK, Exit.REFUSED)
    assert not path.exists() and not partial(path).exists()
    assert len(run.err) < 4 * KIB, "the flood is not passed on to the user"


def test_a_flood_of_trailers_does_no_harm(server, path):
    page = server.serve("/file", RESOURCE, hand_framed(b"X-Flood: f\r\n" * MIB + b"\r\n"))
    run = download(page.url, path, "--retry", "1")
    if run.code == 0:
        assert_complete(path, page.data, run=run)
    else:
        run.expect(Exit.NETWORK, Exit.REFUSED)
        assert not path.exists()


def test_redirects_without_end_are_left(server, path):
    page = server.serve("/file", RESOURCE, t.hops(10_000))
    run = download(page.url, path).expect(Exit.REFUSED)
    assert "redirects" in run.err and len(page.requests) <= 11, run


# ---- bodies without end ----------------------------------------------------------------------


def endless(x):
    """The body goes on after what its head announces, as far as framing lets it."""
    x.answer.body = bytes(x.answer.body) + b"#" * HUGE
    x.answer.set("Content-Length", None)
    x.answer.ending = "fin"


@pytest.mark.parametrize("connections", [1, 4])
def test_a_body_without_end_is_cut_off_at_its_range(server, path, connections):
    page = server.serve("/file", Resource(4 * MIB), endless)
    run = download(page.url, path, "-n", connections).expect(0)
    assert_complete(path, page.data, run=run)
    bound = 4 * MIB + len(page.requests) * IN_KERNELS
    assert page.body_bytes <= bound, f"{page.body_bytes} bytes in {len(page.requests)} requests"


UNANNOUNCED = {"chunked": (t.whole(), t.chunked()), "until the close": (t.no_length(),)}


@pytest.mark.parametrize("framing", UNANNOUNCED)
def test_a_body_of_no_announced_length_ends_at_max_filesize(server, path, framing):
    page = server.serve("/file", Resource(HUGE), *UNANNOUNCED[framing])
    run = download(page.url, path, "--max-filesize", LIMIT).expect(Exit.REFUSED)
    assert "--max-filesize" in run.err and not path.exists(), run
    assert not partial(path).exists() or partial(path).stat().st_size <= LIMIT
    assert page.body_bytes <= LIMIT + IN_KERNELS * len(page.requests)


def test_standard_output_ends_at_max_filesize(server, folder):
    page = server.serve("/file", Resource(HUGE), *UNANNOUNCED["chunked"])
    run = run_xget([page.url, "-o", "-", "--max-filesize", LIMIT, *QUICK], folder)
    assert len(run.expect(Exit.REFUSED).out) <= LIMIT
    assert page.body_bytes <= LIMIT + IN_KERNELS * len(page.requests)


@pytest.mark.parametrize("resumed", [False, True], ids=["fresh", "resumed"])
def test_an_announced_size_over_max_filesize_is_refused_before_the_body(server, path, resumed):
    page = server.serve("/file", Resource(4 * MIB))
    if resumed:
        leave_partial(page, path, 2 * MIB)
    run = download(page.url, path, "--max-filesize", LIMIT).expect(Exit.REFUSED)
    assert "--max-filesize" in run.err and not path.exists(), run
    assert page.body_bytes <= IN_KERNELS


@needs_root
@pytest.mark.parametrize("framing", UNANNOUNCED)
def test_a_body_of_no_announced_length_ends_where_the_disk_is_full(server, folder, framing):
    page = server.serve("/file", Resource(HUGE), *UNANNOUNCED[framing])
    with small_disk(folder / "small", 4 * MIB) as disk:
        run = download(page.url, disk / "file").expect(Exit.DISK)
        assert "space" in run.err and not (disk / "file").exists(), run
    assert page.body_bytes <= 4 * MIB + 2 * IN_KERNELS


@needs_root
def test_an_announced_size_over_the_free_space_is_refused_before_the_body(server, folder):
    page = server.serve("/file", Resource(HUGE))
    with small_disk(folder / "small", 4 * MIB) as disk:
        run = download(page.url, disk / "file").expect(Exit.DISK)
        assert "MiB" in run.err and not list(disk.iterdir()), run
    assert page.body_bytes <= IN_KERNELS


@pytest.mark.parametrize("code", [302, 404, 416, 503])
def test_an_answer_that_is_not_wanted_is_not_read_without_end(server, path, code):
    """A dripping error page, or one as long as a film, holds nothing up."""
    def go_on(x):
        x.answer.body = b"#" * HUGE
        x.answer.set("Content-Length", None)
        x.answer.rate = 2 * MIB
        x.answer.ending = "fin"

    server.serve("/end", RESOURCE)
    page = server.serve("/file", RESOURCE, t.status(code, Location="/end"), go_on)
    with start_xget([page.url, "-o", path, *QUICK, "--retry", "1"], path.parent) as child:
        run = child.wait(20).expect(0, Exit.REFUSED, Exit.NETWORK)
    assert (run.code == 0) == (code == 302), run
    assert page.body_bytes < HUGE / 4
