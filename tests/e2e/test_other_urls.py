"""A validator names a version of one resource (RFC 9110 section 8.8.3): what another URL calls by
the same one, as nginx does with files of one size and time, may be another file."""

import dataclasses
import time

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.downloads import (MIB, assert_complete, leave_partial, old, partial, sidecar)
from support.twists import Gate

SIZE = 6 * MIB + 5
KEEP = 3 * MIB
SAME_TAGS = {
    "etag": Resource(SIZE, etag='"6ae68100-1400000"', last_modified=None),
    "date": Resource(SIZE, etag=None),
    "both": Resource(SIZE, etag='"6ae68100-1400000"'),
}


@pytest.fixture(params=SAME_TAGS)
def this(request):
    return SAME_TAGS[request.param]


def other_than(resource: Resource) -> Resource:
    return dataclasses.replace(resource, seed="other")


def download(page, path, *options):
    return run_xget([page.url, "-o", path, *QUICK, *options], path.parent)


@pytest.mark.parametrize("options", [[], ["--strict"]], ids=["", "strict"])
def test_a_finished_file_is_not_taken_for_another_url_s(server, path, this, options):
    one, other = server.serve("/one/file", this), server.serve("/other/file", other_than(this))
    download(one, path).expect(0)
    run = download(other, path, *options).expect(Exit.EXISTS)
    assert path.read_bytes() == one.data
    assert "--checksum" in run.err, run
    download(one, path).expect(0)


def test_a_partial_is_not_completed_with_another_url_s_bytes(server, path, this):
    one, other = server.serve("/one/file", this), server.serve("/other/file", other_than(this))
    leave_partial(one, path, KEEP)
    run = download(other, path).expect(Exit.EXISTS)
    assert one.url in run.err and "another file" in run.err and "--no-resume" in run.err, run
    assert not path.exists() and not old(path).exists()
    run = download(one, path).expect(0)
    assert_complete(path, one.data, run=run)
    assert one.body_bytes < SIZE - MIB, "what was kept is still there"


@pytest.mark.parametrize("size", [SIZE, SIZE + 1], ids=["same size", "other size"])
def test_a_partial_is_left_alone_by_another_url_that_has_no_ranges(server, path, this, size):
    """Nothing of it could be used, and all of it would be lost to its own URL."""
    one = server.serve("/one/file", this)
    other = server.serve("/other/file", dataclasses.replace(this, size=size), t.whole())
    leave_partial(one, path, KEEP)
    run = download(other, path).expect(Exit.EXISTS)
    assert one.url in run.err and other.url in run.err and "--no-resume" in run.err, run
    assert not path.exists() and not old(path).exists()
    run = download(one, path).expect(0)
    assert_complete(path, one.data, run=run)
    assert one.body_bytes < SIZE - MIB, "what was kept is still there"


def test_with_strict_equal_tags_of_another_url_prove_nothing(server, path, this):
    one, other = server.serve("/one/file", this), server.serve("/other/file", this)
    leave_partial(one, path, KEEP)
    download(other, path, "--strict").expect(Exit.NOT_PROVEN)
    run = download(one, path, "--strict").expect(0)
    assert_complete(path, one.data, run=run)


def test_the_same_bytes_at_another_url_are_gone_on_with_and_called_not_proven(server, path, this):
    one, other = server.serve("/one/file", this), server.serve("/other/file", this)
    leave_partial(one, path, KEEP)
    run = download(other, path).expect(0)
    assert_complete(path, one.data, run=run)
    assert "agrees in samples" in run.err, run
    assert other.body_bytes < SIZE - MIB


def test_a_whole_partial_is_not_finished_for_another_url(server, path):
    """A kill came between the last byte and the rename."""
    this = SAME_TAGS["both"]
    one, other = server.serve("/one/file", this), server.serve("/other/file", other_than(this))
    leave_partial(one, path, KEEP)
    whole_but_unnamed(one, path)
    run = download(other, path).expect(Exit.EXISTS)
    assert not path.exists(), run
    run = download(one, path).expect(0)
    assert_complete(path, one.data, run=run)


def whole_but_unnamed(page, path):
    """Every byte arrives, and what stands at the target meanwhile keeps the name."""
    page.gate = Gate(SIZE // 2)
    page.behave(page.gate)
    with start_xget([page.url, "-o", path, *QUICK], path.parent) as child:
        wait_until(page.gate.reached.is_set, "the server stalls")
        path.write_bytes(b"in the way")
        page.gate.open()
        child.wait().expect(Exit.EXISTS)
    path.unlink()
    page.behave()


def test_another_size_at_another_url_costs_nothing_of_what_is_kept(server, path):
    one = server.serve("/one/file", Resource(SIZE))
    other = server.serve("/other/file", Resource(SIZE + MIB, seed="other"))
    leave_partial(one, path, KEEP)
    download(other, path).expect(Exit.EXISTS)
    assert partial(path).exists() and sidecar(path).exists() and not old(path).exists()
    run = download(other, path, "--no-resume").expect(0)
    assert_complete(path, other.data, run=run)


def leave_partial_behind(redirecting, target, path):
    target.gate = Gate(KEEP)
    target.behave(target.gate)
    with start_xget([redirecting.url, "-o", path, *QUICK, "--stall-timeout", "1m",
                     "--checkpoint-interval", "50ms"], path.parent) as child:
        wait_until(target.gate.reached.is_set, "the server stalls")
        time.sleep(0.2)
        child.interrupt()
        child.wait().expect(Exit.INTERRUPTED)
    target.server.drop_connections()
    target.behave()
    target.forget_log()


def test_a_redirect_that_leads_to_another_file_with_the_same_tag_is_noticed(server, path, this):
    first, second = server.serve("/v1/file", this), server.serve("/v2/file", other_than(this))
    front = server.serve("/file", Resource(), t.redirect("/v1/file"))
    leave_partial_behind(front, first, path)
    front.behave(t.redirect("/v2/file"))
    run = download(front, path).expect(0)
    assert_complete(path, second.data, run=run)
    assert "changed" in run.err, run


def test_a_redirect_that_is_signed_anew_leads_to_the_same_file(server, path):
    store = server.serve("/bucket/key", SAME_TAGS["etag"])
    front = server.serve("/file", Resource(), t.redirect(
        "/bucket/key?X-Amz-Date=20260101T000000Z&X-Amz-Signature=aaaa"))
    leave_partial_behind(front, store, path)
    front.behave(t.redirect("/bucket/key?X-Amz-Date=20260102T000000Z&X-Amz-Signature=bbbb"))
    run = download(front, path, "--strict").expect(0)
    assert_complete(path, store.data, run=run)
    assert store.body_bytes < SIZE - MIB
    assert "ETag" in run.err, run


def test_what_was_moved_is_gone_on_with(server, path, folder):
    """Both files, to a larger disk: their digests show what they are."""
    page = server.serve("/file", Resource(SIZE))
    leave_partial(page, path, KEEP)
    there = folder / "larger" / path.name
    there.parent.mkdir()
    partial(there).write_bytes(partial(path).read_bytes())
    sidecar(there).write_bytes(sidecar(path).read_bytes())
    run = download(page, there).expect(0)
    assert_complete(there, page.data, run=run)
    assert page.body_bytes < SIZE - MIB, run
