"""A disk that is full in the middle of it all: what was recorded is kept and not fetched again.

Table 2, "a write fails or is short", on a real full disk.
"""

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.disks import enlarge, needs_root, small_disk
from support.downloads import (FREQUENT, KIB, MIB, SLACK_PER_CONNECTION,
                               assert_claims_are_true, assert_complete, claimed_ranges, partial)

SIZE = 10 * MIB + 3
CONNECTIONS = 2

pytestmark = needs_root


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE), t.Pacer(16 * MIB))


def download(page, path, *options):
    return run_xget([page.url, "-o", path, "-n", CONNECTIONS, *QUICK, *FREQUENT, *options],
                    path.parent)


@pytest.mark.parametrize("way", ["sparse", "none"])
def test_what_was_recorded_before_the_disk_was_full_is_not_fetched_again(page, folder, way):
    with small_disk(folder / "small", 5 * MIB) as disk:
        path = disk / "file"
        run = download(page, path, "--preallocate", way).expect(Exit.DISK)
        assert not path.exists() and "space" in run.err.lower(), run
        assert "kept:" in run.err and "to go on:" in run.err, run
        assert_claims_are_true(path, page.data)
        kept = sum(end - begin for begin, end in claimed_ranges(path))
        assert kept >= 2 * MIB, f"{kept} bytes of five megabytes\n{run}"

        enlarge(disk, 24 * MIB)
        page.forget_log()
        again = download(page, path).expect(0)
        assert_complete(path, page.data, run=again)
        assert page.body_bytes <= SIZE - kept + CONNECTIONS * SLACK_PER_CONNECTION, again


def test_no_room_for_the_rest_of_an_adopted_file_leaves_it_as_it_was(page, folder):
    with small_disk(folder / "disk", 6 * MIB) as disk:
        path = disk / "file"
        path.write_bytes(page.data[:2 * MIB])
        download(page, path, "--resume").expect(Exit.DISK)
        assert path.read_bytes() == page.data[:2 * MIB]
        assert [entry.name for entry in disk.iterdir() if entry.is_file()] == ["file"]


def test_still_full_in_the_next_run_loses_nothing(page, folder):
    with small_disk(folder / "small", 5 * MIB) as disk:
        path = disk / "file"
        download(page, path, "--preallocate", "none").expect(Exit.DISK)
        before = claimed_ranges(path)
        run = download(page, path, "--preallocate", "none").expect(Exit.DISK)
        assert not path.exists(), run
        for begin, end in before:
            assert any(b <= begin and end <= e for b, e in joined(claimed_ranges(path))), run
        enlarge(disk, 24 * MIB)
        again = download(page, path).expect(0)
        assert_complete(path, page.data, run=again)


def joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if result and result[-1][1] >= begin:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((begin, end))
    return result


@pytest.mark.parametrize("way", ["full", "none"])
@pytest.mark.parametrize("room", [{"size": 32 * KIB}, {"size": MIB, "names": 2}],
                         ids=["no-room-for-bytes", "no-room-for-the-sidecar"])
def test_full_before_anything_is_recorded(page, folder, way, room):
    with small_disk(folder / "small", **room) as disk:
        path = disk / "file"
        run = download(page, path, "--preallocate", way).expect(Exit.DISK)
        assert "space" in run.err.lower(), run
        assert not list(disk.iterdir()), f"nothing of use is left, so nothing should be\n{run}"
        enlarge(disk, 24 * MIB)
        again = download(page, path, "--preallocate", way).expect(0)
        assert_complete(path, page.data, run=again)


@pytest.mark.parametrize("way", ["sparse", "none"])
def test_what_arrived_before_anything_could_be_recorded_is_said_to_be_lost(page, folder, way):
    with small_disk(folder / "small", 3 * MIB) as disk:
        rarely = ["--checkpoint-interval", "1h,1GiB", "--preallocate", way]
        run = download(page, disk / "file", *rarely).expect(Exit.DISK)
        assert "could not be recorded and is lost" in run.err, run
        assert "kept: nothing of this run" in run.err and "to go on:" in run.err, run
        assert not list(disk.iterdir()), run


def test_no_room_for_the_sidecar_elsewhere(page, folder):
    with small_disk(folder / "checkpoints", MIB, names=1) as disk:
        path = folder / "file"
        run = download(page, path, "--checkpoint-dir", disk).expect(Exit.DISK)
        assert str(disk) in run.err and not path.exists() and not partial(path).exists(), run
        enlarge(disk, MIB)
        again = download(page, path, "--checkpoint-dir", disk).expect(0)
        assert_complete(path, page.data, run=again)
        assert not list(disk.iterdir())


def test_a_stream_into_a_full_disk_fails(page, folder):
    with small_disk(folder / "small", MIB) as disk:
        with open(disk / "out", "wb") as out:
            run = run_xget([page.url, "-o", "-", *QUICK], folder, stdout=out)
        assert "space" in run.expect(Exit.DISK).err.lower(), run
        held = (disk / "out").read_bytes()
        assert held == page.data[:len(held)]
