"""`--dry-run`: what it says is what the download then does, and nothing is changed by it."""

import json
import pathlib

import jsonschema
import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import (FREQUENT, MIB, assert_complete, claimed_ranges, leave_partial, old,
                               partial, start_and_stall)

SIZE = 4 * MIB + 3
SCHEMA = json.loads((pathlib.Path(__file__).parents[2] /
                     "packaging/schema/events-1.schema.json").read_text("utf-8"))


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def everything(folder) -> dict:
    """All that stands there: names, contents, times."""
    return {p: (p.stat().st_mtime_ns, p.stat().st_ino, p.read_bytes() if p.is_file() else None)
            for p in sorted(folder.rglob("*"))}


def plans(folder, *words, code=Exit.SUCCESS) -> list[dict]:
    """What it says, once it is clear that it did nothing."""
    before = everything(folder)
    run = run_xget([*words, "--dry-run", "--json", *QUICK], folder).expect(code)
    assert everything(folder) == before, run
    events = [json.loads(line) for line in run.out.decode().splitlines()]
    for event in events:
        jsonschema.Draft202012Validator(SCHEMA).validate(event)
    assert not [event for event in events if event["event"] in ("probed", "finished")]
    return [event for event in events if event["event"] in ("planned", "failed", "note")]


def test_a_new_file_is_described_and_not_made(page, path, folder):
    [plan] = plans(folder, page.url, "-o", path, "-n", "4")
    assert (plan["step"], plan["url"], plan["path"]) == ("begin", page.url, str(path))
    assert (plan["size"], plan["held"], plan["ranges"]) == (SIZE, 0, True)
    assert plan["etag"] and plan["addresses"] and plan["connections"] == 4
    assert plan["proof"] == "strong-validator"


def test_the_words_say_it_too(page, path, folder):
    run = run_xget([page.url, "-o", path, "--dry-run", *QUICK], folder).expect(Exit.SUCCESS)
    for words in ("all of it would be fetched", "proof: ETag", "it can be resumed",
                  "connections to begin with: 1"):
        assert words in run.err, run
    assert not list(folder.iterdir())


def test_a_folder_that_is_missing_is_not_made(page, folder):
    [plan] = plans(folder, page.url, "-d", "a/b", "--checkpoint-dir", "c/d")
    assert (plan["step"], plan["path"]) == ("begin", "a/b/file")


def test_a_folder_below_a_file_fails_as_the_download_would(page, folder):
    (folder / "a").write_text("no folder")
    [failed] = plans(folder, page.url, "-d", "a/b", code=Exit.DISK)
    assert failed["code"] == "disk"
    run_xget([page.url, "-d", "a/b", *QUICK], folder).expect(Exit.DISK)


def test_what_is_kept_is_what_the_next_run_keeps(page, path, folder):
    leave_partial(page, path, 2 * MIB)
    claimed = sum(end - begin for begin, end in claimed_ranges(path))
    [plan] = plans(folder, page.url, "-o", path)
    assert (plan["step"], plan["held"]) == ("go-on", claimed) and claimed > 0
    run = run_xget([page.url, "-o", path, "--json", *QUICK], folder).expect(Exit.SUCCESS)
    [finished] = [e for e in map(json.loads, run.out.splitlines()) if e["event"] == "finished"]
    assert finished["received"] - finished["wasted"] == SIZE - claimed
    assert_complete(path, page.data, run=run)


def test_a_changed_resource_would_be_begun_again(page, path, folder):
    leave_partial(page, path, 2 * MIB)
    page.resource = page.resource.next_version()
    note, plan = plans(folder, page.url, "-o", path)
    assert "changed on the server" in note["text"]
    assert (plan["step"], plan["held"]) == ("begin", 0)
    assert partial(path).exists() and not old(path).exists()
    [failed] = plans(folder, page.url, "-o", path, "--on-change", "fail", code=Exit.CHANGED)
    assert failed["kept"]


def test_a_complete_file_needs_nothing(page, path, folder):
    run_xget([page.url, "-o", path, *QUICK], folder).expect(Exit.SUCCESS)
    [plan] = plans(folder, page.url, "-o", path)
    assert (plan["step"], plan["held"], plan["connections"]) == ("nothing", SIZE, 0)


def test_another_file_in_the_way_fails_as_the_download_would(page, path, folder):
    path.write_bytes(b"mine")
    plans(folder, page.url, "-o", path, "--no-resume", code=Exit.EXISTS)
    [plan] = plans(folder, page.url, "-o", path, "--overwrite")
    assert plan["step"] == "begin"


def test_a_file_that_would_be_adopted_stays_where_it_is(page, path, folder):
    path.write_bytes(page.data[:MIB])
    _, plan = plans(folder, page.url, "-o", path, "--resume")
    assert (plan["step"], plan["held"], plan["proof"]) == ("go-on", MIB, "none")


def test_a_running_download_is_told_of_and_not_disturbed(page, path, folder):
    child = start_and_stall(page, path, 2 * MIB, *FREQUENT)
    try:
        run = run_xget([page.url, "-o", path, "--dry-run", *QUICK], folder)
        assert "another xget is downloading to it" in run.expect(Exit.EXISTS).err
        page.gate.open()
        assert_complete(path, page.data, run=child.wait().expect(Exit.SUCCESS))
    finally:
        child.__exit__()


def test_a_whole_list_is_looked_at_and_no_file_of_it_is_written(server, folder):
    pages = [server.serve(f"/{n}", Resource(MIB + n)) for n in range(3)]
    (folder / "list").write_text("".join(f"{p.url}\n" for p in pages) + server.url + "/none" + "\n")
    told = plans(folder, "-i", "list", "--report", "report", "--failed", "failed", "--trace",
                 "trace", "--cookie-jar", "jar", "--on-complete", "touch hook", "--on-error",
                 "touch hook", code=Exit.REFUSED)
    sizes = sorted(event["size"] for event in told if event["event"] == "planned")
    assert sizes == [MIB, MIB + 1, MIB + 2] and len(told) == 4
    run = run_xget(["-i", "list", "--dry-run", *QUICK], folder).expect(Exit.REFUSED)
    assert "3.0 MiB would be fetched" in run.err and "to go on" not in run.err, run


def test_mirrors_are_named(server, page, path, folder):
    other = server.serve("/other", Resource(SIZE))
    [plan] = plans(folder, page.url, "-o", path, "-m", other.url)
    assert plan["mirrors"] == [other.url] and not other.requests


def test_a_redirect_s_end_and_a_server_without_ranges_are_told(server, path, folder):
    page = server.serve("/file", Resource(SIZE), t.whole())
    start = server.serve("/start", Resource(1), t.redirect(page.url))
    [plan] = plans(folder, start.url, "-o", path, "-n", "4")
    assert (plan["url"], plan["ranges"], plan["connections"]) == (page.url, False, 1)


def test_a_session_is_none_of_its_business(page, folder):
    run = run_xget([page.url, "--session", "q", "--dry-run"], folder).expect(Exit.USAGE)
    assert "--dry-run: contradicts --session" in run.err
