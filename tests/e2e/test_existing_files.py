"""Files that are there already: skipped, asked about under a condition, brought up to date."""

import email.utils
import hashlib
import os

import pytest

from support.answers import OLD_DATE, Resource, plain_answer
from support.command import QUICK, Exit, run_xget
from support.disks import disk_without_attributes, needs_root
from support.downloads import MIB, assert_complete, leave_partial
from support.twists import not_modified

SIZE = MIB + 3
OLD_TIME = email.utils.parsedate_to_datetime(OLD_DATE).timestamp()


@pytest.fixture
def page(server):
    return server.serve("/file.iso", Resource(SIZE))


def download(page, folder, *options, **more):
    return run_xget([page.url, *QUICK, *options], folder, **more)


def asked(page):
    """The requests since the last call."""
    requests = [seen.request for seen in page.requests]
    page.forget_log()
    return requests


def finished(page, folder, *options):
    download(page, folder, *options).expect(0)
    asked(page)
    return folder / "file.iso"


def conditions(request):
    return {name: request.header(name) for name in ("If-None-Match", "If-Modified-Since")
            if request.header(name)}


# ---- --skip-existing -------------------------------------------------------------------------


def test_what_is_whole_is_skipped_without_a_request(page, folder):
    finished(page, folder)
    run = download(page, folder, "--skip-existing").expect(0)
    assert asked(page) == []
    assert "nobody was asked" in run.err


def test_what_was_changed_since_or_came_from_elsewhere_is_asked_about(server, page, folder):
    path = finished(page, folder)
    other = server.serve("/other/file.iso", Resource(SIZE, seed="other"))
    download(other, folder, "--skip-existing").expect(Exit.EXISTS)
    assert asked(other), "its mark is of another URL"
    os.utime(path)
    download(page, folder, "--skip-existing").expect(Exit.EXISTS)
    assert path.read_bytes() == page.data


def test_a_url_with_a_secret_is_asked_about_since_secrets_tell_files_apart(server, folder):
    page = server.serve("/file.iso", Resource(SIZE))
    for token in ("one", "two"):
        run_xget([page.url + "?token=" + token, "--skip-existing", *QUICK], folder).expect(0)
    assert len(page.requests) == 2


def test_a_list_goes_on_with_what_is_missing(server, folder):
    pages = [server.serve(f"/skip{i}", Resource(100 + i, seed=f"s{i}", etag=None,
                                                last_modified=None)) for i in range(12)]
    (folder / "half").write_text("".join(page.url + "\n" for page in pages[:6]))
    (folder / "list").write_text("".join(page.url + "\n" for page in pages))
    run_xget(["-i", "half", *QUICK], folder).expect(0)
    counts = [len(page.requests) for page in pages]
    run_xget(["-i", "list", "--skip-existing", *QUICK], folder).expect(0)
    assert [len(p.requests) - before for p, before in zip(pages, counts)] == [0] * 6 + [1] * 6
    assert all((folder / f"skip{i}").read_bytes() == page.data for i, page in enumerate(pages))


def test_a_given_checksum_is_compared_all_the_same(page, folder):
    finished(page, folder)
    right = hashlib.sha256(page.data).hexdigest()
    run = download(page, folder, "--skip-existing", "--checksum", right).expect(0)
    assert "digest" in run.err and asked(page) == []
    download(page, folder, "--skip-existing", "--checksum", "0" * 64).expect(Exit.EXISTS)


# ---- asking under a condition, and -N --------------------------------------------------------


@pytest.mark.parametrize("etag", ["strong", None])
@pytest.mark.parametrize("option", [[], ["-N"]])
def test_the_same_version_is_asked_for_under_a_condition_and_left(page, folder, etag, option):
    page.resource = Resource(SIZE, etag=etag)
    page.behave(not_modified())
    path = finished(page, folder)
    before = path.stat()
    download(page, folder, *option).expect(0)
    (request,) = asked(page)
    assert conditions(request) == ({"If-None-Match": page.resource.etag_field()} if etag else
                                   {"If-Modified-Since": OLD_DATE})
    assert path.stat().st_ino == before.st_ino


def test_a_newer_version_replaces_the_file_and_without_N_does_not(page, folder):
    page.behave(not_modified())
    path = finished(page, folder)
    old = page.data
    page.resource = page.resource.next_version()
    download(page, folder).expect(Exit.EXISTS)
    assert path.read_bytes() == old
    run = download(page, folder, "-N").expect(0)
    assert_complete(path, page.data, run=run)
    assert path.stat().st_mtime == OLD_TIME + 86400


def test_the_old_version_stays_until_the_new_one_is_whole(page, folder):
    path = finished(page, folder)
    old = page.data
    page.resource = Resource(6 * MIB, version=1)
    leave_partial(page, path, 3 * MIB, "-N")
    assert path.read_bytes() == old
    assert_complete(path, page.data, run=download(page, folder, "-N").expect(0))


def test_a_304_that_names_another_version_is_not_believed(page, folder):
    path = finished(page, folder)
    page.resource = page.resource.next_version()

    def stale(exchange):
        if exchange.request.header("If-None-Match"):
            exchange.answer = plain_answer(304)
            exchange.answer.set("Content-Length", None)
            exchange.answer.set("ETag", page.resource.etag_field())

    page.behave(stale)
    assert_complete(path, page.data, run=download(page, folder, "-N").expect(0))


def test_a_file_of_another_program_is_left_if_it_is_as_long_and_no_older(page, folder):
    path = folder / "file.iso"
    path.write_bytes(page.data)
    run = download(page, folder, "-N").expect(0)
    assert "proves nothing" in run.err
    path.write_bytes(page.data[:-1])
    assert_complete(path, page.data, run=download(page, folder, "-N").expect(0))
    path.write_bytes(page.data)
    os.utime(path, (OLD_TIME - 1, OLD_TIME - 1))
    assert_complete(path, page.data, run=download(page, folder, "-N").expect(0))
    assert path.stat().st_mtime == OLD_TIME


def test_N_fetches_what_is_not_there(page, folder):
    assert_complete(folder / "file.iso", page.data, run=download(page, folder, "-N").expect(0))


# ---- file systems without attributes ---------------------------------------------------------


@needs_root
def test_a_file_system_without_attributes_has_the_record_kept_elsewhere(page, folder):
    with disk_without_attributes(folder / "plain") as disk:
        state = {"XDG_STATE_HOME": str(folder / "state")}
        download(page, disk, env=state).expect(0)
        with pytest.raises(OSError):
            os.getxattr(disk / "file.iso", "user.xget.origin")
        asked(page)
        for option in ([], ["-N"], ["--skip-existing"]):
            download(page, disk, *option, env=state).expect(0)
        assert [len(conditions(request)) for request in asked(page)] == [1, 1]
        download(page, disk, env={"XDG_STATE_HOME": str(folder / "other")}).expect(Exit.EXISTS)
    assert {oct(p.stat().st_mode & 0o777) for p in (folder / "state/xget").iterdir()} == {"0o600"}
