"""s3:// URLs: an object is downloaded as any other resource is. Against a Ceph gateway."""

import hashlib
import json

import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway
from support.answers import Resource, plain_answer
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.content import content
from support.downloads import KIB, MIB, assert_complete, claimed_ranges, partial, sidecar
from support.object_stores import client, env, gateway  # noqa: F401

pytestmark = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")

SIZE = 20 * MIB + 7
# Each is one object, however much it looks like a URL, an option or a path.
KEYS = ["plain", "with space", "a+b", "100%", "a%20b", "#1", "a?b=c&d", "a//b", "/rooted", "&<>\"'",
        "ünïcode/文字", "a\tb", "a:b@c", "~tilde", "x" * 200 + "/" + "y" * 200, "-o", "a;b,c=d"]


def put(client, key, data, **more):
    client.put_object(Bucket="bucket", Key=key, Body=data, **more)
    return f"s3://bucket/{key}"


def get(url, folder, env, *options, **more):
    return run_xget([url, *QUICK, *options], folder, env=env, **more)


def test_an_object_is_just_another_url(client, folder, env):
    data = content(SIZE, 0, "object")
    run = get(put(client, "dir/object.bin", data), folder, env).expect(0)
    assert_complete(folder / "object.bin", data, run=run)
    assert "s3://bucket/dir/object.bin" in run.err
    assert "127.0.0.1" not in run.err


def test_ranges_go_over_several_connections(client, folder, env):
    data = content(SIZE, 0, "ranges")
    run = get(put(client, "object.bin", data), folder, env, "-n", "4", "--json", "--limit-rate",
              "20M").expect(0)
    assert_complete(folder / "object.bin", data, run=run)
    most = max(event.get("connections", 0) for event in map(json.loads, run.out.splitlines()))
    assert most > 1


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_found_whatever_is_in_it(client, folder, env, key):
    data = content(1000, 0, key)
    url = put(client, key, data)
    run = get(url, folder, env, "-o", "file").expect(0)
    assert (folder / "file").read_bytes() == data, run


def test_a_key_that_would_be_another_one_as_a_url_is_refused_by_name(folder, env):
    for key in ("a/../b", "./a", "a/."):
        run = get(f"s3://bucket/{key}", folder, env, "-o", "file").expect(Exit.USAGE)
        assert key in run.err


def test_a_bucket_alone_is_no_object(folder, env):
    for url in ("s3://bucket", "s3://bucket/", "s3://"):
        get(url, folder, env, "-o", "file").expect(Exit.USAGE)


def test_an_empty_object_is_an_empty_file(client, folder, env):
    get(put(client, "empty", b""), folder, env).expect(0)
    assert (folder / "empty").read_bytes() == b""


def stopped(url, folder, env, keep, *options):
    """A slow download that was killed when its sidecar claimed `keep` bytes."""
    path = folder / "file"
    command = [url, "-o", "file", *QUICK, "--checkpoint-interval", "50ms,256KiB", "--limit-rate",
               "8M", *options]
    with start_xget(command, folder, env=env) as child:
        wait_until(lambda: sum(end - begin for begin, end in claimed_ranges(path)) >= keep,
                   "something is claimed")
        child.kill()
    return sum(end - begin for begin, end in claimed_ranges(path))


def test_what_a_killed_run_left_is_gone_on_with(client, folder, env):
    data = content(SIZE, 0, "killed")
    url = put(client, "killed", data)
    kept = stopped(url, folder, env, 4 * MIB)
    recorded = sidecar(folder / "file").read_text()
    assert url in recorded
    for secret in (ceph_gateway.SECRET_KEY, "Signature", "Authorization"):
        assert f'"{secret}' not in recorded
    run = get(url, folder, env, "-o", "file", "--json").expect(0)
    assert_complete(folder / "file", data, run=run)
    finished = [event for event in map(json.loads, run.out.splitlines())
                if event["event"] == "finished"]
    assert finished[0]["received"] <= SIZE - kept + 512 * KIB


@pytest.mark.parametrize("same_size", [True, False])
def test_two_versions_of_an_object_are_never_joined(client, folder, env, same_size):
    old = content(SIZE, 0, "version")
    new = content(SIZE if same_size else SIZE + MIB, 1, "version")
    url = put(client, "version", old)
    stopped(url, folder, env, 4 * MIB)
    put(client, "version", new)
    run = get(url, folder, env, "-o", "file").expect(0)
    assert_complete(folder / "file", new, run=run)


def test_an_object_that_is_replaced_while_it_is_downloaded_begins_again(client, folder, env):
    old, new = (content(SIZE, version, "running") for version in range(2))
    url = put(client, "running", old)
    path = folder / "file"
    command = [url, "-o", "file", *QUICK, "--limit-rate", "10M", "-n", "4"]
    with start_xget(command, folder, env=env) as child:
        wait_until(lambda: claimed_ranges(path), "something is claimed")
        put(client, "running", new)
        run = child.wait(60).expect(0)
    assert_complete(path, old, new, run=run)


def test_status_names_the_object_and_the_command_that_goes_on(client, folder, env):
    url = put(client, "status", content(SIZE, 0, "status"))
    stopped(url, folder, env, 2 * MIB)
    run = run_xget(["status"], folder, env=env).expect(0)
    assert url in run.out.decode()


@pytest.mark.parametrize("twist,words", [
    ({"key": "missing"}, "no such object"),
    ({"bucket": "nobucket"}, "no bucket nobucket"),
    ({"env": {"AWS_SECRET_ACCESS_KEY": "wrong"}}, "SignatureDoesNotMatch"),
    ({"env": {"AWS_ACCESS_KEY_ID": "nobody"}}, "InvalidAccessKeyId"),
], ids=["key", "bucket", "secret", "id"])
def test_a_refusal_says_what_it_means(client, folder, env, twist, words):
    put(client, "there", b"data")
    url = f"s3://{twist.get('bucket', 'bucket')}/{twist.get('key', 'there')}"
    run = get(url, folder, env | twist.get("env", {}))
    assert run.code == Exit.REFUSED, run
    assert words in run.err
    assert url in run.err
    assert not partial(folder / "there").exists()


def test_without_credentials_it_says_where_they_would_be(folder, env):
    bare = {name: value for name, value in env.items() if "ACCESS_KEY" not in name}
    run = get("s3://bucket/key", folder, bare)
    assert run.code != 0
    assert "AWS_ACCESS_KEY_ID" in run.err and "--no-sign-request" in run.err


def test_an_object_for_everybody_needs_no_credentials(client, folder, env):
    bare = {name: value for name, value in env.items() if "ACCESS_KEY" not in name}
    url = put(client, "public", b"for all", ACL="public-read")
    get(url, folder, bare, "--no-sign-request").expect(0)
    assert (folder / "public").read_bytes() == b"for all"
    denied = put(client, "private", b"for some")
    assert "AccessDenied" in get(denied, folder, bare, "--no-sign-request").expect(Exit.REFUSED).err


def test_the_store_is_named_by_an_option_too(client, folder, env):
    url = put(client, "option", b"data")
    endpoint = env.pop("AWS_ENDPOINT_URL")
    get(url, folder, env, "--endpoint-url", endpoint, "--region", "eu-west-1").expect(0)
    assert (folder / "option").read_bytes() == b"data"


def test_an_object_and_a_web_server_are_mirrors_of_each_other(client, server, folder, env):
    page = server.serve("/file", Resource(SIZE))
    url = put(client, "mirrored", page.data)
    run = get(url, folder, env, "--mirror", page.url, "-n", "2", "-o", "file").expect(0)
    assert_complete(folder / "file", page.data, run=run)
    for seen in page.requests:
        assert seen.request.header("Authorization") is None
        assert not any(name.lower().startswith("x-amz-") for name, _ in seen.request.headers)


def test_a_list_takes_objects(client, folder, env):
    urls = [put(client, f"list/{i}.bin", content(1000, i, "list")) for i in range(20)]
    (folder / "list").write_text("".join(f"{url}\n" for url in urls))
    run_xget(["-i", "list", *QUICK], folder, env=env).expect(0)
    for i in range(20):
        assert (folder / f"{i}.bin").read_bytes() == content(1000, i, "list")


def test_a_finished_object_is_not_fetched_again(client, folder, env):
    url = put(client, "again", content(1000, 0, "again"))
    get(url, folder, env).expect(0)
    assert "already complete" in get(url, folder, env).expect(0).err


def test_a_coding_that_the_uploader_named_is_part_of_the_object(client, folder, env):
    url = put(client, "coded.gz", b"\x1f\x8b not really", ContentEncoding="gzip")
    get(url, folder, env).expect(0)
    assert (folder / "coded.gz").read_bytes() == b"\x1f\x8b not really"


def test_the_digest_that_an_upload_recorded_proves_the_object(client, folder, env):
    data = content(MIB, 0, "digest")
    url = put(client, "digest", data, Metadata={"xget-sha256": hashlib.sha256(data).hexdigest()})
    run = get(url, folder, env, "--json").expect(0)
    finished = [event for event in map(json.loads, run.out.splitlines())
                if event["event"] == "finished"]
    assert finished[0]["proof"] == "digest"
    bad = put(client, "bad", data, Metadata={"xget-sha256": "0" * 64})
    assert get(bad, folder, env).code != 0
    assert not (folder / "bad").exists()


# ---- what this gateway does not do: played ------------------------------------------------------

@pytest.fixture
def store(server):
    """A store whose one object is at s3://bucket/key."""
    page = server.serve("/bucket/key", Resource(3 * MIB))
    return page, {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK",
                  "AWS_ENDPOINT_URL": server.url}


def refusal(status, code, more=""):
    return plain_answer(status, f"<Error><Code>{code}</Code>{more}</Error>",
                        content_type="application/xml")


def test_an_archived_object_is_said_to_be_one_with_the_command_that_restores_it(store, folder):
    page, env = store

    def archived(exchange):
        exchange.answer = refusal(403, "InvalidObjectState",
                                  "<StorageClass>DEEP_ARCHIVE</StorageClass>")
    page.behave(archived)
    run = get("s3://bucket/key", folder, env).expect(Exit.REFUSED)
    assert "archived in DEEP_ARCHIVE" in run.err
    assert "aws s3api restore-object --bucket bucket --key key" in run.err


def test_a_store_that_wants_another_region_gets_its_signature(store, folder):
    page, env = store

    def far(exchange):
        if "/eu-central-1/s3/" not in (exchange.request.header("Authorization") or ""):
            exchange.answer = refusal(400, "AuthorizationHeaderMalformed",
                                      "<Region>eu-central-1</Region>")
    page.behave(far)
    run = get("s3://bucket/key", folder, env).expect(0)
    assert_complete(folder / "key", page.data, run=run)


def test_a_wrong_clock_is_set_right_by_the_store(store, folder):
    page, env = store

    def late(exchange):
        if "20350101T" not in (exchange.request.header("x-amz-date") or ""):
            exchange.answer = refusal(403, "RequestTimeTooSkewed")
            exchange.answer.set("Date", "Mon, 01 Jan 2035 00:00:10 GMT")
    page.behave(late)
    run = get("s3://bucket/key", folder, env).expect(0)
    assert_complete(folder / "key", page.data, run=run)


def test_a_store_that_asks_for_fewer_requests_gets_fewer(store, folder):
    page, env = store
    refused = []

    def busy(exchange):
        if len(refused) < 3:
            refused.append(exchange)
            exchange.answer = refusal(503, "SlowDown")
    page.behave(busy)
    run = get("s3://bucket/key", folder, env).expect(0)
    assert_complete(folder / "key", page.data, run=run)


def test_secrets_go_to_the_store_alone(store, server, tls_server, folder):
    page, env = store
    other = tls_server.serve("/elsewhere", Resource(3 * MIB))

    def away(exchange):
        exchange.answer = plain_answer(307)
        exchange.answer.set("Location", other.url)
        exchange.answer.set("Content-Length", "0")
    page.behave(away)
    run = get("s3://bucket/key", folder, env | {"AWS_SESSION_TOKEN": "canary"}, "--insecure",
              "--log-file", "log", "-vv")
    for seen in other.requests:
        assert "canary" not in str(seen.request.headers)
        assert "AK/" not in str(seen.request.headers)
    for text in (run.err, (folder / "log").read_text()):
        assert "canary" not in text
        assert "Signature=" not in text


# ---- who asks -----------------------------------------------------------------------------------

@pytest.fixture
def bare(env, client):
    """The store, and nobody who may ask."""
    put(client, "who", b"data")
    return {name: value for name, value in env.items()
            if not name.endswith(("ACCESS_KEY_ID", "SECRET_ACCESS_KEY"))}


KEYS_OF_PROFILE = (f"aws_access_key_id = {ceph_gateway.ACCESS_KEY}\n"
                   f"aws_secret_access_key = {ceph_gateway.SECRET_KEY}\n")


def test_a_profile_says_who_asks_and_where(folder, bare):
    endpoint = bare.pop("AWS_ENDPOINT_URL")
    (folder / "credentials").write_text(f"[default]\n[other]\n{KEYS_OF_PROFILE}")
    (folder / "config").write_text(f"[profile other]\nendpoint_url = {endpoint}\n"
                                   "region = eu-west-1\ns3 =\n  addressing_style = path\n")
    bare |= {"AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
             "AWS_CONFIG_FILE": str(folder / "config")}
    get("s3://bucket/who", folder, bare, "--profile", "other").expect(0)
    assert (folder / "who").read_bytes() == b"data"
    assert "nobody" in get("s3://bucket/who", folder, bare, "--profile", "nobody").expect(
        Exit.USAGE).err


def test_credentials_come_from_a_file_of_their_own(folder, bare):
    (folder / "mine").write_text(f"[default]\n{KEYS_OF_PROFILE}")
    get("s3://bucket/who", folder, bare, "--credentials-file", "mine").expect(0)
    assert (folder / "who").read_bytes() == b"data"


def test_credentials_come_from_a_command(folder, bare):
    command = folder / "command"
    command.write_text("#!/bin/sh\necho '" + json.dumps(
        {"Version": 1, "AccessKeyId": ceph_gateway.ACCESS_KEY,
         "SecretAccessKey": ceph_gateway.SECRET_KEY}) + "'\n")
    command.chmod(0o700)
    get("s3://bucket/who", folder, bare, "--credentials-command", str(command)).expect(0)
    assert (folder / "who").read_bytes() == b"data"


def test_a_command_that_fails_is_told_and_nothing_is_asked(folder, bare):
    run = get("s3://bucket/who", folder, bare, "--credentials-command", "/bin/false")
    assert run.code != 0
    assert "/bin/false" in run.err or "credentials" in run.err


# ---- versions -----------------------------------------------------------------------------------


@pytest.fixture
def versions(client):
    """A bucket that keeps them."""
    client.create_bucket(Bucket="versions")
    client.put_bucket_versioning(Bucket="versions",
                                 VersioningConfiguration={"Status": "Enabled"})

    def put_version(key, version, size=SIZE):
        data = content(size, version, "versions")
        answer = client.put_object(Bucket="versions", Key=key, Body=data)
        return data, answer["VersionId"]
    return put_version


def test_a_version_is_fetched_copied_and_deleted_by_its_id(client, versions, folder, env):
    old, name = versions("object", 0, 50_000)
    new, _ = versions("object", 1, 60_000)
    url, by_name = "s3://versions/object", ("--version-id", name)
    get(url, folder, env, *by_name, "-o", "old").expect(0)
    get(url, folder, env, "-o", "new").expect(0)
    assert (folder / "old").read_bytes() == old and (folder / "new").read_bytes() == new
    stat = run_xget(["stat", *QUICK, *by_name, url, "--json"], folder, env=env).expect(0)
    assert json.loads(stat.out)["version_id"] == name
    run_xget(["cp", *QUICK, *by_name, url, "s3://versions/copy"], folder, env=env).expect(0)
    assert client.get_object(Bucket="versions", Key="copy")["Body"].read() == old
    # It takes the place of the newer one.
    run_xget(["cp", *QUICK, *by_name, url, url], folder, env=env).expect(0)
    assert client.get_object(Bucket="versions", Key="object")["Body"].read() == old
    run_xget(["rm", *QUICK, *by_name, url], folder, env=env).expect(0)
    run = get(url, folder, env, *by_name, "-o", "gone").expect(Exit.REFUSED)
    assert "s3://versions/object" in run.err
    assert client.get_object(Bucket="versions", Key="object")["Body"].read() == old


@pytest.mark.parametrize("words", [["https://127.0.0.1/x"], ["s3://bucket/x", "s3://bucket/y"]])
def test_a_version_is_of_one_object(words, folder, env):
    assert "--version-id" in get(*words[:1], folder, env, *words[1:], "--version-id",
                                 "v").expect(Exit.USAGE).err


def test_the_version_that_was_begun_is_finished_though_another_one_is_there(versions, folder, env):
    old, _ = versions("object", 0)
    with start_xget(["s3://versions/object", *QUICK, "-n", "3", "--limit-rate", "20M"], folder,
                    env=env) as child:
        wait_until(lambda: claimed_ranges(folder / "object") or not child.running, "bytes are there")
        versions("object", 1)
        run = child.wait(30).expect(0)
    assert_complete(folder / "object", old, run=run)
    assert "changed" not in run.err
