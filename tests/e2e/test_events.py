"""Events as JSON: each line is what the schema says, and no reader holds a download up."""

import json
import os
import pathlib

import jsonschema
import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.downloads import MIB, assert_complete, leave_partial

SCHEMA = json.loads((pathlib.Path(__file__).parents[2] /
                     "packaging/schema/events-1.schema.json").read_text("utf-8"))
RESOURCE = Resource(2 * MIB + 5)


def events_in(written: bytes) -> list[dict]:
    """Each of them checked against the schema."""
    assert written.endswith(b"\n")
    events = [json.loads(line) for line in written.decode("utf-8").splitlines()]
    validator = jsonschema.Draft202012Validator(SCHEMA)
    for event in events:
        validator.validate(event)
    assert events[0]["event"] == "start" and events[-1]["event"] == "end", events
    times = [event["time"] for event in events]
    assert times == sorted(times)
    return events


def names(events) -> list[str]:
    """In order, without repetitions."""
    return list(dict.fromkeys(event["event"] for event in events))


def one(events, name: str) -> dict:
    found = [event for event in events if event["event"] == name]
    assert len(found) == 1, found
    return found[0]


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_download_from_start_to_end(server, path):
    page = server.serve("/file", RESOURCE, t.rate(2 * MIB))
    run = run_xget([page.url, "-o", path, "--json", *QUICK, "-n", "2"], path.parent).expect(0)
    events = events_in(run.out)
    assert names(events) == ["start", "probed", "progress", "finished", "end"]
    probed, finished = one(events, "probed"), one(events, "finished")
    assert (probed["url"], probed["path"], probed["size"]) == (page.url, str(path), RESOURCE.size)
    assert finished["path"] == str(path) and finished["size"] == RESOURCE.size
    assert finished["proof"] == "strong-validator" and not finished["already_complete"]
    assert finished["digest"] == "", "none was given, and none said"
    for event in events:
        if event["event"] == "progress":
            assert len(event["parts"]) == 64
            some = event["held"] / RESOURCE.size
            assert abs(sum(event["parts"]) / (64 * 255) - some) < 0.02, "the parts are the sum"
    assert events[-1]["exit"] == 0
    assert f"{path}: 2.0 MiB in" in run.err, "the words are where they always are"
    assert_complete(path, page.data, run=run)


def test_what_fails_and_what_is_kept(server, path):
    page = server.serve("/file", RESOURCE)
    leave_partial(page, path, MIB)
    page.behave(t.status(404))
    run = run_xget([page.url, "-o", path, "--json", *QUICK], path.parent).expect(Exit.REFUSED)
    events = events_in(run.out)
    failed = one(events, "failed")
    assert (failed["code"], failed["number"]) == ("refused", 404)
    assert "MiB" in failed["kept"] and failed["remedy"]
    assert events[-1]["exit"] == Exit.REFUSED


def test_what_is_tried_again(server, path):
    page = server.serve("/file", RESOURCE, t.when(t.first(2), t.status(503)))
    run = run_xget([page.url, "-o", path, "--json", *QUICK], path.parent).expect(0)
    events = events_in(run.out)
    assert [name for name in names(events) if name != "progress"] == \
        ["start", "retrying", "probed", "finished", "end"]
    retrying = [event for event in events if event["event"] == "retrying"]
    assert "503" in retrying[0]["cause"] and retrying[0]["wait_seconds"] > 0


def test_a_name_that_is_no_text_is_one_line_of_json_all_the_same(server, folder):
    page = server.serve("/file", RESOURCE)
    name = os.fsdecode(b'a"\n\x1b[2J\xff.bin')
    run = run_xget([page.url, "-o", name, "--json", *QUICK], folder).expect(0)
    assert one(events_in(run.out), "finished")["path"] == 'a"\n\x1b[2J\ufffd.bin'
    assert b"\x1b" not in run.out


def test_events_go_where_the_shell_says(server, folder):
    page = server.serve("/file", RESOURCE)
    run = run_xget([page.url, "-o", "-", "--json-fd", "9", *QUICK], folder,
                   wrapper=["sh", "-c", 'exec "$@" 9>events', "sh"]).expect(0)
    assert run.out == page.data
    assert names(events_in((folder / "events").read_bytes()))[-1] == "end"


@pytest.mark.parametrize("options", [["--json-fd", "0"], ["--json-fd", "2"], ["--json-fd", "77"],
                                     ["--json-fd", "x"], ["--json", "-o", "-"]], ids=" ".join)
def test_where_no_events_can_go_is_a_mistake(server, folder, options):
    page = server.serve("/file", RESOURCE)
    run = run_xget([page.url, *options], folder).expect(Exit.USAGE)
    assert "--json" in run.err and not page.requests and not run.out


def test_a_reader_that_is_gone_is_told_of_and_the_download_goes_on(server, path):
    page = server.serve("/file", RESOURCE, t.rate(2 * MIB))
    read_end, write_end = os.pipe()
    with start_xget([page.url, "-o", path, "--json", *QUICK], path.parent,
                    stdout=write_end) as child:
        os.close(write_end)
        os.read(read_end, 10)
        os.close(read_end)
        run = child.wait().expect(0)
    assert run.err.count("no more events of --json are written: nobody reads them") == 1, run
    assert_complete(path, page.data, run=run)


def test_a_reader_that_is_stuck_holds_up_neither_the_download_nor_the_end_for_long(server, path):
    page = server.serve("/file", RESOURCE, t.rate(2 * MIB))
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    while True:  # it is full before the first event
        try:
            os.write(write_end, b"x" * 4096)
        except BlockingIOError:
            break
    os.set_blocking(write_end, True)
    with start_xget([page.url, "-o", path, "--json", *QUICK], path.parent,
                    stdout=write_end) as child:
        os.close(write_end)
        wait_until(path.exists, "the file is whole although nobody reads")
        run = child.wait(20).expect(0)
    os.close(read_end)
    assert "no more events of --json are written: their reader takes no more" in run.err
    assert_complete(path, page.data, run=run)
