"""System calls that fail or never return, by strace's injection: what was kept is true.

Table 2, "fdatasync or fsync fails" and "a write fails or is short": the cases of which the outcome
is known exactly. test_every_call.py goes through all calls there are.
"""

import itertools

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import FREQUENT, MIB, assert_complete, leave_partial, partial
from support.tracing import TRACED, injecting, needs_strace

SIZE = 6 * MIB + 3


pytestmark = needs_strace


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE), lambda x: setattr(x.answer, "rate", 24 * MIB))


def download(page, path, *options, **more):
    return run_xget([page.url, "-o", path, *QUICK, *FREQUENT, *options], path.parent, **more)


def injected(page, path, fault: str, *options):
    """Runs with one fault, as `strace -e inject=` writes it: CALLS:error=E:when=N."""
    return download(page, path, *options, env=TRACED, wrapper=injecting(fault))


def go_on(page, path):
    assert_complete(path, page.data, run=download(page, path).expect(0))


# ---- failures that end the run ---------------------------------------------------------------


@pytest.mark.parametrize("fault", [
    "pwrite64:error=ENOSPC:when=1", "pwrite64:error=ENOSPC:when=7+", "pwrite64:error=EDQUOT:when=5",
    "pwrite64:error=EIO:when=9", "pwrite64:error=EFBIG:when=3",
    "fdatasync:error=EIO:when=1", "fdatasync:error=EIO:when=2",
    "fdatasync:error=ENOSPC:when=2",
    "fdatasync:error=EDQUOT:when=2", "fsync:error=EIO:when=3", "fsync:error=ENOSPC:when=5",
    "rename,renameat,renameat2:error=EIO:when=1", "rename,renameat,renameat2:error=ENOSPC:when=2",
])
@pytest.mark.parametrize("resumed", [False, True], ids=["fresh", "resumed"])
def test_a_failing_disk_ends_the_run_and_nothing_is_untrue(page, path, fault, resumed):
    if resumed:
        leave_partial(page, path, 3 * MIB)
    # On a busy machine all may arrive during the first checkpoint, and a second one needs time.
    slowly = ["--limit-rate", "4M"] if "fdatasync" in fault else []
    run = injected(page, path, fault, *slowly).expect(Exit.DISK)
    assert not path.exists()
    if resumed:  # a fresh one may have failed before there was anything to keep
        assert partial(path).exists(), run
    go_on(page, path)


@pytest.mark.parametrize("fault", ["ENOSPC:when=2", "EIO:when=1", "EDQUOT:when=2+"])
def test_a_write_past_the_page_cache_that_fails_ends_the_run_too(page, path, fault):
    past = ["--direct-io", "on"]
    leave_partial(page, path, 3 * MIB, *past)
    injected(page, path, f"pwrite64:error={fault}", *past).expect(Exit.DISK)
    assert not path.exists()
    assert partial(path).exists()
    assert_complete(path, page.data, run=download(page, path, *past).expect(0))


@pytest.mark.parametrize("error", ["ENOSPC", "EDQUOT", "EFBIG"])
def test_no_room_at_preallocation(page, path, error):
    injected(page, path, f"fallocate:error={error}:when=1").expect(Exit.DISK)
    assert not path.exists()
    go_on(page, path)


def test_a_failed_sync_is_not_believed_the_second_time(page, path):
    """The kernel reports a lost page once; the next fdatasync succeeds and means nothing."""
    injected(page, path, "fdatasync,fsync:error=EIO:when=4").expect(Exit.DISK)
    assert not path.exists()
    go_on(page, path)


# ---- failures that are worked around ---------------------------------------------------------


@pytest.mark.parametrize("fault", [
    "fallocate:error=EOPNOTSUPP", "pwrite64:error=EINTR:when=3+5",
    "renameat2:error=EINVAL", "renameat2:error=ENOSYS", "fadvise64:error=EINVAL",
    "fsetxattr:error=EOPNOTSUPP", "utimensat:error=EPERM",
])
def test_what_a_file_system_lacks_is_done_otherwise(page, path, fault):
    run = injected(page, path, fault).expect(0)
    assert_complete(path, page.data, run=run)


# ---- dying at a system call ------------------------------------------------------------------

STEPS = ["openat,openat2", "fallocate", "pwrite64", "fdatasync", "fsync",
         "rename,renameat,renameat2", "unlink,unlinkat", "fchmod", "linkat"]


@pytest.mark.parametrize("calls", STEPS)
def test_dying_at_any_step_leaves_what_can_go_on(page, path, calls):
    """Dies at the n-th of these calls, for n = 1, 2, 3, 5, 8, ... until a run lives to the end."""
    first, second = 1, 2
    for _ in itertools.repeat(None, 12):
        run = injected(page, path, f"{calls}:signal=KILL:when={first}")
        if run.code == 0:
            break
        if path.exists():
            assert path.read_bytes() == page.data, f"at {calls} number {first}\n{run}"
        go_on(page, path)
        path.unlink()
        first, second = second, first + second
    assert_complete(path, page.data)
