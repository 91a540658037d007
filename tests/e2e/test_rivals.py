"""Others at work in the same folder while a download runs: another xget, or somebody's hands."""

import shutil

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget, wait_until
from support.downloads import MIB, assert_complete, partial, sidecar, start_and_stall

SIZE = 6 * MIB + 3


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def download(page, path, *options):
    return run_xget([page.url, "-o", path, *QUICK, *options], path.parent)


@pytest.mark.parametrize("option", ["--no-resume", "--overwrite", "--resume", "--no-overwrite"])
def test_a_second_process_takes_nothing_away_whatever_it_is_told(page, path, option):
    with start_and_stall(page, path, MIB) as first:
        inode = partial(path).stat().st_ino
        download(page, path, option).expect(Exit.EXISTS)
        assert partial(path).stat().st_ino == inode and sidecar(path).exists()
        page.gate.open()
        run = first.wait().expect(0)
    assert_complete(path, page.data, run=run)


def test_a_file_that_appears_meanwhile_is_not_replaced(page, path):
    with start_and_stall(page, path, 3 * MIB) as child:
        path.write_bytes(b"mine")
        page.gate.open()
        run = child.wait().expect(Exit.EXISTS)
    assert path.read_bytes() == b"mine" and partial(path).exists()
    assert "--overwrite" in run.err
    path.unlink()
    page.behave()
    page.forget_log()
    again = download(page, path).expect(0)
    assert_complete(path, page.data, run=again)
    assert page.body_bytes < 2 * MIB, "nearly all was there already"


def test_a_file_that_appears_meanwhile_is_replaced_if_told_so(page, path):
    with start_and_stall(page, path, 3 * MIB, "--overwrite") as child:
        path.write_bytes(b"mine")
        page.gate.open()
        run = child.wait().expect(0)
    assert_complete(path, page.data, run=run)


def test_a_partial_that_is_replaced_meanwhile_does_not_become_the_file(page, path):
    with start_and_stall(page, path, 3 * MIB) as child:
        partial(path).unlink()
        partial(path).write_bytes(b"theirs")
        page.gate.open()
        child.wait().expect(Exit.DISK)
    assert not path.exists() and partial(path).read_bytes() == b"theirs"
    page.behave()
    assert download(page, path).code == 0
    assert path.read_bytes() == page.data


def removed(folder) -> bool:
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def test_a_folder_that_goes_away_is_an_error(page, folder):
    path = folder / "inside" / "file"
    path.parent.mkdir()
    with start_and_stall(page, path, 3 * MIB) as child:
        wait_until(lambda: removed(path.parent), "no checkpoint is in the way")
        page.gate.open()
        child.wait().expect(Exit.DISK)
    assert not path.parent.exists()
