"""xget stat, presign and the other verbs that ask stores. Against a Ceph gateway."""

import contextlib
import http.server
import json
import pathlib
import threading
import urllib.error
import urllib.request

import jsonschema
import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.object_stores import BUCKET, client, env, gateway  # noqa: F401
from support.relay import Relay

pytestmark = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")

SCHEMA = json.loads((pathlib.Path(__file__).parents[2] /
                     "packaging/schema/store-1.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
KEYS = ["plain", "with space", "a+b", "100%", "a%20b", "a?b=c&d", "a//b", "ünïcode/文字", "a\x01b"]


def put(client, *keys, body=b"data", **more):
    for key in keys:
        client.put_object(Bucket=BUCKET, Key=key, Body=body, **more)


def keys_of(client, prefix=""):
    answer = client.list_objects(Bucket=BUCKET, Prefix=prefix, EncodingType="url")
    return [urllib.request.unquote(each["Key"]) for each in answer.get("Contents", [])]


def url_of(key):
    return f"s3://{BUCKET}/{key}"


def xget(folder, env, *words, **more):
    return run_xget([words[0], *QUICK, *words[1:]], folder, env=env, **more)


def lines_of(folder, env, *words, code=0):
    """What --json prints, each line checked against the schema."""
    run = xget(folder, env, *words, "--json").expect(code)
    lines = [json.loads(line) for line in run.out.splitlines()]
    for line in lines:
        VALIDATOR.validate(line)
    return lines


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("words", [["ls", f"s3://{BUCKET}"], ["stat", url_of("x")],
                                   ["rm", "-r", f"s3://{BUCKET}/"], ["rb", "s3://unmade"]])
def test_a_store_that_does_not_answer_is_left_at_once_when_asked_to(words, gateway, folder, env):
    with Relay(int(gateway.url.rsplit(":", 1)[1])) as relay:
        relay.hold_after(0)
        env = env | {"AWS_ENDPOINT_URL": relay.url}
        with start_xget([*words, "--json"], folder, env=env) as child:
            wait_until(lambda: relay.held.is_set() or not child.running, "it has asked")
            child.interrupt()
            run = child.wait(5).expect(Exit.INTERRUPTED)
    [line] = [json.loads(line) for line in run.out.splitlines()]
    assert line["kind"] == "failed" and line["code"] == "interrupted"


# ---- stat -----------------------------------------------------------------------------------


def test_stat_says_what_the_store_says(client, folder, env):
    put(client, "described", body=b"x" * 2048, ContentType="text/x-own", CacheControl="max-age=5",
        StorageClass="STANDARD_IA", Metadata={"a": "1", "b": "two words"})
    [line] = lines_of(folder, env, "stat", url_of("described"))
    head = client.head_object(Bucket=BUCKET, Key="described")
    assert line["url"] == url_of("described") and line["size"] == 2048
    assert line["etag"] == head["ETag"]
    assert line["modified"] == head["LastModified"].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert line["content_type"] == "text/x-own" and line["storage_class"] == "STANDARD_IA"
    assert line["content"] == {"Cache-Control": "max-age=5"}
    assert line["metadata"] == {"a": "1", "b": "two words"}
    words = xget(folder, env, "stat", url_of("described")).expect(0).out.decode()
    assert words.startswith(f"{url_of('described')}\n  size:          2.0 KiB (2048 bytes)\n")
    assert "\n  metadata b:    two words\n" in words


def test_stat_says_what_is_not_there_and_goes_on(client, folder, env):
    put(client, "here")
    run = xget(folder, env, "stat", url_of("gone"), url_of("here")).expect(Exit.REFUSED)
    assert "s3://bucket/gone: there is no such object" in run.err
    assert run.out.startswith(b"s3://bucket/here\n")
    lines = lines_of(folder, env, "stat", url_of("gone"), url_of("here"), code=Exit.REFUSED)
    assert [line["kind"] for line in lines] == ["failed", "object"]
    assert lines[0]["number"] == 404 and lines[0]["url"] == url_of("gone")


@pytest.mark.parametrize("words", [[], [f"s3://{BUCKET}"], ["https://example.org/x"],
                                   ["--version-id", "v", url_of("a"), url_of("b")]])
def test_stat_refuses_what_names_no_object(words, gateway, folder, env):
    xget(folder, env, "stat", *words).expect(Exit.USAGE)


# ---- presign --------------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_anybody_can_fetch_by_a_presigned_url(key, client, folder, env):
    put(client, key, body=key.encode())
    run = xget(folder, env, "presign", url_of(key)).expect(0)
    [url] = run.out.decode().splitlines()
    assert urllib.request.urlopen(url, timeout=10).read() == key.encode()
    run_xget([*QUICK, url, "-o", "file"], folder).expect(0)
    assert (folder / "file").read_bytes() == key.encode()


def test_a_presigned_url_is_good_for_its_time_and_for_one_thing(client, folder, env):
    put(client, "signed")
    [line] = lines_of(folder, env, "presign", "--expires", "7d", url_of("signed"))
    assert "X-Amz-Expires=604800&" in line["presigned"]
    request = urllib.request.Request(line["presigned"], data=b"other", method="PUT")
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=10)
    [line] = lines_of(folder, env, "presign", "--put", url_of("signed"))
    request = urllib.request.Request(line["presigned"], data=b"other", method="PUT")
    urllib.request.urlopen(request, timeout=10).close()
    assert client.get_object(Bucket=BUCKET, Key="signed")["Body"].read() == b"other"


@pytest.mark.parametrize("time", ["8d", "0", "500ms", "soon"])
def test_presign_refuses_a_time_that_no_store_takes(time, folder, env):
    run = xget(folder, env, "presign", "--expires", time, url_of("x")).expect(Exit.USAGE)
    assert "--expires" in run.err and not run.out


def test_presign_says_that_temporary_credentials_end_sooner(folder, env):
    run = xget(folder, env | {"AWS_SESSION_TOKEN": "token"}, "presign", url_of("x")).expect(0)
    assert "the URL ends with them" in run.err
    assert "X-Amz-Security-Token=token" in run.out.decode() and "token" not in run.err


def test_the_anonymous_have_nothing_to_sign_with(folder, env):
    run = xget(folder, env, "presign", "--no-sign-request", url_of("x")).expect(Exit.USAGE)
    assert "anonymous" in run.err and not run.out


# ---- mb, rb ---------------------------------------------------------------------------------


def buckets(client):
    return [each["Name"] for each in client.list_buckets()["Buckets"]]


def test_a_bucket_is_made_and_removed(client, folder, env):
    run = xget(folder, env, "mb", "s3://made", "s3://made-too/").expect(0)
    assert run.out == b"made s3://made\nmade s3://made-too/\n"
    assert {"made", "made-too"} <= set(buckets(client))
    [line] = lines_of(folder, env, "rb", "s3://made")
    assert line == {"v": 1, "kind": "bucket-removed", "url": "s3://made"}
    assert xget(folder, env, "rb", "-q", "s3://made-too").expect(0).out == b""
    assert not {"made", "made-too"} & set(buckets(client))


def test_a_bucket_that_is_not_empty_stays_and_it_is_said_how_to_empty_it(client, folder, env):
    put(client, "in-the-way")
    run = xget(folder, env, "rb", f"s3://{BUCKET}").expect(Exit.REFUSED)
    assert "it is not empty" in run.err and "xget rm -r s3://bucket/" in run.err
    assert BUCKET in buckets(client)


def test_by_force_a_bucket_goes_with_what_is_in_it(client, folder, env):
    client.create_bucket(Bucket="full")
    for key in ("a", "b/c", "d\x01"):
        client.put_object(Bucket="full", Key=key)
    xget(folder, env, "rb", "--force", "s3://full/a").expect(Exit.USAGE)
    xget(folder, env, "rb", "--force", "s3://full").expect(0)
    assert "full" not in buckets(client)


def test_a_bucket_that_is_not_there_is_not_removed(gateway, folder, env):
    run = xget(folder, env, "rb", "s3://never-made").expect(Exit.REFUSED)
    assert "there is no such bucket" in run.err


@pytest.mark.parametrize("words", [["mb"], ["mb", f"s3://{BUCKET}/key"], ["rb", "s3://x/key"],
                                   ["mb", "--dry-run", "s3://xyz"], ["rb", "file"]])
def test_what_names_no_bucket_alone_is_refused(words, client, folder, env):
    xget(folder, env, *words).expect(Exit.USAGE)
    assert buckets(client) == [BUCKET]


def test_the_region_is_said_where_the_bucket_is_to_be(gateway, folder, env):
    """The gateway knows no other one than its own, and so refuses."""
    run = xget(folder, env, "mb", "--region", "eu-west-1", "s3://elsewhere").expect(Exit.REFUSED)
    assert "InvalidLocationConstraint" in run.err


# ---- uploads --------------------------------------------------------------------------------


@pytest.fixture
def begin(client):
    """Begins uploads, which are gone afterwards."""
    begun = []

    def begin_one(key, *parts):
        upload = client.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        begun.append((key, upload))
        for number, body in enumerate(parts, start=1):
            client.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=number, Body=body)
        return upload

    yield begin_one
    left = unfinished(client)
    for key, upload in begun:
        if (key, upload) in left:
            client.abort_multipart_upload(Bucket=BUCKET, Key=key, UploadId=upload)


def unfinished(client):
    uploads = client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
    return [(each["Key"], each["UploadId"]) for each in uploads]


def test_uploads_that_were_never_finished_are_listed(client, folder, env, begin):
    key = "big/ünï %20+code\t.bin"
    upload = begin(key, b"x" * 1000, b"y" * 500)
    begin("bigger")
    [line] = lines_of(folder, env, "uploads", "ls", "--parts", url_of("big"))
    assert (line["url"], line["upload_id"]) == (url_of(key), upload)
    assert (line["parts"], line["bytes"]) == (2, 1500)
    assert 0 <= line["age_seconds"] < 60
    run = xget(folder, env, "uploads", "ls", "--parts", url_of("big")).expect(0)
    assert f"1.5 KiB in 2 parts  {upload}  s3://bucket/big/ünï %20+code\\x09.bin" in run.out.decode()
    run = xget(folder, env, "uploads", "ls", f"s3://{BUCKET}").expect(0)
    assert len(run.out.splitlines()) == 2
    run = xget(folder, env, "uploads", "ls", url_of("bi")).expect(0)
    assert run.out == b"s3://bucket/bi: no unfinished uploads\n"


def test_old_uploads_are_aborted_and_young_ones_stay(client, folder, env, begin):
    begin("logs/a")
    begin("logs2")
    run = xget(folder, env, "uploads", "abort", "--older-than", "7d", f"s3://{BUCKET}").expect(0)
    assert run.out == b"s3://bucket: no unfinished upload is that old\n"
    assert len(unfinished(client)) == 2
    words = ["uploads", "abort", "--older-than", "0", url_of("logs")]
    assert b"would abort s3://bucket/logs/a" in xget(folder, env, *words, "--dry-run").expect(0).out
    assert len(unfinished(client)) == 2
    [line] = lines_of(folder, env, *words)
    assert line["kind"] == "aborted" and line["url"] == url_of("logs/a") and not line["dry_run"]
    assert [key for key, _ in unfinished(client)] == ["logs2"]


def test_one_upload_is_aborted_by_its_id_and_once(client, folder, env, begin):
    upload, other = begin("twice"), begin("twice")
    words = ["uploads", "abort", "--upload-id", upload, url_of("twice")]
    xget(folder, env, *words).expect(0)
    assert unfinished(client) == [("twice", other)]
    assert "it has none of this id" in xget(folder, env, *words).expect(Exit.REFUSED).err


@pytest.mark.parametrize("words", [
    [], ["ls"], ["list", f"s3://{BUCKET}"], ["abort", f"s3://{BUCKET}"],
    ["abort", "--older-than", "soon", f"s3://{BUCKET}"],
    ["abort", "--older-than", "1d", "--upload-id", "x", url_of("a")],
    ["abort", "--upload-id", "x", url_of("a"), url_of("b")],
    ["abort", "--upload-id", "x", f"s3://{BUCKET}"], ["ls", "--older-than", "1d", f"s3://{BUCKET}"]])
def test_no_upload_is_aborted_that_was_not_meant(words, client, folder, env, begin):
    begin("kept")
    xget(folder, env, "uploads", *words).expect(Exit.USAGE)
    assert [key for key, _ in unfinished(client)] == ["kept"]


# ---- ls, du ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tree(client):
    """A bucket of its own, with the places that must not be taken for each other."""
    client.create_bucket(Bucket="tree")
    sizes = {"logs": 1, "logs-old/x": 2, "logs/a": 4, "logs/b/c": 8, "logs/b/d": 16, "logs2": 32,
             "odd \x01\n/ü": 64, "top": 3000}
    for key, size in sizes.items():
        client.put_object(Bucket="tree", Key=key, Body=b"x" * size)
    return sizes


def listed(folder, env, *words):
    return [line["url"].removeprefix("s3://tree/") for line in lines_of(folder, env, "ls", *words)]


def test_a_folder_is_listed_as_one_unless_all_is_asked_for(tree, folder, env):
    assert listed(folder, env, "s3://tree") == ["logs", "logs-old/", "logs/", "logs2", "odd \x01\n/",
                                                "top"]
    assert listed(folder, env, "-r", "s3://tree") == sorted(tree)


def test_a_key_is_listed_with_what_is_below_it_and_nothing_that_only_begins_so(tree, folder, env):
    assert listed(folder, env, "s3://tree/logs") == ["logs", "logs/a", "logs/b/"]
    assert listed(folder, env, "s3://tree/logs/") == ["logs/a", "logs/b/"]
    assert listed(folder, env, "-r", "s3://tree/logs") == ["logs", "logs/a", "logs/b/c", "logs/b/d"]
    assert listed(folder, env, "s3://tree/top") == ["top"]
    assert listed(folder, env, "s3://tree/logs-old") == ["logs-old/x"]


def test_a_listing_reads_in_columns_and_is_safe_to_print(tree, folder, env):
    run = xget(folder, env, "ls", "s3://tree/top", "s3://tree/logs/", "s3://tree/odd \x01\n")
    words = run.expect(0).out.decode().splitlines()
    assert [line[19:] for line in words] == [
        "     2.9 KiB  s3://tree/top", "         4 B  s3://tree/logs/a",
        "              s3://tree/logs/b/", "        64 B  s3://tree/odd \\x01\\x0A/ü"]
    run = xget(folder, env, "ls", "--bytes", "s3://tree/top").expect(0)
    assert run.out.endswith(b"           3000  s3://tree/top\n")


def test_without_a_url_the_buckets_are_listed(tree, folder, env):
    lines = lines_of(folder, env, "ls")
    assert [line["url"] for line in lines] == ["s3://bucket/", "s3://tree/"]
    assert lines == lines_of(folder, env, "ls", "s3://")


def test_a_listing_of_nothing_says_so_but_a_bucket_may_be_empty(client, folder, env):
    client.create_bucket(Bucket="empty")
    assert not lines_of(folder, env, "ls", "s3://empty")
    run = xget(folder, env, "ls", "s3://empty/x").expect(Exit.REFUSED)
    assert "there is no such object, and nothing below it" in run.err
    client.delete_bucket(Bucket="empty")


def test_what_is_below_a_place_is_counted(tree, folder, env):
    def counted(*words):
        return [(line["url"].removeprefix("s3://tree"), line["objects"], line["bytes"])
                for line in lines_of(folder, env, "du", *words)]
    assert counted("s3://tree") == [("", len(tree), sum(tree.values()))]
    assert counted("s3://tree/logs", "s3://tree/logs/") == [("/logs", 4, 29), ("/logs/", 3, 28)]
    assert counted("-d1", "s3://tree/logs") == counted("-d", "1", "s3://tree/logs") == [("/logs/b/", 2, 24), ("/logs", 4, 29)]
    run = xget(folder, env, "du", "s3://tree/top").expect(0)
    assert run.out == b"   2.9 KiB  1 object  s3://tree/top\n"
    xget(folder, env, "du", "--max-depth", "-1", "s3://tree").expect(Exit.USAGE)


# ---- rm -------------------------------------------------------------------------------------


def deleted(folder, env, *words, code=0):
    return [line["url"].removeprefix(f"s3://{BUCKET}/")
            for line in lines_of(folder, env, "rm", *words, code=code) if line["kind"] == "deleted"]


def test_named_objects_are_deleted_whether_or_not_they_are_there(client, folder, env):
    put(client, "rm/a", "rm/b", "rm/bb")
    assert deleted(folder, env, url_of("rm/a"), url_of("rm/gone"), url_of("rm/b")) == [
        "rm/a", "rm/gone", "rm/b"]
    assert keys_of(client, "rm/") == ["rm/bb"]
    run = xget(folder, env, "rm", url_of("rm/bb")).expect(0)
    assert run.out == b"deleted s3://bucket/rm/bb\n" and not keys_of(client, "rm/")


def test_a_tree_is_deleted_and_nothing_that_only_begins_so(client, folder, env):
    put(client, "logs", "logs/a", "logs/b/c", "logs2", "logs-old/x")
    assert deleted(folder, env, "-r", "--dry-run", url_of("logs")) == ["logs", "logs/a", "logs/b/c"]
    assert len(keys_of(client, "logs")) == 5
    assert deleted(folder, env, "-r", url_of("logs")) == ["logs", "logs/a", "logs/b/c"]
    assert keys_of(client, "logs") == ["logs-old/x", "logs2"]
    assert xget(folder, env, "rm", "-r", url_of("logs")).expect(0).out == b"nothing to delete\n"


def test_every_key_can_be_deleted_whatever_is_in_it(client, folder, env):
    keys = sorted([*KEYS, " a ", "a\tb", "a\nb", "a\rb", "<&>\"'", "z/"])
    put(client, *(f"rm/{key}" for key in keys), "kept")
    assert sorted(deleted(folder, env, "-r", url_of("rm/"))) == [f"rm/{key}" for key in keys]
    assert not keys_of(client, "rm/") and keys_of(client, "kept")


def test_rules_say_what_of_a_tree_is_deleted(client, folder, env):
    put(client, "t/a.log", "t/b.txt", "t/d/c.log", "t/d/keep.log")
    words = ["-r", "--exclude", "*", "--include", "*.log", "--exclude", "d/keep.*", url_of("t")]
    assert deleted(folder, env, *words) == ["t/a.log", "t/d/c.log"]
    assert keys_of(client, "t/") == ["t/b.txt", "t/d/keep.log"]


@pytest.mark.parametrize("words", [
    [], [f"s3://{BUCKET}"], [f"s3://{BUCKET}/"], ["-r", f"s3://{BUCKET}"], ["https://example.org/x"],
    ["--exclude", "*", url_of("kept")], ["-r", "--exclude", "[", url_of("kept")],
    [url_of("kept"), f"s3://{BUCKET}"]])
def test_nothing_is_deleted_that_was_not_meant(words, client, folder, env):
    put(client, "kept")
    xget(folder, env, "rm", *words).expect(Exit.USAGE)
    assert "kept" in keys_of(client)


def test_each_object_that_could_not_be_deleted_is_told(client, folder, env):
    """By the gateway's own word: who asks may delete "p/yes" and not "p/no"."""
    put(client, "p/yes", "p/no")
    client.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({
        "Version": "2012-10-17", "Statement": [{
            "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/p/no"}]}))
    lines = lines_of(folder, env, "rm", "-r", url_of("p/"), code=Exit.REFUSED)
    client.delete_bucket_policy(Bucket=BUCKET)
    assert sorted((line["kind"], line["url"]) for line in lines) == [
        ("deleted", url_of("p/yes")), ("failed", url_of("p/no"))]
    assert keys_of(client, "p/") == ["p/no"]


@pytest.fixture
def many(client, folder, env):
    """More objects than a page or a request holds, in a bucket of their own."""
    keys = [f"{number:04}" for number in range(1003)]
    (folder / "many").mkdir()
    for key in keys:
        (folder / "many" / key).touch()
    client.create_bucket(Bucket="many")
    xget(folder, env, "cp", "-r", "-q", "many", "s3://many/m").expect(0)
    yield keys
    xget(folder, env, "rm", "-r", "-q", "s3://many/").expect(0)
    client.delete_bucket(Bucket="many")


def test_a_listing_of_many_pages_is_whole_and_all_of_it_can_be_deleted(many, client, folder, env):
    urls = [f"s3://many/m/{key}" for key in many]
    assert [line["url"] for line in lines_of(folder, env, "ls", "s3://many/m")] == urls


# ---- what a gateway does not do -------------------------------------------------------------


@contextlib.contextmanager
def playing_store(*answers):
    """Answers one request after the other, and keeps what was asked: (method, target, body)."""
    asked, left = [], list(answers)

    class Store(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((self.command, self.path, body.decode()))
            status, text = left.pop(0) if left else (403, "<Error><Code>AccessDenied</Code></Error>")
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Store) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        environment = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
                       "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK",
                       "AWS_EC2_METADATA_DISABLED": "true", "OSS_REGION": "cn-hangzhou",
                       "OSS_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
                       "OSS_ACCESS_KEY_ID": "AK", "OSS_ACCESS_KEY_SECRET": "SK"}
        yield environment, asked
        server.shutdown()


def page(*keys, more=False):
    objects = "".join(f"<Contents><Key>{key}</Key><Size>1</Size></Contents>" for key in keys)
    return (200, f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>"
                 f"{objects}</ListBucketResult>")


def test_a_listing_that_breaks_off_deletes_nothing_that_it_has_not_told(folder):
    with playing_store(page("t/a", more=True)) as (env, asked):
        lines = lines_of(folder, env, "rm", "-r", "s3://bucket/t/", code=Exit.REFUSED)
    assert [line["kind"] for line in lines] == ["failed"]
    assert [method for method, _, _ in asked] == ["GET", "GET"]


def test_an_object_that_the_store_does_not_call_deleted_is_none(folder):
    gone = (200, "<DeleteResult><Deleted><Key>t/a</Key></Deleted></DeleteResult>")
    with playing_store(page("t/a", "t/b"), gone) as (env, asked):
        lines = lines_of(folder, env, "rm", "-r", "s3://bucket/t/", code=Exit.NETWORK)
    assert [(line["kind"], line["url"][-1]) for line in lines] == [("deleted", "a"), ("failed", "b")]
    assert asked[1][:2] == ("POST", "/bucket/?delete=")


def test_a_bucket_is_asked_for_in_the_region_that_is_set(folder):
    with playing_store((200, "")) as (env, asked):
        xget(folder, env, "mb", "--region", "eu-west-1", "s3://bucket").expect(0)
    [(method, _, body)] = asked
    assert method == "PUT" and "<LocationConstraint>eu-west-1</LocationConstraint>" in body


def test_a_bucket_that_was_made_although_its_answer_was_lost_is_made(folder):
    lost, owned = (503, ""), (409, "<Error><Code>BucketAlreadyOwnedByYou</Code></Error>")
    with playing_store(lost, owned) as (env, _):
        xget(folder, env, "mb", "s3://bucket").expect(0)
    with playing_store(owned) as (env, _):
        assert "and yours" in xget(folder, env, "mb", "s3://bucket").expect(Exit.EXISTS).err


def test_a_store_of_alibabas_is_asked_in_the_same_way(folder):
    gone = (200, "<DeleteResult><Deleted><Key>t/a</Key></Deleted></DeleteResult>")
    buckets = (200, "<ListAllMyBucketsResult><IsTruncated>false</IsTruncated><Buckets><Bucket>"
                    "<Name>one</Name></Bucket></Buckets></ListAllMyBucketsResult>")
    with playing_store(page("t/a"), gone, buckets, (200, ""), (204, "")) as (env, asked):
        assert xget(folder, env, "rm", "-r", "oss://bucket/t/").expect(0).out == (
            b"deleted oss://bucket/t/a\n")
        assert [line["url"] for line in lines_of(folder, env, "ls", "oss://")] == ["oss://one/"]
        xget(folder, env, "mb", "oss://bucket").expect(0)
        xget(folder, env, "rb", "oss://bucket").expect(0)
    assert [method for method, _, _ in asked] == ["GET", "POST", "GET", "PUT", "DELETE"]
    assert asked[3][2] == "", "its bucket is where the endpoint is"
