"""`xget clean`: removes what unfinished downloads left, when told so, and nothing of anybody else's."""

import contextlib
import json
import os
import subprocess
import time

import pytest

from support.answers import Resource
from support.command import SLOW, Exit, binary, environment, run_xget
from support.downloads import (FREQUENT, MIB, assert_complete, leave_partial, mark, old, partial,
                               sidecar, start_and_stall)

SIZE = 4 * MIB + 3


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def clean(folder, *words, code=Exit.SUCCESS) -> list[dict]:
    run = run_xget(["clean", "--json", *words], folder).expect(code)
    return [json.loads(line) for line in run.out.decode().splitlines()]


def test_without_a_word_from_the_user_it_only_says_what_it_would_remove(page, path, folder):
    leave_partial(page, path, 2 * MIB)
    before = names(folder)
    run = run_xget(["clean"], folder).expect(Exit.SUCCESS)
    shown = run.out.decode()
    assert shown.startswith("would remove ") and partial(path).name in shown, run
    assert "--yes" in run.err and names(folder) == before
    [told] = clean(folder)
    assert told["state"] == "would remove" and names(folder) == before
    assert told["bytes"] == partial(path).stat().st_size + sidecar(path).stat().st_size


def test_told_so_it_removes_the_partial_and_its_sidecar_and_no_file(page, path, folder):
    (folder / "other").write_bytes(b"x")
    (folder / "other.json").write_bytes(b"{}")
    leave_partial(page, path, 2 * MIB)
    [told] = clean(folder, "--yes")
    assert told["state"] == "removed"
    assert {os.path.basename(each) for each in told["paths"]} == {partial(path).name,
                                                                   sidecar(path).name}
    assert names(folder) == ["other", "other.json"]
    assert clean(folder, "--yes") == []


@pytest.mark.parametrize("named", [lambda path: path, partial, sidecar])
def test_a_file_is_named_by_any_of_its_names_and_others_stay(page, path, folder, named):
    leave_partial(page, path, 2 * MIB)
    other = folder / "other"
    leave_partial(page, other, 2 * MIB)
    clean(folder, "--yes", named(path).name)
    assert names(folder) == ["other.partial", "other.partial.json"]
    run_xget(["clean", "missing"], folder).expect(Exit.USAGE)


def test_one_that_is_downloaded_to_stays_and_ends_well(page, path, folder):
    with start_and_stall(page, path, 2 * MIB, *FREQUENT) as child:
        [told] = clean(folder, "--yes")
        assert told["state"] == "kept" and "another xget is downloading" in told["kept"]
        assert partial(path).exists()
        page.gate.open()
        run = child.wait(30).expect(Exit.SUCCESS)
    assert_complete(path, page.data, run=run)


def replaced(path):
    partial(path).unlink()
    partial(path).write_bytes(b"somebody's own" * 1000)


@pytest.mark.parametrize("spoil", [
    lambda path: sidecar(path).unlink(),
    lambda path: sidecar(path).write_bytes(sidecar(path).read_bytes()[:-30]),
    replaced,
    lambda path: os.link(partial(path), path.with_name("second")),
    lambda path: (partial(path).unlink(), partial(path).mkdir()),
    lambda path: (partial(path).rename(path.with_name("x")), partial(path).symlink_to("x")),
], ids=["no-sidecar", "torn-sidecar", "replaced", "linked", "folder", "link"])
def test_what_does_not_show_that_it_is_xget_s_stays_with_a_reason(page, path, folder, spoil):
    leave_partial(page, path, 2 * MIB)
    spoil(path)
    before = names(folder)
    [told] = clean(folder, "--yes")
    assert told["state"] == "kept" and told["kept"] and not told["paths"]
    assert names(folder) == before


def test_a_damaged_partial_is_still_xget_s(page, path, folder):
    leave_partial(page, path, 3 * MIB)
    with partial(path).open("r+b") as file:
        file.write(b"\0" * 10)
    clean(folder, "--yes")
    assert names(folder) == []


def test_a_version_that_was_set_aside_goes_and_a_file_called_so_stays(page, path, folder):
    leave_partial(page, path, 2 * MIB)
    page.resource = page.resource.next_version()
    leave_partial(page, path, 2 * MIB)
    assert old(path).exists() and mark(path).exists()
    (folder / "mine.partial.old").write_bytes(b"x")
    [told] = [each for each in clean(folder, "--yes") if each["file"] == path.name]
    assert told["state"] == "removed" and len(told["paths"]) == 4
    assert names(folder) == ["mine.partial.old"]


def test_only_what_is_old_enough_goes(page, path, folder):
    leave_partial(page, path, 2 * MIB)
    other = folder / "other"
    leave_partial(page, other, 2 * MIB)
    long_ago = time.time() - 8 * 86400
    for each in (partial(other), sidecar(other)):
        os.utime(each, (long_ago, long_ago))
    [told] = clean(folder, "--older-than", "7d")
    assert told["file"] == "other" and 8 * 86400 - 2 < told["unchanged_for_seconds"] < 9 * 86400
    clean(folder, "--older-than", "7d", "--yes")
    assert names(folder) == [partial(path).name, sidecar(path).name]
    run_xget(["clean", "--older-than", "soon"], folder).expect(Exit.USAGE)


def test_a_sidecar_goes_from_its_checkpoint_folder(page, path, folder):
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    leave_partial(page, path, 2 * MIB, "--checkpoint-dir", elsewhere)
    assert names(elsewhere)
    clean(folder, "--yes", "--checkpoint-dir", elsewhere, path)
    assert names(elsewhere) == [] and names(folder) == ["elsewhere"]


@pytest.mark.parametrize("answer, stays", [(b"y\n", False), (b"n\n", True), (b"\n", True)])
def test_on_a_terminal_it_asks(page, path, folder, tmp_path_factory, answer, stays):
    leave_partial(page, path, 2 * MIB)
    home = str(tmp_path_factory.mktemp("home"))
    master, terminal = os.openpty()
    os.write(master, answer)
    subprocess.run([binary(), "clean"], cwd=folder, env=environment(home) | {"TERM": "xterm"},
                   stdin=terminal, stdout=terminal, stderr=terminal, check=True, timeout=20 * SLOW)
    os.close(terminal)
    shown = ""
    with contextlib.suppress(OSError):  # EIO: that was all
        while data := os.read(master, 4096):
            shown += data.decode()
    os.close(master)
    assert "would remove" in shown and "[y/N]" in shown
    assert partial(path).exists() == sidecar(path).exists() == stays
