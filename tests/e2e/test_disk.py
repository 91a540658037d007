"""Disks that are full, read-only, missing or booby-trapped."""

import contextlib
import os
import resource

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.disks import enlarge, mounted, needs_root, small_disk
from support.downloads import FREQUENT, MIB, assert_complete, leave_partial, partial, sidecar

SIZE = 6 * MIB + 3
not_as_root = pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
ALL_WAYS = pytest.mark.parametrize("way", ["full", "sparse", "none"])


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def download(page, path, *options, **more):
    return run_xget([page.url, "-o", path, *QUICK, *FREQUENT, *options], path.parent, **more)


# ---- no space --------------------------------------------------------------------------------


@needs_root
@ALL_WAYS
def test_a_full_disk_keeps_what_was_written(page, folder, way):
    with small_disk(folder / "small", 4 * MIB) as disk:
        path = disk / "file"
        run = download(page, path, "--preallocate", way).expect(Exit.DISK)
        assert not path.exists()
        assert "space" in run.err.lower(), run
        assert not list(disk.glob("*.tmp")), "it would take the room that is missing"
        enlarge(disk, 16 * MIB)
        again = download(page, path, "--preallocate", way).expect(0)
        assert_complete(path, page.data, run=again)


@needs_root
@ALL_WAYS
def test_a_disk_that_fills_up_between_two_runs(page, folder, way):
    with small_disk(folder / "small", 16 * MIB) as disk:
        path = disk / "file"
        leave_partial(page, path, 3 * MIB, "--preallocate", "sparse")
        hog = disk / "hog"
        with contextlib.suppress(OSError), open(hog, "wb") as file:
            while True:
                file.write(bytes(4096))
                file.flush()
        run = download(page, path, "--preallocate", way)
        assert run.code in (0, Exit.DISK), run
        hog.unlink()
        again = download(page, path).expect(0)
        assert_complete(path, page.data, run=again)


@ALL_WAYS
def test_a_limit_on_file_sizes(page, path, way):
    """EFBIG, and the signal that comes with it."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MIB, 2 * MIB))

    download(page, path, "--preallocate", way, preexec=limit).expect(Exit.DISK)
    assert not path.exists()
    assert_complete(path, page.data, run=download(page, path).expect(0))


@ALL_WAYS
def test_preallocation_as_told(page, path, way):
    assert_complete(path, page.data, run=download(page, path, "--preallocate", way).expect(0))


def test_sparse_files_stay_sparse_until_written(page, path):
    leave_partial(page, path, MIB, "--preallocate", "sparse", "-n", "1")
    assert partial(path).stat().st_blocks * 512 < 4 * MIB


# ---- folders ---------------------------------------------------------------------------------


def refused_before_any_request(page, path, *options, codes=(Exit.DISK, Exit.USAGE)):
    run = download(page, path, *options)
    assert run.code in codes, run
    assert not page.requests, "the disk's no comes before the first request"
    return run


def test_a_missing_folder_is_made(page, folder):
    run = run_xget([page.url, "-o", folder / "missing" / "file", *QUICK], folder).expect(0)
    assert_complete(folder / "missing" / "file", page.data, run=run)


def test_a_folder_that_cannot_be_made(page, folder):
    (folder / "file").write_bytes(b"")
    run = run_xget([page.url, "-d", folder / "file", *QUICK], folder).expect(Exit.DISK)
    assert not page.requests and "Not a directory" in run.err


@not_as_root
def test_a_read_only_folder(page, path, folder):
    folder.chmod(0o555)
    refused_before_any_request(page, path)


@needs_root
def test_a_read_only_file_system(page, folder):
    disk = folder / "disk"
    disk.mkdir()
    with mounted(disk, "-t", "tmpfs", "-o", "ro", "tmpfs"):
        refused_before_any_request(page, disk / "file")


def test_the_target_is_a_folder(page, path):
    path.mkdir()
    run = download(page, path)
    assert run.code in (Exit.DISK, Exit.USAGE, Exit.EXISTS), run
    assert path.is_dir()


def test_a_file_where_a_folder_should_be(page, folder):
    (folder / "plain").write_text("x")
    run = run_xget([page.url, "-o", folder / "plain" / "file", *QUICK], folder)
    assert run.code in (Exit.DISK, Exit.USAGE), run


def test_a_name_that_is_too_long(page, folder):
    run = run_xget([page.url, "-o", folder / ("n" * 256), *QUICK], folder)
    assert run.code in (Exit.DISK, Exit.USAGE), run
    assert not page.requests


@pytest.mark.parametrize("length", [240, 243, 247])
def test_a_name_whose_helpers_are_too_long(page, folder, length):
    """FILE fits, FILE.partial.json may not: known before the first byte, or worked around."""
    path = folder / ("n" * length)
    run = run_xget([page.url, "-o", path, *QUICK], folder)
    assert run.code in (0, Exit.DISK, Exit.USAGE), run
    if run.code == 0:
        assert_complete(path, page.data, run=run)
    else:
        assert not page.requests


# ---- traps -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["file.partial", "file.partial.json", "file"])
@pytest.mark.parametrize("dangling", [False, True], ids=["to-a-file", "dangling"])
def test_a_symbolic_link_in_the_way_is_not_followed(page, path, folder, name, dangling):
    victim = folder / "victim"
    if not dangling:
        victim.write_bytes(b"precious")
    (folder / name).symlink_to(victim)
    run = download(page, path)
    assert run.code in (0, Exit.DISK, Exit.EXISTS, Exit.USAGE), run
    if dangling:
        assert not victim.exists(), "something was written through the link"
    else:
        assert victim.read_bytes() == b"precious"
    if run.code == 0:
        assert path.read_bytes() == page.data


def test_overwrite_replaces_a_link_and_not_what_it_points_to(page, path, folder):
    victim = folder / "victim"
    victim.write_bytes(b"precious")
    path.symlink_to(victim)
    run = download(page, path, "--overwrite")
    assert run.code in (0, Exit.DISK, Exit.EXISTS, Exit.USAGE), run
    assert victim.read_bytes() == b"precious"


def test_a_partial_with_a_second_name_is_not_written_to(page, path, folder):
    precious = folder / "precious"
    precious.write_bytes(b"p" * SIZE)
    os.link(precious, partial(path))
    run = download(page, path)
    assert run.code in (0, Exit.DISK, Exit.EXISTS), run
    assert precious.read_bytes() == b"p" * SIZE


def test_a_fifo_in_the_way_does_not_block(page, path):
    os.mkfifo(partial(path))
    run = download(page, path, timeout=20).expect(Exit.DISK)
    assert "move it away" in run.err and "to go on" not in run.err


def test_a_folder_in_the_way_of_the_sidecar(page, path):
    sidecar(path).mkdir()
    run = download(page, path)
    assert run.code in (0, Exit.DISK, Exit.EXISTS), run


def test_a_sidecar_whose_partial_is_gone(page, path):
    leave_partial(page, path, 3 * MIB)
    partial(path).unlink()
    assert_complete(path, page.data, run=download(page, path).expect(0))
