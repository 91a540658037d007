"""--content-disposition: the server names the file, but only its name, and only when asked to."""

import os
import pathlib
import re
import threading

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.digests import ALGORITHMS
from support.downloads import FREQUENT, MIB, assert_complete, partial, sidecar
from support.hostile_server import HostileServer

SIZE = 3 * MIB + 5
RESOURCE = Resource(SIZE)
OPTION = "--content-disposition"


def disposition(value: str) -> t.Twist:
    return t.extra_header("Content-Disposition", value)


def named(name: str) -> t.Twist:
    return disposition(f'attachment; filename="{name}"')


def download(page, folder, *options, **more):
    return run_xget([page.url, OPTION, *QUICK, *FREQUENT, *options], folder, **more)


def names_in(folder: pathlib.Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_unasked_the_server_s_name_is_not_taken(server, folder):
    page = server.serve("/file", RESOURCE, named("other"))
    run_xget([page.url, *QUICK], folder).expect(0)
    assert names_in(folder) == ["file"]


@pytest.mark.parametrize("size", [0, 1, SIZE])
@pytest.mark.parametrize("connections", [1, 4])
def test_the_server_names_the_file(server, folder, size, connections):
    page = server.serve("/download", Resource(size), named("real.iso"))
    run = download(page, folder, "-n", connections).expect(0)
    assert names_in(folder) == ["real.iso"]
    assert_complete(folder / "real.iso", page.data, run=run)
    assert "real.iso" in run.err


def test_where_nothing_stands_the_naming_answer_is_the_first_range(server, folder):
    page = server.serve("/download", Resource(1000), named("real.iso"))
    download(page, folder).expect(0)
    assert len(page.requests) == 1


@pytest.mark.parametrize("value, name", [
    ("attachment; filename*=UTF-8''%C3%A4%20b.iso; filename=\"plain\"", "ä b.iso"),
    ("attachment; filename=\"plain\"; filename*=UTF-8''%ff", "plain"),
    ("attachment; filename=../../../etc/passwd", "passwd"),
    ("attachment; filename=\"/etc/passwd\"", "passwd"),
    ("attachment; filename*=UTF-8''..%2F..%2F.ssh%2Fauthorized_keys", "authorized_keys"),
    ("attachment; filename=\"..\\\\..\\\\a.exe\"", "a.exe"),
    ("attachment; filename=\".bashrc\"", "_bashrc"),
    ("attachment; filename=\"-rf\"", "_rf"),
    ("attachment; filename*=UTF-8''a%00b%1b%5b2Jc%0a.txt", "a_b_[2Jc_.txt"),
    ("attachment; filename*=UTF-8''gpj%E2%80%AE.exe", "gpj_.exe"),
    ("attachment; filename=\"victim.iso.partial\"", "victim.iso_partial"),
    ("attachment; filename=\"victim.iso.partial.json\"", "victim.iso_partial.json"),
    ("attachment; filename=\"..\"", "download"), ("attachment; filename=\"\"", "download"),
    ("attachment", "download"), ("attachment; filename=\"open", "download"),
    ("attachment; filename=a; filename=b", "download"),
])
def test_a_name_is_one_safe_component_or_the_url_s(server, folder, value, name):
    inner = folder / "inner"
    inner.mkdir()
    page = server.serve("/download", RESOURCE, disposition(value))
    run = download(page, folder, "-d", inner).expect(0)
    assert names_in(inner) == [name] and names_in(folder) == ["inner"]
    assert_complete(inner / name, page.data, run=run)
    assert "\x1b" not in run.err


def test_a_name_that_is_too_long_is_cut_and_keeps_its_extension(server, folder):
    page = server.serve("/download", RESOURCE, named("n" * 5000 + ".tar.xz"))
    download(page, folder).expect(0)
    [name] = names_in(folder)
    assert len(name) < 255 and name.endswith("n.tar.xz")


def test_the_name_of_the_last_hop_counts(server, folder):
    server.serve("/target", RESOURCE, named("right"))
    page = server.serve("/download", RESOURCE, t.redirect("/target"), named("wrong"))
    download(page, folder).expect(0)
    assert names_in(folder) == ["right"]


def test_a_url_without_a_name_needs_one_of_the_server(server, folder):
    page = server.serve("/", RESOURCE)
    run = download(page, folder).expect(Exit.USAGE)
    assert "neither the server nor the URL has a name" in run.err
    assert names_in(folder) == []
    page.behave(named("real.iso"))
    download(page, folder).expect(0)
    assert names_in(folder) == ["real.iso"]


def test_a_name_of_the_user_s_own_contradicts_it(server, folder):
    page = server.serve("/download", RESOURCE)
    for output in ("file", "-"):
        run = download(page, folder, "-o", output).expect(Exit.USAGE)
        assert "--content-disposition: contradicts --output" in run.err
    assert not page.requests


# ---- what stands there ----


def test_an_existing_file_is_not_replaced_unasked(server, folder):
    (folder / "real.iso").write_text("mine")
    page = server.serve("/download", RESOURCE, named("real.iso"))
    run = download(page, folder).expect(Exit.EXISTS)
    assert "real.iso" in run.err
    download(page, folder, "--no-overwrite").expect(0)
    assert (folder / "real.iso").read_text() == "mine" and names_in(folder) == ["real.iso"]
    run = download(page, folder, "--overwrite").expect(0)
    assert_complete(folder / "real.iso", page.data, run=run)


@pytest.mark.parametrize("make", [
    lambda path: path.symlink_to("elsewhere"), lambda path: path.mkdir(),
    lambda path: os.mkfifo(path),
], ids=["link", "folder", "pipe"])
@pytest.mark.parametrize("options", [[], ["--overwrite"]], ids=["", "overwrite"])
def test_what_is_no_file_is_neither_followed_nor_replaced(server, folder, make, options):
    make(folder / "real.iso")
    before = (folder / "real.iso").lstat()
    page = server.serve("/download", RESOURCE, named("real.iso"))
    download(page, folder, *options).expect(Exit.DISK, Exit.EXISTS)
    assert (folder / "real.iso").lstat().st_ino == before.st_ino
    assert names_in(folder) == ["real.iso"]


def test_the_same_command_after_a_success_finds_it_complete(server, folder):
    page = server.serve("/download", RESOURCE, named("real.iso"))
    download(page, folder).expect(0)
    run = download(page, folder).expect(0)
    assert "already complete" in run.err and names_in(folder) == ["real.iso"]


def test_a_checksum_of_what_stands_there_is_checked(server, folder):
    page = server.serve("/download", RESOURCE, named("real.iso"))
    (folder / "real.iso").write_bytes(page.data)
    digest = "sha256:" + ALGORITHMS["sha256"](page.data)
    download(page, folder, "--checksum", digest).expect(0)
    (folder / "real.iso").write_text("another")
    download(page, folder, "--checksum", digest).expect(Exit.EXISTS)


# ---- resume ----


def claims_something(folder: pathlib.Path) -> bool:
    """The first record is an empty one."""
    return any(re.search(r'"(pieces|runs)":\[\[', record.read_text())
               for record in folder.glob("*.partial.json"))


def interrupt_after(page, folder, keep: int, *twists, end=lambda child: child.interrupt()):
    gate = t.Gate(keep)
    page.behave(*twists, gate)
    arguments = [page.url, OPTION, *QUICK, "--stall-timeout", "1m", *FREQUENT]
    with start_xget(arguments, folder) as child:
        wait_until(gate.reached.is_set, "the server stalls", 30)
        wait_until(lambda: claims_something(folder), "a checkpoint is made")
        end(child)
        child.process.wait(10)
    page.server.drop_connections()
    page.behave(*twists)
    page.forget_log()


@pytest.mark.parametrize("how", ["interrupt", "kill"])
def test_a_later_run_finds_the_partial(server, folder, how):
    page = server.serve("/download", Resource(8 * MIB), named("real.iso"))
    interrupt_after(page, folder, 4 * MIB, named("real.iso"),
                    end=lambda child: getattr(child, how)())
    path = folder / "real.iso"
    assert partial(path).exists() and sidecar(path).exists()
    run = download(page, folder).expect(0)
    assert_complete(path, page.data, run=run)
    resumed = [seen for seen in page.requests if seen.begin > 0]
    assert resumed and "here already" in run.err


def test_another_name_in_a_later_run_is_another_file(server, folder):
    page = server.serve("/download", Resource(8 * MIB), named("one"))
    interrupt_after(page, folder, 4 * MIB, named("one"))
    page.behave(named("two"))
    download(page, folder).expect(0)
    assert names_in(folder) == ["one.partial", "one.partial.json", "two"]


def test_a_changed_resource_begins_again_under_its_name(server, folder):
    page = server.serve("/download", Resource(8 * MIB), named("real.iso"))
    interrupt_after(page, folder, 4 * MIB, named("real.iso"))
    page.resource = page.resource.next_version()
    run = download(page, folder).expect(0)
    assert_complete(folder / "real.iso", page.data, run=run)


# ---- two that get one name ----


def test_of_two_urls_with_one_name_the_second_is_refused(server, folder):
    first = server.serve("/first", RESOURCE, named("same"), t.rate(4 * MIB))
    second = server.serve("/second", Resource(SIZE, seed="2"), named("same"), t.rate(4 * MIB))
    run = run_xget([first.url, second.url, OPTION, *QUICK], folder).expect(Exit.EXISTS)
    assert_complete(folder / "same", first.data, second.data, run=run)
    assert names_in(folder) == ["same"]


def test_urls_of_one_name_may_be_of_several_files(server, folder):
    urls = []
    for number in ("1", "2"):
        page = server.serve(f"/{number}/download", Resource(SIZE, seed=number),
                            named(number))
        urls.append(page.url)
    run_xget([*urls, OPTION, *QUICK], folder).expect(0)
    assert names_in(folder) == ["1", "2"]


def test_of_two_processes_with_one_name_one_wins(server, folder):
    page = server.serve("/download", Resource(8 * MIB), named("same"), t.rate(4 * MIB))
    runs = []

    def run():
        runs.append(download(page, folder))
    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = sorted(run.code for run in runs)
    assert codes[0] == 0 and set(codes) <= {0, Exit.EXISTS}, "\n".join(map(str, runs))
    assert_complete(folder / "same", page.data)


def test_unlike_names_from_two_nodes_leave_one_file(folder):
    """The name is settled with the first answer; later ones name nothing."""
    with HostileServer() as server:
        def twist(x):
            named(f"name{x.number}")(x)
        page = server.serve("/download", Resource(8 * MIB), twist)
        download(page, folder, "-n", "4").expect(0)
        assert names_in(folder) == ["name1"]
