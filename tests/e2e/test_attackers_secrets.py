"""Secrets in whatever stays behind: files, their names and attributes, messages, the process list."""

import base64
import contextlib
import os
import pathlib

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.disks import needs_root, small_disk
from support.downloads import FREQUENT, MIB, old, sidecar, start_and_stall
from support.hostile_server import HostileServer

RESOURCE = Resource(3 * MIB + 9)
CANARY = "c4n4ry"
IN_BASE64 = base64.b64encode(f"me:{CANARY}".encode()).decode()
PARAMETERS = ["X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "X-Goog-Signature",
              "Signature", "Policy", "Key-Pair-Id", "sig", "token", "access_token", "api_key",
              "password", "session", "hdnea", "%74oken"]
QUERY = "?" + "&".join(f"{name}={CANARY}-{name}" for name in PARAMETERS) + "&plain=shown"

# Where a secret may be given: what goes before the host, behind the path, and into the options.
GIVEN = {
    "user-info": (f"me:{CANARY}@", "", []),
    "signature": ("", QUERY, []),
    "fragment": ("", f"#access_token={CANARY}", []),
    "password": ("", "", ["-u", f"me:{CANARY}"]),
    "authorization": ("", "", ["-H", f"Authorization: Bearer {CANARY}"]),
    "cookie": ("", "", ["-H", f"Cookie: id={CANARY}"]),
    "custom-header": ("", "", ["-H", f"X-Whatever: {CANARY}"]),
    "referer": ("", "", ["-e", f"https://me:{CANARY}@h/?token={CANARY}"]),
}


def together(*names: str):
    """What goes together in one command."""
    parts = [GIVEN[name] for name in names]
    return ("".join(part[0] for part in parts), "".join(part[1] for part in parts),
            [option for part in parts for option in part[2]])


GIVEN["all-in-the-url"] = together("user-info", "signature", "fragment", "referer")
GIVEN["all-in-options"] = together("password", "cookie", "custom-header", "referer")
ALL_GIVEN = pytest.mark.parametrize("given", ["all-in-the-url", "all-in-options", "authorization"])


def url_with(url: str, given: str) -> str:
    user_info, behind, _ = GIVEN[given]
    return url.replace("://", f"://{user_info}") + behind


def start_arguments(url: str, path: pathlib.Path, given: str, *options):
    return [url_with(url, given), "-o", path, *GIVEN[given][2], *QUICK, *FREQUENT, *options]


def attributes_of(file: pathlib.Path) -> list[bytes]:
    with contextlib.suppress(OSError):
        return [os.getxattr(file, name) for name in os.listxattr(file)]
    return []


def left_behind(folder: pathlib.Path):
    """Everything but the downloaded bytes themselves."""
    data = ("file", ".partial", ".old")
    for file in (entry for entry in folder.rglob("*") if entry.is_file()):
        yield str(file), b"".join([file.name.encode(), *attributes_of(file),
                                   b"" if file.name.endswith(data) else file.read_bytes()])


def assert_no_secret(folder: pathlib.Path, run):
    places = [("standard error", run.err.encode()), ("standard output", run.out),
              *left_behind(folder)]
    for place, text in places:
        for secret in (CANARY, IN_BASE64):
            assert secret.encode() not in text, f"a secret is in {place}\n{run}"


# ---- files and messages ----------------------------------------------------------------------

ENDS = {
    "success": ((), (), [0]),
    "404": ((t.status(404),), (), [Exit.REFUSED]),
    "401": ((t.status(401),), (), [Exit.REFUSED]),
    "500": ((t.status(500),), (), [Exit.NETWORK]),
    "cut": ((t.cut(MIB, "rst"),), (), [0, Exit.NETWORK]),
    "too-large": ((), ("--max-filesize", "1K"), [Exit.REFUSED]),
    "wrong-digest": ((), ("--checksum", "md5:" + "0" * 32), [Exit.CHECKSUM]),
    "not-proven": ((t.header("ETag", None), t.header("Last-Modified", None)), ("--strict",),
                   [Exit.NOT_PROVEN]),
    "redirect-with-secrets": ((t.redirect(f"//me:{CANARY}@127.0.0.1:{{port}}/end{QUERY}"),), (),
                              [0]),
    "redirect-in-a-loop": ((t.redirect("{path}" + QUERY),), (), [Exit.REFUSED]),
    "redirect-out-of-http": ((t.redirect(f"ftp://me:{CANARY}@h/{QUERY}"),), (), [Exit.REFUSED]),
    "redirect-to-nonsense": ((t.redirect(f"http://me:{CANARY}@:0/{QUERY}"),), (), [Exit.REFUSED]),
    "redirect-to-nobody": ((t.redirect(f"http://me:{CANARY}@no.invalid/{QUERY}"),), (),
                           [Exit.NETWORK]),
}


@ALL_GIVEN
@pytest.mark.parametrize("end", ENDS)
def test_no_secret_is_left_behind_however_it_ends(server, path, given, end):
    twists, options, codes = ENDS[end]
    server.serve("/end", RESOURCE)
    page = server.serve("/file", RESOURCE, *twists)
    run = run_xget(start_arguments(page.url, path, given, "-vvv", "--retry", "2", *options),
                   path.parent)
    assert_no_secret(path.parent, run.expect(*codes))


@ALL_GIVEN
def test_no_secret_is_in_a_log_file(server, path, given):
    page = server.serve("/file", RESOURCE, t.when(t.first(2), t.cut(MIB, "rst")))
    log = path.parent / "log"
    run = run_xget(start_arguments(page.url, path, given, "-vvv", "--log-file", log), path.parent)
    assert "GET http" in log.read_text(), "it tells of every request"
    assert_no_secret(path.parent, run.expect(0))


def recorded(path: pathlib.Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return '"pieces":[],"runs":[]' not in sidecar(path).read_text()
    return False


@ALL_GIVEN
def test_no_secret_is_in_what_an_interrupted_run_leaves(server, path, given):
    page = server.serve("/file", RESOURCE, t.Gate(MIB))
    log = path.parent / "log"
    with start_xget(start_arguments(page.url, path, given, "-vvv", "--log-file", log),
                    path.parent) as child:
        wait_until(lambda: recorded(path), "bytes are recorded")
        child.interrupt()
        run = child.wait(10).expect(Exit.INTERRUPTED)
    assert sidecar(path).exists()
    assert_no_secret(path.parent, run)


@ALL_GIVEN
def test_no_secret_is_in_the_command_that_goes_on(server, path, given):
    page = server.serve("/file", RESOURCE, t.cut(MIB, "rst"), t.when(t.from_request(2), t.silent()))
    run = run_xget(start_arguments(page.url, path, given, "--retry", "1", "-n", "1",
                                   "--stall-timeout", "300ms", "--connect-timeout", "300ms"),
                   path.parent).expect(Exit.NETWORK)
    assert "to go on" in run.err, run
    assert_no_secret(path.parent, run)


@ALL_GIVEN
def test_no_secret_is_left_of_a_version_that_was_set_aside(server, path, given):
    page = server.serve("/file", RESOURCE, t.Gate(MIB))
    with start_xget(start_arguments(page.url, path, given), path.parent) as child:
        wait_until(lambda: recorded(path), "something is recorded")
        child.interrupt()
        child.wait(10).expect(Exit.INTERRUPTED)
    page.resource = RESOURCE.next_version()
    page.behave(t.Gate(MIB))
    with start_xget(start_arguments(page.url, path, given, "-vvv"), path.parent) as child:
        wait_until(lambda: old(path).exists() and recorded(path), "the old one is set aside")
        child.interrupt()
        run = child.wait(10).expect(Exit.INTERRUPTED)
    assert_no_secret(path.parent, run)


@needs_root
@ALL_GIVEN
def test_no_secret_is_in_what_a_full_disk_leaves(server, folder, given):
    page = server.serve("/file", RESOURCE)
    with small_disk(folder / "small", 2 * MIB) as disk:
        run = run_xget(start_arguments(page.url, disk / "file", given, "-vvv", "--preallocate",
                                       "none"), folder).expect(Exit.DISK)
        assert_no_secret(folder, run)


@ALL_GIVEN
def test_no_secret_is_in_the_words_about_a_server_that_is_not_there(path, given):
    with HostileServer() as gone:
        url = gone.url + "/file"
    run = run_xget(start_arguments(url, path, given, "-vvv", "--retry", "1"), path.parent)
    assert_no_secret(path.parent, run.expect(Exit.NETWORK))


def test_no_secret_of_a_proxy_is_left_behind(path):
    with HostileServer() as proxy:
        proxy.serve("/file", RESOURCE)
        way = f"http://me:{CANARY}@127.0.0.1:{proxy.port}"
        for options, environment in (["--proxy", way], {}), ([], {"http_proxy": way}):
            run = run_xget(["http://host.invalid/file", "-o", path, "-vvv", "--overwrite",
                            *QUICK, *options], path.parent, env=environment)
            assert "by way of" in run.expect(0).err
            assert_no_secret(path.parent, run)
    run = run_xget(["http://host.invalid/file", "-o", path, "-vvv", "--overwrite", "--proxy", way,
                    *QUICK, "--retry", "1"], path.parent)
    assert_no_secret(path.parent, run.expect(Exit.NETWORK))


# ---- words that are refused ------------------------------------------------------------------


@pytest.mark.parametrize("words", [
    [f"ftp://me:{CANARY}@h/"], [f"http://me:{CANARY}@h:99999/"], [f"http://me:{CANARY}@/f"],
    [f"http://me:{CANARY}@h/a\nb"], [f"http://h/?token={CANARY}\x07"], [f"http://h/dir/{QUERY}"],
    ["http://h/f", "-H", CANARY], ["http://h/f", "-H", f"X-A: {CANARY}\r\nX-B: 1"],
    ["http://h/f", "-H", f"Host: {CANARY}"], ["http://h/f", "--proxy", f"x://me:{CANARY}@p"],
    ["http://h/f", "--proxy", f"http://me:{CANARY}@"], ["http://h/f", f"-Ume:{CANARY}"],
    ["http://h/f", f"--pasword={CANARY}"], ["http://h/f", "-e", f"http://h/{CANARY}\n"],
    [f"http://me:{CANARY}@h/f", f"http://me:{CANARY}@o/f"],
], ids=lambda words: " ".join(words).replace(CANARY, "…")[:50])
def test_no_secret_is_in_the_words_that_refuse_one(folder, words):
    run = run_xget([*words, *QUICK], folder).expect(Exit.USAGE)
    assert_no_secret(folder, run)


# ---- the process list ------------------------------------------------------------------------


def command_line(process: int) -> str:
    return pathlib.Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()


@pytest.mark.parametrize("given", GIVEN)
def test_no_secret_stays_in_the_process_list(server, path, given):
    page = server.serve("/file", RESOURCE, t.rate(4 * MIB))
    with start_xget(start_arguments(page.url, path, given), path.parent) as child:
        wait_until(lambda: page.requests or not child.running, "it asks")
        shown = command_line(child.process.pid)
        run = child.wait().expect(0)
    assert str(path) in shown and page.path in shown, "only what is secret is gone"
    assert CANARY not in shown, shown
    sent = [*page.requests[0].request.headers, ("target", page.requests[0].request.target)]
    if given != "fragment":
        assert any(CANARY in value or IN_BASE64 in value for _, value in sent), f"it is used\n{run}"


def test_secrets_from_files_were_never_in_the_process_list(server, path):
    page = server.serve("/file", RESOURCE)
    (path.parent / "headers").write_text(f"X-Api-Key: {CANARY}\n")
    (path.parent / "user").write_text(f"me:{CANARY}\n")
    with start_and_stall(page, path, MIB, "-H", f"@{path.parent}/headers",
                         "-u", f"@{path.parent}/user") as child:
        assert CANARY not in command_line(child.process.pid)
        assert CANARY not in " ".join(child.arguments)
        page.gate.open()
        child.wait().expect(0)
    sent = dict(page.requests[0].request.headers)
    assert sent["X-Api-Key"] == CANARY and sent["Authorization"] == f"Basic {IN_BASE64}"
