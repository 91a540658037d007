"""Somebody else writes in the download folder: links, planted sidecars, folders that are swapped."""

import contextlib
import json
import os
import pathlib
import threading

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget, wait_until
from support.digests import xxh3_128
from support.disks import needs_root
from support.downloads import (FREQUENT, MIB, assert_complete, leave_partial, old, partial, sidecar,
                               start_and_stall)
from support.hostile_server import HostileServer
from support.tracing import TRACED, injecting, needs_strace

SIZE = 6 * MIB + 3
KEPT = 4 * MIB
PRECIOUS = b"precious"
NOBODY = 65534
CLAIM = "0" * 32


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


@pytest.fixture
def victim(folder):
    """What must stay as it is, in a folder of its own."""
    (folder / "elsewhere").mkdir()
    file = folder / "elsewhere" / "victim"
    file.write_bytes(PRECIOUS)
    return file


@pytest.fixture
def records(folder):
    """For --checkpoint-dir."""
    made = folder / "records"
    made.mkdir()
    return made


def download(page, path, *options, **more):
    return run_xget([page.url, "-o", path, *QUICK, *FREQUENT, *options], path.parent, **more)


def untouched(victim: pathlib.Path) -> bool:
    return victim.read_bytes() == PRECIOUS and os.listdir(victim.parent) == [victim.name]


def replace_by_link(name: pathlib.Path, to: pathlib.Path):
    """At once: there is no moment without the name."""
    link = name.with_name("link-in-waiting")
    link.symlink_to(to)
    link.rename(name)


# ---- links that stand in the way -------------------------------------------------------------


def test_a_link_as_the_target_is_neither_followed_nor_replaced(page, path, victim):
    path.symlink_to(victim)
    for option in ("--overwrite", "--resume", "--no-resume"):
        download(page, path, option).expect(Exit.USAGE)
    assert path.is_symlink() and untouched(victim)


@pytest.mark.parametrize("option", ["--resume", "--no-resume", "--overwrite"])
def test_a_link_as_the_partial_is_not_written_through(page, path, victim, option):
    partial(path).symlink_to(victim)
    run = download(page, path, option).expect(Exit.DISK)
    assert "links" in run.err and "move it away" in run.err, run
    assert partial(path).is_symlink() and untouched(victim)


def test_a_hard_link_as_the_partial_is_not_written_to(page, path, victim):
    os.link(victim, partial(path))
    download(page, path).expect(Exit.DISK)
    assert untouched(victim)


@pytest.mark.parametrize("name", ["file.partial.json", "file.partial.json.tmp"])
def test_a_link_as_the_sidecar_is_neither_read_nor_written_through(page, path, victim, name):
    path.with_name(name).symlink_to(victim)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert untouched(victim)


@pytest.mark.parametrize("suffix", ["", ".tmp"])
def test_a_link_as_the_sidecar_in_a_checkpoint_folder_is_not_followed(page, path, records, victim,
                                                                      suffix):
    leave_partial(page, path, KEPT, "--checkpoint-dir", records)
    [record] = records.iterdir()
    name = record.with_name(record.name + suffix)
    replace_by_link(name, victim)
    run = download(page, path, "--checkpoint-dir", records).expect(0)
    assert_complete(path, page.data, run=run)
    assert untouched(victim) and not list(records.iterdir())


def test_a_sidecar_behind_a_link_is_not_believed(page, path, victim):
    """Even a sound one: what it says would be somebody else's choice."""
    leave_partial(page, path, KEPT)
    hidden = path.with_name("sound.json")
    sidecar(path).rename(hidden)
    sidecar(path).symlink_to(hidden)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes >= SIZE, "nothing was taken from it"


def test_a_link_as_the_old_partial_is_neither_replaced_nor_followed(page, path, victim):
    leave_partial(page, path, KEPT)
    old(path).symlink_to(victim)
    page.resource = page.resource.next_version()
    run = download(page, path).expect(Exit.DISK)
    assert untouched(victim) and old(path).is_symlink() and str(old(path)) in run.err
    old(path).unlink()
    assert_complete(path, page.data, run=download(page, path).expect(0))


# ---- while it runs ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", [partial, sidecar], ids=["partial", "sidecar"])
def test_a_link_that_takes_a_name_s_place_meanwhile_is_not_followed(page, path, victim, name):
    with start_and_stall(page, path, KEPT) as child:
        replace_by_link(name(path), victim)
        page.gate.open()
        run = child.wait()
    assert untouched(victim)
    if name is partial:
        run.expect(Exit.DISK)
        assert not path.exists(), "what was exchanged does not become the file"
    else:
        assert_complete(path, page.data, run=run.expect(0))


def test_a_link_that_is_planted_again_and_again_is_never_followed(page, path, victim):
    """The temporary name of the sidecar can be guessed: a checkpoint loses the race, or wins it."""
    temporary = sidecar(path).with_name(sidecar(path).name + ".tmp")
    stop = threading.Event()

    def plant():
        while not stop.is_set():
            with contextlib.suppress(FileExistsError):
                temporary.symlink_to(victim)

    planter = threading.Thread(target=plant)
    planter.start()
    try:
        run = download(page, path, "--checkpoint-interval", "1ms,64KiB").expect(0, Exit.DISK)
    finally:
        stop.set()
        planter.join()
    assert untouched(victim)
    if run.code == 0:
        assert path.read_bytes() == page.data


@pytest.mark.parametrize("option", ["-o", "--checkpoint-dir"])
def test_a_folder_that_is_exchanged_for_a_link_meanwhile_is_not_left(page, folder, victim, option):
    """All goes by the folder's descriptor: where the name leads by now does not matter."""
    inside = folder / "inside"
    inside.mkdir()
    path = (inside if option == "-o" else folder) / "file"
    options = ["--checkpoint-dir", inside] if option != "-o" else []
    with start_and_stall(page, path, KEPT, *options) as child:
        inside.rename(folder / "moved")
        inside.symlink_to(victim.parent)
        page.gate.open()
        run = child.wait().expect(0)
    assert_complete((folder / "moved" if option == "-o" else folder) / "file", page.data, run=run)
    assert untouched(victim)
    assert option == "-o" or not os.listdir(folder / "moved")


# ---- every name is opened beneath its folder -------------------------------------------------


@needs_strace
def test_every_name_is_opened_beneath_its_folder_and_over_no_link(page, path, folder):
    log = folder / "calls"
    run = run_xget([page.url, "-o", path, *QUICK, *FREQUENT], folder, env=TRACED,
                   wrapper=["strace", "-f", "-qq", "-o", log, "-e", "trace=open,openat,openat2"])
    run.expect(0)
    calls = [line for line in log.read_text().splitlines() if '"file.partial' in line]
    if any("openat2" in line and ("ENOSYS" in line or "EPERM" in line) for line in calls):
        pytest.skip("the kernel, or the container, has no openat2")
    assert len(calls) >= 2, "the partial and its sidecar"
    for call in calls:
        assert "openat2(" in call and "RESOLVE_BENEATH" in call and "RESOLVE_NO_SYMLINKS" in call


@needs_strace
@pytest.mark.parametrize("answer", ["ENOSYS", "EPERM"])
def test_where_the_kernel_cannot_do_that_links_are_refused_all_the_same(page, path, victim, answer):
    without = injecting(f"openat2:error={answer}")
    sidecar(path).symlink_to(victim)
    run = download(page, path, wrapper=without, env=TRACED).expect(0)
    assert_complete(path, page.data, run=run)
    path.unlink()
    partial(path).symlink_to(victim)
    download(page, path, wrapper=without, env=TRACED).expect(Exit.DISK)
    assert untouched(victim)


# ---- planted sidecars ------------------------------------------------------------------------


def plant(path: pathlib.Path, covered: str):
    """A document whose own digest is right. `covered` is what follows the digest's member."""
    sidecar(path).write_text('{"digest":"' + xxh3_128(covered.encode()) + '",' + covered)


def replant(target: pathlib.Path, **changes):
    """The sidecar that is there, with other members."""
    document = json.loads(sidecar(target).read_text())
    del document["digest"]
    plant(target, json.dumps(document | changes)[1:])


def test_replanting_without_a_change_is_believed(page, path):
    """The other planted ones are refused for what is in them, not for how they are made."""
    leave_partial(page, path, KEPT)
    replant(path)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes < SIZE - MIB


@needs_root
def test_a_sidecar_of_another_user_is_not_believed(page, path):
    leave_partial(page, path, KEPT)
    os.chown(sidecar(path), NOBODY, NOBODY)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes >= SIZE, "nothing was taken from it"


@needs_root
def test_a_partial_of_another_user_is_refused(page, path):
    leave_partial(page, path, KEPT)
    os.chown(partial(path), NOBODY, NOBODY)
    run = download(page, path).expect(Exit.DISK)
    assert "another user" in run.err and not path.exists(), run


UNBELIEVABLE = {
    "a size that overflows": {"size": 2**64 - 1},
    "a size past any file": {"size": 2**63 + 1},
    "a piece length that overflows": {"piece_length": 2**63},
    "no piece length": {"piece_length": 0},
    "a piece past the end": {"pieces": [[2**63, CLAIM]]},
    "a run whose end overflows": {"runs": [[2**64 - 10, 2**64 - 1, CLAIM]]},
    "a run that ends before it begins": {"runs": [[5, 4, CLAIM]]},
    "negative numbers": {"generation": -1},
    "a number that is none": {"size": "6291459"},
    "a number too large for any type": {"generation": 10**30},
    "more members than there are": {"path": "/etc/passwd"},
    "a newer schema": {"schema": 99},
}


@pytest.mark.parametrize("name", UNBELIEVABLE)
def test_a_planted_sidecar_that_makes_no_sense_is_not_believed(page, path, name):
    leave_partial(page, path, KEPT)
    replant(path, **UNBELIEVABLE[name])
    run = download(page, path).expect(0)
    assert page.data == path.read_bytes()
    assert page.body_bytes >= SIZE, f"something was taken from it\n{run}"


def test_a_huge_sidecar_is_not_read(page, path):
    leave_partial(page, path, KEPT)
    os.truncate(sidecar(path), 1 << 40)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)


@pytest.mark.parametrize("bracket", ["[", '{"a":'])
def test_a_sidecar_that_nests_without_end_is_refused(page, path, bracket):
    leave_partial(page, path, KEPT)
    plant(path, '"schema":' + bracket * (MIB // len(bracket)))
    run = download(page, path).expect(0)
    assert page.data == path.read_bytes(), run


def test_the_url_in_a_sidecar_is_never_asked(page, path):
    leave_partial(page, path, KEPT)
    with HostileServer() as bait:
        replant(path, url=bait.url + "/file")
        run = download(page, path).expect(0)
        assert not bait.accepted
    assert_complete(path, page.data, run=run)


def test_no_path_is_read_from_a_sidecar(page, path, victim):
    leave_partial(page, path, KEPT)
    for name in ("../elsewhere/victim", str(victim)):
        replant(path, url=name)
        run = download(page, path, "--overwrite").expect(0)
        assert path.read_bytes() == page.data, run
        leave_partial(page, path, KEPT, "--overwrite")
    assert untouched(victim)


def test_bytes_that_a_planted_sidecar_vouches_for_are_hashed_again(page, path):
    """A claim without the right digest is worth nothing."""
    leave_partial(page, path, KEPT)
    pieces = [[index, CLAIM] for index in range(3)]
    replant(path, pieces=pieces, runs=[])
    with open(partial(path), "r+b") as file:
        file.write(b"planted")
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)


# ---- what is not to be hurried into ----------------------------------------------------------


def test_a_file_that_is_planted_under_the_final_name_meanwhile_stays(page, path, victim):
    with start_and_stall(page, path, KEPT) as child:
        path.symlink_to(victim)
        page.gate.open()
        child.wait().expect(Exit.EXISTS)
    assert path.is_symlink() and untouched(victim)


def test_the_partial_can_be_read_by_its_owner_alone(page, path):
    with start_and_stall(page, path, KEPT):
        wait_until(sidecar(path).exists, "there is a sidecar")
        for name in (partial(path), sidecar(path)):
            assert name.stat().st_mode & 0o777 == 0o600, name
