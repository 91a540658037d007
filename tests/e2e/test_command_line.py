"""Arguments: what is refused before any request, and what every spelling means."""

import os
import re
import resource
import subprocess

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB, assert_complete
from support.hostile_server import HostileServer

SMALL = Resource(20_000)
URL = object()  # stands for the page's URL


@pytest.fixture
def page(server):
    return server.serve("/file.bin", SMALL)


def fill(arguments, page):
    return [page.url if argument is URL else argument for argument in arguments]


# ---- refused ---------------------------------------------------------------------------------

NONSENSE = {
    "no URL": [],
    "an unknown option": [URL, "--frobnicate"],
    "no connections": [URL, "-n", "0"],
    "connections of letters": [URL, "-n", "many"],
    "too many connections": [URL, "-n", "100000"],
    "negative connections": [URL, "-n", "-3"],
    "a rate of letters": [URL, "--limit-rate", "fast"],
    "a file that is not there": ["nosuch.meta4"],
    "a time of letters": [URL, "--stall-timeout", "soon"],
    "a negative time": [URL, "--retry-wait", "-1s"],
    "a size that overflows": [URL, "--max-filesize", "99999999999999999999"],
    "an unknown digest": [URL, "--checksum", "rot13:abcdef"],
    "a digest of the wrong length": [URL, "--checksum", "sha256:abcdef"],
    "a digest that is not hex": [URL, "--checksum", "md5:" + "z" * 32],
    "a digest without a name": [URL, "--checksum", "d41d8cd98f00b204e9800998ecf8427"],
    "a wrong way to preallocate": [URL, "--preallocate", "some"],
    "a wrong word for direct I/O": [URL, "--direct-io", "sometimes"],
    "a wrong way to change": [URL, "--on-change", "panic"],
    "a wrong checkpoint interval": [URL, "--checkpoint-interval", "often"],
    "a checkpoint interval of nothing": [URL, "--checkpoint-interval", ","],
    "overwrite and not": [URL, "--overwrite", "--no-overwrite"],
    "resume and not": [URL, "--resume", "--no-resume"],
    "a header without a colon": [URL, "-H", "nonsense"],
    "a header with a newline": [URL, "-H", "X-A: b\r\nX-C: d"],
    "a header file that is missing": [URL, "-H", "@/no/such/file"],
    "a connect-to of too few parts": [URL, "--connect-to", "a:1:b"],
    "a name server with a name": [URL, "--dns-servers", "127.0.0.1,dns.example"],
    "an interface that is not there": [URL, "--interface", "no-such-link"],
    "both families alone": [URL, "-4", "-6"],
    "an ftp URL": ["ftp://127.0.0.1/file"],
    "a file URL": ["file:///etc/hostname"],
    "a URL without a host": ["http:///file", "-o", "name"],
    "a folder that is not there as the output": [URL, "-o", "no-such-folder/"],
    "a user in a file that is missing": [URL, "-u", "@/no/such/file"],
    "a log file in a folder that is missing": [URL, "--log-file", "no/such/folder/log"],
    "a URL with a port that is none": ["http://127.0.0.1:99999/file"],
    "an empty URL": [""],
    "one output for two URLs": [URL, "http://127.0.0.1:1/other", "-o", "one"],
    "two URLs with one name": [URL, "http://127.0.0.1:1/elsewhere/file.bin"],
    "the same URL twice": [URL, URL],
    "a name that another one's record has while it is written":
        [URL, URL, "-o", "a", "-o", "a.partial.json.tmp"],
    "a name through a link of folders":
        [URL, URL, "-o", "/proc/self/cwd/a.partial.lock", "-o", "a"],
    "a missing value": [URL, "-o"],
    "a folder as the output": [URL, "-o", "."],
    "a device as the output": [URL, "-o", "/dev/null"],
    "a user agent with a newline": [URL, "-A", "me\r\nX-Other: 1"],
    "a proxy of an unknown kind": [URL, "--proxy", "gopher://127.0.0.1:1"],
    "a proxy's login by an unknown method": [URL, "--proxy-auth", "kerberos"],
    "a proxy without a host": [URL, "--proxy", "http://"],
    "a proxy with a port that is none": [URL, "--proxy", "127.0.0.1:99999"],
    "authorities that are missing": [URL, "--cacert", "/no/such/file"],
    "authorities in a folder": [URL, "--cacert", "/"],
    "authorities that are no certificates": [URL, "--cacert", "/etc/hostname"],
    "a client certificate that is missing": [URL, "--cert", "/no/such/file"],
    "a client certificate that is none": [URL, "--cert", "/etc/hostname"],
    "a key without a certificate": [URL, "--key", "/etc/hostname"],
    "a pinned key that is neither hash nor file": [URL, "--pinnedpubkey", "nonsense"],
    "a pinned hash that is cut short": [URL, "--pinnedpubkey", "sha256//abc="],
    "a pinned key's file without a key": [URL, "--pinnedpubkey", "/etc/hostname"],
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_before_any_request(page, folder, name):
    run = run_xget(fill(NONSENSE[name], page), folder).expect(Exit.USAGE)
    assert run.err.strip(), "it says why"
    assert not run.out
    assert not page.server.accepted
    assert not list(folder.iterdir())


def test_a_proxy_of_the_environment_is_checked_as_well(page, folder):
    run = run_xget([page.url], folder, env={"http_proxy": "gopher://me:c4n4ry@h"})
    assert "http_proxy" in run.expect(Exit.USAGE).err
    assert "c4n4ry" not in run.err
    assert not page.server.accepted
    run_xget([page.url, "--proxy", "none"], folder, env={"http_proxy": "gopher://h"}).expect(0)


def test_a_client_key_must_fit_its_certificate(page, certificates, folder):
    def try_key(key):
        return run_xget([page.url, "--cert", certificates.certificate, "--key", key], folder)

    for algorithm, cipher, words in (("ed25519", [], "does not belong"),
                                     ("ed25519", ["-aes128", "-pass", "pass:x"], "passphrase")):
        key = folder / "key"
        subprocess.run(["openssl", "genpkey", "-algorithm", algorithm, *cipher, "-out", key],
                       check=True, capture_output=True)
        assert words in try_key(key).expect(Exit.USAGE).err
    assert not page.server.accepted
    try_key(certificates.key).expect(0)


def test_a_link_as_the_output_is_refused_and_left_alone(page, folder):
    (folder / "link").symlink_to("elsewhere")
    run = run_xget([page.url, "-o", "link"], folder).expect(Exit.USAGE)
    assert "symbolic link" in run.err and "to go on" not in run.err
    assert not page.server.accepted and [p.name for p in folder.iterdir()] == ["link"]


def test_the_remedy_for_a_pipe_as_the_output_works(page, folder):
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    run = run_xget([page.url, "-o", pipe], folder).expect(Exit.USAGE)
    assert f"-o - > {pipe}" in run.err and "to go on" not in run.err
    with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
        with open(pipe, "wb") as writer:
            run_xget([page.url, "-o", "-"], folder, stdout=writer).expect(0)
        assert reader.stdout.read() == page.data


def test_a_url_without_a_name_needs_one(server, folder):
    page = server.serve("/", SMALL)
    run = run_xget([server.url + "/", *QUICK], folder)
    if run.code == 0:  # it may find a name of its own
        assert [entry.read_bytes() for entry in folder.iterdir()] == [page.data]
    else:
        run.expect(Exit.USAGE)
        assert "-o" in run.err or "--output" in run.err
        assert not page.requests


# ---- words -----------------------------------------------------------------------------------


def test_version(folder):
    run = run_xget(["--version"], folder).expect(0)
    assert re.search(rb"xget \d+\.\d+\.\d+", run.out), run


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_options_in_groups_and_the_exit_codes(folder, option):
    text = run_xget([option], folder).expect(0).out.decode()
    for name in ("--output", "--dir", "--resume", "--no-resume", "--connections", "--header",
                 "--user-agent", "--referer", "--user", "--cacert", "--cert", "--key",
                 "--pinnedpubkey", "--insecure", "--allow-downgrade", "--proxy", "--proxy-auth",
                 "--connect-to", "--dns-servers", "--ipv4", "--ipv6", "--interface",
                 "--preallocate", "--limit-rate", "--connect-timeout", "--stall-timeout",
                 "--retry", "--retry-wait", "--give-up-after", "--max-filesize", "--checksum",
                 "--checkpoint-interval", "--checkpoint-dir", "--on-change", "--overwrite",
                 "--no-overwrite", "--strict", "--quiet", "--verbose", "--log-file", "--version"):
        assert name in text, name
    for code in Exit:
        assert re.search(rf"^\s*{int(code)}\s", text, re.MULTILINE), f"exit code {int(code)}"


# ---- spellings -------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [
    ["-c"], ["--resume"], ["--no-resume"], ["-q"], ["-v"], ["-vv"], ["-v", "-v"], ["--overwrite"],
    ["--no-overwrite"], ["--strict"], ["--insecure"], ["--allow-downgrade"], ["-cq"],
    ["-n4"], ["-n", "4"], ["--connections=4"], ["--connections", "4"], ["--on-change=restart"],
    ["--preallocate=none"], ["--direct-io=on"], ["--give-up-after", "inf"], ["--checkpoint-interval=1s"],
    ["--limit-rate=100M"], ["--"],
], ids=" ".join)
def test_no_option_swallows_the_url_after_it(page, folder, options):
    run_xget([*options, page.url], folder).expect(0)
    assert_complete(folder / "file.bin", page.data)


def test_options_may_follow_the_url(page, folder):
    run_xget([page.url, "-n", "2", "-o", "other", *QUICK], folder).expect(0)
    assert_complete(folder / "other", page.data)


@pytest.mark.parametrize("name", ["status", "cp", "-dash", "--help", "ümläut", "a b"])
def test_any_file_name_is_usable(page, folder, name):
    run_xget([page.url, f"--output={name}"], folder).expect(0)
    assert_complete(folder / name, page.data)


def test_a_url_without_a_scheme_is_https(tls_server, certificates, folder):
    page = tls_server.serve("/file.bin", SMALL)
    run_xget([page.url.removeprefix("https://"), "--cacert", certificates.ca], folder).expect(0)
    assert_complete(folder / "file.bin", page.data)


def test_capitals_in_the_scheme(page, folder):
    run_xget([page.url.replace("http://", "HTTP://")], folder).expect(0)
    assert_complete(folder / "file.bin", page.data)


def test_an_output_relative_to_the_folder_option(page, folder):
    (folder / "sub").mkdir()
    run_xget([page.url, "-d", "sub", "-o", "name"], folder).expect(0)
    assert_complete(folder / "sub" / "name", page.data)


# ---- several URLs ----------------------------------------------------------------------------


def test_several_urls_are_several_downloads(server, folder):
    pages = [server.serve(f"/file-{number}", Resource(MIB + number, seed=str(number)))
             for number in range(6)]
    run_xget([*(page.url for page in pages), *QUICK], folder).expect(0)
    for number, page in enumerate(pages):
        assert_complete(folder / f"file-{number}", page.data)


def test_one_that_fails_does_not_stop_the_others(server, page, folder):
    run = run_xget([server.url + "/missing", page.url, *QUICK], folder).expect(Exit.REFUSED)
    assert_complete(folder / "file.bin", page.data, run=run)
    assert not (folder / "missing").exists()


def test_one_name_in_two_folders_is_no_conflict(page, folder):
    for name in ("a", "b"):
        (folder / name).mkdir()
        run_xget([page.url, "-d", folder / name], folder).expect(0)
    assert_complete(folder / "b" / "file.bin", page.data)


# ---- secrets and logs ------------------------------------------------------------------------


def test_headers_from_a_file(page, folder):
    (folder / "headers").write_text("X-One: 1\r\n\nX-Two: two words\n")
    run_xget([page.url, "-H", f"@{folder}/headers", "-H", "X-Three: 3"], folder).expect(0)
    sent = dict(page.requests[0].request.headers)
    assert (sent["X-One"], sent["X-Two"], sent["X-Three"]) == ("1", "two words", "3")


def test_headers_from_standard_input(page, folder):
    (folder / "headers").write_text("X-One: 1\n")
    with open(folder / "headers", "rb") as lines:
        run_xget([page.url, "-H", "@-"], folder, preexec=lambda: os.dup2(lines.fileno(), 0))
    assert page.requests[0].request.header("X-One") == "1"


def test_a_bad_line_in_a_header_file_is_named(page, folder):
    (folder / "headers").write_text("X-One: 1\n\nc4n4ry\n")
    run = run_xget([page.url, "-H", f"@{folder}/headers"], folder).expect(Exit.USAGE)
    assert f"{folder}/headers, line 3" in run.err and "c4n4ry" not in run.err
    assert not page.server.accepted


def test_a_log_file_that_takes_nothing_is_an_error_told_once(page, folder):
    run = run_xget([page.url, "--log-file", "/dev/full"], folder).expect(Exit.DISK)
    assert run.err.count("/dev/full") == 1 and run.err.startswith("xget: ")
    assert not page.server.accepted


def test_too_few_open_files_are_said_before_any_request(page, folder):
    def limit(soft, hard):
        return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    run = run_xget([page.url, "-n", "64"], folder, preexec=limit(40, 40)).expect(Exit.USAGE)
    assert "ulimit -n" in run.err
    assert not page.server.accepted
    run_xget([page.url, "-n", "64"], folder, preexec=limit(40, 400)).expect(0)


def test_a_log_file_is_appended_to(page, folder):
    (folder / "log").write_text("of another run\n")
    run_xget([page.url, "--log-file", "log", "-vv"], folder).expect(0)
    lines = (folder / "log").read_text().splitlines()
    assert lines[0] == "of another run" and len(lines) > 2


def test_verbosity_speaks_to_standard_error_alone(page, folder):
    run = run_xget([page.url, "-vvv"], folder).expect(0)
    assert not run.out
    assert run.err


def test_each_level_of_verbosity_adds_something(page, folder):
    words = {"-v": ["downloading", "127.0.0.1", "finished"],
             "-vv": ["gives bytes", "new connection", "has the addresses"],
             "-vvv": ["GET http", "bytes=0-"]}
    shown = []
    for level, new in words.items():
        run = run_xget([page.url, level, "--overwrite", *QUICK], folder).expect(0)
        assert all(word in run.err for word in new), run
        assert not any(word in earlier for word in new for earlier in shown), run
        shown.append(run.err)


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_proxys_password_is_not_logged(folder, scheme):
    with HostileServer() as proxy:
        proxy.serve("/file", SMALL)
        way = f"{scheme}me:c4n4ry@127.0.0.1:{proxy.port}"
        run = run_xget(["http://host.invalid/file", "--proxy", way, "-vvv", *QUICK], folder)
    assert "by way of" in run.expect(0).err and "c4n4ry" not in run.err


def test_progress_off_a_terminal_is_sparse(server, folder):
    page = server.serve("/slow", Resource(3 * MIB), lambda x: setattr(x.answer, "rate", 2 * MIB))
    run = run_xget([page.url, "-n", "1"], folder).expect(0)
    text = run.err + run.out.decode()
    assert "\r" not in text and "\x1b" not in text
    assert len(text.splitlines()) < 20, run
