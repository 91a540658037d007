"""--session FILE: the queue outlives whatever ends the command, and stays a list that people can read."""

import json
import os

from support import metalinks
from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, binary, run_xget, start_xget, wait_until
from support.disks import small_disk
from support.downloads import FREQUENT, MIB, assert_complete, claimed_ranges

RESOURCE = Resource(MIB + 5)
OTHER = Resource(70_001, seed="other")


def entries(folder, name="queue"):
    """What the file lists, as any reader of lists finds it."""
    lines = (folder / name).read_text().splitlines()
    return [json.loads(line) for line in lines if not line.startswith("#")]


def urls(folder, name="queue"):
    return [entry["url"] for entry in entries(folder, name)]


def serve_files(server, count, first=0):
    return [server.serve(f"/{i}", Resource(1000 + i, seed=str(i)))
            for i in range(first, first + count)]


def write_list(folder, *lines, name="list"):
    (folder / name).write_text("".join(line + "\n" for line in lines))
    return name


def asked(pages):
    return [len(page.requests) for page in pages]


def test_the_file_goes_once_all_is_done(server, folder):
    pages = serve_files(server, 3)
    run = run_xget(["--session", "queue", *(page.url for page in pages), *QUICK], folder).expect(0)
    for i, page in enumerate(pages):
        assert_complete(folder / str(i), page.data, run=run)
    assert sorted(os.listdir(folder)) == ["0", "1", "2"]


def test_a_kill_loses_nothing_of_the_queue_which_may_be_edited_then(server, folder):
    """More than are under way at once: what no job was made of yet is kept, too."""
    slow = server.serve("/slow", RESOURCE, t.rate(1000))
    pages = serve_files(server, 5)
    name = write_list(folder, *(page.url for page in pages), pages[0].url, "  out=named",
                      "  header=X-One: 1", *(f"{slow.url}?{i}\n  out=s{i}" for i in range(2000)))
    with start_xget(["--session", "queue", slow.url, "-o", "big", "-i", name, *QUICK,
                     "--stall-timeout", "30s"], folder) as child:
        wait_until(lambda: (folder / "named").exists() and len(urls(folder)) == 2001 and
                   pages[4].url not in urls(folder), "all but the slow ones are there")
        child.kill()
    assert urls(folder) == [slow.url, *(f"{slow.url}?{i}" for i in range(2000))]
    os.remove(folder / name)
    for i in range(5):
        os.remove(folder / str(i))
    lines = (folder / "queue").read_text().splitlines(keepends=True)
    (folder / "queue").write_text("".join(lines[:12] + [f"{pages[3].url}\n  out=new\n"]))
    slow.behave()
    asked_before = asked(pages)
    run = run_xget(["--session", "queue", *QUICK], folder).expect(0)
    assert_complete(folder / "big", slow.data, run=run)
    assert_complete(folder / "new", pages[3].data, run=run)
    assert asked(pages)[:3] == asked_before[:3], "what was finished is asked for again"
    assert pages[0].requests[-1].request.header("X-One") == "1"
    assert not (folder / "queue").exists()


def test_a_stopped_queue_goes_on_with_the_command_that_is_told(server, folder):
    slow = server.serve("/slow", Resource(8 * MIB), t.rate(4 * MIB))
    page = server.serve("/x", OTHER)
    with start_xget(["--session", "queue", "-o", "big", slow.url, "-o", "small", page.url,
                     *FREQUENT, *QUICK], folder) as child:
        wait_until(lambda: claimed_ranges(folder / "big") and (folder / "small").exists(),
                   "some of it is safe")
        child.interrupt()
        run = child.wait().expect(Exit.INTERRUPTED)
    told = run.err.partition("to go on: ")[2].splitlines()[0]
    assert told.startswith(f"{binary()} --session queue") and "http" not in told, run
    assert " -o " not in told
    assert urls(folder) == [slow.url] and (folder / "queue").stat().st_mode & 0o077 == 0
    slow.behave()
    run = run_xget(told.split()[1:], folder).expect(0)
    assert_complete(folder / "big", slow.data, run=run)
    assert not (folder / "queue").exists()


def test_what_failed_stays_in_it(server, folder):
    page, late = server.serve("/x", RESOURCE), server.serve("/late", None, t.status(404))
    command = ["--session", "queue", *QUICK]
    run_xget([*command, page.url, late.url, "-o", "a", "-o", "b"], folder).expect(Exit.REFUSED)
    assert entries(folder) == [{"url": late.url, "out": "b", "dir": str(folder)}]
    server.serve("/late", OTHER)
    run_xget(command, folder).expect(0)
    assert_complete(folder / "b", OTHER.data)
    assert not (folder / "queue").exists()


def test_the_same_command_again_adds_nothing_twice(server, folder):
    slow = server.serve("/slow", RESOURCE, t.rate(1000))
    pages = serve_files(server, 30)
    name = write_list(folder, *(page.url for page in pages))
    command = ["--session", "queue", slow.url, "-i", name, *QUICK, "--stall-timeout", "30s"]
    with start_xget(command, folder) as child:
        wait_until(lambda: all((folder / str(i)).exists() for i in range(30)), "the list is there")
        child.interrupt()
        child.wait().expect(Exit.INTERRUPTED)
    assert urls(folder) == [slow.url]
    before = asked(pages)
    added = serve_files(server, 3, first=30)
    write_list(folder, *(page.url for page in pages + added))
    slow.behave()
    run = run_xget(command, folder).expect(0)
    assert asked(pages) == before, run
    for i, page in enumerate(pages + added):
        assert_complete(folder / str(i), page.data, run=run)


def test_a_list_that_begins_in_another_way_is_taken_anew(server, folder):
    gone = server.serve("/gone", None, t.status(404))
    pages = serve_files(server, 4)
    write_list(folder, *(page.url for page in pages[:2]), gone.url)
    command = ["--session", "queue", "-i", "list", *QUICK]
    run_xget(command, folder).expect(Exit.REFUSED)
    server.serve("/gone", OTHER)
    write_list(folder, *(page.url for page in pages[2:]), gone.url)
    run_xget(command, folder).expect(0)
    for i, page in enumerate(pages):
        assert_complete(folder / str(i), page.data)
    assert_complete(folder / "gone", OTHER.data)


def test_a_list_that_was_not_read_to_its_end_is_named_again(server, folder):
    page, other = server.serve("/1", OTHER), server.serve("/2", OTHER)
    os.mkfifo(folder / "list")
    list_end = os.open(folder / "list", os.O_RDWR)
    os.write(list_end, f"{page.url}\n{other.url}\n{page.url}\n".encode())
    with start_xget(["--session", "queue", "-i", "list", *QUICK], folder) as child:
        wait_until(lambda: (folder / "2").exists(), "what it lists so far is there")
        child.interrupt()
        run = child.wait().expect(Exit.INTERRUPTED)
    os.close(list_end)
    assert "-i list" in run.err.partition("to go on: ")[2], run
    assert (folder / "queue").exists()


def test_it_may_be_written_by_hand(server, folder):
    page, other = server.serve("/x", RESOURCE), server.serve("/y", OTHER)
    write_list(folder, "# mine", page.url, "  out=a", other.url, name="queue")
    run = run_xget(["--session", "queue", *QUICK], folder).expect(0)
    assert_complete(folder / "a", page.data, run=run)
    assert_complete(folder / "y", other.data, run=run)


def test_an_entry_that_cannot_be_read_stops_all_and_stays(server, folder):
    page = server.serve("/x", RESOURCE)
    write_list(folder, page.url, page.url, "  otu=b", name="queue")
    before = (folder / "queue").read_text()
    run = run_xget(["--session", "queue", *QUICK], folder).expect(Exit.USAGE)
    assert "queue:3: option 'otu' is not known" in run.err and not page.requests
    assert (folder / "queue").read_text() == before and os.listdir(folder) == ["queue"]


def test_notes_are_not_taken_for_a_list(server, folder):
    page = server.serve("/x", RESOURCE)
    for text in ("my notes\n", f"# mine\n{page.url}\nbuy milk\n"):
        (folder / "queue").write_text(text)
        run = run_xget(["--session", "queue", page.url, *QUICK], folder).expect(Exit.USAGE)
        assert "did not begin it" in run.err and "is no URL" in run.err
        assert (folder / "queue").read_text() == text and os.listdir(folder) == ["queue"]
    assert not page.requests


def test_half_a_line_of_a_killed_run_is_no_entry(server, folder):
    page = server.serve("/x", RESOURCE)
    (folder / "queue").write_text(f'{{"url":"{page.url}"}}\n{{"url":"http://127.0.0.1/nev')
    run = run_xget(["--session", "queue", *QUICK], folder).expect(0)
    assert_complete(folder / "x", page.data, run=run)


def test_it_means_the_same_folders_wherever_the_next_run_begins(server, folder):
    late = server.serve("/late", None, t.status(404))
    (folder / "first").mkdir()
    (folder / "second").mkdir()
    run_xget(["--session", "../queue", "-d", "deep", late.url, *QUICK],
             folder / "first").expect(Exit.REFUSED)
    server.serve("/late", OTHER)
    run_xget(["--session", "../queue", *QUICK], folder / "second").expect(0)
    assert_complete(folder / "first" / "deep" / "late", OTHER.data)
    assert not os.listdir(folder / "second")


def test_a_metalink_stays_until_all_of_its_files_are_there(server, folder):
    page, late = server.serve("/x", RESOURCE), server.serve("/late", None, t.status(404))
    text = metalinks.version_4(metalinks.File("a", [page.url]), metalinks.File("b", [late.url]))
    both = metalinks.serve(server, "/both", text, content_type="text/plain")
    run_xget(["--session", "queue", "-M", both.url, *QUICK], folder).expect(Exit.REFUSED)
    assert urls(folder) == [both.url]
    server.serve("/late", OTHER)
    run_xget(["--session", "queue", *QUICK], folder).expect(0)
    assert_complete(folder / "a", page.data)
    assert_complete(folder / "b", OTHER.data)


def test_options_secrets_are_not_in_it(server, folder):
    gone = server.serve("/gone", None, t.status(404))
    run_xget(["--session", "queue", "-u", "me:hunter2", "-H", "X-Token: hunter2", "--proxy", "none",
              gone.url, *QUICK], folder).expect(Exit.REFUSED)
    assert "hunter2" not in (folder / "queue").read_text()


def test_two_at_one_file_are_told_apart(server, folder):
    slow = server.serve("/slow", RESOURCE, t.rate(1000))
    page = server.serve("/x", OTHER)
    with start_xget(["--session", "queue", slow.url, *QUICK, "--stall-timeout", "30s"],
                    folder) as child:
        wait_until(lambda: slow.requests, "it runs")
        run = run_xget(["--session", "queue", page.url, *QUICK], folder).expect(Exit.EXISTS)
        assert "another xget works on it" in run.err
        child.interrupt()
        child.wait().expect(Exit.INTERRUPTED)
    assert urls(folder) == [slow.url]


def test_without_a_file_and_without_a_url_there_is_nothing_to_go_on_with(folder):
    run = run_xget(["--session", "queue"], folder).expect(Exit.USAGE)
    assert "queue" in run.err and not os.listdir(folder)
    (folder / "queue").write_text("")
    run_xget(["--session", "queue"], folder).expect(0)


def test_a_full_disk_stops_the_reading_of_a_list_and_keeps_what_it_has(server, folder):
    page = server.serve("/x", OTHER)
    write_list(folder, *(f"{page.url}?{i:050}\n  out={i}" for i in range(5000)))
    with small_disk(folder / "disk", 128 << 10) as disk:
        run = run_xget(["--session", str(disk / "queue"), "-i", "list", "-j", "1", "--fail-fast",
                        *QUICK], folder)
        assert run.code == Exit.DISK, run
        assert f"write {disk}/queue: No space left on device" in run.err
        assert set(urls(disk)) <= {f"{page.url}?{i:050}" for i in range(5000)}
