"""Disks whose power a test can cut: what had not reached the device is gone after `restore()`.

Two ways. The shutdown ioctl of ext4 and XFS stops the file system at once, its log unflushed: only
what was synced, or happened to be written back, is on the device. btrfs has no such ioctl here, so
its device is copied instead: the image is a file on an XFS with reflinks, where a clone is one
atomic step that takes milliseconds. The copy is what a disk holds that loses its power but nothing
that it has acknowledged; what the kernel still kept in memory is not in it.
"""

import contextlib
import fcntl
import os
import pathlib
import struct
import subprocess

import pytest

from support.disks import SIZES, make_image, mounted, run, small_disk

_SHUTDOWN = 0x8004587D          # _IOR('X', 125, u32): ext4 and XFS
_NO_LOG_FLUSH = 2
_CLONE = 0x40049409             # _IOW(0x94, 9, int): FICLONE

_REFLINK_SIZE = 640 << 20


class _Disk:
    """A file system on a loop device, mounted at `folder`. Whoever works in it has ended before
    restore(), which mounts what the power cut has left."""

    def __init__(self, kind: str, image: pathlib.Path, folder: pathlib.Path):
        self.kind, self.image, self.folder = kind, image, folder

    def mount(self):
        run("mount", "-t", self.kind, "-o", "loop", self.image, self.folder)

    def unmount(self):
        run("umount", self.folder)

    def clear(self):
        """Removes all files for good: by the next power cut they would be back."""
        for entry in self.folder.iterdir():
            if entry.is_file():
                entry.unlink()
        run("sync", "-f", self.folder)


class ShutdownDisk(_Disk):
    way = "shutdown"

    def cut(self):
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, struct.pack("I", _NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def restore(self):
        self.unmount()
        self.mount()


class SnapshotDisk(_Disk):
    """The image stands on a file system that can clone."""

    way = "snapshot"

    @property
    def _copy(self) -> pathlib.Path:
        return self.image.with_name("cut")

    def cut(self):
        with open(self.image, "rb") as source, open(self._copy, "wb") as copy:
            fcntl.ioctl(copy, _CLONE, source.fileno())

    def restore(self):
        self.unmount()
        os.replace(self._copy, self.image)
        if self.kind == "btrfs":  # it remembers the newer generation under the same identity
            run("btrfs", "device", "scan", "--forget")
        self.mount()


@contextlib.contextmanager
def disk_with_a_switch(folder: pathlib.Path, kind: str, way: str):
    """`kind` ext4, xfs or btrfs; `way` "shutdown" or "snapshot"."""
    with contextlib.ExitStack() as stack:
        memory = stack.enter_context(small_disk(folder / "memory", 1 << 30))
        images = memory
        if way == "snapshot":
            images = folder / "images"
            images.mkdir()
            make_image(memory / "outer", "xfs", _REFLINK_SIZE, "-m", "reflink=1")
            stack.enter_context(mounted(images, "-o", "loop", memory / "outer"))
        image = images / "image"
        make_image(image, kind, SIZES[kind])
        (folder / "disk").mkdir()
        make_disk = ShutdownDisk if way == "shutdown" else SnapshotDisk
        disk = make_disk(kind, image, folder / "disk")
        try:
            disk.mount()
        except subprocess.CalledProcessError:
            pytest.skip(f"no loop device, or this kernel has no {kind}")
        try:
            yield disk
        finally:
            disk.unmount()
