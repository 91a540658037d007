"""What a finished file is called, and which time and permissions it has."""

import calendar
import hashlib
import json
import os

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import FREQUENT, MIB, assert_complete, leave_partial, start_and_stall

MODIFIED = "Sat, 01 Aug 2020 12:34:56 GMT"
MODIFIED_AT = calendar.timegm((2020, 8, 1, 12, 34, 56))
SMALL = Resource(1000, last_modified=MODIFIED)
LARGE = Resource(3 * MIB + 5, last_modified=MODIFIED)


def download(page, folder, *options, **more):
    return run_xget([page.url, *QUICK, *FREQUENT, *options], folder, **more)


def names_in(folder) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


# ---- time and permissions --------------------------------------------------------------------


@pytest.mark.parametrize("resource", [SMALL, LARGE], ids=["small", "large"])
def test_a_file_has_the_server_s_time(server, folder, resource):
    page = server.serve("/file", resource)
    download(page, folder).expect(0)
    assert (folder / "file").stat().st_mtime == MODIFIED_AT


def test_the_server_s_time_does_not_hide_that_the_file_is_complete(server, folder):
    page = server.serve("/file", SMALL)
    download(page, folder).expect(0)
    run = download(page, folder).expect(0)
    assert "still has the version" in run.err


def test_without_mtime_a_file_has_the_time_of_its_last_byte(server, folder):
    page = server.serve("/file", SMALL)
    download(page, folder, "--mtime", "off").expect(0)
    assert (folder / "file").stat().st_mtime > MODIFIED_AT + 86400


@pytest.mark.parametrize("date", [None, "yesterday"])
def test_a_server_without_a_date_leaves_the_time_alone(server, folder, date):
    page = server.serve("/file", Resource(1000, last_modified=date))
    download(page, folder).expect(0)
    assert (folder / "file").stat().st_mtime > MODIFIED_AT + 86400


@pytest.mark.parametrize("resource", [SMALL, LARGE], ids=["small", "large"])
def test_a_file_has_the_permissions_asked_for(server, folder, resource):
    page = server.serve("/file", resource)
    download(page, folder, "--mode", "640").expect(0)
    assert (folder / "file").stat().st_mode & 0o7777 == 0o640


@pytest.mark.parametrize("mode", ["", "8", "4755", "rw", "-1", "0x1"])
def test_permissions_are_octal_and_nothing_else(folder, mode):
    run = run_xget(["http://127.0.0.1:1/x", "--mode", mode], folder).expect(Exit.USAGE)
    assert "--mode" in run.err


# ---- where it came from ----------------------------------------------------------------------


@pytest.mark.parametrize("resource", [SMALL, LARGE], ids=["small", "large"])
def test_a_file_tells_where_it_came_from_and_no_secret(server, folder, resource):
    page = server.serve("/file", resource)
    address = page.url.removeprefix("http://")
    url = f"http://me:secret@{address}?signature=secret&v=1"
    run_xget([url, "-o", "file", *QUICK], folder).expect(0)
    try:
        origin = os.getxattr(folder / "file", "user.xdg.origin.url").decode()
    except OSError:
        pytest.skip("no extended attributes here")
    assert origin == page.url


# ---- another name ----------------------------------------------------------------------------


def test_a_name_that_is_taken_is_left_for_a_numbered_one(server, folder):
    page = server.serve("/file.iso", LARGE)
    (folder / "file.iso").write_bytes(b"mine")
    (folder / "file.1.iso").write_bytes(b"mine too")
    run = download(page, folder, "--auto-rename").expect(0)
    assert_complete(folder / "file.2.iso", page.data, run=run)
    assert (folder / "file.iso").read_bytes() == b"mine"
    assert (folder / "file.1.iso").read_bytes() == b"mine too"
    assert "file.2.iso" in run.err


def test_what_is_proven_to_be_the_file_is_not_fetched_under_another_name(server, folder):
    page = server.serve("/file", SMALL)
    (folder / "file").write_bytes(b"mine")
    for _ in range(2):
        download(page, folder, "--auto-rename").expect(0)
    assert names_in(folder) == ["file", "file.1"]


def test_a_digest_proves_it_too(server, folder):
    page = server.serve("/file", SMALL)
    (folder / "file").write_bytes(b"mine")
    (folder / "file.1").write_bytes(page.data)
    checksum = "sha256:" + hashlib.sha256(page.data).hexdigest()
    download(page, folder, "--auto-rename", "--checksum", checksum).expect(0)
    assert names_in(folder) == ["file", "file.1"] and not page.requests


def test_a_download_goes_on_under_the_name_that_it_took(server, folder):
    page = server.serve("/file", LARGE)
    leave_partial(page, folder / "file.1", MIB)
    (folder / "file").write_bytes(b"mine")
    received = page.body_bytes
    run = download(page, folder, "--auto-rename").expect(0)
    assert_complete(folder / "file.1", page.data, run=run)
    assert page.body_bytes - received < len(page.data)


def test_a_file_that_appears_meanwhile_is_not_replaced(server, folder):
    page = server.serve("/file", LARGE)
    with start_and_stall(page, folder / "file", MIB, "--auto-rename", "--json") as child:
        (folder / "file").write_bytes(b"mine")
        page.gate.open()
        run = child.wait().expect(0)
    assert (folder / "file").read_bytes() == b"mine"
    assert_complete(folder / "file.1", page.data, run=run)
    events = [json.loads(line) for line in run.out.splitlines()]
    assert [e["path"] for e in events if e["event"] == "finished"] == [str(folder / "file.1")]


def test_files_of_one_name_in_a_list_get_names_of_their_own(server, folder):
    pages = [server.serve(f"/{i}/index.html", Resource(1000 + i, seed=str(i))) for i in range(8)]
    (folder / "list").write_text("".join(page.url + "\n" for page in pages))
    for _ in range(2):  # the second time nothing is left to do
        run_xget(["-i", "list", "--auto-rename", *QUICK], folder).expect(0)
        (folder / "list").rename(folder.parent / "list")
        files = list(folder.iterdir())
        (folder.parent / "list").rename(folder / "list")
        assert sorted(file.read_bytes() for file in files) == sorted(page.data for page in pages)


def test_asking_for_opposites_is_a_mistake(folder):
    run = run_xget(["http://127.0.0.1:1/x", "--auto-rename", "--overwrite"], folder)
    run.expect(Exit.USAGE)
    assert "contradicts" in run.err
