"""The resource is another version than the bytes that are held."""

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, wait_until
from support.downloads import (MIB, assert_complete, leave_partial, mark, old, partial,
                               start_and_stall)

SIZE = 6 * MIB + 5
KINDS = {
    "strong": Resource(SIZE),
    "strong etag alone": Resource(SIZE, last_modified=None),
    "date alone": Resource(SIZE, etag=None),
    "weak": Resource(SIZE, etag="weak"),
    "weak alone": Resource(SIZE, etag="weak", last_modified=None),
    "none": Resource(SIZE, etag=None, last_modified=None),
}
PROVEN = ["strong", "strong etag alone", "date alone"]


def download(page, path, *options):
    return run_xget([page.url, "-o", path, *QUICK, *options], path.parent)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [SIZE, SIZE - MIB, SIZE + MIB], ids=["same", "shorter", "longer"])
def test_changed_between_two_runs(server, path, kind, size):
    page = server.serve("/file", KINDS[kind])
    leave_partial(page, path, 3 * MIB)
    page.resource = page.resource.next_version(size=size)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert "changed" in run.err.lower() or kind == "none", run


@pytest.mark.parametrize("kind", KINDS)
def test_unchanged_between_two_runs(server, path, kind):
    page = server.serve("/file", KINDS[kind])
    leave_partial(page, path, 3 * MIB)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    if kind in PROVEN:
        assert not old(path).exists() and page.body_bytes < SIZE - MIB


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("connections", [1, 4])
def test_changed_in_the_middle(server, path, kind, connections):
    """Whatever the validators: one version, whole, or an honest error."""
    page = server.serve("/file", KINDS[kind], t.when(t.from_byte(2 * MIB), t.next_version()),
                        t.cut(MIB, "rst"))
    first, second = page.data, page.resource.next_version().data
    run = download(page, path, "-n", connections)
    if kind != "none":
        assert run.code in (0, 3, 4, 7), run
    if run.code == 0 and kind != "none":
        assert_complete(path, first, second, run=run)


def test_the_old_partial_stands_aside_until_the_new_version_is_whole(server, path):
    page = server.serve("/file", KINDS["strong"])
    leave_partial(page, path, 3 * MIB)
    before = partial(path).read_bytes()
    page.resource = page.resource.next_version()
    with start_and_stall(page, path, MIB) as child:
        wait_until(old(path).exists, "the old partial is set aside")
        assert old(path).read_bytes() == before
        assert partial(path).exists() and not path.exists()
        page.gate.open()
        run = child.wait().expect(0)
    assert_complete(path, page.data, run=run)
    assert "changed" in run.err.lower()


def test_a_whole_download_that_is_called_like_the_old_partial_stays(server, path):
    """Whether it is in the way of an old version or not."""
    other = server.serve("/other", KINDS["strong"])
    download(other, old(path)).expect(0)
    page = server.serve("/file", KINDS["strong"])
    download(page, path).expect(0)
    assert path.read_bytes() == page.data and old(path).read_bytes() == other.data

    path.unlink()
    leave_partial(page, path, 3 * MIB)
    before = partial(path).read_bytes()
    page.resource = page.resource.next_version()
    run = download(page, path).expect(Exit.DISK)
    assert str(old(path)) in run.err and "move it away" in run.err
    assert old(path).read_bytes() == other.data and partial(path).read_bytes() == before

    old(path).rename(path.with_name("elsewhere"))
    assert_complete(path, page.data, run=download(page, path).expect(0))


def test_an_old_partial_that_the_user_exchanged_is_the_user_s(server, path):
    page = server.serve("/file", KINDS["strong"])
    leave_partial(page, path, 3 * MIB)
    page.resource = page.resource.next_version()
    leave_partial(page, path, 2 * MIB)
    old(path).unlink()
    old(path).write_bytes(b"mine")
    download(page, path).expect(0)
    assert path.read_bytes() == page.data and old(path).read_bytes() == b"mine"
    assert not mark(path).exists()


def test_a_new_version_that_is_interrupted_too(server, path):
    page = server.serve("/file", KINDS["strong"])
    leave_partial(page, path, 3 * MIB)
    page.resource = page.resource.next_version()
    leave_partial(page, path, 2 * MIB)
    page.resource = page.resource.next_version()
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)


@pytest.mark.parametrize("kind", ["strong", "weak", "date alone"])
def test_on_change_fail_stops_and_keeps(server, path, kind):
    page = server.serve("/file", KINDS[kind])
    leave_partial(page, path, 3 * MIB)
    before = partial(path).read_bytes()
    page.resource = page.resource.next_version()
    download(page, path, "--on-change", "fail").expect(Exit.CHANGED)
    assert partial(path).read_bytes() == before
    assert not path.exists() and not old(path).exists()


def test_on_change_fail_in_the_middle(server, path):
    page = server.serve("/file", KINDS["strong"], t.when(t.from_byte(2 * MIB), t.next_version()),
                        t.cut(MIB, "rst"))
    download(page, path, "--on-change=fail").expect(Exit.CHANGED)
    assert not path.exists()


def test_gone_back_to_the_old_version(server, path):
    """A bad deployment, rolled back while xget was not looking."""
    page = server.serve("/file", KINDS["strong"])
    original = page.resource
    leave_partial(page, path, 3 * MIB)
    page.resource = original.next_version()
    leave_partial(page, path, 2 * MIB)
    page.resource = original
    run = download(page, path).expect(0)
    assert_complete(path, original.data, run=run)


def test_what_an_earlier_run_set_aside_goes_once_the_file_is_there(server, path):
    """A kill may come between the last rename and the removal."""
    page = server.serve("/file", KINDS["strong"])
    leave_partial(page, path, 3 * MIB)
    page.resource = page.resource.next_version()
    leave_partial(page, path, 2 * MIB)
    removed_last = [old(path), mark(path)]
    for name in removed_last:
        path.with_name(name.name + ".kept").hardlink_to(name)
    download(page, path).expect(0)
    for name in removed_last:
        path.with_name(name.name + ".kept").rename(name)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
