"""Lists of downloads: what they may say, and that neither their length nor a pipe holds anything up."""

import base64
import hashlib
import json
import os
import pathlib
import subprocess
import time

import jsonschema
import pytest

from support import metalinks
from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, binary, environment, run_xget, start_xget, wait_until
from support.content import content
from support.downloads import FREQUENT, MIB, assert_complete, claimed_ranges
from support.hostile_server import HostileServer
from support.real_servers import start_server

RESOURCE = Resource(MIB + 5)
OTHER = Resource(70_001, seed="other")
REPORT_SCHEMA = jsonschema.Draft202012Validator(
    json.loads((pathlib.Path(__file__).parents[2] /
                "packaging/schema/report-1.schema.json").read_text("utf-8")))


def write_list(folder, *lines, name="list"):
    (folder / name).write_text("".join(line + "\n" for line in lines))
    return name


def test_each_line_is_a_file(server, folder):
    pages = [server.serve(f"/{i}", Resource(1000 + i, seed=str(i))) for i in range(20)]
    run = run_xget(["-i", write_list(folder, *(page.url for page in pages)), *QUICK], folder)
    run.expect(0)
    for i, page in enumerate(pages):
        assert_complete(folder / str(i), page.data, run=run)


def test_options_of_a_file_are_indented_below_it(server, folder):
    page = server.serve("/x", RESOURCE)
    digest = hashlib.sha256(page.data).hexdigest()
    name = write_list(folder, "# mine", page.url, "  out=named", "  dir=deep/er",
                      f"  checksum=sha-256={digest}", "  header=X-One: 1", "  referer=https://r.example/",
                      "  user-agent=me/1", "  split=7", page.url, "  out=plain")
    run = run_xget(["-i", name, "-H", "X-All: 2", "-j", "1", *QUICK], folder).expect(0)
    assert_complete(folder / "deep" / "er" / "named", page.data, run=run)
    assert_complete(folder / "plain", page.data, run=run)
    assert "sha256 matches" in run.err
    first, last = page.requests[0].request, page.requests[-1].request
    assert first.header("X-One") == "1" and first.header("X-All") == "2"
    assert first.header("Referer") == "https://r.example/"
    assert first.header("User-Agent") == "me/1"
    assert last.header("X-One") is None and last.header("X-All") == "2"


def test_urls_of_one_line_are_mirrors(server, folder):
    gone = server.serve("/gone", None, t.status(404))
    page = server.serve("/x", RESOURCE)
    name = write_list(folder, f"{gone.url}\t{page.url}", "  out=file")
    run = run_xget(["-i", name, *QUICK], folder).expect(0)
    assert_complete(folder / "file", page.data, run=run)


def test_objects_are_entries_too(server, folder):
    page, other = server.serve("/x", RESOURCE), server.serve("/y", OTHER)
    name = write_list(folder, json.dumps({"url": page.url, "out": "a", "size": len(page.data)}),
                      json.dumps({"url": other.url, "out": "b", "headers": {"X-One": "1"}}),
                      json.dumps({"url": other.url, "out": "c", "size": 5}))
    run = run_xget(["-i", name, *QUICK], folder).expect(Exit.CHANGED)
    assert_complete(folder / "a", page.data, run=run)
    assert_complete(folder / "b", other.data, run=run)
    assert not (folder / "c").exists()


def test_one_bad_entry_does_not_stop_the_others(server, folder):
    page, gone = server.serve("/x", RESOURCE), server.serve("/gone", None, t.status(404))
    name = write_list(folder, gone.url, "ftp://x.example/y", page.url, "  unknown=1",
                      page.url, "  out=last")
    run = run_xget(["-i", name, *QUICK], folder)
    assert run.code in (Exit.REFUSED, Exit.USAGE), run
    assert_complete(folder / "last", page.data, run=run)
    assert "list:4: option 'unknown' is not known" in run.err
    assert "404" in run.err and "ftp" in run.err


def test_no_file_of_a_list_goes_to_standard_output(server, folder):
    page = server.serve("/x", RESOURCE)
    run = run_xget(["-i", write_list(folder, page.url, "  out=-"), *QUICK], folder)
    assert run.expect(Exit.USAGE).out == b"" and not page.requests
    assert "list:1: standard output takes one URL alone" in run.err


def test_with_fail_fast_the_first_failure_stops_all(server, folder):
    gone = server.serve("/gone", None, t.status(404))
    slow = server.serve("/slow", RESOURCE, t.rate(1000))
    more = [line for i in range(50) for line in (slow.url, f"  out={i}")]
    name = write_list(folder, slow.url, gone.url, *more)
    run = run_xget(["-i", name, "--fail-fast", "-j", "2", *QUICK, "--stall-timeout", "30s"], folder)
    run.expect(Exit.REFUSED)
    assert not [name for name in os.listdir(folder) if name.isdigit()]
    assert "stopped, since one has failed (--fail-fast)" in run.err
    assert "interrupted" not in run.err and run.err.count("404") == 1


def test_of_many_downloads_an_interrupt_tells_what_is_kept_in_one_line(server, folder):
    pages = [server.serve(f"/{i}", RESOURCE, t.rate(200_000)) for i in range(30)]
    urls = [page.url for page in pages]
    with start_xget([*urls, "-d", "in", "-j", "30", "-q", *FREQUENT, "--stall-timeout", "1m"],
                    folder) as child:
        wait_until(lambda: len(list(folder.glob("in/*.json"))) == 30, "all have begun")
        time.sleep(1)
        child.interrupt()
        run = child.wait(30).expect(Exit.INTERRUPTED)
    lines = run.err.splitlines()
    assert lines[:2] == ["xget: 30 downloads interrupted",
                         "kept: what arrived of each, as FILE.partial in in/"]
    assert len(lines) == 3 and lines[2].startswith("to go on: ")


def test_downloads_run_while_the_list_still_grows(server, folder):
    first, second = server.serve("/1", RESOURCE), server.serve("/2", OTHER)
    child = subprocess.Popen([binary(), "-i", "-", *QUICK], cwd=folder, stdin=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=environment(str(folder)))
    with child:
        try:
            child.stdin.write(f"{first.url}\n# the next line ends the entry\n{second.url}\n".encode())
            child.stdin.flush()
            wait_until(lambda: (folder / "1").exists(), "the first file is there")
            child.stdin.close()
            assert child.wait(30) == 0, child.stderr.read()
        finally:
            child.kill()
    assert (folder / "1").read_bytes() == first.data and (folder / "2").read_bytes() == second.data


def test_an_interrupt_ends_the_waiting_for_a_list(server, folder):
    read, write = os.pipe()
    child = subprocess.Popen([binary(), "-i", "-", *QUICK], cwd=folder, stdin=read,
                             stderr=subprocess.PIPE, env=environment(str(folder)))
    os.close(read)
    with child:
        try:
            page = server.serve("/1", RESOURCE)
            os.write(write, f"{page.url}\n#\n{page.url}\n".encode())
            wait_until(lambda: (folder / "1").exists(), "the first file is there")
            child.send_signal(2)
            assert child.wait(30) == Exit.INTERRUPTED, child.stderr.read()
        finally:
            child.kill()
            os.close(write)


def test_the_same_list_again_fetches_nothing_twice(server, folder):
    pages = [server.serve(f"/{i}", Resource(1000 + i, seed=str(i))) for i in range(5)]
    name = write_list(folder, *(page.url for page in pages))
    run_xget(["-i", name, *QUICK], folder).expect(0)
    sent = sum(page.body_bytes for page in pages)
    run_xget(["-i", name, *QUICK], folder).expect(0)
    assert sum(page.body_bytes for page in pages) - sent <= sum(len(page.data) for page in pages)


@pytest.mark.parametrize("jobs", [[], ["-j", "3"], ["-j", "20"]])
def test_a_host_is_asked_by_no_more_connections_than_it_may_be(folder, jobs):
    open_now = []
    with HostileServer(on_accept=lambda number, count: open_now.append(count)) as server:
        pages = [server.serve(f"/{i}", Resource(300_000 + i, seed=str(i))) for i in range(40)]
        name = write_list(folder, *(page.url for page in pages))
        run = run_xget(["-i", name, "--max-connections-per-host", "5", *jobs, *QUICK], folder)
        run.expect(0)
    for i, page in enumerate(pages):
        assert_complete(folder / str(i), page.data, run=run)
    assert max(open_now) <= 5 + 1, "one that ends may not be noticed yet"


@pytest.mark.parametrize("name", ["nginx", "caddy"])
@pytest.mark.parametrize("options", [[], ["-n", "1"], ["-j", "2"]])
def test_files_on_one_connection_never_get_each_others_bytes(certificates, folder, name, options):
    """All of one size and time, so that no validator would tell; the large one is fetched over
    connections of HTTP/1.1 beside the shared one."""
    files = {f"f{i}": content(16_384, seed=f"shared {i}") for i in range(400)}
    files["large"] = content(24 * MIB, seed="large")
    with start_server(name, certificates) as running:
        for file, data in files.items():
            running.publish(file, data)
        urls = [f"{running.tls_url}/{file}" for file in ["f0", "large", *files]]
        lines = [line for i, url in enumerate(urls) for line in (url, f"  out={i}")]
        listed = write_list(folder, *lines)
        run = run_xget(["-i", listed, "--cacert", certificates.ca, *options, *QUICK], folder)
        run.expect(0)
    for i, url in enumerate(urls):
        assert_complete(folder / str(i), files[url.rpartition("/")[2]], run=run)


def test_what_failed_is_a_list_to_be_given_again(server, folder):
    page = server.serve("/x", RESOURCE)
    late = server.serve("/late", None, t.status(404))
    name = write_list(folder, page.url, late.url, "  out=deep/named", "  header=X-One: 1",
                      "  http-user=me", "  http-passwd=secret", "  bad=1", late.url, "  out=other",
                      "  header=X-One: 1", "  http-user=me", "  http-passwd=secret")
    run = run_xget(["-i", name, "--failed", "again", "-H", "X-All: 2", *QUICK], folder)
    assert run.code != 0
    again = (folder / "again").read_text()
    assert (folder / "again").stat().st_mode & 0o077 == 0, "it holds a login"
    assert again.count(late.url) == 2 and page.url not in again and "X-All" not in again
    assert "# " in again and "option 'bad' is not known" in again
    (folder / "again").write_text(again.replace("  bad=1\n", ""))
    server.serve("/late", OTHER)
    run_xget(["-i", "again", "-H", "X-All: 2", *QUICK], folder).expect(0)
    assert_complete(folder / "other", OTHER.data)
    assert_complete(folder / "deep" / "named", OTHER.data)
    asked = server.pages["/late"].requests[-1].request
    assert asked.header("X-One") == "1" and asked.header("Authorization")


@pytest.mark.parametrize("session", [[], ["--session", "queue"]], ids=["", "with-a-session"])
def test_an_entry_with_a_mistake_is_listed_as_it_is_to_be_corrected(server, folder, session):
    page = server.serve("/x", RESOURCE)
    lines = [f"{page.url}\t{page.url}?2", "  out=named", "  bad=1", "  dir=deep"]
    name = write_list(folder, page.url, *lines, '{"url": "http://h.example/f", "odd": 1}')
    run_xget(["-i", name, "--failed", "again", *session, *QUICK], folder).expect(Exit.USAGE)
    again = (folder / "again").read_text().split("\n")
    assert again[1:5] == lines and again[0].startswith("# ") and "list:4" in again[0]
    assert again[5].startswith("# ") and again[6] == '{"url": "http://h.example/f", "odd": 1}'
    (folder / "again").write_text("\n".join(line for line in again[:5] if "bad" not in line))
    run_xget(["-i", "again", *QUICK], folder).expect(0)
    assert_complete(folder / "deep" / "named", page.data)


@pytest.mark.parametrize("entry", ["http://", "ftp://x.example/y", "http://a b/x",
                                   '{"url": "http://x.example/y", "checksum": "md5:0"}'])
def test_what_is_wrong_with_an_entry_is_said_with_its_place(folder, entry):
    name = write_list(folder, "# mine", "", entry)
    run = run_xget(["-i", name, *QUICK], folder).expect(Exit.USAGE)
    assert "list:3: " in run.err


def test_a_list_of_failures_is_whole_until_another_one_is(server, folder):
    write_list(folder, "http://127.0.0.1:1/x", name="again")
    for words in (["-i", "not-there"], ["--checksum", "md6:00", "http://127.0.0.1:1/x"]):
        run_xget([*words, "--failed", "again", "--report", "again-2", *QUICK], folder).expect(
            Exit.USAGE)
        assert (folder / "again").read_text() == "http://127.0.0.1:1/x\n"
    assert sorted(os.listdir(folder)) == ["again"]


def test_a_kill_leaves_a_line_for_each_file_that_had_ended(server, folder):
    gone = server.serve("/gone", None, t.status(404))
    slow = server.serve("/slow", RESOURCE, t.rate(1000))
    with start_xget([gone.url, slow.url, "--failed", "again", "--report", "report", *QUICK,
                     "--stall-timeout", "1m"], folder) as child:
        wait_until(lambda: (folder / "report.new").exists() and
                   (folder / "report.new").read_text().endswith("\n"), "one has failed")
        child.kill()
    assert gone.url in (folder / "again.new").read_text()
    assert json.loads((folder / "report.new").read_text())["state"] == "failed"


@pytest.mark.parametrize("option", ["--failed", "--report", "--log-file", "--trace",
                                    "--cookie-jar"])
@pytest.mark.parametrize("way", ["by-its-name", "by-a-link", "as-standard-input"])
def test_the_list_that_is_read_is_not_written_to(server, folder, option, way):
    page = server.serve("/x", RESOURCE)
    name = write_list(folder, page.url)
    if way == "by-a-link":
        (folder / "link").symlink_to(name)
    with open(folder / name, "rb") as text:
        run = run_xget(["-i", "-" if way == "as-standard-input" else name, option,
                        "link" if way == "by-a-link" else name, *QUICK], folder, stdin=text)
    run.expect(Exit.USAGE)
    assert option in run.err and "list that is read" in run.err
    assert (folder / name).read_text() == page.url + "\n" and not page.requests


def test_a_file_that_is_no_text_is_no_list(server, folder):
    page = server.serve("/x", RESOURCE)
    (folder / "picture").write_bytes(b"\x89PNG\r\n\0\0\0\r\n" + page.url.encode() + b"\n")
    run = run_xget(["-i", "picture", *QUICK], folder)
    assert run.code == Exit.USAGE and "picture is no list" in run.err
    assert not page.requests


def report_in(folder) -> list[dict]:
    """Each line checked against the schema."""
    lines = [json.loads(line) for line in (folder / "report").read_text().splitlines()]
    for line in lines:
        REPORT_SCHEMA.validate(line)
    return lines


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_report_has_a_line_for_every_file(server, folder):
    page, gone = server.serve("/x", RESOURCE), server.serve("/gone", None, t.status(404))
    hop = server.serve("/hop", None, t.redirect("/x"))
    digest = "sha256:" + hashlib.sha256(page.data).hexdigest()
    name = write_list(folder, hop.url + "?signature=secret", "  out=a", f"  checksum={digest}",
                      gone.url)
    run = run_xget(["-i", name, "--report", "report", *QUICK], folder).expect(Exit.REFUSED)
    lines = report_in(folder)
    assert len(lines) == 2, run
    done, failed = sorted(lines, key=lambda line: line["state"] == "failed")
    assert done["url"].startswith(hop.url) and done["url"].endswith("…")
    assert done["state"] == "finished" and done["path"] == "a" and done["size"] == len(page.data)
    assert done["source"] == page.url and done["digest"] == digest and done["proof"] == "digest"
    assert done["received"] >= done["size"] and done["seconds"] >= 0 and "secret" not in str(lines)
    assert failed["code"] == "refused" and "404" in failed["error"] and failed["url"] == gone.url
    run_xget(["-i", name, "--report", "report", *QUICK], folder)
    [again] = [line for line in report_in(folder) if line["state"] != "failed"]
    assert again["state"] == "already-complete" and again["digest"] == digest


def test_a_report_names_the_digest_that_was_compared_whoever_said_it(server, folder):
    field = base64.b64encode(hashlib.sha256(OTHER.data).digest()).decode()
    plain = server.serve("/plain", RESOURCE)
    said = server.serve("/said", OTHER, t.extra_header("Repr-Digest", f"sha-256=:{field}:"))
    (folder / "SUMS").write_text(f"{sha256(RESOURCE.data)}  plain\n{sha256(OTHER.data)}  said\n")
    name = write_list(folder, plain.url, said.url)
    run_xget(["-i", name, "--report", "report", *QUICK], folder).expect(0)
    digests = {line["path"]: line.get("digest") for line in report_in(folder)}
    assert digests == {"plain": None, "said": "sha256:" + sha256(OTHER.data)}
    run_xget(["-i", name, "-d", "again", "--report", "report", "--checksum-file", "SUMS", *QUICK],
             folder).expect(0)
    assert {line["digest"] for line in report_in(folder)} == {
        "sha256:" + sha256(data) for data in (RESOURCE.data, OTHER.data)}


def test_in_a_report_the_files_of_a_metalink_were_asked_for_by_its_url(server, folder):
    page = server.serve("/mirror", RESOURCE)
    text = metalinks.version_4(metalinks.File("file", (page.url,), data=page.data))
    metalink = metalinks.serve(server, "/x.meta4", text)
    run_xget([metalink.url, "--report", "report", *QUICK], folder).expect(0)
    [line] = report_in(folder)
    assert (line["url"], line["source"]) == (metalink.url, page.url)
    assert line["digest"] == "sha256:" + sha256(page.data)


def test_a_list_that_is_not_there(folder):
    run = run_xget(["-i", "nowhere"], folder).expect(Exit.USAGE)
    assert "--input-file: nowhere: No such file or directory" in run.err


@pytest.mark.parametrize("option", [["-o", "x"], ["--checksum", "sha256:" + "0" * 64]])
def test_what_is_of_one_file_is_not_given_for_a_list(folder, option):
    run = run_xget(["-i", write_list(folder, "https://x.example/"), *option], folder)
    run.expect(Exit.USAGE)
    assert "given for the files of a list" in run.err


def test_a_stopped_list_goes_on_with_the_same_command(server, folder):
    page = server.serve("/big", Resource(8 * MIB), t.rate(4 * MIB))
    name = write_list(folder, page.url)
    with start_xget(["-i", name, *FREQUENT, *QUICK], folder) as child:
        wait_until(lambda: claimed_ranges(folder / "big"), "some of it is safe")
        child.interrupt()
        run = child.wait().expect(Exit.INTERRUPTED)
    assert f"to go on: {binary()} -i {name}" in run.err
    page.behave()
    run = run_xget(["-i", name, *QUICK], folder).expect(0)
    assert_complete(folder / "big", page.data, run=run)
