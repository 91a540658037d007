"""`cp -r` and `sync` between folders and a store's prefixes, against a Ceph gateway."""

import itertools
import os

import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway
from support.command import QUICK, Exit, run_xget
from support.content import content
from support.downloads import MIB
from support.object_stores import BUCKET, client, env, gateway  # noqa: F401

pytestmark = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")

PAGE = 1000  # keys of one page of a listing
LONG_AGO = 1_000_000_000
TREE = {
    "a-b": b"beside a folder",
    "a/b": b"in it",
    "a/we ird+%25#?&": b"oddly named",
    "a0": b"behind it",
    "empty": b"",
    "uml\u00e4ut/\u65e5\u672c": b"not of ASCII",
}


def xget(folder, env, *words):
    return run_xget([words[0], *QUICK, *words[1:]], folder, env=env)


def lay_out(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*") if path.is_file()}


def put(client, prefix, files):
    for name, data in files.items():
        client.put_object(Bucket=BUCKET, Key=prefix + name, Body=data)


def objects_of(client, prefix):
    found = {}
    for page in client.get_paginator("list_objects").paginate(Bucket=BUCKET, Prefix=prefix):
        for entry in page.get("Contents", []):
            body = client.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
            found[entry["Key"][len(prefix):]] = body
    return found


NUMBERS = itertools.count()


@pytest.fixture
def prefix():
    """Of each test's own: all share a bucket."""
    return f"test {next(NUMBERS)}/"


def url(prefix):
    return f"s3://{BUCKET}/{prefix}"


# ---- cp -r ------------------------------------------------------------------------------------

def test_a_tree_goes_to_a_store_and_comes_back(client, folder, env, prefix):
    source = lay_out(folder / "source", TREE)
    xget(folder, env, "cp", "-r", "source", url(prefix)).expect(0)
    assert objects_of(client, prefix) == TREE
    xget(folder, env, "cp", "-r", url(prefix), "back").expect(0)
    assert files_of(folder / "back") == files_of(source)


def test_a_prefix_without_a_slash_means_what_is_below_it(client, folder, env, prefix):
    put(client, prefix, {"logs/1": b"1", "logs2/2": b"2", "logs": b"3"})
    xget(folder, env, "cp", "-r", url(prefix) + "logs", "out").expect(0)
    assert files_of(folder / "out") == {"1": b"1"}


def test_more_than_a_page_comes_whole(client, folder, env, prefix):
    many = {f"{n:05}": b"%d" % n for n in range(PAGE + 50)}
    lay_out(folder / "source", many)
    xget(folder, env, "cp", "-r", "-q", "source", url(prefix)).expect(0)
    xget(folder, env, "cp", "-r", "-q", url(prefix), "out").expect(0)
    assert files_of(folder / "out") == many


def test_rules_choose_the_objects_too(client, folder, env, prefix):
    put(client, prefix, {"a.txt": b"1", "b.jpg": b"2", "d/c.jpg": b"3", "d/e.txt": b"4"})
    xget(folder, env, "cp", "-r", "--exclude", "*", "--include", "*.jpg",
         url(prefix), "out").expect(0)
    assert files_of(folder / "out") == {"b.jpg": b"2", "d/c.jpg": b"3"}


@pytest.mark.parametrize("key", ["../climbs", "a/../../climbs", "/absolute", "a//b", "./dot",
                                 "x.partial"])
def test_a_key_that_is_no_path_is_refused_and_the_others_come(client, folder, env, prefix, key):
    put(client, prefix, {key: b"bad", "good": b"good"})
    run = xget(folder, env, "cp", "-r", url(prefix), "deep/out")
    assert run.code != 0, run
    assert prefix + key in run.err, run
    assert files_of(folder / "deep/out") == {"good": b"good"}
    assert set(os.listdir(folder)) <= {"deep", "state"}


def test_a_folders_marker_is_no_file(client, folder, env, prefix):
    put(client, prefix, {"": b"", "d/": b"", "d/file": b"1"})
    xget(folder, env, "cp", "-r", url(prefix), "out").expect(0)
    assert files_of(folder / "out") == {"d/file": b"1"}


def test_a_file_that_is_there_already_is_not_replaced_unasked(client, folder, env, prefix):
    put(client, prefix, {"f": b"theirs"})
    lay_out(folder / "out", {"f": b"mine"})
    run = xget(folder, env, "cp", "-r", url(prefix), "out")
    assert run.code != 0, run
    assert files_of(folder / "out") == {"f": b"mine"}


def test_update_leaves_what_is_neither_newer_nor_of_another_size(client, folder, env, prefix):
    source = lay_out(folder / "source", {"same": b"1", "longer": b"1"})
    xget(folder, env, "cp", "-r", "source", url(prefix)).expect(0)
    for path in source.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    (source / "longer").write_bytes(b"12")
    os.utime(source / "longer", (LONG_AGO, LONG_AGO))
    run = xget(folder, env, "cp", "-r", "-u", "source", url(prefix)).expect(0)
    assert "1 files are the same" in run.err, run
    assert objects_of(client, prefix) == {"same": b"1", "longer": b"12"}


# ---- sync -------------------------------------------------------------------------------------

def test_what_is_the_same_is_not_copied_again_either_way(client, folder, env, prefix):
    lay_out(folder / "source", TREE)
    xget(folder, env, "sync", "source", url(prefix)).expect(0)
    again = xget(folder, env, "sync", "source", url(prefix)).expect(0)
    assert f"{len(TREE)} files are the same" in again.err, again
    assert "nothing had to be done" in again.err, again
    xget(folder, env, "sync", url(prefix), "back").expect(0)
    assert files_of(folder / "back") == TREE
    back = xget(folder, env, "sync", url(prefix), "back").expect(0)
    assert f"{len(TREE)} files are the same" in back.err, back


def test_what_became_newer_replaces_the_object_and_what_is_older_does_not(
        client, folder, env, prefix):
    source = lay_out(folder / "source", {"newer": b"old", "older": b"old"})
    xget(folder, env, "sync", "source", url(prefix)).expect(0)
    (source / "newer").write_bytes(b"new")
    os.utime(source / "newer", (LONG_AGO * 4, LONG_AGO * 4))
    (source / "older").write_bytes(b"NEW")
    os.utime(source / "older", (LONG_AGO, LONG_AGO))
    xget(folder, env, "sync", "source", url(prefix)).expect(0)
    assert objects_of(client, prefix) == {"newer": b"new", "older": b"old"}


def test_an_object_that_became_newer_replaces_the_file(client, folder, env, prefix):
    out = lay_out(folder / "out", {"f": b"old", "only here": b"stays"})
    os.utime(out / "f", (LONG_AGO, LONG_AGO))
    put(client, prefix, {"f": b"new"})
    xget(folder, env, "sync", url(prefix), "out").expect(0)
    assert files_of(out) == {"f": b"new", "only here": b"stays"}


def test_size_only_leaves_what_is_newer(client, folder, env, prefix):
    source = lay_out(folder / "source", {"f": b"old"})
    xget(folder, env, "sync", "source", url(prefix)).expect(0)
    (source / "f").write_bytes(b"new")
    os.utime(source / "f", (LONG_AGO * 4, LONG_AGO * 4))
    xget(folder, env, "sync", "--size-only", "source", url(prefix)).expect(0)
    assert objects_of(client, prefix) == {"f": b"old"}


@pytest.mark.parametrize("way", ["up", "down"])
def test_checksum_finds_other_bytes_of_the_same_size_and_an_older_time(
        client, folder, env, prefix, way):
    here = lay_out(folder / "here", {"same": b"1" * 10, "other": b"2" * 10})
    put(client, prefix, {"same": b"1" * 10, "other": b"3" * 10})
    for path in here.iterdir():
        at = LONG_AGO if way == "up" else LONG_AGO * 4
        os.utime(path, (at, at))
    sides = ("here", url(prefix)) if way == "up" else (url(prefix), "here")
    run = xget(folder, env, "sync", "--checksum", *sides).expect(0)
    assert "1 files are the same" in run.err, run
    assert files_of(here) == objects_of(client, prefix)
    assert files_of(here)["other"] == (b"2" if way == "up" else b"3") * 10


def test_checksum_knows_what_was_sent_in_parts(client, folder, env, prefix):
    source = lay_out(folder / "source", {"large": content(11 * MIB), "foreign": content(11 * MIB, 1)})
    xget(folder, env, "cp", "--part-size", "5M", "source/large", url(prefix)).expect(0)
    with open(source / "foreign", "rb") as file:
        started = client.create_multipart_upload(Bucket=BUCKET, Key=prefix + "foreign")
        parts = [{"PartNumber": n, "ETag": client.upload_part(
            Bucket=BUCKET, Key=prefix + "foreign", PartNumber=n, UploadId=started["UploadId"],
            Body=file.read(5 * MIB))["ETag"]} for n in (1, 2, 3)]
        client.complete_multipart_upload(Bucket=BUCKET, Key=prefix + "foreign",
                                         UploadId=started["UploadId"],
                                         MultipartUpload={"Parts": parts})
    for path in source.iterdir():
        os.utime(path, (LONG_AGO * 4, LONG_AGO * 4))
    run = xget(folder, env, "sync", "--checksum", "source", url(prefix)).expect(0)
    assert "2 files are the same" in run.err, run


def test_a_dry_run_copies_nothing(client, folder, env, prefix):
    lay_out(folder / "source", {"f": b"1"})
    run = xget(folder, env, "sync", "--dry-run", "source", url(prefix)).expect(0)
    assert "source/f" in run.err, run
    assert objects_of(client, prefix) == {}
    put(client, prefix, {"g": b"1"})
    xget(folder, env, "sync", "--dry-run", url(prefix), "out").expect(0)
    assert not (folder / "out").exists()


def test_a_bucket_that_is_none_is_said_and_nothing_is_made(folder, env):
    run = xget(folder, env, "sync", "s3://no-such-bucket/p", "out")
    assert run.code != 0, run
    assert "NoSuchBucket" in run.err and "s3://no-such-bucket/p/" in run.err, run
    assert not (folder / "out").exists()


def test_two_folders_are_refused(folder, env):
    run = xget(folder, env, "sync", "a", "b").expect(Exit.USAGE)
    assert "is a store's URL" in run.err, run


@pytest.mark.parametrize("options", [(), ("--size-only",), ("--checksum",)])
def test_a_prefix_becomes_as_another_one(client, folder, env, prefix, options):
    put(client, prefix + "a/", TREE)
    put(client, prefix + "b/", {"a-b": b"other", "only here": b"stays"})
    xget(folder, env, "sync", *options, url(prefix) + "a", url(prefix) + "b").expect(0)
    assert objects_of(client, prefix + "b/") == TREE | {"only here": b"stays"}
    again = xget(folder, env, "sync", *options, url(prefix) + "a", url(prefix) + "b").expect(0)
    assert f"{len(TREE)} files are the same" in again.err, again


# ---- --delete ---------------------------------------------------------------------------------

@pytest.mark.parametrize("option", ["--delete", "--delete-after"])
def test_what_the_source_has_not_goes_from_the_store(client, folder, env, prefix, option):
    lay_out(folder / "source", {"a": b"1", "d/b": b"2"})
    put(client, prefix, {"a": b"1", "d/old": b"3", "old+%25 #": b"4", "z/": b""})
    run = xget(folder, env, "sync", option, "source", url(prefix)).expect(0)
    assert objects_of(client, prefix) == {"a": b"1", "d/b": b"2", "z/": b""}
    assert f"{url(prefix)}d/old: removed" in run.err and "2 removed" in run.err, run


@pytest.mark.parametrize("option", ["--delete", "--delete-after"])
def test_what_the_source_has_not_goes_from_the_folder_with_its_empty_folders(
        client, folder, env, prefix, option):
    put(client, prefix, {"a": b"1", "d/b": b"2"})
    lay_out(folder / "out", {"d/old": b"3", "e/f/old": b"4", "x.partial": b"mine"})
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere/kept").write_bytes(b"5")
    (folder / "out/link").symlink_to(folder / "elsewhere")
    run = xget(folder, env, "sync", option, url(prefix), "out").expect(0)
    assert files_of(folder / "out") == {"a": b"1", "d/b": b"2", "x.partial": b"mine"}
    assert not (folder / "out/e").exists() and (folder / "out/link").is_symlink()
    assert (folder / "elsewhere/kept").exists()
    assert "e/f/old: removed" in run.err, run


def test_what_the_rules_leave_out_is_never_removed(client, folder, env, prefix):
    lay_out(folder / "source", {"a.txt": b"1"})
    put(client, prefix, {"b.jpg": b"2", "b.txt": b"3", "keep/c.txt": b"4"})
    xget(folder, env, "sync", "--delete", "--exclude", "*.jpg", "--exclude", "keep",
         "source", url(prefix)).expect(0)
    assert objects_of(client, prefix) == {"a.txt": b"1", "b.jpg": b"2", "keep/c.txt": b"4"}


def test_what_could_not_be_seen_at_the_source_is_never_removed(client, folder, env, prefix):
    source = lay_out(folder / "source", {"a": b"1"})
    os.mkfifo(source / "pipe")
    (source / "gone").symlink_to("nowhere")
    put(client, prefix, {"pipe": b"2", "gone": b"3", "old": b"4"})
    xget(folder, env, "sync", "--delete", "source", url(prefix))
    assert objects_of(client, prefix) == {"a": b"1", "pipe": b"2", "gone": b"3"}


def test_a_prefix_with_nothing_below_it_removes_nothing(client, folder, env, prefix):
    lay_out(folder / "out", {"a": b"1"})
    run = xget(folder, env, "sync", "--delete", url(prefix) + "mistyped", "out").expect(Exit.USAGE)
    assert files_of(folder / "out") == {"a": b"1"}
    assert "there is nothing at all, so nothing is removed" in run.err, run


def test_an_empty_folder_empties_the_prefix(client, folder, env, prefix):
    (folder / "source").mkdir()
    many = {f"{n:04}": b"" for n in range(PAGE + 1)}
    put(client, prefix, many)
    run = xget(folder, env, "sync", "--delete", "-q", "source", url(prefix)).expect(0)
    assert objects_of(client, prefix) == {} and run.err == ""


def test_a_dry_run_says_what_would_be_removed(client, folder, env, prefix):
    lay_out(folder / "source", {"a": b"1"})
    put(client, prefix, {"old": b"2"})
    run = xget(folder, env, "sync", "--delete-after", "--dry-run", "source", url(prefix)).expect(0)
    assert f"{url(prefix)}old: would be removed" in run.err, run
    assert objects_of(client, prefix) == {"old": b"2"}


@pytest.mark.parametrize("option", ["--delete-after", "--delay-updates"])
def test_where_a_copy_fails_nothing_is_removed_or_moved(client, folder, env, prefix, option):
    put(client, prefix, {"a": b"new", "../climbs": b"bad"})
    lay_out(folder / "out", {"a": b"1", "old": b"2"})
    os.utime(folder / "out/a", (LONG_AGO, LONG_AGO))
    run = xget(folder, env, "sync", "--delete", option, url(prefix), "out")
    assert run.code != 0, run
    assert "since not all was copied" in run.err, run
    assert (folder / "out/old").exists()
    assert (folder / "out/a").read_bytes() == (b"1" if option == "--delay-updates" else b"new")


def test_delayed_updates_get_their_places_together(client, folder, env, prefix):
    put(client, prefix, {"a": b"new", "d/b": b"2"})
    lay_out(folder / "out", {"a": b"1", "old": b"3"})
    os.utime(folder / "out/a", (LONG_AGO, LONG_AGO))
    xget(folder, env, "sync", "--delay-updates", "--delete", url(prefix), "out").expect(0)
    assert files_of(folder / "out") == {"a": b"new", "d/b": b"2"}
    assert sorted(os.listdir(folder / "out")) == ["a", "d"]


def test_delayed_updates_that_an_earlier_run_left_are_used(client, folder, env, prefix):
    put(client, prefix, {"a": b"new", "b": b"2", "../climbs": b"bad"})
    xget(folder, env, "sync", "--delay-updates", url(prefix), "out")
    assert not (folder / "out/a").exists()
    client.delete_object(Bucket=BUCKET, Key=prefix + "../climbs")
    run = xget(folder, env, "sync", "--delay-updates", url(prefix), "out").expect(0)
    assert files_of(folder / "out") == {"a": b"new", "b": b"2"}
    assert sorted(os.listdir(folder / "out")) == ["a", "b"], run


def test_delayed_updates_of_a_store_are_refused(folder, env, prefix):
    (folder / "source").mkdir()
    run = xget(folder, env, "sync", "--delay-updates", "source", url(prefix)).expect(Exit.USAGE)
    assert "an object is replaced in one step" in run.err, run
