"""A disk whose sync fails and then claims success.

Table 2, "fdatasync or fsync fails": not retried, back to the last good checkpoint, the exit says
so. The kernel reports a lost page once; the pages count as clean then, and the next sync succeeds
although nothing of them is on the disk. Staged for real: an ext4 without a journal, on a loop
device over a file in a memory file system that is too small for it.
"""

import contextlib
import os
import pathlib
import subprocess

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.digests import ALGORITHMS
from support.disks import enlarge, make_image, needs_tools, small_disk
from support.downloads import (FREQUENT, MIB, assert_claims_are_true, assert_complete, partial,
                               sidecar)
from support.power import ShutdownDisk

SIZE = 12 * MIB + 3
ROOM = 6 * MIB               # what really fits
HEAD = 4 * MIB               # of the image, where the file system's own blocks are
RARE = ["--checkpoint-interval", "1h,1GiB"]     # the first sync is the last
PACE = 16 * MIB
MOST_REPORTS = 5             # what was lost by several writes may be told in several parts

pytestmark = needs_tools("ext4")


class LyingDisk(ShutdownDisk):
    """It has room for 64 MiB by its own account, and for ROOM in truth until heal()."""

    def __init__(self, memory, folder):
        super().__init__("ext4", memory / "image", folder)
        self._memory = memory
        make_image(self.image, "ext4", 64 * MIB, "-O", "^has_journal", "-b", "4096",
                   "-E", "lazy_itable_init=0", "-N", "64")
        # Only what files hold is to find no room.
        with open(self.image, "r+b") as image:
            os.posix_fallocate(image.fileno(), 0, HEAD)

    def mount(self):
        super().mount()
        # A page a request: of a longer one that finds room for its beginning alone Linux' loop
        # driver reports success, and no caller of fsync could know better.
        self._limit = self._queue_limit()
        self._usual = self._limit.read_text()
        self._limit.write_text("4")

    def unmount(self):
        self._limit.write_text(self._usual)
        super().unmount()

    def _queue_limit(self) -> pathlib.Path:
        device = os.stat(self.folder).st_dev
        number = f"{os.major(device)}:{os.minor(device)}"
        return pathlib.Path(f"/sys/dev/block/{number}/queue/max_sectors_kb")

    def heal(self):
        enlarge(self._memory, 128 * MIB)

    def forget_memory(self):
        """From here on only what is on the disk counts."""
        self.unmount()
        self.mount()


@contextlib.contextmanager
def lying_disk(folder):
    with small_disk(folder / "memory", ROOM) as memory:
        (folder / "disk").mkdir()
        disk = LyingDisk(memory, folder / "disk")
        try:
            disk.mount()
        except subprocess.CalledProcessError:
            pytest.skip("no loop device to mount")
        try:
            yield disk
        finally:
            disk.heal()   # or unmounting would complain
            disk.unmount()


@pytest.fixture
def disk(folder):
    with lying_disk(folder) as made:
        yield made


def download(page, path, *options):
    return run_xget([page.url, "-o", path, *QUICK, *options], "/")


def claims_success(descriptor: int) -> bool:
    with contextlib.suppress(OSError):
        os.fsync(descriptor)
        return True
    return False


def test_this_disk_does_lie(disk):
    """Otherwise the tests below would show nothing."""
    descriptor = os.open(disk.folder / "probe", os.O_CREAT | os.O_RDWR)
    try:
        os.pwrite(descriptor, b"x" * SIZE, 0)
        with pytest.raises(OSError):
            os.fsync(descriptor)
        assert any(claims_success(descriptor) for _ in range(MOST_REPORTS))
    finally:
        os.close(descriptor)
    disk.forget_memory()
    assert (disk.folder / "probe").read_bytes() != b"x" * SIZE


@pytest.mark.parametrize("way", ["full", "sparse", "none"])
@pytest.mark.parametrize("interval", [FREQUENT, RARE], ids=["many-syncs", "one-sync"])
@pytest.mark.parametrize("digest", [False, True], ids=["no-digest", "digest"])
def test_a_lost_page_is_no_success_and_the_restart_is_right(server, disk, way, interval, digest):
    page = server.serve("/file", Resource(SIZE), t.Pacer(PACE))
    options = ["--preallocate", way]
    if digest:
        options += ["--checksum", "sha256:" + ALGORITHMS["sha256"](page.data)]
    path = disk.folder / "file"
    run = download(page, path, *options, *interval).expect(Exit.DISK)
    assert not path.exists(), run
    disk.heal()
    disk.forget_memory()
    assert_claims_are_true(path, page.data, str(run))
    again = download(page, path, *options, *interval).expect(0)
    disk.forget_memory()
    assert_complete(path, page.data, run=again)


def test_the_restart_is_right_while_the_lost_pages_are_still_in_memory(server, disk):
    """They count as clean: who believed what can be read back would finish with holes."""
    page = server.serve("/file", Resource(SIZE), t.Pacer(PACE))
    path = disk.folder / "file"
    download(page, path, *FREQUENT).expect(Exit.DISK)
    download(page, path, *FREQUENT).expect(Exit.DISK)    # no better yet
    disk.heal()
    again = download(page, path, *FREQUENT).expect(0)
    disk.forget_memory()
    assert_complete(path, page.data, run=again)


def test_a_small_file_without_a_sidecar_is_no_success_either(server, disk):
    page = server.serve("/file", Resource(MIB - 1))
    with contextlib.suppress(OSError), open(disk.folder / "hog", "wb") as hog:
        hog.write(b"x" * SIZE)
        hog.flush()
        os.fsync(hog.fileno())
    path = disk.folder / "file"
    run = download(page, path).expect(Exit.DISK)
    assert not path.exists(), run
    disk.heal()
    (disk.folder / "hog").unlink()
    again = download(page, path).expect(0)
    disk.forget_memory()
    assert_complete(path, page.data, run=again)
    assert not partial(path).exists() and not sidecar(path).exists()
