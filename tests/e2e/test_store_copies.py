"""xget cp from one object to another, and from the web to a store: within a store the store copies,
else the bytes are fetched and sent on, with nothing on the disk."""

import contextlib
import json
import time

import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway, twists
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, sanitized, start_xget, wait_until
from support.content import content
from support.downloads import MIB
from support.hostile_server import HostileServer
from support.object_stores import BUCKET, client, gateway  # noqa: F401
from support.object_stores import env as gateway_env  # noqa: F401
from support.relay import Relay

pytestmark = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")

PART = 5 * MIB
SIZE = 3 * PART + 12_345
PARTS = 4


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

@pytest.mark.parametrize("size", [0, 100_000, 9 * MIB])
def test_an_object_is_copied_within_its_store_and_nothing_is_sent(client, folder, env, size):
    data = put(client, "here/a", size)
    run = cp(folder, env, "--json", s3("here/a"), s3("here/b")).expect(0)
    assert stored(client, "here/b") == data
    assert finished(run)["sent"] == 0 and finished(run)["size"] == size
    assert not checkpoints(folder) and not unfinished(client)


def test_a_key_is_copied_whatever_is_in_it(client, folder, env):
    keys = ["with space", "a+b", "100%", "a%20b", "#1", "a?b=c&d", "a//b", "&<>\"'", "ünïcode/文字",
            "a\tb", "~x"]
    data = [put(client, key, 1000 + i) for i, key in enumerate(keys)]
    cp(folder, env, *map(s3, keys), s3("keys/")).expect(0)
    assert [stored(client, "keys/" + key.rsplit("/")[-1]) for key in keys] == data


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
def held_at_part_3(folder, env, relay, *words, recorded=True):
    """A copy in parts of 5 MiB that stands still when two are there, and on record."""
    relay.hold_before(b"partNumber=3")
    is_there = ((lambda: recorded_parts(folder) == 2) if recorded else relay.held.is_set)
    with start_xget(["cp", *QUICK, "--stall-timeout", "1m", "-n", "1", "--part-size", "5M", *words],
                    folder, env=env) as child:
        wait_until(lambda: is_there() or not child.running, "two are there")
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
    with held_at_part_3(folder, env, relay, *words, recorded=False) as child:
        data = put(client, "moving", version=1)
        relay.release()
        run = child.wait(30).expect(code)
    assert "changed while it was read" in run.err
    if choice == "restart":
        assert stored(client, "moved-restart") == data
    assert not unfinished(client)


# ---- from elsewhere -------------------------------------------------------------------------------

@pytest.fixture
def web():
    with HostileServer() as server:
        yield server


@pytest.mark.parametrize("size", [0, 100_000, 8 * MIB, 8 * MIB + 1])
def test_a_resource_of_the_web_becomes_an_object(client, folder, env, web, size):
    page = web.serve("/dir/file.txt", Resource(size=size, content_type="text/x-own"))
    run = cp(folder, env, "--json", page.url + "?x=1", s3("web/")).expect(0)
    assert stored(client, "web/file.txt") == page.data
    assert finished(run)["sent"] == size
    head = client.head_object(Bucket=BUCKET, Key="web/file.txt")
    assert head["ContentType"] == "text/x-own"
    assert not checkpoints(folder) and not unfinished(client)


def test_large_ones_are_fetched_by_ranges_and_small_ones_at_once(client, folder, env, web):
    small, large = web.serve("/small", Resource(size=MIB)), web.serve("/large", Resource(size=SIZE))
    cp(folder, env, small.url, large.url, s3("both/")).expect(0)
    assert len(small.requests) == 1
    assert len(large.requests) == 1 + -(-SIZE // (8 * MIB))
    # What the sockets held of the first answer when it was let go is all that came twice.
    assert large.body_bytes <= SIZE + 8 * MIB
    assert stored(client, "both/large") == large.data and stored(client, "both/small") == small.data


@pytest.mark.parametrize("fields", [{"ranges": False}, {"etag": None, "last_modified": None}],
                         ids=["no ranges", "no validators"])
def test_what_no_range_can_be_pinned_to_is_fetched_as_one_answer(client, folder, env, web, fields):
    page = web.serve("/stream", Resource(size=SIZE, **fields))
    cp(folder, env, "--part-size", "5M", page.url, s3("stream")).expect(0)
    assert stored(client, "stream") == page.data
    assert len(page.requests) == 1


@pytest.mark.parametrize("size", [0, 10 * MIB, 12 * MIB])
def test_what_has_no_length_ends_where_it_ends(client, folder, env, web, size):
    page = web.serve("/endless", Resource(size=size, ranges=False), twists.chunked())
    cp(folder, env, "--part-size", "5M", page.url, s3("endless")).expect(0)
    assert stored(client, "endless") == page.data
    assert not unfinished(client)


def test_trouble_in_the_middle_is_gone_on_from_where_it_was(client, folder, env, web):
    page = web.serve("/cut", Resource(size=SIZE), twists.cut(MIB, "rst"))
    cp(folder, env, "--retry", "30", page.url, s3("cut")).expect(0)
    assert stored(client, "cut") == page.data
    assert page.body_bytes < SIZE * 3 // 2


def test_one_answer_that_is_cut_is_an_error_and_no_object(client, folder, env, web):
    page = web.serve("/once", Resource(size=SIZE, ranges=False), twists.cut(7 * MIB, "rst"))
    run = cp(folder, env, "--part-size", "5M", page.url, s3("once"))
    assert run.code == Exit.NETWORK, run
    assert not unfinished(client) and not checkpoints(folder)
    assert "once" not in [item["Key"] for item in client.list_objects_v2(Bucket=BUCKET)["Contents"]]


@pytest.mark.parametrize("choice,code", [("restart", 0), ("fail", Exit.CHANGED)])
def test_a_resource_that_changes_meanwhile_is_never_mixed(client, folder, env, web, choice, code):
    page = web.serve("/moving", Resource(size=SIZE))
    other = Resource(size=SIZE, version=1)
    def changes(exchange):
        if exchange.number >= 4:
            page.resource = other
            exchange.serve(other)
    page.behave(changes)
    run = cp(folder, env, "--on-change", choice, "-n", "1", "--part-size", "5M", page.url,
             s3("moving-web-" + choice)).expect(code)
    assert "changed while it was read" in run.err
    if choice == "restart":
        assert stored(client, "moving-web-restart") == other.data
    assert not unfinished(client)


def test_a_killed_relay_goes_on_with_the_parts_that_are_there(client, folder, env, relay, web):
    page = web.serve("/killed", Resource(size=SIZE))
    with held_at_part_3(folder, env, relay, page.url, s3("killed-web")) as child:
        child.kill()
    assert len(unfinished(client)) == 1
    page.forget_log()
    run = cp(folder, env, "--part-size", "5M", page.url, s3("killed-web")).expect(0)
    assert stored(client, "killed-web") == page.data
    assert f"2 of {PARTS} parts are there already" in run.err
    assert page.body_bytes <= SIZE - 2 * PART + MIB
    assert not unfinished(client) and not checkpoints(folder)


def test_what_is_refused_is_no_object(client, folder, env, web):
    run = cp(folder, env, web.url + "/nothing", s3("nothing"))
    assert run.code == Exit.REFUSED and "404" in run.err, run


# ---- two accounts ---------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def other(gateway):
    """Another user of the same gateway, with a bucket of its own."""
    gateway.add_user("other", "OTHERKEY", "OTHERSECRET")
    made = gateway.client(access_key="OTHERKEY", secret_key="OTHERSECRET")
    made.create_bucket(Bucket="others")
    return made


@pytest.fixture
def two_profiles(gateway, folder, relay):
    (folder / "credentials").write_text(
        f"[one]\naws_access_key_id = {ceph_gateway.ACCESS_KEY}\n"
        f"aws_secret_access_key = {ceph_gateway.SECRET_KEY}\n"
        "[two]\naws_access_key_id = OTHERKEY\naws_secret_access_key = OTHERSECRET\n")
    kept = {name: value for name, value in gateway.environment().items()
            if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    return kept | {"AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
                   "XDG_STATE_HOME": str(folder / "state")}


def test_each_side_has_its_own_account_and_bytes_go_from_one_to_the_other(
        client, other, folder, two_profiles):
    data = put(client, "private", 9 * MIB, Metadata={"a": "1"})
    run = cp(folder, two_profiles, "--json", "--src-profile", "one", "--dst-profile", "two",
             s3("private"), "s3://others/copied").expect(0)
    assert other.get_object(Bucket="others", Key="copied")["Body"].read() == data
    assert other.head_object(Bucket="others", Key="copied")["Metadata"]["a"] == "1"
    assert finished(run)["sent"] == len(data)
    run = cp(folder, two_profiles, "--profile", "two", s3("private"), "s3://others/not")
    assert run.code == Exit.REFUSED, run


def test_each_side_has_its_own_store(client, other, folder, two_profiles, gateway, relay):
    data = put(client, "here", 100_000)
    del two_profiles["AWS_ENDPOINT_URL"]
    cp(folder, two_profiles, "--src-profile", "one", "--dst-profile", "two", "--src-endpoint-url",
       gateway.url, "--dst-endpoint-url", relay.url, s3("here"), "s3://others/there").expect(0)
    assert other.get_object(Bucket="others", Key="there")["Body"].read() == data


@pytest.mark.skipif(sanitized(), reason="a sanitizer's own memory hides what is measured")
def test_memory_is_bounded_whatever_goes_through(client, folder, env, web):
    page = web.serve("/large", Resource(size=150 * MIB))
    with start_xget(["cp", *QUICK, "-n", "16", page.url, s3("memory")], folder, env=env) as child:
        peak = 0
        while child.running:
            peak = max(peak, child.peak_memory())
            time.sleep(0.01)
        child.wait(10).expect(0)
    assert 0 < peak < 128 * MIB
    client.delete_object(Bucket=BUCKET, Key="memory")
