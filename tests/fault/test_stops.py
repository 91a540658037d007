"""Signals and kills in the stages that only read the disk: the check of kept bytes, the digest of
the whole file, the rename. strace makes each read slow, so that a stage lasts long enough."""

import signal
import time

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.digests import ALGORITHMS
from support.downloads import MIB, assert_complete, partial, sidecar
from support.tracing import TRACED, delayed, needs_strace, stopping_at

SIZE = 33 * MIB + 3      # more than the hashing worker reads in one task
SMALL = 4 * MIB + 3
READS = SIZE // (256 << 10)
TWO_REQUESTS = 0.3       # seconds between signals that are meant as two

pytestmark = needs_strace


def digest(data: bytes) -> list[str]:
    return ["--checksum", "sha256:" + ALGORITHMS["sha256"](data)]


def leave_whole_partial(page, path):
    """All bytes are there and recorded: whoever goes on has to read them, and no more."""
    run_xget([page.url, "-o", path, *QUICK, *digest(b"another")], path.parent).expect(Exit.CHECKSUM)
    assert partial(path).stat().st_size == page.resource.size
    page.forget_log()


class SlowReads:
    """A resumed download whose reads are delayed and counted."""

    def __init__(self, page, path, *options, milliseconds: int = 8):
        self._trace = path.parent / "reads"
        self.child = start_xget(
            [page.url, "-o", path, *QUICK, *options], path.parent, env=TRACED,
            wrapper=delayed("pread64", milliseconds, log=self._trace))

    def count(self) -> int:
        return self._trace.read_text().count("pread64(") if self._trace.exists() else 0

    def wait_for(self, count: int):
        wait_until(lambda: self.count() >= count or not self.child.running, "it reads", 30)
        assert self.child.running, f"it ended after {self.count()} reads"


def go_on(page, path, *options):
    run = run_xget([page.url, "-o", path, *QUICK, *options], path.parent).expect(0)
    assert_complete(path, page.data, run=run)


# ---- kept bytes are checked ------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP],
                         ids=lambda number: number.name)
def test_a_signal_while_kept_bytes_are_checked_does_not_wait_for_the_rest(server, path, number):
    page = server.serve("/file", Resource(SIZE))
    leave_whole_partial(page, path)
    reading = SlowReads(page, path, milliseconds=4)
    with reading.child as child:
        reading.wait_for(5)
        child.interrupt(number)
        run = child.wait(20).expect(Exit.INTERRUPTED)
    assert reading.count() < READS, "all was read before it left"
    assert partial(path).read_bytes() == page.data and sidecar(path).exists() and not path.exists()
    assert "to go on:" in run.err
    go_on(page, path)


def test_a_second_signal_while_kept_bytes_are_checked_leaves_at_once(server, path):
    page = server.serve("/file", Resource(SIZE))
    leave_whole_partial(page, path)
    reading = SlowReads(page, path)
    with reading.child as child:
        reading.wait_for(5)
        child.interrupt(signal.SIGHUP)
        time.sleep(TWO_REQUESTS)
        child.interrupt(signal.SIGHUP)
        child.wait(20).expect(Exit.INTERRUPTED)
    assert reading.count() < READS
    assert partial(path).read_bytes() == page.data and sidecar(path).exists() and not path.exists()
    go_on(page, path)


# ---- the digest of a file that was there before is checked ------------------------------------


def test_a_signal_while_an_existing_file_is_checked_leaves_it_alone(server, path):
    page = server.serve("/file", Resource(SIZE))
    path.write_bytes(page.data)
    reading = SlowReads(page, path, *digest(page.data), milliseconds=4)
    with reading.child as child:
        reading.wait_for(5)
        child.interrupt()
        child.wait(20).expect(Exit.INTERRUPTED)
    assert reading.count() < READS
    assert path.read_bytes() == page.data and not partial(path).exists()


# ---- the digest of the whole file is checked -------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_stops_the_check_of_the_digest(server, path, number):
    page = server.serve("/file", Resource(SIZE))
    leave_whole_partial(page, path)
    reading = SlowReads(page, path, *digest(page.data))
    with reading.child as child:
        reading.wait_for(READS + 20)  # each byte is read twice: for its piece, for the whole
        child.interrupt(number)
        child.wait(20).expect(Exit.INTERRUPTED)
    assert partial(path).read_bytes() == page.data and sidecar(path).exists() and not path.exists()
    go_on(page, path, *digest(page.data))


# ---- all is recorded, the rename is missing --------------------------------------------------


@pytest.mark.parametrize("etag, strict", [("strong", 0), ("weak", Exit.NOT_PROVEN)])
def test_dying_between_the_last_record_and_the_rename(server, path, etag, strict):
    page = server.serve("/file", Resource(SMALL, etag=etag, last_modified=None))
    run = run_xget([page.url, "-o", path, *QUICK], path.parent, env=TRACED,
                   wrapper=stopping_at("renameat2"))
    run.expect(-signal.SIGKILL)
    assert partial(path).read_bytes() == page.data and sidecar(path).exists() and not path.exists()
    page.forget_log()
    again = run_xget([page.url, "-o", path, *QUICK, "--strict"], path.parent).expect(strict)
    if strict:
        assert partial(path).read_bytes() == page.data and not path.exists()
        again = run_xget([page.url, "-o", path, *QUICK], path.parent).expect(0)
    assert_complete(path, page.data, run=again)
    assert page.body_bytes < MIB, f"what is whole is not fetched again\n{again}"
