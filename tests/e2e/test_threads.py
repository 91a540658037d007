"""A few runs in which all threads have work at once: small enough for a thread checker."""

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.digests import ALGORITHMS
from support.downloads import FREQUENT, MIB, assert_complete, leave_partial, start_and_stall

SIZE = 12 * MIB + 5


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE), t.rate(8 * MIB))


def test_transfer_checkpoints_and_digest_at_once(page, folder):
    path = folder / "file"
    digest = "sha256:" + ALGORITHMS["sha256"](page.data)
    run = run_xget([page.url, "-o", path, "-n", "8", "--checksum", digest, *QUICK, *FREQUENT],
                   folder).expect(0)
    assert_complete(path, page.data, run=run)


def test_kept_bytes_are_checked_while_others_arrive(page, folder):
    path = folder / "file"
    leave_partial(page, path, 8 * MIB, "-n", "4")
    digest = "sha256:" + ALGORITHMS["sha256"](page.data)
    run = run_xget([page.url, "-o", path, "-n", "4", "--checksum", digest, *QUICK, *FREQUENT],
                   folder).expect(0)
    assert_complete(path, page.data, run=run)


def test_an_interrupt_in_the_middle_of_everything(page, folder):
    with start_and_stall(page, folder / "file", 6 * MIB, "-n", "8") as child:
        child.interrupt()
        child.wait(30).expect(Exit.INTERRUPTED)


def test_several_jobs_share_the_workers(server, folder):
    pages = [server.serve(f"/file-{n}", Resource(3 * MIB, seed=str(n)), t.rate(16 * MIB))
             for n in range(5)]
    run_xget([*(page.url for page in pages), *QUICK, *FREQUENT], folder).expect(0)
    for number, page in enumerate(pages):
        assert_complete(folder / f"file-{number}", page.data)


def test_a_stream_through_a_pipe(page, folder):
    run = run_xget([page.url, "-o", "-", "-n", "4", *QUICK], folder).expect(0)
    assert run.out == page.data
