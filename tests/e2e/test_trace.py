"""--trace: a timeline of what was fetched, by which connection, and why it ended."""

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import KIB, MIB, assert_complete, start_and_stall
from support.timelines import Timeline

SIZE = 6 * MIB + 5
RESOURCE = Resource(SIZE)


def trace(page, path, *options, code=0):
    file = path.parent / "timeline"
    run = run_xget([page.url, "-o", path, "--trace", file, *QUICK, *options], path.parent)
    run.expect(code)
    return run, Timeline(file)


@pytest.mark.parametrize("connections", ["1", "5", "auto"])
def test_segments_cover_every_byte(server, path, connections):
    page = server.serve("/file", RESOURCE)
    run, timeline = trace(page, path, "-n", connections)
    assert_complete(path, page.data, run=run)
    assert timeline.covered() == [(0, SIZE)]
    assert timeline.stages == ["arrive", "download", "finish"]
    assert all(one.told["mirror"] == page.url for one in timeline.segments)
    if connections != "auto":
        assert len({one.track for one in timeline.segments}) <= int(connections)


def test_what_fails_is_there_with_its_cause(server, path):
    page = server.serve("/file", RESOURCE, t.when(t.every(3), t.cut(100_000, "rst")))
    run, timeline = trace(page, path, "-n", "4")
    assert_complete(path, page.data, run=run)
    assert timeline.covered() == [(0, SIZE)]
    failed = [one for one in timeline.segments if one.told["how"] == "cut short"]
    assert failed and all(one.told["cause"] for one in failed), timeline.text


def test_waits_are_marked(server, path):
    page = server.serve("/file", RESOURCE, t.when(t.first(2), t.busy(503)))
    run, timeline = trace(page, path)
    assert_complete(path, page.data, run=run)
    assert [mark["url"] for mark in timeline.marks("retry")] == [page.url] * 2


def test_an_interrupted_run_leaves_a_whole_timeline(server, path):
    page = server.serve("/file", RESOURCE)
    file = path.parent / "timeline"
    with start_and_stall(page, path, 2 * MIB, "-n", "3", "--trace", file) as child:
        child.interrupt()
        child.wait(10).expect(Exit.INTERRUPTED)
    timeline = Timeline(file)
    assert timeline.stages[-1] == "stop"
    brought = sum(end - begin for begin, end in timeline.covered())
    assert 0 < brought <= page.body_bytes


def test_no_secret_is_in_it(server, path):
    page = server.serve("/file", RESOURCE, t.when(t.every(4), t.cut(100_000, "rst")))
    given = page.url.replace("http://", "http://someone:hunter2@") + "?X-Amz-Signature=hunter3"
    file = path.parent / "timeline"
    run_xget([given, "-o", path, "--trace", file, "-H", "X-Key: hunter4", "-n", "3", *QUICK],
             path.parent).expect(0)
    timeline = Timeline(file)
    assert timeline.segments
    assert "hunter" not in timeline.text


def finished(timeline) -> tuple[int, int]:
    """Received and wasted bytes."""
    [mark] = timeline.marks("finished")
    return mark["received"], mark["wasted"]


class Flagging:
    """Holds one answer to `rate` bytes a second once `fast` bytes of it are sent."""

    def __init__(self, fast: int, rate: float):
        self._fast, self._rate, self._slow = fast, rate, False

    def __call__(self, x):
        x.answer.gate = x.answer.pacer = self

    def allow(self, count: int) -> int:
        self._slow = self._fast == 0
        if self._slow:
            return min(count, 256)
        allowed = min(count, self._fast)
        self._fast -= allowed
        return allowed

    def reserve(self, count: int) -> float:
        return count / self._rate if self._slow else 0


def test_what_a_hedge_brings_twice_is_counted(server, path):
    # So little of its range is left that it is not worth being split.
    flags = t.when(lambda x: x.number == 2, Flagging(MIB - 90 * KIB, 64 * KIB))
    page = server.serve("/file", RESOURCE, t.rate(2 * MIB), flags)
    run, timeline = trace(page, path, "-n", "4", "-v")
    assert_complete(path, page.data, run=run)
    assert any("hedge_of" in one.told for one in timeline.segments), timeline.text
    received, wasted = finished(timeline)
    assert wasted > 0
    assert received - wasted == SIZE
    assert received <= page.body_bytes
    assert "of it in vain" in run.err


@pytest.mark.parametrize("etag", ["strong", None], ids=["skipped", "started-again"])
def test_what_a_restart_brings_twice_is_counted(server, path, etag):
    resource = Resource(SIZE, etag=etag, last_modified=None)
    page = server.serve("/file", resource, t.whole(), t.when(t.first(1), t.cut(MIB, "rst")))
    run, timeline = trace(page, path)
    assert_complete(path, page.data, run=run)
    received, wasted = finished(timeline)
    assert received - wasted == SIZE
    assert 0 < wasted <= MIB


def test_nothing_is_wasted_where_one_response_brings_all(server, path):
    page = server.serve("/file", RESOURCE)
    _, timeline = trace(page, path, "-n", "1")
    assert finished(timeline) == (SIZE, 0)


def test_a_trace_that_cannot_be_written_is_said(server, path):
    page = server.serve("/file", RESOURCE)
    missing = path.parent / "no" / "timeline"
    run_xget([page.url, "-o", path, "--trace", missing], path.parent).expect(Exit.USAGE)
    assert not path.exists() and not page.requests
    run = run_xget([page.url, "-o", path, "--trace", "/dev/full"], path.parent).expect(Exit.DISK)
    assert "trace" in run.err
    assert_complete(path, page.data, run=run)
