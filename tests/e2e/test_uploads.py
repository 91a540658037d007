"""xget cp: files become objects, whole and once. Against a Ceph gateway, and a store that plays
what that one does not do."""

import contextlib
import hashlib
import json
import time

import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway
from support.command import QUICK, Exit, run_xget, sanitized, start_xget, wait_until
from support.content import content
from support.downloads import MIB
from support.object_stores import BUCKET, client, gateway  # noqa: F401
from support.object_stores import env as gateway_env  # noqa: F401
from support.relay import Relay

pytestmark = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")

PART = 5 * MIB
SIZE = 6 * PART + 12_345
PARTS = 7
KEYS = ["plain", "with space", "a+b", "100%", "a%20b", "#1", "a?b=c&d", "a//b", "&<>\"'",
        "ünïcode/文字", "a\tb", "~tilde", "ends/in/slash/x"]


def make(folder, size=SIZE, version=0, name="file"):
    path = folder / name
    path.write_bytes(content(size, version, "upload"))
    return path


def stored(client, key):
    return client.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def unfinished(client):
    return client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])


def checkpoints(folder):
    return sorted((folder / "state/xget/uploads").glob("*.json"))


def cp(folder, env, *words, **more):
    return run_xget(["cp", *QUICK, *words], folder, env=env, **more)


def in_parts(folder, env, key, *options, **more):
    return cp(folder, env, "--part-size", "5M", *options, "file", f"s3://{BUCKET}/{key}", **more)


@pytest.fixture
def relay(gateway):
    with Relay(int(gateway.url.rsplit(":", 1)[1])) as running:
        yield running


@pytest.fixture
def env(gateway_env, relay):
    """All goes through the relay: another way to the store would be another store."""
    return gateway_env | {"AWS_ENDPOINT_URL": relay.url}


@contextlib.contextmanager
def held_in_the_middle(folder, env, relay, key):
    """An upload, part by part, that stands still when two parts are recorded."""
    relay.hold_after(5 * PART // 2)
    with start_xget(["cp", *QUICK, "--stall-timeout", "1m", "--part-size", "5M", "-n", "1", "file",
                     f"s3://{BUCKET}/{key}"], folder, env=env) as child:
        wait_until(lambda: recorded_parts(folder) == 2 or not child.running, "two are recorded")
        yield child
    relay.release()


def recorded_parts(folder):
    documents = [json.loads(path.read_text()) for path in checkpoints(folder)]
    return len(documents[0]["parts"]) if documents else 0


@pytest.mark.parametrize("size", [0, 1, 100_000, 8 * MIB, 8 * MIB + 1, 40 * MIB])
def test_a_file_becomes_an_object_with_its_digest(client, folder, env, size):
    path = make(folder, size)
    cp(folder, env, "file", f"s3://{BUCKET}/sizes").expect(0)
    data = path.read_bytes()
    assert stored(client, "sizes") == data
    head = client.head_object(Bucket=BUCKET, Key="sizes")
    assert head["Metadata"]["xget-sha256"] == hashlib.sha256(data).hexdigest()
    assert not unfinished(client)
    assert not checkpoints(folder)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_kept_whatever_is_in_it(client, folder, env, key):
    make(folder, 1000)
    cp(folder, env, "file", f"s3://{BUCKET}/{key}").expect(0)
    assert stored(client, key) == content(1000, 0, "upload")
    in_parts(folder, env, key + "-parts").expect(0)


def test_what_was_uploaded_is_downloaded_and_proven_by_the_recorded_digest(client, folder, env):
    path = make(folder)
    in_parts(folder, env, "there-and-back").expect(0)
    run = run_xget(["cp", *QUICK, f"s3://{BUCKET}/there-and-back", "back", "--json"], folder, env=env)
    run.expect(0)
    assert (folder / "back").read_bytes() == path.read_bytes()
    finished = [event for event in map(json.loads, run.out.splitlines())
                if event["event"] == "finished"]
    assert finished[0]["proof"] == "digest"


def test_several_files_go_below_a_prefix_under_their_names(client, folder, env):
    for name in ("one.txt", "two.json", "thr ee"):
        (folder / name).write_text(name)
    cp(folder, env, "one.txt", "two.json", "thr ee", f"s3://{BUCKET}/many").expect(0)
    for name, kind in (("one.txt", "text/plain"), ("two.json", "application/json"),
                       ("thr ee", "application/octet-stream")):
        assert stored(client, f"many/{name}") == name.encode()
        assert client.head_object(Bucket=BUCKET, Key=f"many/{name}")["ContentType"] == kind


def test_a_bucket_alone_takes_the_files_name(client, folder, env):
    (folder / "named.bin").write_bytes(b"data")
    cp(folder, env, "named.bin", f"s3://{BUCKET}").expect(0)
    assert stored(client, "named.bin") == b"data"


@pytest.mark.parametrize("parts", [False, True])
def test_the_object_has_what_was_said_of_it(client, folder, env, parts):
    make(folder, SIZE if parts else 1000)
    options = ["--content-type", "text/x-own", "--cache-control", "max-age=5", "--storage-class",
               "STANDARD_IA", "--metadata", "a=1", "--metadata", "b=two words"]
    in_parts(folder, env, "described", *options).expect(0)
    head = client.head_object(Bucket=BUCKET, Key="described")
    assert head["ContentType"] == "text/x-own"
    assert head["CacheControl"] == "max-age=5"
    assert head["StorageClass"] == "STANDARD_IA"
    assert head["Metadata"]["a"] == "1" and head["Metadata"]["b"] == "two words"


def test_a_killed_upload_goes_on_with_the_parts_that_are_there(client, folder, env, relay):
    path = make(folder)
    with held_in_the_middle(folder, env, relay, "killed") as child:
        child.kill()
    assert len(unfinished(client)) == 1
    run = in_parts(folder, env, "killed", "--json").expect(0)
    assert stored(client, "killed") == path.read_bytes()
    assert f"2 of {PARTS} parts are there already" in run.err
    finished = [event for event in map(json.loads, run.out.splitlines())
                if event["event"] == "finished"]
    assert finished[0]["sent"] <= SIZE - 2 * PART
    assert not unfinished(client)
    assert not checkpoints(folder)


def test_an_interrupted_upload_says_what_is_there_and_goes_on(client, folder, env, relay):
    path = make(folder)
    with held_in_the_middle(folder, env, relay, "interrupted") as child:
        child.interrupt()
        run = child.wait(10).expect(Exit.INTERRUPTED)
    assert "in the store" in run.err and "the same command goes on" in run.err
    in_parts(folder, env, "interrupted").expect(0)
    assert stored(client, "interrupted") == path.read_bytes()
    assert not unfinished(client)


def leave_unfinished(client, folder, env, relay, key):
    make(folder)
    with held_in_the_middle(folder, env, relay, key) as child:
        child.kill()
    assert len(unfinished(client)) == 1


def test_a_file_that_changed_since_begins_anew_and_the_old_upload_is_aborted(client, folder, env, relay):
    leave_unfinished(client, folder, env, relay, "changed")
    path = make(folder, version=1)
    run = in_parts(folder, env, "changed").expect(0)
    assert "beginning again" in run.err
    assert stored(client, "changed") == path.read_bytes()
    assert not unfinished(client)


def test_parts_that_the_store_lost_are_sent_again(client, folder, env, relay):
    leave_unfinished(client, folder, env, relay, "lost")
    upload = unfinished(client)[0]
    client.upload_part(Bucket=BUCKET, Key="lost", UploadId=upload["UploadId"], PartNumber=1,
                       Body=b"x" * PART)
    path = folder / "file"
    in_parts(folder, env, "lost").expect(0)
    assert stored(client, "lost") == path.read_bytes()


def test_an_upload_that_somebody_aborted_begins_anew(client, folder, env, relay):
    leave_unfinished(client, folder, env, relay, "aborted")
    upload = unfinished(client)[0]
    client.abort_multipart_upload(Bucket=BUCKET, Key="aborted", UploadId=upload["UploadId"])
    in_parts(folder, env, "aborted").expect(0)
    assert stored(client, "aborted") == (folder / "file").read_bytes()
    assert not unfinished(client)


def test_a_checkpoint_that_is_none_is_as_good_as_none(client, folder, env, relay):
    leave_unfinished(client, folder, env, relay, "nonsense")
    upload = unfinished(client)[0]
    checkpoints(folder)[0].write_text('{"v": 1, "parts": 7}')
    in_parts(folder, env, "nonsense").expect(0)
    assert stored(client, "nonsense") == (folder / "file").read_bytes()
    client.abort_multipart_upload(Bucket=BUCKET, Key="nonsense", UploadId=upload["UploadId"])


def test_two_that_send_one_file_to_one_object_do_not_meet(client, folder, env, relay):
    make(folder)
    with held_in_the_middle(folder, env, relay, "twice") as child:
        run = in_parts(folder, env, "twice")
        relay.release()
        child.wait(30).expect(0)
    assert run.code != 0
    assert "another process is sending it" in run.err
    assert stored(client, "twice") == (folder / "file").read_bytes()


def test_an_object_that_is_to_be_left_is_left(client, folder, env):
    client.put_object(Bucket=BUCKET, Key="there", Body=b"there before")
    make(folder)
    for size in ("file", "small"):
        make(folder, 100, name="small")
        run = cp(folder, env, "--no-clobber", "--part-size", "5M", size, f"s3://{BUCKET}/there")
        assert run.code != 0, run
        assert stored(client, "there") == b"there before"
    assert not unfinished(client)


@pytest.mark.parametrize("words,said", [
    (["missing", f"s3://{BUCKET}/x"], "missing"),
    ([".", f"s3://{BUCKET}/x"], "-r copies"),
    (["/dev/null", f"s3://{BUCKET}/x"], "no regular file"),
    (["file", f"s3://{BUCKET}/x", "--part-size", "1M"], "5"),
    (["file", f"s3://{BUCKET}/x", "--part-size", "many"], "--part-size"),
    (["file", f"s3://{BUCKET}/x", "--metadata", "novalue"], "--metadata"),
    (["file"], "cp needs"),
    (["file", "other"], "neither"),
    (["file", "s3://no_bucket_of_that_name/x"], "bucket"),
], ids=str)
def test_what_cannot_be_uploaded_is_refused_by_name(folder, env, words, said):
    make(folder, 1000)
    run = cp(folder, env, *words)
    assert run.code != 0
    assert said in run.err


@pytest.mark.skipif(sanitized(), reason="a sanitizer's own memory hides what is measured")
def test_memory_does_not_grow_with_the_parts(client, folder, env):
    make(folder, 160 * MIB)
    with start_xget(["cp", *QUICK, "-n", "16", "file", f"s3://{BUCKET}/memory"], folder,
                    env=env) as child:
        peak = 0
        while child.running:
            peak = max(peak, child.peak_memory())
            time.sleep(0.01)
        child.wait(10).expect(0)
    assert 0 < peak < 64 * MIB


# ---- folders ------------------------------------------------------------------------------------

def keys_below(client, prefix):
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return {item["Key"].removeprefix(prefix) for page in pages for item in page.get("Contents", [])}


def make_tree(folder, *paths):
    for path in paths:
        file = folder / "tree" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(path)


def test_a_folder_goes_below_a_prefix_with_its_paths(client, folder, env):
    paths = ["a", "b/c", "b/d/e", "sp ace", "ünïcode/文字", "-dash", "b-", ".hidden"]
    make_tree(folder, *paths)
    cp(folder, env, "-r", "tree", f"s3://{BUCKET}/tree").expect(0)
    assert keys_below(client, "tree/") == set(paths)
    for path in paths:
        assert stored(client, f"tree/{path}") == path.encode()


def test_many_small_files_all_arrive(client, folder, env):
    names = [f"{i % 7}/{i}" for i in range(1500)]
    make_tree(folder, *names)
    cp(folder, env, "--recursive", "tree", f"s3://{BUCKET}/thousands/").expect(0)
    assert keys_below(client, "thousands/") == set(names)


def test_rules_say_which_files_are_copied_and_the_last_one_decides(client, folder, env):
    make_tree(folder, "a.jpg", "a.txt", "b/c.jpg", "b/c.txt", "tmp/x.jpg", "keep/y.txt")
    cp(folder, env, "-r", "--exclude", "*.txt", "--exclude", "tmp/", "--include", "keep/**", "tree",
       f"s3://{BUCKET}/rules").expect(0)
    assert keys_below(client, "rules/") == {"a.jpg", "b/c.jpg", "keep/y.txt"}


def test_links_are_passed_over_by_name_or_followed(client, folder, env):
    make_tree(folder, "real/file")
    (folder / "tree/link").symlink_to("real/file")
    run = cp(folder, env, "-r", "tree", f"s3://{BUCKET}/links").expect(0)
    assert "tree/link: it is a symbolic link; passed over" in run.err
    assert keys_below(client, "links/") == {"real/file"}
    cp(folder, env, "-r", "--follow-symlinks", "tree", f"s3://{BUCKET}/followed").expect(0)
    assert keys_below(client, "followed/") == {"link", "real/file"}


def test_a_file_that_can_be_no_object_fails_alone(client, folder, env):
    make_tree(folder, "good")
    (folder / "tree/file.partial").write_bytes(b"x")
    bad = bytes(folder / "tree") + b"/\xff\xfe"
    with open(bad, "wb") as file:
        file.write(b"x")
    run = cp(folder, env, "-r", "tree", f"s3://{BUCKET}/faults")
    assert run.code != 0
    assert "file.partial" in run.err
    assert keys_below(client, "faults/") == {"good"}


def test_a_prefix_that_is_none_is_refused_once_and_not_for_each_file(folder, env):
    make_tree(folder, *[str(i) for i in range(50)])
    run = cp(folder, env, "-r", "tree", "s3://no/prefix").expect(Exit.USAGE)
    assert run.err.count("fewer than 3") == 1


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(client, folder, env):
    make_tree(folder, "a", "b/c")
    run = cp(folder, env, "-r", "--dry-run", "tree", f"s3://{BUCKET}/dry").expect(0)
    assert f"tree/b/c → s3://{BUCKET}/dry/b/c" in run.err and "would be sent" in run.err
    run = cp(folder, env, "-r", "--dry-run", "--json", "tree", f"s3://{BUCKET}/dry").expect(0)
    planned = [event for event in map(json.loads, run.out.splitlines())
               if event["event"] == "planned"]
    assert sorted(event["step"] for event in planned) == ["send", "send"]
    assert not keys_below(client, "dry/")
    assert not (folder / "state/xget/uploads").exists()


def test_what_is_sent_keeps_to_the_rate_limit(client, folder, env):
    make(folder, 3 * MIB)
    run = cp(folder, env, "--limit-rate", "2M", "file", f"s3://{BUCKET}/limited").expect(0)
    assert run.seconds > 1.2
    assert stored(client, "limited") == (folder / "file").read_bytes()
