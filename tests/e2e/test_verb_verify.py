"""`xget verify`: which bytes hold, by a digest or by what xget wrote down; and nothing is changed."""

import hashlib
import json
import os

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.disks import disk_without_attributes, needs_root
from support.downloads import (FREQUENT, MIB, claimed_ranges, leave_partial, partial, sidecar,
                               start_and_stall)
from support.metalinks import File, version_4

SIZE = 4 * MIB + 3


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def state_of(folder):
    """Everything that a verb which changes nothing must leave as it is."""
    return {each.name: (each.stat().st_mtime_ns, each.read_bytes())
            for each in folder.iterdir() if each.is_file()}


def verify(folder, *words, code=Exit.SUCCESS, env=None) -> list[dict]:
    before = state_of(folder)
    run = run_xget(["verify", "--json", *words], folder, env=env).expect(code)
    assert state_of(folder) == before, run
    return [json.loads(line) for line in run.out.decode().splitlines()]


def spoil(path, offset):
    with path.open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def spec_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_a_given_digest_tells_a_right_file_from_a_wrong_one(path, folder):
    path.write_bytes(b"x" * 1000)
    [told] = verify(folder, path.name, "--checksum", spec_of(b"x" * 1000))
    assert (told["verdict"], told["size"]) == ("holds", 1000)
    spoil(path, 999)
    [told] = verify(folder, path.name, "--checksum", spec_of(b"x" * 1000), code=Exit.CHECKSUM)
    assert told["verdict"] == "wrong" and "sha256" in told["cause"]
    shown = run_xget(["verify", path.name, "--checksum", spec_of(b"")], folder)
    assert f"{path.name}: WRONG: sha256 is " in shown.expect(Exit.CHECKSUM).out.decode()


def test_a_list_is_asked_for_each_file_and_the_first_failure_counts(folder):
    for name in ("a", "b", "c"):
        (folder / name).write_bytes(name.encode())
    sums = "".join(f"{hashlib.sha256(name).hexdigest()}  {name.decode()}\n" for name in (b"a", b"b"))
    (folder / "SHA256SUMS").write_text(sums)
    assert [told["verdict"] for told in
            verify(folder, "a", "b", "--checksum-file", "SHA256SUMS")] == ["holds"] * 2
    (folder / "a").write_bytes(b"A")
    told = verify(folder, "a", "c", "b", "--checksum-file", "SHA256SUMS", code=Exit.CHECKSUM)
    assert [each["verdict"] for each in told] == ["wrong", "error", "holds"]


def test_pieces_say_which_bytes_are_wrong(page, path, folder):
    path.write_bytes(page.data)
    described = File(path.name, (page.url,), page.data, piece_length=MIB)
    (folder / "f.meta4").write_text(version_4(described))
    [told] = verify(folder, path.name, "--pieces", "f.meta4")
    assert (told["verdict"], told["good"]) == ("holds", [[0, SIZE]])
    spoil(path, MIB + 5)
    [told] = verify(folder, path.name, "--pieces", "f.meta4", code=Exit.CHECKSUM)
    assert told["wrong"] == [[MIB, 2 * MIB]] and told["good"] == [[0, MIB], [2 * MIB, SIZE]]
    os.truncate(path, SIZE - 1)
    [told] = verify(folder, path.name, "--pieces", "f.meta4", code=Exit.CHECKSUM)
    assert f"{SIZE}" in told["cause"]


def test_a_digest_that_a_download_was_checked_by_is_remembered(page, path, folder):
    run_xget([page.url, "-o", path, "--checksum", spec_of(page.data), *QUICK],
             folder).expect(Exit.SUCCESS)
    if not os.listxattr(path):
        pytest.skip("this file system has no extended attributes")
    [told] = verify(folder, path.name)
    assert told["verdict"] == "holds" and "record" in told["against"]
    spoil(path, SIZE // 2)
    [told] = verify(folder, path.name, code=Exit.CHECKSUM)
    assert told["verdict"] == "wrong"


@needs_root
def test_where_a_file_has_no_attributes_the_record_of_finished_files_counts(page, folder):
    state, other = ({"XDG_STATE_HOME": str(folder / name)} for name in ("state", "other"))
    with disk_without_attributes(folder / "disk") as disk:
        run_xget([page.url, "-o", "file", "--checksum", spec_of(page.data), *QUICK], disk,
                 env=state).expect(Exit.SUCCESS)
        [told] = verify(disk, "file", env=state)
        assert told["verdict"] == "holds" and "record" in told["against"]
        [told] = verify(disk, "file", env=other, code=Exit.NOT_PROVEN)
        assert "left no record" in told["cause"]
        spoil(disk / "file", SIZE // 2)
        [told] = verify(disk, "file", env=state, code=Exit.CHECKSUM)
        assert told["verdict"] == "wrong"


def test_what_nothing_proves_is_called_so(page, path, folder):
    run_xget([page.url, "-o", path, *QUICK], folder).expect(Exit.SUCCESS)
    (folder / "stranger").write_bytes(b"x")
    told = verify(folder, path.name, "stranger", code=Exit.NOT_PROVEN)
    assert [each["verdict"] for each in told] == ["unproven"] * 2
    assert "no record" in told[1]["cause"]


def test_of_a_partial_every_claim_is_read_again(page, path, folder):
    leave_partial(page, path, 2 * MIB)
    claimed = claimed_ranges(path)
    [told] = verify(folder, path.name)
    assert told == verify(folder, partial(path).name)[0]
    assert told["verdict"] == "holds" and told["partial"]
    assert sum(end - begin for begin, end in told["good"]) == sum(b - a for a, b in claimed) > 0
    begin, end = claimed[0]
    spoil(partial(path), begin + 1)
    [told] = verify(folder, path.name, code=Exit.CHECKSUM)
    assert told["wrong"] == [[begin, end]]
    shown = run_xget(["verify", path.name], folder).expect(Exit.CHECKSUM).out.decode()
    assert f"wrong: bytes {begin}-{end - 1}\n" in shown, shown


def test_a_partial_that_was_cut_or_has_no_record_does_not_hold(page, path, folder):
    leave_partial(page, path, 2 * MIB, "-n", 1)
    os.truncate(partial(path), 1000)
    [told] = verify(folder, path.name, code=Exit.CHECKSUM)
    assert told["wrong"]
    sidecar(path).unlink()
    [told] = verify(folder, path.name, code=Exit.NOT_PROVEN)
    assert "there is no sidecar" in told["cause"]


def test_one_that_is_downloaded_to_is_left_alone(page, path, folder):
    with start_and_stall(page, path, 2 * MIB, *FREQUENT):
        run = run_xget(["verify", path.name], folder).expect(Exit.EXISTS)
        assert "another xget is downloading to it" in run.err


@pytest.mark.parametrize("words", [
    [], ["missing"], ["."], ["a", "b", "--checksum", spec_of(b"")], ["a", "--checksum", "md5:1"],
    ["a", "--checksum-file", "https://127.0.0.1/SUMS"], ["a", "--checksum-file", "missing"],
    ["a", "--checksum-file", "b", "--checksum", spec_of(b"")], ["half", "--checksum", spec_of(b"")],
], ids=lambda words: "_".join(words)[:40] or "nothing")
def test_what_makes_no_sense_is_refused(folder, words):
    for name in ("a", "b", "half.partial"):
        (folder / name).touch()
    run_xget(["verify", *words], folder).expect(Exit.USAGE)


def test_a_link_or_a_pipe_is_not_read(folder):
    (folder / "a").touch()
    (folder / "link").symlink_to("a")
    os.mkfifo(folder / "pipe")
    for name in ("link", "pipe"):
        run_xget(["verify", name], folder).expect(Exit.DISK)


def test_what_cannot_be_looked_at_is_not_called_absent(folder):
    run = run_xget(["verify", "x" * 300], folder).expect(Exit.DISK)
    assert "too long" in run.err and "no such file" not in run.err
