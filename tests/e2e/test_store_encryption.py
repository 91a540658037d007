"""Objects that a store encrypts: by itself, with its key service's keys, or with a key of one's own
(SSE-C), which goes to the store and nowhere else."""

import base64
import hashlib
import json
import os
import threading

import pytest

from support import ceph_gateway
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.content import content
from support.downloads import KIB, MIB, partial
from support.played_store import PlayedStore, cut, env, refused, store  # noqa: F401

PART = 5 * MIB
SIZE = PART + 1000
DATA = content(SIZE, 0, "encrypted")
SMALL = DATA[:1000]
KEY = hashlib.sha256(b"one's own").digest()
OTHER_KEY = hashlib.sha256(b"another's").digest()
SSE = "x-amz-server-side-encryption"
CUSTOMER_KEY = f"{SSE}-customer-key"


def base64_of(key):
    return base64.b64encode(key).decode()


def write_key(folder, name="key", key=KEY):
    path = folder / name
    path.write_bytes(key)
    path.chmod(0o600)
    return path


@pytest.fixture(autouse=True)
def keys(folder):
    write_key(folder)
    write_key(folder, "other key", OTHER_KEY)


def cp(folder, env, *words):
    return run_xget(["cp", *QUICK, "--part-size", "5M", "-n", "1", *words], folder, env=env)


def upload(folder, env, *options, data=DATA):
    (folder / "file").write_bytes(data)
    return cp(folder, env, *options, "file", "s3://bucket/key")


def put(store, key, data=DATA, customer_key=KEY):
    store.put(key, data, (f"{SSE}-customer-algorithm", "AES256"))
    store.objects[key].customer_key = base64_of(customer_key)


def with_field(store, name):
    """What was asked with it, each kind once."""
    return {what for what, request in zip(store.asked, store.requests) if request.header(name)}


# ---- by the store itself ------------------------------------------------------------------------

@pytest.mark.parametrize("options,fields", [
    (["--sse"], {SSE: "AES256"}),
    (["--sse", "aws:kms"], {SSE: "aws:kms"}),
    (["--sse=aws:kms:dsse"], {SSE: "aws:kms:dsse"}),
    (["--sse-kms-key-id", "alias/k"], {SSE: "aws:kms", f"{SSE}-aws-kms-key-id": "alias/k"})])
@pytest.mark.parametrize("data", [DATA, SMALL], ids=["parts", "small"])
def test_a_store_is_asked_to_encrypt_where_an_object_begins(store, folder, env, options, fields, data):
    upload(folder, env, *options, data=data).expect(0)
    assert store.objects["key"].data == data
    assert fields.items() <= dict(store.objects["key"].headers).items()
    assert with_field(store, SSE) == {"begin" if data is DATA else "put"}


def test_a_copy_is_encrypted_and_the_store_still_makes_it(store, folder, env):
    store.put("from", SMALL)
    cp(folder, env, "--sse", "aws:kms", "s3://bucket/from", "s3://bucket/key").expect(0)
    assert dict(store.objects["key"].headers)[SSE] == "aws:kms"
    assert store.objects["key"].data == SMALL and "copy" in store.asked and "get" not in store.asked


def test_an_object_is_copied_onto_itself_to_be_encrypted(store, folder, env):
    store.put("key", SMALL)
    cp(folder, env, "--sse", "s3://bucket/key", "s3://bucket/key").expect(0)
    assert dict(store.objects["key"].headers)[SSE] == "AES256"


def test_each_file_of_a_folder_is_encrypted(store, folder, env):
    (folder / "tree").mkdir()
    (folder / "tree/a").write_bytes(SMALL)
    run_xget(["cp", "-r", *QUICK, "--sse", "aws:kms", "tree", "s3://bucket/t"], folder,
             env=env).expect(0)
    assert dict(store.objects["t/a"].headers)[SSE] == "aws:kms"


@pytest.mark.parametrize("options,why", [
    (["--sse=AES128"], '"AES128" is none of'),
    (["--sse", "--sse-kms-key-id", "k"], "--sse-kms-key-id: names a key of the key service"),
    (["--sse", "--sse-c-key-file", "key"], "--sse: contradicts --sse-c-key-file")])
def test_what_contradicts_itself_is_told_before_anything_is_asked(store, folder, env, options, why):
    run = upload(folder, env, *options).expect(Exit.USAGE)
    assert why in run.err
    assert not store.asked


def test_what_was_begun_unencrypted_is_not_gone_on_with(store, folder, env):
    store.play("part 2", refused(503, "SlowDown"), times=100)
    upload(folder, env, "--retry", "1").expect(Exit.NETWORK)
    store.behave()
    run = upload(folder, env, "--sse=aws:kms").expect(0)
    assert "in another way, or with another key; beginning again" in run.err
    assert dict(store.objects["key"].headers)[SSE] == "aws:kms"
    assert store.objects["key"].data == DATA and not store.uploads


# ---- with a key of one's own ----------------------------------------------------------------------

@pytest.mark.parametrize("size", [0, 1000, SIZE])
def test_what_goes_with_a_key_comes_back_with_it(store, folder, env, size):
    data = DATA[:size]
    upload(folder, env, "--sse-c-key-file", "key", data=data).expect(0)
    assert store.objects["key"].customer_key == base64_of(KEY)
    assert store.objects["key"].data == data
    cp(folder, env, "--sse-c-key-file", "key", "s3://bucket/key", "back").expect(0)
    assert (folder / "back").read_bytes() == data
    run_xget([*QUICK, "--sse-c-key-file", "key", "s3://bucket/key", "-o", "again"], folder,
             env=env).expect(0)
    assert (folder / "again").read_bytes() == data


@pytest.mark.parametrize("text", [KEY.hex(), KEY.hex().upper() + "\n", base64_of(KEY) + "\n"])
def test_a_key_may_be_written_out(store, folder, env, text):
    write_key(folder, "written", text.encode())
    upload(folder, env, "--sse-c-key-file", "written", data=SMALL).expect(0)
    assert store.objects["key"].customer_key == base64_of(KEY)


def test_a_pipe_may_bring_the_key(store, folder, env):
    os.mkfifo(folder / "pipe", 0o600)
    writing = threading.Thread(target=(folder / "pipe").write_bytes, args=(KEY,), daemon=True)
    writing.start()
    upload(folder, env, "--sse-c-key-file", "pipe", data=SMALL).expect(0)
    writing.join()
    assert store.objects["key"].customer_key == base64_of(KEY)


@pytest.mark.parametrize("words", [["stat"], ["download"], ["cp"]])
@pytest.mark.parametrize("options", [[], ["--sse-c-key-file", "other key"]], ids=["none", "another"])
def test_without_the_key_there_is_nothing_to_be_had(store, folder, env, words, options):
    put(store, "theirs", SMALL)
    verb = {"stat": ["stat"], "download": [], "cp": ["cp"]}[words[0]]
    where = ["back"] if words == ["cp"] else []
    run = run_xget([*verb, *QUICK, *options, "s3://bucket/theirs", *where], folder, env=env)
    assert run.code == Exit.REFUSED, run
    assert not (folder / "back").exists() and not (folder / "theirs").exists()


def test_stat_says_how_an_object_is_encrypted_and_helps_who_has_no_key(store, folder, env):
    put(store, "key", SMALL)
    run = run_xget(["stat", "--sse-c-key-file", "key", "s3://bucket/key"], folder, env=env).expect(0)
    assert b"AES256" in run.out
    run = run_xget(["stat", "s3://bucket/key"], folder, env=env)
    assert run.code == Exit.REFUSED and "--sse-c-key-file FILE" in run.err


@pytest.mark.parametrize("data", [DATA, SMALL], ids=["parts", "small"])
@pytest.mark.parametrize("before,now", [(KEY, OTHER_KEY), (KEY, None), (None, KEY), (KEY, KEY)])
def test_a_store_copies_from_key_to_key(store, folder, env, data, before, now):
    if before:
        put(store, "from", data)
    else:
        store.put("from", data)
    names = {KEY: "key", OTHER_KEY: "other key"}
    options = ["--src-sse-c-key-file", names[before]] if before else []
    options += ["--sse-c-key-file", names[now]] if now else []
    cp(folder, env, *options, "s3://bucket/from", "s3://bucket/to").expect(0)
    assert store.objects["to"].data == data
    assert store.objects["to"].customer_key == (base64_of(now) if now else None)
    assert "get" not in store.asked, "the store copied it"


def test_where_a_store_refuses_to_copy_the_bytes_go_from_key_to_key(store, folder, env):
    put(store, "from", SMALL)
    store.play("copy", refused(501, "NotImplemented"), times=9)
    cp(folder, env, "--src-sse-c-key-file", "key", "--sse-c-key-file", "other key",
       "s3://bucket/from", "s3://bucket/to").expect(0)
    assert store.objects["to"].data == SMALL
    assert store.objects["to"].customer_key == base64_of(OTHER_KEY)


def test_an_upload_goes_on_with_its_key_alone(store, folder, env):
    store.play("part 2", refused(503, "SlowDown"), times=100)
    upload(folder, env, "--retry", "1", "--sse-c-key-file", "key").expect(Exit.NETWORK)
    store.behave()
    run = upload(folder, env, "--sse-c-key-file", "key").expect(0)
    assert "1 of 2 parts are there already" in run.err and "part 1" not in store.asked
    store.objects.clear()
    store.play("part 2", refused(503, "SlowDown"), times=100)
    upload(folder, env, "--retry", "1", "--sse-c-key-file", "key").expect(Exit.NETWORK)
    store.behave()
    run = upload(folder, env, "--sse-c-key-file", "other key").expect(0)
    assert "with another key; beginning again" in run.err
    assert store.objects["key"].customer_key == base64_of(OTHER_KEY)
    assert store.objects["key"].data == DATA and not store.uploads


def test_a_download_that_was_cut_goes_on_with_its_key_and_stops_with_another(store, folder, env):
    put(store, "key")
    options = [*QUICK, "-n", "1", "s3://bucket/key", "-o", "back"]
    store.play("get", cut(PART, "rst"), times=1, done=True)
    store.play("get", refused(403, "AccessDenied"), times=100)
    run_xget([*options, "--sse-c-key-file", "key", "--retry", "2"], folder, env=env)
    assert partial(folder / "back").exists()
    store.behave()
    run = run_xget([*options, "--sse-c-key-file", "other key"], folder, env=env)
    assert run.code == Exit.REFUSED and partial(folder / "back").exists(), run
    run_xget([*options, "--sse-c-key-file", "key"], folder, env=env).expect(0)
    assert (folder / "back").read_bytes() == DATA


# ---- where it may not go --------------------------------------------------------------------------

def test_a_key_that_others_can_read_is_refused(store, folder, env):
    (folder / "key").chmod(0o644)
    run = upload(folder, env, "--sse-c-key-file", "key").expect(Exit.USAGE)
    assert "is open to others, and it holds a key" in run.err and "chmod 600" in run.err


@pytest.mark.parametrize("url", ["http://store.example.net", "http://192.0.2.1:9000"])
def test_a_key_does_not_go_over_plain_http_to_another_machine(folder, env, url):
    run = upload(folder, env, "--endpoint-url", url, "--sse-c-key-file", "key").expect(Exit.USAGE)
    assert "in clear, over plain http" in run.err and "https://" in run.err


@pytest.mark.parametrize("words", [["cp", "file", "s3://bucket/key"], ["stat", "s3://bucket/key"],
                                   ["s3://bucket/key", "-o", "x"]])
def test_a_key_does_not_go_over_plain_http_by_way_of_a_proxy(store, folder, env, words):
    (folder / "file").write_bytes(SMALL)
    proxied = env | {"http_proxy": store.url, "no_proxy": ""}
    run = run_xget([*words, *QUICK, "--sse-c-key-file", "key"], folder, env=proxied)
    assert run.code == Exit.USAGE and "through a proxy" in run.err, run
    assert not store.asked


def test_a_redirect_takes_no_key_along(store, folder, env):
    put(store, "key", SMALL)
    with PlayedStore() as elsewhere:
        elsewhere.put("other", SMALL)
        store.play("get", refused(307, "TemporaryRedirect",
                                  Location=f"{elsewhere.url}/bucket/other"), times=9)
        run_xget([*QUICK, "--sse-c-key-file", "key", "s3://bucket/key", "-o", "x"], folder, env=env)
        assert with_field(store, CUSTOMER_KEY) == {"get"}
        assert not with_field(elsewhere, CUSTOMER_KEY)


def test_a_url_for_others_carries_no_key(store, folder, env):
    run = run_xget(["presign", "--sse-c-key-file", "key", "s3://bucket/key"], folder, env=env)
    assert run.code == Exit.USAGE and "a URL cannot carry the key" in run.err


def left_behind(folder, but):
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in but:
            yield path.name, path.read_bytes()
            for name in os.listxattr(path):
                yield f"{path.name}, {name}", os.getxattr(path, name)


@pytest.mark.parametrize("ends", ["well", "in the middle"])
@pytest.mark.parametrize("way", ["up", "down", "copy"])
def test_the_key_is_in_nothing_that_is_told_or_kept(store, folder, env, ends, way):
    put(store, "from")
    (folder / "file").write_bytes(DATA)
    words = {"up": ["file", "s3://bucket/key"], "down": ["s3://bucket/from", "back"],
             "copy": ["--src-sse-c-key-file", "key", "s3://bucket/from", "s3://bucket/key"]}[way]
    if ends != "well":
        if way == "down":
            store.play("get", cut(PART, "rst"), times=1, done=True)
        store.play({"up": "part 2", "down": "get", "copy": "copy part 2"}[way],
                   refused(503, "SlowDown"), times=100)
    run = cp(folder, env, "-vvv", "--log-file", "log", "--trace", "trace", "--json", "--report",
             "report", "--checkpoint-interval", "100K", "--retry", "1", "--sse-c-key-file", "key",
             *words)
    assert (run.code == 0) == (ends == "well"), run
    assert with_field(store, CUSTOMER_KEY) or with_field(store, "x-amz-copy-source-" + CUSTOMER_KEY[6:])
    assert (folder / "log").read_text() and (folder / "trace").read_bytes()
    told = [("standard error", run.err.encode()), ("standard output", run.out.encode()
             if isinstance(run.out, str) else run.out)]
    for place, text in [*told, *left_behind(folder, ["key", "other key"])]:
        for secret in (KEY, KEY.hex().encode(), base64_of(KEY).encode()):
            assert secret not in text, f"the key is in {place}"


# ---- a real gateway -------------------------------------------------------------------------------

needs_gateway = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")


@pytest.fixture(scope="module")
def gateway():
    with ceph_gateway.CephGateway() as running:
        running.client().create_bucket(Bucket="bucket")
        yield running


@pytest.fixture
def real(gateway, folder, env):
    return env | gateway.environment()


@needs_gateway
@pytest.mark.parametrize("size", [0, 1000, SIZE, 3 * PART])
def test_a_gateway_encrypts_with_the_key_and_others_read_it(gateway, folder, real, size):
    data = content(size, 0, "gateway")
    upload(folder, real, "--sse-c-key-file", "key", data=data).expect(0)
    client = gateway.client()
    with pytest.raises(client.exceptions.ClientError):
        client.get_object(Bucket="bucket", Key="key")
    answer = client.get_object(Bucket="bucket", Key="key", SSECustomerAlgorithm="AES256",
                               SSECustomerKey=KEY)
    assert answer["Body"].read() == data
    run_xget(["stat", "--sse-c-key-file", "key", "s3://bucket/key"], folder, env=real).expect(0)
    run_xget([*QUICK, "-n", "4", "--sse-c-key-file", "key", "s3://bucket/key", "-o", "back"], folder,
             env=real).expect(0)
    assert (folder / "back").read_bytes() == data


@needs_gateway
def test_a_gateway_gives_nothing_without_the_key(gateway, folder, real):
    upload(folder, real, "--sse-c-key-file", "key", data=SMALL).expect(0)
    for options in ([], ["--sse-c-key-file", "other key"]):
        run = run_xget([*QUICK, *options, "s3://bucket/key", "-o", "none"], folder, env=real)
        assert run.code == Exit.REFUSED and not (folder / "none").exists(), run


@needs_gateway
def test_what_others_encrypted_is_read(gateway, folder, real):
    gateway.client().put_object(Bucket="bucket", Key="theirs", Body=SMALL,
                                SSECustomerAlgorithm="AES256", SSECustomerKey=KEY)
    cp(folder, real, "--sse-c-key-file", "key", "s3://bucket/theirs", "theirs").expect(0)
    assert (folder / "theirs").read_bytes() == SMALL


@needs_gateway
def test_a_folder_is_synced_both_ways_with_the_key(gateway, folder, real):
    (folder / "tree").mkdir()
    (folder / "tree/a").write_bytes(SMALL)
    options = [*QUICK, "--sse-c-key-file", "key"]
    run_xget(["sync", *options, "tree", "s3://bucket/synced"], folder, env=real).expect(0)
    answer = gateway.client().get_object(Bucket="bucket", Key="synced/a", SSECustomerKey=KEY,
                                         SSECustomerAlgorithm="AES256")
    assert answer["Body"].read() == SMALL
    run_xget(["sync", *options, "s3://bucket/synced", "back"], folder, env=real).expect(0)
    assert (folder / "back/a").read_bytes() == SMALL


def has_recorded_a_part(folder):
    return any(json.loads(path.read_text())["parts"]
               for path in (folder / "state/xget/uploads").glob("*.json"))


@needs_gateway
def test_a_gateway_s_upload_goes_on_with_its_key(gateway, folder, real):
    data = content(40 * MIB, 0, "killed")
    (folder / "file").write_bytes(data)
    words = ["--part-size", "5M", "--sse-c-key-file", "key", "file", "s3://bucket/long"]
    with start_xget(["cp", *QUICK, "--limit-rate", "20M", *words], folder, env=real) as child:
        wait_until(lambda: has_recorded_a_part(folder), "a part is on record")
        child.kill()
    run = cp(folder, real, "--sse-c-key-file", "key", "file", "s3://bucket/long").expect(0)
    assert "parts are there already" in run.err or "part is there already" in run.err, run
    answer = gateway.client().get_object(Bucket="bucket", Key="long", SSECustomerAlgorithm="AES256",
                                         SSECustomerKey=KEY)
    assert answer["Body"].read() == data
