"""What an earlier run left is used, checked, and never trusted too far."""

import hashlib
import json
import os
import signal

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, wait_until
from support.content import content
from support.downloads import (FREQUENT, KIB, MIB, SLACK_PER_CONNECTION, assert_complete,
                               leave_partial, partial, sidecar, start_and_stall)

SIZE = 8 * MIB + 3
KEEP = 4 * MIB
CONNECTIONS = 4
SLACK = CONNECTIONS * SLACK_PER_CONNECTION


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def resume(page, path, *options):
    return run_xget([page.url, "-o", path, "-n", CONNECTIONS, *QUICK, *options], path.parent)


def some_held_offset(page, path) -> int:
    """An offset near the front whose byte is in the partial already."""
    data = partial(path).read_bytes()
    offset = 1000
    assert data[offset] == page.data[offset], "the front is fetched first"
    return offset


# ---- what is kept is not fetched again -------------------------------------------------------


@pytest.mark.parametrize("connections", [1, 4, 16])
@pytest.mark.parametrize("kill", [False, True], ids=["interrupted", "killed"])
def test_only_what_is_missing_is_fetched(page, path, connections, kill):
    kept = leave_partial(page, path, KEEP, "-n", connections, kill=kill)
    run = resume(page, path, "-n", connections, "--resume").expect(0)
    assert_complete(path, page.data, run=run)
    again = kept + page.body_bytes - SIZE
    assert again <= connections * SLACK_PER_CONNECTION + 256 * KIB, f"{again} bytes again\n{run}"


def test_resuming_is_the_default(page, path):
    kept = leave_partial(page, path, KEEP)
    run = resume(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert kept + page.body_bytes - SIZE <= SLACK


def test_interrupted_again_and_again(page, path):
    for keep in (MIB, 2 * MIB, 2 * MIB):
        leave_partial(page, path, keep, "-n", "3")
    run = resume(page, path).expect(0)
    assert_complete(path, page.data, run=run)


def test_no_resume_begins_again(page, path):
    leave_partial(page, path, KEEP)
    run = resume(page, path, "--no-resume").expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes >= SIZE


def test_other_connection_counts_can_go_on(page, path):
    leave_partial(page, path, KEEP, "-n", "16")
    run = resume(page, path, "-n", "1").expect(0)
    assert_complete(path, page.data, run=run)


def test_nothing_but_the_finish_is_missing(page, path):
    """All bytes came, but the process died before it could give the file its name."""
    with start_and_stall(page, path, SIZE - 1) as child:
        wait_until(lambda: sidecar(path).exists(), "there is a sidecar")
        child.kill()
    page.gate.open()
    assert_complete(path, page.data, run=resume(page, path).expect(0))


# ---- the sidecar -----------------------------------------------------------------------------


def _garble(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x15
    path.write_bytes(data)


def _change_numbers(path):
    """A lie that is well-formed: its own digest no longer fits."""
    path.write_text(path.read_text().replace("0", "1"))


DAMAGE = {
    "torn": lambda p: p.write_bytes(p.read_bytes()[:len(p.read_bytes()) // 2]),
    "empty": lambda p: p.write_bytes(b""),
    "garbled": _garble,
    "deleted": lambda p: p.unlink(),
    "of zeros": lambda p: p.write_bytes(bytes(p.stat().st_size)),
    "not an object": lambda p: p.write_text("[1,2,3]"),
    "nested deeply": lambda p: p.write_text("[" * 100_000),
    "huge": lambda p: p.write_bytes(b'{"a":"' + b"x" * (8 << 20) + b'"}'),
    "numbers changed": _change_numbers,
    "of a newer schema": lambda p: p.write_text('{"schema": 999, "size": 5}'),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_sidecar_is_not_believed(page, path, damage):
    leave_partial(page, path, KEEP)
    DAMAGE[damage](sidecar(path))
    run = resume(page, path).expect(0)
    assert_complete(path, page.data, run=run)


def test_a_sidecar_of_another_download_is_not_believed(server, page, path, folder):
    other = server.serve("/other", Resource(SIZE, seed="other"))
    leave_partial(other, folder / "other", KEEP + MIB)
    leave_partial(page, path, MIB)
    sidecar(path).write_bytes(sidecar(folder / "other").read_bytes())
    resume(page, path).expect(Exit.EXISTS)
    run = resume(page, path, "--no-resume").expect(0)
    assert_complete(path, page.data, run=run)


def test_a_copied_pair_is_checked_byte_by_byte(page, path, folder):
    """Restored from a backup, or moved to a larger disk: what is still right is not fetched
    again."""
    leave_partial(page, path, KEEP)
    copy = folder / "copy"
    partial(copy).write_bytes(partial(path).read_bytes()[:-1] + b"!")
    sidecar(copy).write_bytes(sidecar(path).read_bytes())
    run = resume(page, copy).expect(0)
    assert_complete(copy, page.data, run=run)


def test_a_sidecar_is_json_with_the_promised_bound(page, path):
    leave_partial(page, path, KEEP)
    document = json.loads(sidecar(path).read_bytes())
    assert isinstance(document, dict)
    assert sidecar(path).stat().st_size < MIB
    assert partial(path).stat().st_mode & 0o077 == 0, "a partial is its owner's alone"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a file away")
def test_a_partial_of_another_user_is_not_used(page, path):
    leave_partial(page, path, KEEP)
    os.chown(partial(path), 12345, 12345)
    run = resume(page, path)
    assert run.code in (0, 6, 8), run
    if run.code == 0:
        assert_complete(path, page.data, run=run)


# ---- the partial -----------------------------------------------------------------------------


def test_a_changed_byte_costs_one_piece(page, path):
    kept = leave_partial(page, path, KEEP)
    offset = some_held_offset(page, path)
    with open(partial(path), "r+b") as file:
        file.seek(offset)
        file.write(bytes([page.data[offset] ^ 1]))
    run = resume(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    again = kept + page.body_bytes - SIZE
    assert again <= MIB + SLACK, f"{again} bytes again\n{run}"


def test_a_cut_partial_costs_what_was_cut(page, path):
    kept = leave_partial(page, path, KEEP, "-n", "1")
    os.truncate(partial(path), 2 * MIB + 17)
    run = resume(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    again = kept + page.body_bytes - SIZE
    assert again <= (KEEP - 2 * MIB) + MIB + SLACK, f"{again} bytes again\n{run}"


def test_a_grown_partial_is_cut(page, path):
    kept = leave_partial(page, path, KEEP)
    with open(partial(path), "ab") as file:
        file.write(b"more" * 1000)
    run = resume(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert kept + page.body_bytes - SIZE <= SLACK + MIB


def test_a_partial_full_of_wrong_bytes_gives_the_right_file(page, path):
    leave_partial(page, path, KEEP)
    with open(partial(path), "r+b") as file:
        file.write(content(SIZE, 7))
    run = resume(page, path).expect(0)
    assert_complete(path, page.data, run=run)


# ---- two processes ---------------------------------------------------------------------------


def test_a_second_process_is_refused_and_the_first_goes_on(page, path):
    with start_and_stall(page, path, MIB) as first:
        second = resume(page, path).expect(Exit.EXISTS)
        assert second.seconds < 10
        assert "xget" in second.err
        page.gate.open()
        run = first.wait().expect(0)
    assert_complete(path, page.data, run=run)


def test_after_a_kill_the_lock_is_gone(page, path):
    with start_and_stall(page, path, MIB) as first:
        first.interrupt(signal.SIGKILL)
        first.process.wait()
    page.gate.open()
    assert_complete(path, page.data, run=resume(page, path).expect(0))


# ---- --checkpoint-dir ------------------------------------------------------------------------


def test_the_sidecar_may_live_elsewhere(page, path, folder):
    checkpoints = folder / "deep" / "checkpoints"
    kept = leave_partial(page, path, KEEP, "--checkpoint-dir", checkpoints)
    assert not sidecar(path).exists()
    assert len(list(checkpoints.iterdir())) == 1
    run = resume(page, path, "--checkpoint-dir", checkpoints).expect(0)
    assert_complete(path, page.data, run=run)
    assert kept + page.body_bytes - SIZE <= SLACK
    assert not list(checkpoints.iterdir()), "a finished download leaves nothing"


def test_one_checkpoint_folder_serves_equal_names(server, folder):
    checkpoints = folder / "checkpoints"
    paths = []
    for number in range(2):
        target = folder / str(number) / "file"
        target.parent.mkdir()
        page = server.serve(f"/{number}", Resource(SIZE, seed=str(number)))
        leave_partial(page, target, KEEP, "--checkpoint-dir", checkpoints)
        paths.append((page, target))
    for page, target in paths:
        run = resume(page, target, "--checkpoint-dir", checkpoints).expect(0)
        assert_complete(target, page.data, run=run)


@pytest.mark.parametrize("interval", ["1s", "1MiB", "100ms,1MiB"])
def test_checkpoint_intervals(page, path, interval):
    run = resume(page, path, "--checkpoint-interval", interval).expect(0)
    assert_complete(path, page.data, run=run)


# ---- FILE is there already -------------------------------------------------------------------


def test_the_same_command_again_finds_it_complete(page, path):
    resume(page, path).expect(0)
    page.forget_log()
    run = resume(page, path).expect(0)
    assert "already complete" in (run.out.decode() + run.err)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes <= 2 * MIB, "what is complete is not fetched again"


def test_the_same_command_again_without_a_strong_validator(server, folder):
    page = server.serve("/file", Resource(SIZE, etag="weak", last_modified=None))
    path = folder / "file"
    resume(page, path).expect(0)
    before = path.stat().st_ino
    run = resume(page, path)
    assert run.code in (0, Exit.EXISTS), run  # nothing proves it the same: either is honest
    assert path.read_bytes() == page.data and path.stat().st_ino == before


def test_another_file_is_refused_and_untouched(page, path):
    path.write_bytes(b"mine")
    run = resume(page, path).expect(Exit.EXISTS)
    assert "--overwrite" in run.err
    assert path.read_bytes() == b"mine"
    assert not partial(path).exists() and not sidecar(path).exists()


def test_another_file_of_the_same_size_is_refused_and_untouched(page, path):
    path.write_bytes(content(SIZE, 5))
    resume(page, path).expect(Exit.EXISTS)
    assert path.read_bytes() == content(SIZE, 5)


def test_an_older_version_is_refused_and_untouched(page, path):
    resume(page, path).expect(0)
    first = page.data
    page.resource = page.resource.next_version()
    resume(page, path).expect(Exit.EXISTS)
    assert path.read_bytes() == first


def test_overwrite_replaces_it_only_at_the_end(page, path):
    path.write_bytes(b"mine")
    with start_and_stall(page, path, MIB, "--overwrite") as child:
        assert path.read_bytes() == b"mine"
        page.gate.open()
        run = child.wait().expect(0)
    assert_complete(path, page.data, run=run)


def test_no_overwrite_leaves_it_and_is_content(page, path):
    path.write_bytes(b"mine")
    run = resume(page, path, "--no-overwrite").expect(0)
    assert path.read_bytes() == b"mine" and page.body_bytes == 0, run


def test_no_overwrite_downloads_what_is_not_there(page, path):
    assert_complete(path, page.data, run=resume(page, path, "--no-overwrite").expect(0))


# ---- what other tools left -------------------------------------------------------------------


def test_explicit_resume_adopts_a_shorter_file(page, path):
    path.write_bytes(page.data[:5 * MIB + 11])
    run = resume(page, path, "--resume").expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes <= SIZE - 5 * MIB + 2 * MIB + SLACK


def test_without_explicit_resume_a_shorter_file_is_refused(page, path):
    path.write_bytes(page.data[:5 * MIB])
    resume(page, path).expect(Exit.EXISTS)
    assert path.read_bytes() == page.data[:5 * MIB]


@pytest.mark.parametrize("where", ["first byte", "last byte", "everywhere"])
def test_a_shorter_file_that_does_not_match_is_not_adopted(page, path, where):
    length = 5 * MIB
    mine = bytearray(page.data[:length] if where != "everywhere" else content(length, 3))
    mine[0 if where == "first byte" else length - 1] ^= 0xFF
    path.write_bytes(mine)
    run = resume(page, path, "--resume").expect(Exit.EXISTS)
    assert path.read_bytes() == mine, run


def test_a_file_of_the_servers_size_is_no_proof_of_itself(page, path):
    """Preallocated and full of holes it would have that size too."""
    mine = page.data[:3 * MIB] + bytes(SIZE - 4 * MIB) + page.data[-MIB:]
    path.write_bytes(mine)
    resume(page, path, "--resume").expect(Exit.EXISTS)
    assert path.read_bytes() == mine


def test_a_server_that_cannot_send_the_rest_is_said_to(server, path):
    page = server.serve("/file", Resource(SIZE), t.whole())
    path.write_bytes(page.data[:5 * MIB])
    run = resume(page, path, "--resume").expect(Exit.EXISTS)
    assert "cannot send the rest" in run.err and "--resume" not in run.err.split("cannot")[1]


def test_advice_on_a_file_with_a_wrong_byte_does_not_go_in_a_circle(page, path):
    mine = bytearray(page.data)
    mine[77] ^= 1
    path.write_bytes(mine)
    check = ["--checksum", "sha256:" + hashlib.sha256(page.data).hexdigest()]
    run = resume(page, path, *check).expect(Exit.EXISTS)
    assert "if it is a beginning of the server's file" in run.err
    run = resume(page, path, *check, "--resume").expect(Exit.EXISTS)
    assert "its digest is another one" in run.err
    assert "--checksum" not in run.err and "--resume" not in run.err


def test_a_hole_in_an_adopted_file_is_not_blamed_on_the_digest(page, path):
    mine = bytearray(page.data[:5 * MIB])
    mine[2 * MIB] ^= 1
    path.write_bytes(mine)
    run = resume(page, path, "--resume", "--checksum",
                 "sha256:" + hashlib.sha256(page.data).hexdigest())
    run.expect(Exit.CHECKSUM, Exit.EXISTS)
    if run.code == Exit.CHECKSUM:  # as a rule: the samples missed it
        assert "only samples were compared: --no-resume" in run.err


def test_a_partial_that_was_removed_meanwhile_is_not_said_to_be_kept(page, path):
    with start_and_stall(page, path, KEEP) as child:
        wait_until(lambda: sidecar(path).exists(), "a checkpoint was made")
        partial(path).unlink()
        child.interrupt()
        run = child.wait(10).expect(Exit.INTERRUPTED)
    assert "kept: nothing" in run.err


def test_what_a_server_without_ranges_leaves_is_kept_with_a_warning(server, path):
    page = server.serve("/file", Resource(SIZE), t.whole())
    with start_and_stall(page, path, KEEP) as child:
        wait_until(lambda: sidecar(path).exists(), "a checkpoint was made")
        child.interrupt()
        run = child.wait(10).expect(Exit.INTERRUPTED)
    assert "of which this server sends all again" in run.err


def test_a_partial_without_its_sidecar_is_never_adopted(page, path):
    """It may be preallocated: nothing shows which of its bytes were written."""
    holed = page.data[:3 * MIB] + bytes(SIZE - 4 * MIB) + page.data[-MIB:]
    partial(path).write_bytes(holed)
    run = resume(page, path, "--resume").expect(0)
    assert_complete(path, page.data, run=run)


def test_a_longer_file_is_not_adopted(page, path):
    path.write_bytes(page.data + b"more")
    resume(page, path, "--resume").expect(Exit.EXISTS)
    assert path.read_bytes() == page.data + b"more"


def test_adopted_bytes_are_not_proven(page, path):
    path.write_bytes(page.data[:5 * MIB])
    resume(page, path, "--resume", "--strict").expect(Exit.NOT_PROVEN)
    kept = path if path.exists() else partial(path)
    assert kept.read_bytes()[:5 * MIB] == page.data[:5 * MIB]


def test_frequent_checkpoints_change_nothing(page, path):
    assert_complete(path, page.data, run=resume(page, path, *FREQUENT).expect(0))
