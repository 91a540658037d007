"""xget cp from one object to another: within a store the store copies it."""

import contextlib
import json

import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.content import content
from support.downloads import MIB
from support.object_stores import BUCKET, client, gateway  # noqa: F401
from support.object_stores import env as gateway_env  # noqa: F401
from support.relay import Relay

pytestmark = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")

PART = 5 * MIB
SIZE = 6 * PART + 12_345
PARTS = 7


@pytest.fixture
def relay(gateway):
    with Relay(int(gateway.url.rsplit(":", 1)[1])) as running:
        yield running


@pytest.fixture
def env(gateway_env, relay):
    return gateway_env | {"AWS_ENDPOINT_URL": relay.url}


def put(client, key, size=SIZE, version=0, **more):
    data = content(size, version, "copies")
    client.put_object(Bucket=BUCKET, Key=key, Body=data, **more)
    return data


def stored(client, key):
    return client.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def unfinished(client):
    return client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])


def checkpoints(folder):
    return sorted((folder / "state/xget/uploads").glob("*.json"))


def recorded_parts(folder):
    documents = [json.loads(path.read_text()) for path in checkpoints(folder)]
    return len(documents[0]["parts"]) if documents else 0


def s3(key):
    return f"s3://{BUCKET}/{key}"


def cp(folder, env, *words, **more):
    return run_xget(["cp", *QUICK, *words], folder, env=env, **more)


def finished(run):
    return [event for event in map(json.loads, run.out.splitlines())
            if event["event"] == "finished"][0]


# ---- within one store -----------------------------------------------------------------------------

@pytest.mark.parametrize("size", [0, 1, 100_000, 9 * MIB])
def test_an_object_is_copied_within_its_store_and_nothing_is_sent(client, folder, env, size):
    data = put(client, "here/a", size)
    run = cp(folder, env, "--json", s3("here/a"), s3("here/b")).expect(0)
    assert stored(client, "here/b") == data
    assert finished(run)["sent"] == 0 and finished(run)["size"] == size
    assert not checkpoints(folder) and not unfinished(client)


@pytest.mark.parametrize("key", ["with space", "a+b", "100%", "a%20b", "#1", "a?b=c&d", "a//b",
                                 "&<>\"'", "ünïcode/文字", "a\tb", "~x"])
def test_a_key_is_copied_whatever_is_in_it(client, folder, env, key):
    data = put(client, key, 1000)
    cp(folder, env, s3(key), s3(key + " too")).expect(0)
    assert stored(client, key + " too") == data


def test_a_copy_says_of_itself_what_its_source_does(client, folder, env):
    put(client, "described", 1000, ContentType="text/x-own", CacheControl="max-age=5",
        ContentDisposition="inline", Metadata={"a": "1", "xget-sha256": "not one"})
    for options in ([], ["--no-clobber"]):
        cp(folder, env, *options, s3("described"), s3("described2")).expect(0)
        head = client.head_object(Bucket=BUCKET, Key="described2")
        assert head["ContentType"] == "text/x-own" and head["CacheControl"] == "max-age=5"
        assert head["ContentDisposition"] == "inline" and head["Metadata"]["a"] == "1"
        client.delete_object(Bucket=BUCKET, Key="described2")


@pytest.mark.parametrize("parts", [[], ["--part-size", "5M"]], ids=["at once", "in parts"])
def test_what_is_said_anew_goes_before_what_the_source_says(client, folder, env, parts):
    put(client, "renamed", ContentType="text/x-old", CacheControl="max-age=5",
        Metadata={"a": "1", "b": "2"})
    cp(folder, env, *parts, "--content-type", "text/x-new", "--metadata", "b=3", "--storage-class",
       "STANDARD_IA", s3("renamed"), s3("renamed2")).expect(0)
    head = client.head_object(Bucket=BUCKET, Key="renamed2")
    assert head["ContentType"] == "text/x-new" and head["CacheControl"] == "max-age=5"
    assert head["Metadata"]["a"] == "1" and head["Metadata"]["b"] == "3"
    assert head["StorageClass"] == "STANDARD_IA"


def test_the_recorded_digest_goes_along_so_that_the_copy_can_be_proven(client, folder, env):
    (folder / "file").write_bytes(content(SIZE, 0, "copies"))
    cp(folder, env, "--part-size", "5M", "file", s3("proven")).expect(0)
    for parts in ([], ["--part-size", "6M"]):
        cp(folder, env, *parts, s3("proven"), s3("proven2")).expect(0)
        run = cp(folder, env, "--json", s3("proven2"), f"back{len(parts)}").expect(0)
        assert finished(run)["proof"] == "digest"
        assert (folder / f"back{len(parts)}").read_bytes() == (folder / "file").read_bytes()


def test_a_copy_goes_below_a_prefix_under_its_name(client, folder, env):
    data = put(client, "deep/name.txt", 10)
    cp(folder, env, s3("deep/name.txt"), s3("below/")).expect(0)
    assert stored(client, "below/name.txt") == data


def test_an_object_that_is_to_be_left_is_left(client, folder, env):
    put(client, "new", 10)
    client.put_object(Bucket=BUCKET, Key="there", Body=b"there before")
    run = cp(folder, env, "--no-clobber", s3("new"), s3("there"))
    assert run.code != 0 and "the object exists" in run.err
    assert stored(client, "there") == b"there before"


def test_what_is_not_there_is_said_by_name(client, folder, env):
    run = cp(folder, env, s3("missing"), s3("x"))
    assert run.code != 0 and "missing" in run.err and "no such object" in run.err, run
    run = cp(folder, env, s3("same"), s3("same")).expect(Exit.USAGE)
    assert "onto itself" in run.err


def test_a_dry_run_copies_nothing(client, folder, env):
    put(client, "dry", 10)
    run = cp(folder, env, "--dry-run", s3("dry"), s3("wet")).expect(0)
    assert f"{s3('dry')} → {s3('wet')}" in run.err
    assert "wet" not in [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET)["Contents"]]


@contextlib.contextmanager
def held_at_part_3(folder, env, relay, *words):
    """A copy in parts of 5 MiB that stands still when two are recorded."""
    relay.hold_before(b"partNumber=3")
    with start_xget(["cp", *QUICK, "--stall-timeout", "1m", "-n", "1", "--part-size", "5M", *words],
                    folder, env=env) as child:
        wait_until(lambda: recorded_parts(folder) == 2 or not child.running, "two are recorded")
        yield child
    relay.release()


def test_a_killed_copy_goes_on_with_the_parts_that_are_there(client, folder, env, relay):
    data = put(client, "killed")
    with held_at_part_3(folder, env, relay, s3("killed"), s3("killed2")) as child:
        child.kill()
    assert len(unfinished(client)) == 1
    run = cp(folder, env, "--part-size", "5M", s3("killed"), s3("killed2")).expect(0)
    assert stored(client, "killed2") == data
    assert f"2 of {PARTS} parts are there already" in run.err
    assert not unfinished(client) and not checkpoints(folder)


def test_a_source_that_changed_since_begins_anew_and_the_old_upload_is_aborted(
        client, folder, env, relay):
    put(client, "changed")
    with held_at_part_3(folder, env, relay, s3("changed"), s3("changed2")) as child:
        child.kill()
    data = put(client, "changed", version=1)
    run = cp(folder, env, "--part-size", "5M", s3("changed"), s3("changed2")).expect(0)
    assert stored(client, "changed2") == data
    assert "beginning again" in run.err
    assert not unfinished(client)


@pytest.mark.parametrize("choice,code", [("restart", 0), ("fail", Exit.CHANGED)])
def test_a_source_that_changes_meanwhile_is_never_mixed(client, folder, env, relay, choice, code):
    """The gateway takes no notice of x-amz-copy-source-if-match."""
    put(client, "moving")
    words = ["--on-change", choice, s3("moving"), s3("moved-" + choice)]
    with held_at_part_3(folder, env, relay, *words) as child:
        data = put(client, "moving", version=1)
        relay.release()
        run = child.wait(30).expect(code)
    assert "changed while it was read" in run.err
    if choice == "restart":
        assert stored(client, "moved-restart") == data
    assert not unfinished(client)
