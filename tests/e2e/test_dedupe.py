"""--dedupe: files of one digest are fetched once, and the others are made from the first."""

import hashlib
import json
import os
import time

import pytest

from support import metalinks
from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.digests import ALGORITHMS
from support.disks import cloning_disk, needs_root, needs_tools, small_disk
from support.downloads import MIB, assert_complete, leave_partial, partial, sidecar
from support.failing_calls import failing, needs_failing_calls
from support.metalinks import File
from support.real_servers import start_server

RESOURCE = Resource(3 * MIB + 5)
OTHER = Resource(70_001, seed="other")
WAYS = ["link", "reflink", "copy"]
EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.fixture(scope="module")
def nginx(certificates):
    with start_server("nginx", certificates) as running:
        yield running


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def write_list(folder, *entries):
    """An entry is a URL, a name and a digest."""
    lines = [f"{url}\n  out={name}\n  checksum={digest}\n" for url, name, digest in entries]
    (folder / "list").write_text("".join(lines))


def fetch(folder, way, *options, **more):
    return run_xget(["-i", "list", f"--dedupe={way}", *QUICK, *options], folder, **more)


def serve_copies(server, names, resource=RESOURCE):
    return [server.serve(f"/{name}", resource) for name in names]


def list_copies(folder, pages):
    write_list(folder, *((page.url, page.path.strip("/"), sha256(page.data)) for page in pages))


def asked(*pages):
    return [len(page.requests) for page in pages]


def one_file(*paths) -> bool:
    return len({path.stat().st_ino for path in paths}) == 1


def names_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "list")


# ---- what is fetched, and what becomes of the others -----------------------------------------


@pytest.mark.parametrize("way", WAYS)
def test_files_of_one_digest_are_fetched_once(nginx, folder, way):
    data = Resource(5 * MIB + 7, seed=way).data
    names = [f"{way}{i}" for i in range(5)]
    for name in names:
        nginx.publish(name, data)
    write_list(folder, *((f"{nginx.url}/{name}", name, sha256(data)) for name in names))
    run = fetch(folder, way, "-n", "1").expect(0)
    log = (nginx.folder / "access.log").read_text()
    assert sum(log.count(f"GET /{name} ") for name in names) == 1, log
    for name in names:
        assert_complete(folder / name, data, run=run)
    paths = [folder / name for name in names]
    assert one_file(*paths) if way == "link" else len({p.stat().st_ino for p in paths}) == 5
    assert names_in(folder) == names
    assert "4 of them made from others" in run.err


def test_several_urls_of_the_command_line_too(server, folder):
    pages = serve_copies(server, "ab")
    digests = [option for page in pages for option in ("--checksum", sha256(page.data))]
    run_xget([*(page.url for page in pages), *digests, "--dedupe", "link", *QUICK], folder).expect(0)
    assert one_file(folder / "a", folder / "b")
    assert sorted(asked(*pages))[0] == 0


def test_files_of_a_metalink_too(server, folder):
    pages = serve_copies(server, "abc")
    files = [File(page.path.strip("/"), (page.url,), data=page.data, piece_length=MIB) for page in pages]
    metalinks.write(folder / "list.meta4", metalinks.version_4(*files))
    run_xget(["list.meta4", *QUICK], folder, env={"XGET_DEDUPE": "copy"}).expect(0)
    assert sum(count > 0 for count in asked(*pages)) == 1
    for page in pages:
        assert_complete(folder / page.path.strip("/"), page.data)


@pytest.mark.parametrize("by_url", [False, True])
def test_files_of_a_list_of_checksums_too(server, folder, by_url):
    pages = serve_copies(server, "abc")
    text = "".join(f"{hashlib.sha256(page.data).hexdigest()}  {page.path.strip('/')}\n" for page in pages)
    (folder / "sums").write_text(text)
    sums = "sums"
    if by_url:
        sums = metalinks.serve(server, "/SHA256SUMS", text).url
    run_xget([*(page.url for page in pages), "--checksum-file", sums, "--dedupe", "link", *QUICK],
             folder).expect(0)
    assert one_file(*(folder / name for name in "abc"))
    assert sum(count > 0 for count in asked(*pages)) == 1


@pytest.mark.parametrize("algorithm", ["crc32c", "XXH3"])
def test_a_digest_that_chance_may_meet_tells_nothing(server, folder, algorithm):
    pages = serve_copies(server, "ab")
    digest = f"{algorithm}:{ALGORITHMS[algorithm](pages[0].data)}"
    write_list(folder, *((page.url, page.path.strip("/"), digest) for page in pages))
    fetch(folder, "link").expect(0)
    assert min(asked(*pages)) > 0
    assert not one_file(folder / "a", folder / "b")


def test_empty_files_are_no_links_of_each_other(server, folder):
    pages = serve_copies(server, "abc", Resource(0))
    list_copies(folder, pages)
    fetch(folder, "link").expect(0)
    assert min(asked(*pages)) > 0
    assert len({(folder / name).stat().st_ino for name in "abc"}) == 3


def test_without_the_option_each_is_fetched(server, folder):
    pages = serve_copies(server, "ab")
    list_copies(folder, pages)
    run_xget(["-i", "list", *QUICK], folder).expect(0)
    assert min(asked(*pages)) > 0 and not one_file(folder / "a", folder / "b")


def test_a_dry_run_says_what_each_is(server, folder):
    pages = serve_copies(server, "ab")
    list_copies(folder, pages)
    run = fetch(folder, "link", "--dry-run").expect(0)
    assert names_in(folder) == [] and run.err.count("all of it would be fetched") == 2


# ---- whose turn it is ------------------------------------------------------------------------


def test_those_that_wait_take_no_place_from_others(server, folder):
    gate = t.Gate(MIB)
    first = server.serve("/a", RESOURCE, gate)
    more = serve_copies(server, "bcd")
    last = server.serve("/z", OTHER)
    list_copies(folder, [first, *more, last])
    with start_xget(["-i", "list", "--dedupe=link", "-j", "2", *QUICK, "--stall-timeout", "1m"],
                    folder) as child:
        wait_until(gate.reached.is_set, "the first is half there")
        wait_until((folder / "z").exists, "another one overtook those that wait")
        assert asked(*more) == [0, 0, 0]
        gate.open()
        child.wait().expect(0)
    assert asked(*more) == [0, 0, 0]
    assert one_file(*(folder / name for name in "abcd"))


def test_when_the_first_fails_the_next_one_goes_first(server, folder):
    first = server.serve("/a", RESOURCE, t.status(404))
    more = serve_copies(server, "bcd")
    write_list(folder, *((page.url, page.path.strip("/"), sha256(RESOURCE.data)) for page in (first, *more)))
    run = fetch(folder, "link").expect(Exit.REFUSED)
    assert not (folder / "a").exists()
    assert asked(*more[1:]) == [0, 0]
    for name in "bcd":
        assert_complete(folder / name, RESOURCE.data, run=run)
    assert one_file(*(folder / name for name in "bcd"))


def test_one_whose_bytes_are_wrong_is_nobody_s_original(server, folder):
    first = server.serve("/a", Resource(RESOURCE.size, seed="wrong"))
    second, third = serve_copies(server, "bc")
    digest = sha256(RESOURCE.data)
    write_list(folder, (first.url, "a", digest), (second.url, "b", digest), (third.url, "c", digest))
    fetch(folder, "copy").expect(Exit.CHECKSUM)
    assert not (folder / "a").exists()
    assert_complete(folder / "b", RESOURCE.data)
    assert_complete(folder / "c", RESOURCE.data)
    assert asked(third) == [0]


def test_an_interrupt_ends_those_that_wait(server, folder):
    gate = t.Gate(MIB)
    first = server.serve("/a", RESOURCE, gate)
    second = server.serve("/b", RESOURCE)
    list_copies(folder, [first, second])
    with start_xget(["-i", "list", "--dedupe=copy", *QUICK, "--stall-timeout", "1m"], folder) as child:
        wait_until(gate.reached.is_set, "the first is half there")
        child.interrupt()
        child.wait(10).expect(Exit.INTERRUPTED)
    gate.open()
    assert not (folder / "b").exists() and asked(second) == [0]
    fetch(folder, "copy").expect(0)
    assert_complete(folder / "b", RESOURCE.data)


# ---- what stands there -----------------------------------------------------------------------


def test_what_an_earlier_run_finished_is_one_to_make_others_from(server, folder):
    pages = serve_copies(server, "abc")
    list_copies(folder, pages[:1])
    fetch(folder, "link").expect(0)
    list_copies(folder, pages)
    fetch(folder, "link").expect(0)
    assert asked(*pages[1:]) == [0, 0]
    assert one_file(*(folder / name for name in "abc"))


def test_another_file_is_not_replaced_unasked(server, folder):
    pages = serve_copies(server, "ab")
    list_copies(folder, pages)
    (folder / "b").write_text("mine")
    fetch(folder, "link").expect(Exit.EXISTS)
    assert (folder / "b").read_text() == "mine"
    fetch(folder, "link", "--auto-rename").expect(0)
    assert (folder / "b").read_text() == "mine" and one_file(folder / "a", folder / "b.1")
    fetch(folder, "copy", "--no-overwrite").expect(0)
    assert (folder / "b").read_text() == "mine"


@pytest.mark.parametrize("way", ["link", "copy"])
def test_it_is_replaced_when_that_is_asked_for(server, folder, way):
    pages = serve_copies(server, "ab")
    list_copies(folder, pages)
    for _ in range(2):  # again, over what is the same file already
        (folder / "b").write_text("mine")
        fetch(folder, way, "--overwrite").expect(0)
        assert names_in(folder) == ["a", "b"]
        assert (folder / "b").read_bytes() == RESOURCE.data
        fetch(folder, way, "--overwrite").expect(0)
        assert names_in(folder) == ["a", "b"]


def test_a_partial_of_its_own_goes_with_its_sidecar_once_the_file_is_there(server, folder):
    first, second = serve_copies(server, "ab")
    leave_partial(second, folder / "b", MIB, "-n", "1")
    assert partial(folder / "b").exists() and sidecar(folder / "b").exists()
    list_copies(folder, [first, second])
    fetch(folder, "link").expect(0)
    assert asked(second) == [0] and names_in(folder) == ["a", "b"]


def test_what_another_url_s_download_left_is_not_lost(server, folder):
    other = server.serve("/other", Resource(4 * MIB, seed="another"))
    leave_partial(other, folder / "b", MIB, "-n", "1")
    list_copies(folder, serve_copies(server, "ab"))
    fetch(folder, "copy").expect(Exit.EXISTS)
    assert partial(folder / "b").exists() and not (folder / "b").exists()


def test_an_original_that_was_changed_is_none(server, folder):
    gate = t.Gate(1000)
    first, second = serve_copies(server, "ab")
    between = server.serve("/between", OTHER, gate)
    list_copies(folder, [first, between, second])
    # In the list behind what it waits for, so that the change comes in between.
    with start_xget(["-i", "list", "--dedupe=link", "-j", "1", *QUICK, "--stall-timeout", "1m"],
                    folder) as child:
        wait_until(gate.reached.is_set, "the one between runs")
        wait_until((folder / "a").exists, "the first is there")
        assert not (folder / "b").exists(), "it has no place while the one between runs"
        (folder / "a").write_bytes(b"x" * RESOURCE.size)
        gate.open()
        child.wait().expect(0)
    assert asked(second)[0] > 0
    assert_complete(folder / "b", RESOURCE.data)


# ---- what is told, and what it has -----------------------------------------------------------


def test_events_report_and_words_say_where_it_came_from(server, folder):
    list_copies(folder, serve_copies(server, "ab"))
    run = fetch(folder, "link", "--json", "--report", "report", "-j", "1").expect(0)
    events = [json.loads(line) for line in run.out.splitlines()]
    finished = {event["path"]: event for event in events if event["event"] == "finished"}
    assert (finished["a"]["made_from"], finished["a"]["made_as"]) == ("", "")
    made = finished["b"]
    assert (made["made_from"], made["made_as"], made["received"]) == ("a", "link", 0)
    assert made["proof"] == "digest" and not made["already_complete"]
    report = [json.loads(line) for line in (folder / "report").read_text().splitlines()]
    assert [(line["path"], line.get("made_from")) for line in report] == [("a", None), ("b", "a")]
    assert len({line["digest"] for line in report} | {made["digest"]}) == 1
    assert "a hard link of a, proof: sha256 matched" in run.err


@pytest.mark.parametrize("way", ["link", "copy"])
def test_mode_and_time_are_its_own_but_for_a_link(server, folder, way):
    list_copies(folder, serve_copies(server, "ab"))
    fetch(folder, way, "--mode", "440").expect(0)
    first, second = (folder / "a").stat(), (folder / "b").stat()
    assert second.st_mode & 0o777 == 0o440
    assert second.st_mtime == first.st_mtime < time.time() - 86400


# ---- what a disk cannot ----------------------------------------------------------------------


@needs_root
def test_a_link_on_another_file_system_is_a_copy(server, folder):
    pages = serve_copies(server, "ab")
    with small_disk(folder / "other", 16 * MIB):
        write_list(folder, (pages[0].url, "a", sha256(RESOURCE.data)),
                   (pages[1].url, "other/b", sha256(RESOURCE.data)))
        run = fetch(folder, "link", "-v").expect(0)
        assert_complete(folder / "other" / "b", RESOURCE.data, run=run)
    assert sum(count > 0 for count in asked(*pages)) == 1
    assert "other/b is a copy, and no link: link other/b.partial.copy" in run.err


@needs_failing_calls
@pytest.mark.parametrize("way, fault", [("link", "linkat:1:EMLINK"), ("link", "linkat:1:EPERM"),
                                        ("reflink", "clone:1:EXDEV"), ("reflink", "clone:1:ENOTTY")])
def test_what_cannot_be_had_is_a_copy_and_said_to_be_one(server, folder, way, fault):
    pages = serve_copies(server, "ab")
    list_copies(folder, pages)
    run = fetch(folder, way, "-v", "-j", "1", env=failing(folder, fault)).expect(0)
    assert asked(pages[1]) == [0] and not one_file(folder / "a", folder / "b")
    assert_complete(folder / "b", RESOURCE.data, run=run)
    assert "b is a copy" in run.err and "a copy of a, proof" in run.err


@needs_root
def test_that_room_cannot_be_shared_is_said_once(server, folder):
    with small_disk(folder / "disk", 32 * MIB) as disk:  # a tmpfs clones nothing
        pages = serve_copies(server, "abcd")
        list_copies(disk, pages)
        run = fetch(disk, "reflink").expect(0)
        assert run.err.count("note: ") == 1
        assert "b is a copy that shares no room: clone a file into" in run.err
        for name in "abcd":
            assert_complete(disk / name, RESOURCE.data, run=run)


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=needs_tools(kind))
                                  for kind in ("xfs", "btrfs")])
def test_a_reflink_shares_its_room(server, folder, kind):
    resource = Resource(24 * MIB + 3)
    with cloning_disk(folder, kind) as disk:
        pages = serve_copies(server, "abcd", resource)
        list_copies(disk, pages)
        before = os.statvfs(disk)
        run = fetch(disk, "reflink", "--json").expect(0)
        os.sync()
        after = os.statvfs(disk)
        used = (before.f_bavail - after.f_bavail) * before.f_frsize
        assert used < 2 * resource.size, f"{used} bytes for one file\n{run}"
        assert run.out.count(b'"made_as":"reflink"') == 3
        for name in "abcd":
            assert_complete(disk / name, resource.data, run=run)
        (disk / "b").write_bytes(b"other")
        assert (disk / "a").read_bytes() == resource.data


@needs_failing_calls
def test_a_disk_that_fails_a_copy_leaves_no_part_of_it(server, folder):
    pages = serve_copies(server, "ab")
    list_copies(folder, pages)
    log = folder.parent / (folder.name + ".calls")
    fetch(folder, "copy", "-j", "1", env=failing(folder, log=log)).expect(0)
    writes = log.read_text().split().count("pwrite")
    log.unlink()
    for name in "ab":
        (folder / name).unlink()
    run = fetch(folder, "copy", "-j", "1", env=failing(folder, f"pwrite:{writes - 1}:EIO"))
    run.expect(Exit.DISK)
    assert names_in(folder) == ["a"]


@needs_failing_calls
def test_what_a_kill_left_of_a_copy_is_cleaned_away_and_a_file_called_so_stays(server, folder):
    pages = serve_copies(server, "ab")
    list_copies(folder, pages)
    (folder / "mine.partial.copy").write_text("mine")
    fetch(folder, "copy", "-j", "1", env=failing(folder, "fsetxattr:4:kill")).expect(-9)
    left = (folder / "b.partial.copy").exists()
    run = run_xget(["clean", "--yes", "."], folder)
    assert left and names_in(folder) == ["a", "mine.partial.copy"], run
