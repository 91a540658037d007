"""xget stat, presign and the other verbs that ask stores. Against a Ceph gateway."""

import json
import pathlib
import urllib.error
import urllib.request

import jsonschema
import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway
from support.command import QUICK, Exit, run_xget
from support.object_stores import BUCKET, client, env, gateway  # noqa: F401

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
