"""kill -9 at random moments of an upload, each followed by another run.

At the end the object has the file's bytes; nothing is left beside it, neither an unfinished upload
in the store nor a checkpoint here; and no more was sent again than the parts that were on their way
when it was killed. All of it is counted at a relay before a Ceph gateway.

XGET_KILLS=n sets the number of kills (4; with XGET_DEEP=1, 200), XGET_SEED repeats a run.
"""

import collections
import os
import random
import time

import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway
from support.command import QUICK, SLOW, run_xget, start_xget
from support.content import content
from support.downloads import KIB, MIB
from support.object_stores import BUCKET, client, env, gateway  # noqa: F401
from support.relay import Relay

pytestmark = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")

PART = 5 * MIB
SIZES = [2 * MIB, 2 * PART + 1, 6 * PART + 12_345]  # the first goes at once
PACE = 48 * MIB             # bytes a second
HEADS = 64 * KIB            # of the requests of one run, at most

KILLS = int(os.environ.get("XGET_KILLS") or (200 if os.environ.get("XGET_DEEP") == "1" else 4))
SEED = int(os.environ.get("XGET_SEED") or time.time_ns() % 1_000_000_007)

# What a run is killed after, and how long after: seconds.
MARKS = {"begin": b"?uploads=", "first part": b"?partNumber=", "complete": b"?uploadId="}
LINGER = 0.02


class Upload:
    """A file on its way to a key of its own, which several runs take part in."""

    def __init__(self, gateway, client, folder, env, number, source):
        self.source, self.client, self.folder = source, client, folder
        self.key = f"killed-{number}"
        self.path = folder / self.key
        self.size = source.choice(SIZES)
        self.path.write_bytes(content(self.size, number, "kill"))
        self.connections = source.choice([1, 2, 4])
        self.may_be_sent = self.size + HEADS
        self.sent = 0
        self.port = int(gateway.url.rsplit(":", 1)[1])
        self.env = env
        self.about = (f"seed {SEED}, upload {number}, {self.size} bytes, "
                      f"{self.connections} connections")

    def words(self):
        return ["cp", *QUICK, "--part-size", "5M", "-n", self.connections,
                "--limit-rate", PACE, self.path, f"s3://{BUCKET}/{self.key}"]

    def run_and_kill(self, relay):
        """Returns what it was killed after."""
        moment = self.source.choice(["some time", *MARKS])
        noticed = relay.notice(MARKS.get(moment, b"never sent"))
        longest = (self.size / PACE + 0.1) * SLOW
        if moment == "some time":
            longest *= self.source.random()
        with start_xget(self.words(), self.folder, env=self.env) as child:
            deadline = time.monotonic() + longest
            while child.running and time.monotonic() < deadline and not noticed.wait(0.001):
                pass
            time.sleep(self.source.uniform(0, LINGER) if noticed.is_set() else 0)
            ended = not child.running
            child.kill()
            if ended:
                child.wait().expect(0)
                self.may_be_sent += self.size + HEADS
                return "its end"
        self.may_be_sent += min(self.connections * PART, self.size) + HEADS
        # It was done, and had no time to say so.
        if not self.checkpoints() and self.is_there():
            self.may_be_sent += self.size
        return moment if noticed.is_set() else "some time"

    def checkpoints(self):
        return sorted((self.folder / "state/xget/uploads").glob("*"))

    def is_there(self):
        listed = self.client.list_objects_v2(Bucket=BUCKET, Prefix=self.key)
        return listed["KeyCount"] > 0

    def check(self, relay):
        run = run_xget(self.words(), self.folder, env=self.env)
        assert run.code == 0, f"{self.about}\n{run}"
        body = self.client.get_object(Bucket=BUCKET, Key=self.key)["Body"].read()
        assert body == self.path.read_bytes(), self.about
        left = self.client.list_multipart_uploads(Bucket=BUCKET).get("Uploads", [])
        assert not left, f"{self.about}: {left}\n{run}"
        assert not self.checkpoints(), self.about
        assert relay.passed <= self.may_be_sent, (
            f"{self.about}: {relay.passed} bytes sent, expected {self.may_be_sent} at most\n{run}")
        return relay.passed - self.size


def test_kill_at_random_moments_of_an_upload(gateway, client, folder, env):
    print(f"\nseed {SEED}, {KILLS} kills")
    source, moments, again, number = random.Random(SEED), collections.Counter(), 0, 0
    while sum(moments.values()) < KILLS:
        with Relay(int(gateway.url.rsplit(":", 1)[1])) as relay:
            number += 1
            upload = Upload(gateway, client, folder, env | {"AWS_ENDPOINT_URL": relay.url}, number,
                            source)
            for _ in range(source.choice([1, 1, 2, 3])):
                moment = upload.run_and_kill(relay)
                if moment == "its end":
                    break
                moments[moment] += 1
            again += upload.check(relay)
        upload.path.unlink()
        client.delete_object(Bucket=BUCKET, Key=upload.key)
    print("kills after: " + ", ".join(f"{moment} {n}" for moment, n in sorted(moments.items())))
    print(f"sent again for each kill: {again / KILLS / MIB:.2f} MiB on average")
