"""Requests to S3 are signed, and addressed, as botocore does it: thousands of random ones."""

import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import random
import subprocess
import unittest.mock
from urllib.parse import urlsplit

import pytest

botocore = pytest.importorskip("botocore", reason="python3-botocore is not installed")
import botocore.auth  # noqa: E402
import botocore.awsrequest  # noqa: E402
import botocore.config  # noqa: E402
import botocore.credentials  # noqa: E402
import botocore.session  # noqa: E402
import botocore.utils  # noqa: E402

SIGNER = pathlib.Path(os.environ.get("XGET_BIN", "")).resolve().parent / "tests/sign_lines"
pytestmark = pytest.mark.skipif(not SIGNER.exists(), reason="sign_lines is not built beside xget")

SEEDS = range(4)
REQUESTS = 500  # for each seed

WEEK = 7 * 86_400
REGIONS = ["us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "garage"]
ENDPOINTS = ["https://store.example", "https://store.example:8443", "http://127.0.0.1:9000",
             "http://[::1]:9000", "http://store.example:80", "https://store.example:80"]
# What URLs, signatures and shells have uses for, and some of each length in UTF-8.
ODD = " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\t\0\x7féß文🙂"
PLAIN = "abcXYZ019"


def odd_text(dice, most, alphabet=ODD + PLAIN):
    return "".join(dice.choices(alphabet, k=dice.randint(0, most)))


def odd_key(dice):
    """Any bytes, but for segments that URLs cannot keep."""
    text = odd_text(dice, 60).encode()
    key = dice.choice([text, dice.randbytes(len(text))])
    return b"/".join(part for part in key.split(b"/") if part not in (b".", b".."))


def odd_headers(dice):
    names = ["Range", "content-type", "X-Amz-Meta-A", "x-amz-meta-a", "x-amz-meta-ab", "If-Match",
             "x-amz-acl", "Content-MD5", "User-Agent", "Expect"]
    # Not the white space that HTTP has no use for and Python splits at.
    values = "abc =,;\"\t  é文"
    return [[name, odd_text(dice, 12, values)]
            for name in dice.choices(names, k=dice.randint(0, 6))]


def random_request(dice):
    body = dice.randbytes(dice.randint(0, 50))
    url = dice.choice(ENDPOINTS)
    unhashed = url.startswith("https") and dice.random() < 0.3
    return {
        "endpoint": {"url": url, "region": dice.choice(REGIONS), "hosted": False},
        "bucket": dice.choice(["bucket", "my.bucket", "Old_Bucket"]),
        "key": odd_key(dice).hex(),
        "method": dice.choice(["GET", "PUT", "HEAD", "POST", "DELETE"]),
        "query": [],
        "headers": odd_headers(dice),
        "payload": None if unhashed else hashlib.sha256(body).hexdigest(),
        "id": odd_text(dice, 20, PLAIN) or "id",
        "secret": odd_text(dice, 60, "abc/+=" + PLAIN) or "secret",
        "token": odd_text(dice, 200, "abc/+=" + PLAIN) if dice.random() < 0.5 else "",
        "time": dice.randrange(0, 4_000_000_000),
        "body": body.hex(),
    }


def in_hex(pairs):
    return [[name.encode().hex(), value.encode().hex()] for name, value in pairs]


def signed_by_xget(requests):
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    done = subprocess.run([SIGNER], input=lines.encode(), stdout=subprocess.PIPE, check=True,
                          timeout=60)
    return [json.loads(line) for line in done.stdout.splitlines()]


@contextlib.contextmanager
def at(seconds):
    """botocore's clock stands still."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).replace(tzinfo=None)
    clock = unittest.mock.Mock(wraps=datetime.datetime)
    clock.utcnow.return_value = moment
    with unittest.mock.patch("botocore.auth.datetime.datetime", clock):
        yield


def botocore_request(request, params):
    path = botocore.utils.percent_encode(bytes.fromhex(request["key"]), safe="/~")
    made = botocore.awsrequest.AWSRequest(
        method=request["method"], url=f"{request['endpoint']['url']}/{request['bucket']}/{path}",
        params=params, data=bytes.fromhex(request["body"]))
    for name, value in request["headers"]:
        made.headers[name] = value
    signs = {"payload_signing_enabled": request["payload"] is not None}
    made.context["client_config"] = botocore.config.Config(s3=signs)
    return made


def credentials_of(request):
    return botocore.credentials.Credentials(request["id"], request["secret"],
                                            request["token"] or None)


@pytest.mark.parametrize("seed", SEEDS)
def test_header_fields_are_signed_as_by_botocore(seed):
    dice = random.Random(seed)
    requests, queries = [], []
    for _ in range(REQUESTS):
        names = [odd_text(dice, 5) for _ in range(dice.randint(0, 6))]
        queries.append([(dice.choice(names), odd_text(dice, 8)) for _ in names])  # some repeated
        requests.append(random_request(dice) | {"query": in_hex(queries[-1])})
    for request, query, ours in zip(requests, queries, signed_by_xget(requests), strict=True):
        theirs = botocore_request(request, query)
        signer = botocore.auth.S3SigV4Auth(credentials_of(request), "s3",
                                           request["endpoint"]["region"])
        with at(request["time"]):
            signer.add_auth(theirs)
        assert "Authorization" in ours.get("headers", {}), (seed, request, ours)
        for name, value in ours["headers"].items():
            assert theirs.headers[name] == value, (seed, request, name)
        wire = urlsplit(ours["url"])
        assert wire.path == urlsplit(theirs.url).path, (seed, request)
        assert wire.query == signer.canonical_query_string(theirs), (seed, request)


@pytest.mark.parametrize("seed", SEEDS)
def test_urls_are_signed_as_by_botocore(seed):
    dice = random.Random(seed)
    requests, queries = [], []
    for _ in range(REQUESTS):
        queries.append({odd_text(dice, 5): odd_text(dice, 8) for _ in range(dice.randint(0, 6))})
        requests.append(random_request(dice) | {"query": in_hex(queries[-1].items()), "body": "",
                                                "lifetime": dice.randint(1, WEEK)})
    for request, query, ours in zip(requests, queries, signed_by_xget(requests), strict=True):
        theirs = botocore_request(request, query)
        signer = botocore.auth.S3SigV4QueryAuth(
            credentials_of(request), "s3", request["endpoint"]["region"], request["lifetime"])
        with at(request["time"]):
            signer.add_auth(theirs)
        assert "error" not in ours, (seed, request, ours)
        assert in_parts(ours["url"]) == in_parts(theirs.url), (seed, request)


def in_parts(url):
    """The parameters' order on the wire is nobody's business; a port need not be said."""
    parts = urlsplit(url)
    own = {"https": 443, "http": 80}[parts.scheme]
    query = sorted(parts.query.split("&"))
    return parts.scheme, parts.hostname, parts.port or own, parts.path, query


def heads(client, cases):
    """What botocore would send to ask for these objects."""
    sent = []

    def answer(request, **_):
        sent.append(request)
        nothing = unittest.mock.Mock(**{"stream.return_value": iter(())})
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, nothing)

    client.meta.events.register("before-send.s3", answer)
    for bucket, key in cases:
        client.head_object(Bucket=bucket, Key=key)
    return sent


# Not us-east-1, which botocore of this age still asks for under its old name.
@pytest.mark.parametrize("region", ["us-east-2", "eu-west-1", "cn-north-1", "us-gov-west-1"])
@pytest.mark.parametrize("style", ["virtual", "path", "auto"])
def test_objects_are_asked_for_where_botocore_asks(region, style):
    client = botocore.session.Session().create_client(
        "s3", region_name=region, aws_access_key_id="id", aws_secret_access_key="secret",
        config=botocore.config.Config(s3={"addressing_style": style}))
    buckets = ["bucket", "a-1", "b" * 63]
    if style != "virtual":
        buckets += ["my.bucket", "Old_Bucket"]
    cases = [(bucket, key) for bucket in buckets for key in ("k", "a b/ü+%//c", "/lead", "end/")]
    requests = [{
        "endpoint": {"url": "", "region": region,
                     "hosted": {"virtual": True, "path": False, "auto": None}[style]},
        "bucket": bucket, "key": key.encode().hex(), "method": "HEAD", "query": [], "headers": [],
        "payload": hashlib.sha256(b"").hexdigest(), "id": "id", "secret": "secret", "token": "",
        "time": 1_700_000_000} for bucket, key in cases]
    with at(1_700_000_000):
        sent = heads(client, cases)
    for theirs, ours in zip(sent, signed_by_xget(requests), strict=True):
        assert ours["url"] == theirs.url
        assert ours["headers"]["Authorization"] == theirs.headers["Authorization"].decode()
