"""`xget status`: what it says of the partial downloads in a folder, and that it changes nothing."""

import json
import os
import shlex

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import (FREQUENT, MIB, assert_complete, claimed_ranges, leave_partial,
                               partial, sidecar, start_and_stall)

SIZE = 4 * MIB + 3


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def status(folder, *words) -> list[dict]:
    run = run_xget(["status", "--json", *words], folder).expect(Exit.SUCCESS)
    return [json.loads(line) for line in run.out.decode().splitlines()]


def test_it_says_what_is_there_and_its_command_goes_on(page, path, folder):
    leave_partial(page, path, 2 * MIB)
    [told] = status(folder)
    assert (told["file"], told["size"], told["url"]) == (path.name, SIZE, page.url)
    assert told["held"] == sum(end - begin for begin, end in claimed_ranges(path)) > 0
    assert not told["in_use"] and not told["problem"]
    shown = run_xget(["status"], folder).expect(Exit.SUCCESS).out.decode()
    assert f"  to go on: {told['command']}\n" in shown, shown
    run = run_xget([*shlex.split(told["command"])[1:], *QUICK], folder).expect(Exit.SUCCESS)
    assert_complete(path, page.data, run=run)
    assert status(folder) == []


def test_a_file_is_named_by_its_own_name_or_its_partial_s(page, path, folder):
    leave_partial(page, path, 2 * MIB)
    assert status(folder, path.name) == status(folder, partial(path).name) != []
    run = run_xget(["status", "other", path.name], folder).expect(Exit.USAGE)
    assert "there is none" in run.err and path.name in run.out.decode(), run


def test_a_sidecar_is_found_in_its_checkpoint_folder(page, path, folder):
    (folder / "elsewhere").mkdir()
    leave_partial(page, path, 2 * MIB, "--checkpoint-dir", folder / "elsewhere")
    [told] = status(folder, "--checkpoint-dir", folder / "elsewhere", path)
    assert told["held"] > 0 and "--checkpoint-dir" in told["command"]
    [told] = status(folder, path)
    assert told["problem"] == "there is no sidecar"


def test_one_that_is_downloaded_to_is_in_use_and_goes_on(page, path, folder):
    child = start_and_stall(page, path, 2 * MIB, *FREQUENT)
    try:
        [told] = status(folder)
        assert told["in_use"]
    finally:
        child.kill()
    [told] = status(folder)
    assert not told["in_use"]


@pytest.mark.parametrize("spoil", [
    lambda path: path.write_bytes(path.read_bytes()[:-40]),
    lambda path: path.write_bytes(b"\0" * 100),
    lambda path: path.write_bytes(b"[" * 100_000),
    lambda path: os.truncate(path, 5 << 30),
    lambda path: (path.rename(path.with_name("x")), path.symlink_to("x")),
    lambda path: (path.unlink(), path.mkdir()),
    lambda path: (path.unlink(), os.mkfifo(path)),
], ids=["torn", "zeros", "nested", "huge", "link", "folder", "pipe"])
def test_a_spoilt_sidecar_is_a_clear_line(page, path, folder, spoil):
    leave_partial(page, path, 2 * MIB)
    spoil(sidecar(path))
    [told] = status(folder)
    assert "sidecar" in told["problem"] and told["held"] == 0 and not told["command"]


def test_a_cut_partial_holds_what_is_left(page, path, folder):
    leave_partial(page, path, 2 * MIB, "-n", 1)
    os.truncate(partial(path), 1000)
    [told] = status(folder)
    assert told["held"] == 1000


@pytest.mark.parametrize("words", [["./status"], ["--", "status"]])
def test_what_is_called_like_the_verb_can_be_meant(folder, words):
    run = run_xget([*QUICK, *words], folder)
    assert run.code != Exit.SUCCESS and "no partial downloads" not in run.out.decode(), run


def test_help_is_there_for_a_verb(folder):
    shown = run_xget(["status", "--help"], folder).expect(Exit.SUCCESS).out.decode()
    assert shown.startswith("Usage: xget status ") and "--checkpoint-dir DIR" in shown
    assert "\n  status [DIR|FILE...]" in run_xget(["--help"], folder).out.decode()
