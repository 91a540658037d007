"""What xget puts into a store, awscli, s3cmd and rclone read back right, and the other way round.
Those that are installed are asked, with a Ceph gateway."""

import os
import subprocess

import pytest

pytest.importorskip("botocore", reason="python3-botocore is not installed")
from support import ceph_gateway
from support.command import QUICK, environment, run_xget
from support.content import content
from support.downloads import MIB
from support.object_stores import BUCKET, client, env, gateway  # noqa: F401

pytestmark = pytest.mark.skipif(not ceph_gateway.is_installed(), reason="ceph is not installed")

PART = 5 * MIB
# What none of the three has trouble with by itself.
KEYS = ["a b+c%20#d&e=f", "ünïcode/文字"]
SIZES = {"at once": 100_000, "in parts": 2 * PART + 1}


class Peer:
    """Debian's, however many others of that name the machine has."""

    def __init__(self, program, gateway, folder, env):
        self.program = f"/usr/bin/{program}"
        if not os.access(self.program, os.X_OK):
            pytest.skip(f"{program} is not installed")
        self.folder = folder
        self.env = environment(str(folder)) | env
        self.host = gateway.url.removeprefix("http://")
        self.url = gateway.url

    def run(self, *words):
        done = subprocess.run([self.program, *map(str, words)], cwd=self.folder, env=self.env,
                              capture_output=True, timeout=60)
        assert done.returncode == 0, (done.args, done.stdout, done.stderr)


class Awscli(Peer):
    def __init__(self, *about):
        super().__init__("aws", *about)
        config = self.folder / "aws-config"
        config.write_text("[default]\nregion = us-east-1\ns3 =\n  multipart_chunksize = 5MB\n"
                          "  multipart_threshold = 5MB\n")
        self.env |= {"AWS_CONFIG_FILE": str(config)}

    def copy(self, source, target):
        self.run("--endpoint-url", self.url, "s3", "cp", "--only-show-errors", source, target)

    def get(self, key, path):
        self.copy(f"s3://{BUCKET}/{key}", path)

    def put(self, path, key):
        self.copy(path, f"s3://{BUCKET}/{key}")


class S3cmd(Peer):
    def __init__(self, *about):
        super().__init__("s3cmd", *about)
        (self.folder / ".s3cfg").write_text(
            f"[default]\naccess_key = {ceph_gateway.ACCESS_KEY}\n"
            f"secret_key = {ceph_gateway.SECRET_KEY}\nhost_base = {self.host}\n"
            f"host_bucket = {self.host}\nuse_https = False\nmultipart_chunk_size_mb = 5\n")

    def get(self, key, path):
        self.run("--config", ".s3cfg", "get", "--quiet", f"s3://{BUCKET}/{key}", path)

    def put(self, path, key):
        self.run("--config", ".s3cfg", "put", "--quiet", path, f"s3://{BUCKET}/{key}")


class Rclone(Peer):
    def __init__(self, *about):
        super().__init__("rclone", *about)
        (self.folder / "rclone.conf").write_text(
            f"[store]\ntype = s3\nprovider = Ceph\nenv_auth = true\nendpoint = {self.url}\n"
            "chunk_size = 5Mi\nupload_cutoff = 5Mi\n")

    def copy(self, source, target):
        self.run("--config", "rclone.conf", "copyto", source, target)

    def get(self, key, path):
        self.copy(f"store:{BUCKET}/{key}", path)

    def put(self, path, key):
        self.copy(path, f"store:{BUCKET}/{key}")


@pytest.fixture(params=[Awscli, S3cmd, Rclone], ids=["awscli", "s3cmd", "rclone"])
def peer(request, gateway, folder, env):
    return request.param(gateway, folder, env)


def cp(folder, env, *words):
    return run_xget(["cp", *QUICK, "--part-size", "5M", *words], folder, env=env).expect(0)


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_what_is_put_here_is_read_there_and_the_other_way_round(client, folder, env, peer, size):
    data = content(size, 0, "peer")
    (folder / "file").write_bytes(data)
    for key in KEYS if size == SIZES["at once"] else KEYS[:1]:
        cp(folder, env, "--metadata", "a=1", "file", f"s3://{BUCKET}/{key}")
        assert client.head_object(Bucket=BUCKET, Key=key)["Metadata"]["a"] == "1"
        peer.get(key, "theirs")
        assert (folder / "theirs").read_bytes() == data, key
        (folder / "theirs").unlink()
        peer.put("file", f"by-{key}")
        cp(folder, env, f"s3://{BUCKET}/by-{key}", "mine")
        assert (folder / "mine").read_bytes() == data, key
        (folder / "mine").unlink()
    assert not client.list_multipart_uploads(Bucket=BUCKET).get("Uploads")


def test_rclone_finds_nothing_to_mend_in_what_was_put_here(client, gateway, folder, env):
    """It compares digests, which it knows of parts by metadata of its own alone: sizes there."""
    peer = Rclone(gateway, folder, env)
    for name in ("tree/a", "tree/b c", "tree/d/e"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content(1000, 0, name))
    cp(folder, env, "-r", "tree", f"s3://{BUCKET}/tree")
    peer.run("--config", "rclone.conf", "check", "tree", f"store:{BUCKET}/tree")
