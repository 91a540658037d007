"""Hooks: what --on-complete and --on-error are given, and what their failures do."""

import json

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.downloads import assert_complete

SMALL = Resource(20_000)


@pytest.fixture
def script(folder):
    """A program of the test's own; its path."""
    def write(text: str):
        path = folder / "hook"
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o700)
        return path

    return write


def test_a_complete_file_is_told_of(server, folder, script):
    page = server.serve("/file.bin", SMALL)
    hook = script('cat > facts; echo "$1 $XGET_STATE $XGET_FILE $XGET_URL $XGET_BYTES" > words\n')
    run_xget([page.url + "?token=geheim", "--on-complete", f"{hook} 'a b'", *QUICK],
             folder).expect(Exit.SUCCESS)
    words = (folder / "words").read_text()
    assert words == f"a b complete file.bin {page.url}?token=… {SMALL.size}\n"
    facts = json.loads((folder / "facts").read_text())
    assert (facts["state"], facts["file"], facts["bytes"]) == ("complete", "file.bin", SMALL.size)
    assert facts["proof"] == "strong-validator"


def test_a_failed_download_is_told_of(server, folder, script):
    hook = script('cat > facts; echo "$XGET_STATE $XGET_ERROR" > words\n')
    run_xget([f"{server.url}/missing.bin", "--on-error", hook, "--on-complete", "false", *QUICK],
             folder).expect(Exit.REFUSED)
    assert (folder / "words").read_text() == "failed refused\n"
    assert "404" in json.loads((folder / "facts").read_text())["message"]


def test_a_hook_s_failure_is_told_and_fails_no_download(server, folder, script):
    pages = [server.serve(f"/file{number}", SMALL) for number in (1, 2)]
    hook = script('echo "no luck" >&2; exit 3\n')
    run = run_xget([*(page.url for page in pages), "--on-complete", hook, *QUICK], folder)
    run.expect(10)
    assert "--on-complete of file1: exit code 3: no luck" in run.err, run
    assert "--on-complete of file2: exit code 3: no luck" in run.err, run
    for number, page in enumerate(pages, 1):
        assert_complete(folder / f"file{number}", page.data)


def test_no_download_waits_for_a_hook_and_an_interrupt_ends_it(server, folder):
    pages = [server.serve(f"/file{number}", SMALL) for number in (1, 2)]
    urls = [page.url for page in pages]
    with start_xget([*urls, "-j", "1", "--on-complete", "sleep 1000", *QUICK], folder) as child:
        wait_until((folder / "file2").exists, "the second file is complete")
        child.interrupt()
        run = child.wait()
    assert "it was stopped" in run.err, run
