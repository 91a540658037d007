"""--etag FILE: nothing is fetched while the server's version has the ETag that FILE holds."""

import json
import os
import shutil

import pytest

from support.answers import Resource, plain_answer
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB, assert_complete, leave_partial
from support.twists import not_modified

SIZE = MIB + 3


@pytest.fixture
def page(server):
    page = server.serve("/file.iso", Resource(SIZE))
    page.behave(not_modified())
    return page


def download(page, folder, *options, **more):
    return run_xget([page.url, "--etag", "tag", *QUICK, *options], folder, **more)


def kept(folder) -> str:
    return (folder / "tag").read_text()


def conditions(page):
    sent = [seen.request.header("If-None-Match") for seen in page.requests]
    page.forget_log()
    return sent


@pytest.mark.parametrize("etag", ["strong", "weak"])
def test_a_version_that_was_fetched_is_not_fetched_again(page, folder, etag):
    page.resource = Resource(SIZE, etag=etag)
    run = download(page, folder).expect(0)
    assert_complete(folder / "file.iso", page.data, run=run)
    assert kept(folder) == page.resource.etag_field() + "\n"
    assert conditions(page) == [None]
    run = download(page, folder).expect(0)
    assert conditions(page) == [page.resource.etag_field()]
    assert "not modified" in run.err


def test_that_holds_where_the_file_is_not_there_any_more_and_no_file_is_claimed(page, folder):
    download(page, folder).expect(0)
    (folder / "file.iso").unlink()
    run = download(page, folder, "--json", "--report", "report").expect(0)
    finished = [event for event in map(json.loads, run.out.splitlines())
                if event["event"] == "finished"]
    assert [(event["not_modified"], event["size"], event["proof"]) for event in finished] == [
        (True, 0, "none")]
    assert json.loads((folder / "report").read_text())["state"] == "not-modified"
    assert not (folder / "file.iso").exists()


def test_another_version_replaces_the_file_and_its_tag(page, folder):
    download(page, folder).expect(0)
    page.resource = page.resource.next_version()
    run = download(page, folder).expect(0)
    assert_complete(folder / "file.iso", page.data, run=run)
    assert kept(folder) == page.resource.etag_field() + "\n"


def test_a_file_of_the_same_size_and_time_is_replaced_if_the_tag_is_another(page, folder):
    """Another program's, of which nothing is recorded: -N would leave it."""
    (folder / "file.iso").write_bytes(bytes(SIZE))
    (folder / "tag").write_text('"another"\n')
    run = download(page, folder).expect(0)
    assert_complete(folder / "file.iso", page.data, run=run)


def test_a_file_that_curl_wrote_is_understood_without_its_line_end_too(page, folder):
    for text in (page.resource.etag_field(), page.resource.etag_field() + "\r\n"):
        (folder / "tag").write_text(text)
        assert "not modified" in download(page, folder).expect(0).err


def test_a_server_that_takes_no_notice_of_the_condition_sends_what_is_there_already(page, folder):
    page.behave()
    download(page, folder).expect(0)
    before = (folder / "file.iso").stat().st_ino
    run = download(page, folder).expect(0)
    assert "already complete" in run.err
    assert (folder / "file.iso").stat().st_ino == before


def test_a_version_without_a_tag_empties_the_file(page, folder):
    download(page, folder).expect(0)
    page.resource = Resource(SIZE, version=1, etag=None)
    download(page, folder).expect(0)
    assert kept(folder) == ""
    assert (folder / "file.iso").read_bytes() == page.data


def test_a_partial_download_goes_on_and_keeps_the_tag_of_its_version(page, folder):
    """The tag is of the version before, which the server might even have again."""
    (folder / "tag").write_text('"before"\n')
    page.resource = Resource(6 * MIB)
    leave_partial(page, folder / "file.iso", 3 * MIB, "--etag", "tag")
    assert kept(folder) == '"before"\n'
    page.behave(not_modified())
    run = download(page, folder).expect(0)
    assert_complete(folder / "file.iso", page.data, run=run)
    assert None in conditions(page)
    assert kept(folder) == page.resource.etag_field() + "\n"


def test_it_works_for_standard_output(page, folder):
    run = run_xget([page.url, "--etag", "tag", "-o", "-", *QUICK], folder)
    run.expect(0)
    assert run.out == page.data
    again = run_xget([page.url, "--etag", "tag", "-o", "-", *QUICK], folder)
    again.expect(0)
    assert again.out == b""


def test_what_is_no_tag_is_refused_before_any_request(page, folder):
    for text in ("hello\n", '"a"\n"b"\n', "\x00\xff", '"' + "x" * 9000 + '"'):
        (folder / "tag").write_text(text)
        run = download(page, folder).expect(Exit.USAGE)
        assert "--etag" in run.err
        assert kept(folder) == text
    assert page.requests == []


def test_a_place_where_no_tag_can_be_kept_is_refused_before_any_request(page, folder):
    (folder / "folder").mkdir()
    for path in ("missing/tag", "folder", "file.iso"):
        run = run_xget([page.url, "--etag", path, *QUICK], folder).expect(Exit.USAGE)
        assert "--etag" in run.err
    assert page.requests == []


@pytest.mark.parametrize("options", [["--checksum", "0" * 64], ["--no-overwrite"],
                                     ["--auto-rename"], ["--skip-existing"],
                                     ["--content-disposition"],
                                     ["http://127.0.0.1:1/another"]], ids=lambda words: words[0])
def test_what_contradicts_it_is_refused(page, folder, options):
    download(page, folder, *options).expect(Exit.USAGE)
    assert page.requests == []


def test_a_dry_run_keeps_no_tag(page, folder):
    download(page, folder, "--dry-run").expect(0)
    assert not (folder / "tag").exists()


def test_a_dry_run_says_what_is_not_modified_and_claims_no_file(page, folder):
    download(page, folder).expect(0)
    (folder / "file.iso").unlink()
    run = download(page, folder, "--dry-run").expect(0)
    assert "not modified" in run.err
    assert "complete" not in run.err
    run = download(page, folder, "--dry-run", "--json").expect(0)
    planned = next(event for event in map(json.loads, run.out.splitlines())
                   if event["event"] == "planned")
    assert (planned["not_modified"], planned["size"]) == (True, 0)


def test_a_304_that_names_another_version_is_no_answer_and_the_version_is_fetched(page, folder):
    (folder / "tag").write_text('"old"\n')

    def stale_cache(exchange):
        if exchange.request.header("If-None-Match"):
            exchange.answer = plain_answer(304)
            exchange.answer.set("Content-Length", None)
            exchange.answer.set("ETag", page.resource.etag_field())

    page.behave(stale_cache)
    run = download(page, folder).expect(0)
    assert_complete(folder / "file.iso", page.data, run=run)


@pytest.mark.parametrize("option", [None, "--overwrite", "--no-resume", "--strict"])
def test_what_is_not_modified_has_the_size_of_the_file_that_is_there(page, folder, option):
    download(page, folder).expect(0)
    run = download(page, folder, "--json", *([option] if option else [])).expect(0)
    finished = [event for event in map(json.loads, run.out.splitlines())
                if event["event"] == "finished"]
    assert [(event["not_modified"], event["size"]) for event in finished] == [(True, SIZE)]


def test_nothing_is_called_complete_by_a_hook_that_was_not_modified(page, folder):
    hook = folder / "hook"
    hook.write_text("#!/bin/sh\necho run >> hooked\n")
    hook.chmod(0o700)
    for _ in range(2):
        download(page, folder, "--on-complete", str(hook)).expect(0)
    assert (folder / "hooked").read_text() == "run\n"


def test_a_metalink_is_refused_rather_than_fetched_without_regard_to_the_tag(server, folder):
    page = server.serve("/f.bin", Resource(1000))
    (folder / "a.meta4").write_text(
        '<metalink xmlns="urn:ietf:params:xml:ns:metalink">'
        f'<file name="f.bin"><url>{page.url}</url></file></metalink>')
    for word in ("a.meta4", page.url + ".meta4"):
        run = run_xget([word, "--etag", "tag", *QUICK], folder).expect(Exit.USAGE)
        assert "--etag" in run.err
    assert page.requests == []


@pytest.mark.parametrize("path", ["./file.iso", "sub/../file.iso", "file.iso.partial",
                                  "file.iso.partial.json"])
def test_the_tag_has_a_name_of_its_own_however_it_is_spelt(page, folder, path):
    (folder / "sub").mkdir()
    run = run_xget([page.url, "--etag", path, *QUICK], folder).expect(Exit.USAGE)
    assert "--etag" in run.err
    assert page.requests == []


def test_a_tag_that_cannot_be_kept_at_the_end_is_told_and_the_file_is_whole(page, folder):
    (folder / "gone").mkdir()
    page.behave(lambda exchange: shutil.rmtree(folder / "gone", ignore_errors=True))
    run = run_xget([page.url, "--etag", "gone/tag", *QUICK], folder).expect(0)
    assert_complete(folder / "file.iso", page.data, run=run)
    assert "keep the ETag gone/tag" in run.err


def test_the_tag_is_for_whom_the_umask_says(page, folder):
    download(page, folder).expect(0)
    umask = os.umask(0)
    os.umask(umask)
    assert (folder / "tag").stat().st_mode & 0o777 == 0o666 & ~umask
