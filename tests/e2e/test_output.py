"""Standard output, checksums, rates, secrets and proofs."""

import contextlib
import os
import pathlib
import subprocess
import time

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, SLOW, Exit, run_xget, sanitized, start_xget
from support.digests import ALGORITHMS
from support.downloads import (FREQUENT, KIB, MIB, assert_complete, leave_partial, partial,
                               sidecar)
from support.terminals import TerminalChild

RESOURCE = Resource(3 * MIB + 9)


def download(url, path, *options, **more):
    return run_xget([url, "-o", path, *QUICK, *options], path.parent, **more)


# ---- standard output -------------------------------------------------------------------------


@pytest.mark.parametrize("connections", [1, 4, 16])
@pytest.mark.parametrize("size", [0, 1, MIB, 12 * MIB + 1])
def test_standard_output_is_in_order(server, folder, connections, size):
    page = server.serve("/file", Resource(size), t.rate(24 * MIB))
    run = run_xget([page.url, "-o", "-", "-n", connections, *QUICK], folder).expect(0)
    assert run.out == page.data
    assert not list(folder.iterdir())


def test_standard_output_survives_cuts_and_stalls(server, folder):
    page = server.serve("/file", Resource(8 * MIB), t.when(t.every(2), t.cut(300 * KIB, "rst")),
                        t.when(t.first(1), t.cut(MIB, "stall")))
    run = run_xget([page.url, "-o", "-", "-n", "4", *QUICK], folder).expect(0)
    assert run.out == page.data


def test_a_slow_front_does_not_fill_the_memory(server, folder):
    if sanitized():
        pytest.skip("a sanitizer's own memory hides what is measured")
    page = server.serve("/file", Resource(48 * MIB), t.when(t.first(1), t.rate(6 * MIB)))
    with open(folder / "out", "wb") as out, \
            start_xget([page.url, "-o", "-", "-n", "8", *QUICK], folder, stdout=out) as child:
        peak = 0
        while child.running:
            peak = max(peak, child.peak_memory())
            time.sleep(0.01)
        child.wait().expect(0)
    assert (folder / "out").read_bytes() == page.data
    assert peak < 48 * MIB, f"{peak / MIB:.0f} MiB"


def test_a_closed_pipe_ends_it_with_a_word(server, folder):
    page = server.serve("/file", Resource(32 * MIB), t.rate(32 * MIB))
    read_end, write_end = os.pipe()
    with start_xget([page.url, "-o", "-", *QUICK], folder, stdout=write_end) as child:
        os.close(write_end)
        os.read(read_end, 1000)
        os.close(read_end)
        run = child.wait(20)
    run.expect(Exit.DISK)
    assert "standard output" in run.err, "it says why"
    assert len(run.err) < 3000, run


def on_a_terminal(url, folder, **more):
    """What a terminal as standard output gets, and the run."""
    master, terminal = os.openpty()
    if more.pop("errors_too", False):
        more = {"env": {"TERM": "xterm"}, "preexec": lambda: os.dup2(1, 2)}
    with start_xget([url, "-o", "-", *QUICK], folder, stdout=terminal, **more) as child:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # EIO: the last one has closed it
            while data := os.read(master, 4096):
                shown += data
        run = child.wait(20)
    os.close(master)
    return shown, run


def test_a_terminal_gets_text_alone(server, folder):
    page = server.serve("/file", RESOURCE)
    shown, run = on_a_terminal(page.url, folder)
    run.expect(Exit.USAGE)
    assert not shown and "-o FILE" in run.err and "| cat" in run.err

    def text(x):
        x.answer.body = b"plain words\n"
        x.answer.set("Content-Length", "12")
        x.answer.set("Content-Range", "bytes 0-11/12")

    words = server.serve("/words", Resource(12), text)
    shown, run = on_a_terminal(words.url, folder)
    run.expect(0)
    assert b"plain words" in shown


def test_a_last_line_without_its_end_stays_alone_on_a_terminal(server, folder):
    def text(x):
        x.answer.body = b"no line end"
        x.answer.set("Content-Length", "11")
        x.answer.set("Content-Range", "bytes 0-10/11")

    page = server.serve("/words", Resource(11), text)
    shown, _ = on_a_terminal(page.url, folder, errors_too=True)
    # As many spaces as there are columns wrap behind anything but an empty line.
    assert b"no line end" + b" " * 80 + b"\r\x1b[K" in shown, shown


def test_a_slow_reader_is_waited_for(server, folder):
    page = server.serve("/file", Resource(8 * MIB))
    read_end, write_end = os.pipe()
    with start_xget([page.url, "-o", "-", *QUICK], folder, stdout=write_end) as child:
        os.close(write_end)
        time.sleep(2)  # longer than the stall timeout: a blocked write is no stalled server
        with open(read_end, "rb") as pipe:
            data = pipe.read()
        child.wait().expect(0)
    assert data == page.data


@pytest.mark.parametrize("given", ["right", "wrong"])
def test_a_checksum_of_standard_output(server, folder, given):
    page = server.serve("/file", RESOURCE)
    digest = ALGORITHMS["sha256"](page.data if given == "right" else b"other")
    run = run_xget([page.url, "-o", "-", "--checksum", f"sha256:{digest}", *QUICK], folder)
    run.expect(0 if given == "right" else Exit.CHECKSUM)


# ---- checksums -------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [":", "="])
@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize("size", [0, 300 * KIB + 1])
def test_a_checksum_that_matches(server, path, name, separator, size):
    page = server.serve("/file", Resource(size))
    digest = ALGORITHMS[name](page.data)
    run = download(page.url, path, "--checksum", f"{name}{separator}{digest}").expect(0)
    assert_complete(path, page.data, run=run)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_checksum_that_does_not_match(server, path, name):
    page = server.serve("/file", RESOURCE)
    digest = ALGORITHMS[name](b"something else")
    download(page.url, path, "--checksum", f"{name}:{digest}").expect(Exit.CHECKSUM)
    assert not path.exists(), "nothing that is not proven gets the final name"
    assert partial(path).read_bytes() == page.data, "what came is kept"


def test_a_mismatch_says_what_is_kept_and_how_to_begin_again(server, path):
    page = server.serve("/file", RESOURCE)
    wrong = ["--checksum", "md5:" + "0" * 32]
    run = download(page.url, path, *wrong).expect(Exit.CHECKSUM)
    assert f"{path}.partial" in run.err and "--no-resume" in run.err and "to go on" not in run.err
    page.forget_log()
    download(page.url, path, *wrong, "--no-resume").expect(Exit.CHECKSUM)
    assert page.body_bytes >= page.resource.size, "it was downloaded again"
    assert_complete(path, page.data, run=download(page.url, path).expect(0))


def test_a_mismatch_of_a_tiny_file_is_kept_and_the_next_run_begins_again(server, path):
    page = server.serve("/file", Resource(1000))
    run = download(page.url, path, "--checksum", "md5:" + "0" * 32).expect(Exit.CHECKSUM)
    assert f"{path}.partial" in run.err
    assert partial(path).read_bytes() == page.data
    assert_complete(path, page.data, run=download(page.url, path).expect(0))


def test_a_checksum_in_capitals(server, path):
    page = server.serve("/file", RESOURCE)
    digest = ALGORITHMS["sha256"](page.data).upper()
    download(page.url, path, "--checksum", f"SHA-256:{digest}").expect(0)


@pytest.mark.parametrize("connections", [1, 4, 16])
def test_a_checksum_of_a_resumed_download(server, path, connections):
    page = server.serve("/file", Resource(8 * MIB + 3))
    leave_partial(page, path, 5 * MIB, "-n", connections)
    digest = ALGORITHMS["sha256"](page.data)
    run = download(page.url, path, "-n", connections, "--checksum", f"sha256:{digest}").expect(0)
    assert_complete(path, page.data, run=run)


def test_a_checksum_catches_a_server_that_lies_without_a_trace(server, path):
    """Right labels, another version's bytes: only a digest can tell."""
    def lie(x):
        if x.begin > 0:
            wrong = x.resource.next_version().data
            x.answer.body = wrong[x.answer.begin:x.answer.begin + len(x.answer.body)]

    page = server.serve("/file", Resource(8 * MIB), lie, t.rate(8 * MIB))
    digest = ALGORITHMS["sha256"](page.data)
    run = download(page.url, path, "-n", "4", "--checksum", f"sha256:{digest}")
    run.expect(0, Exit.CHECKSUM)
    if run.code == 0:
        assert_complete(path, page.data, run=run)
    else:
        assert not path.exists()


# ---- the rate --------------------------------------------------------------------------------


@pytest.mark.parametrize("connections", [1, 4])
def test_a_limited_rate_holds_on_average_and_without_bursts(server, path, connections):
    rate = MIB
    page = server.serve("/file", Resource(3 * MIB))
    samples = []
    started = time.monotonic()
    with start_xget([page.url, "-o", path, "-n", connections, "--limit-rate", rate, *QUICK],
                    path.parent) as child:
        while child.running:
            samples.append((time.monotonic() - started, page.body_bytes))
            time.sleep(0.02)
        run = child.wait().expect(0)
    assert_complete(path, page.data, run=run)
    assert 2 < run.seconds < 6 * SLOW, run.seconds
    # The server runs ahead by what buffers hold: its own and the client's, for each connection.
    ahead = MIB + connections * 512 * KIB
    for seconds, sent in samples:
        assert sent <= rate * seconds * 1.25 + ahead, f"{sent} bytes after {seconds:.2f} s"


def test_a_terminal_does_not_call_the_limit_a_stall(server, path):
    page = server.serve("/file", RESOURCE)
    with TerminalChild([page.url, "-o", path, "--limit-rate", "1"], path.parent) as child:
        time.sleep(4.5)  # a stall is shown after three seconds
        child.interrupt()
        shown = child.wait(10).expect(Exit.INTERRUPTED).err
    assert " conn" in shown and "stalled" not in shown


# ---- secrets ---------------------------------------------------------------------------------

CANARY = "s3cr3t-c4n4ry"
GIVEN = ["-u", f"user:{CANARY}", "-H", f"Authorization: Bearer {CANARY}",
         "-H", f"Cookie: id={CANARY}", "-H", f"X-Api-Key: {CANARY}"]
QUERY = f"?X-Amz-Signature={CANARY}&token={CANARY}&sig={CANARY}&access_token={CANARY}&plain=shown"


def everything_written(folder: pathlib.Path, run) -> str:
    files = [entry for entry in folder.rglob("*")
             if entry.is_file() and not entry.name.endswith((".partial", ".old", "file"))]
    return "\n".join([run.err, run.out.decode("utf-8", "replace"),
                      *(entry.read_text("utf-8", "replace") for entry in files)])


@pytest.mark.parametrize("twists", [
    (), (t.status(404),), (t.status(500),), (t.redirect("{path}" + QUERY),),
    (t.redirect("ftp://u:" + CANARY + "@h/"),), (t.cut(MIB, "rst"),),
], ids=["fine", "404", "500", "loop", "ftp", "cut"])
@pytest.mark.parametrize("user_info, given", [("", GIVEN[:2]), (f"me:{CANARY}@", GIVEN[2:])],
                         ids=["password", "headers"])
def test_secrets_appear_nowhere(server, path, twists, user_info, given):
    page = server.serve("/file", RESOURCE, *twists)
    url = page.url.replace("http://", "http://" + user_info) + QUERY
    log = path.parent / "log"
    run = download(url, path, *given, "-vvv", "--log-file", log, "--retry", "2", *FREQUENT)
    assert log.exists()
    assert CANARY not in everything_written(path.parent, run), run


def test_secrets_are_not_in_what_an_interrupted_run_leaves(server, path):
    page = server.serve("/file", Resource(8 * MIB))
    page.path += QUERY  # the log is the path's; the URL carries the query
    leave_partial(page, path, 2 * MIB, *GIVEN[2:], "-vvv", "--log-file", path.parent / "log")
    assert CANARY not in sidecar(path).read_text()
    assert CANARY not in (path.parent / "log").read_text()


def test_a_header_from_a_file_stays_out_of_the_process_list(server, path):
    page = server.serve("/file", RESOURCE, t.rate(4 * MIB))
    headers = path.parent / "headers"
    headers.write_text(f"Authorization: Bearer {CANARY}\nX-Second: 2\n")
    with start_xget([page.url, "-o", path, "-H", f"@{headers}", *QUICK], path.parent) as child:
        shown = subprocess.run(["ps", "-o", "args=", "-p", str(child.process.pid)],
                               capture_output=True, text=True, check=False).stdout
        child.wait().expect(0)
    assert CANARY not in shown
    sent = dict(page.requests[0].request.headers)
    assert sent["Authorization"] == f"Bearer {CANARY}" and sent["X-Second"] == "2"


def test_control_characters_from_the_server_are_made_visible(server, path):
    page = server.serve("/file", RESOURCE, t.redirect("http://x\x1b[31m.invalid/\x07"))
    run = download(page.url, path, "-vvv", "--retry", "1")
    assert run.code != 0
    assert "\x1b" not in run.err and "\x07" not in run.err


# ---- proofs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("resource, options, code", [
    (Resource(3 * MIB), [], 0),
    (Resource(3 * MIB, etag=None), [], 0),
    (Resource(3 * MIB, etag=None, last_modified=None), [], Exit.NOT_PROVEN),
    (Resource(3 * MIB, etag="weak", last_modified=None), [], Exit.NOT_PROVEN),
    (Resource(3 * MIB, etag=None, last_modified=None), ["digest"], 0),
], ids=["strong", "date", "none", "weak", "digest"])
def test_strict_takes_only_what_is_proven(server, path, resource, options, code):
    page = server.serve("/file", resource, t.rate(8 * MIB))
    if options:
        options = ["--checksum", "sha256:" + ALGORITHMS["sha256"](page.data)]
    run = download(page.url, path, "--strict", "-n", "4", *options).expect(code)
    assert path.exists() == (run.code == 0)


def test_already_complete_does_not_claim_to_have_read_the_bytes(server, path):
    page = server.serve("/file", RESOURCE)
    download(page.url, path).expect(0)
    before = path.stat()
    with open(path, "r+b") as file:
        file.write(b"changed")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    run = download(page.url, path).expect(0)
    assert "already complete" in run.err and "proof:" not in run.err
    assert "not read again" in run.err and "--checksum" in run.err
    digest = ALGORITHMS["sha256"](page.data)
    download(page.url, path, "--checksum", f"sha256:{digest}").expect(Exit.EXISTS)


def test_no_resume_takes_nothing_that_is_there_for_done(server, path):
    page = server.serve("/file", RESOURCE)
    download(page.url, path).expect(0)
    page.forget_log()
    run = download(page.url, path, "--no-resume").expect(Exit.EXISTS)
    assert "--overwrite" in run.err and not page.requests
    run = download(page.url, path, "--no-resume", "--overwrite").expect(0)
    assert page.body_bytes >= page.resource.size
    assert_complete(path, page.data, run=run)


def test_a_partial_of_another_url_is_called_that(server, path):
    first = server.serve("/first", Resource(8 * MIB, seed="first"))
    other = server.serve("/other", Resource(8 * MIB, seed="other"))
    leave_partial(first, path, 2 * MIB)
    run = download(other.url, path).expect(Exit.EXISTS)
    assert first.url in run.err and "changed on the server" not in run.err


def test_damage_in_many_places_is_one_line(server, path):
    page = server.serve("/file", Resource(32 * MIB))
    leave_partial(page, path, 24 * MIB, "-n", "1")
    with open(partial(path), "r+b") as file:
        for number in range(8):
            file.seek(number * 2 * MIB + 5)
            file.write(b"\0damage\0")
    run = download(page.url, path).expect(0)
    assert run.err.count("damaged") == 1, run
    assert_complete(path, page.data, run=run)


def test_it_says_on_what_it_rests(server, path):
    page = server.serve("/file", Resource(3 * MIB, etag=None, last_modified=None))
    run = download(page.url, path, "-n", "4").expect(0)
    assert run.err.strip() or run.out.strip()


def test_quiet_says_nothing_when_all_is_well(server, path):
    page = server.serve("/file", RESOURCE)
    run = download(page.url, path, "-q").expect(0)
    assert not run.out and not run.err
