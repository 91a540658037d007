"""A Ceph object gateway from Debian, with its monitor and one disk in memory: a real S3 server.

    with CephGateway() as gateway:
        client = gateway.client()        # botocore's
        client.create_bucket(Bucket="b")
        ...                              # s3://b at gateway.url, as ACCESS_KEY and SECRET_KEY

Where it differs from Amazon's: it takes no notice of x-amz-checksum-*, of conditions on a copy's
source and of GET's partNumber, takes parts in any order, answers NoSuchKey for an upload that was
aborted, takes every region, and leaves the messages of its errors empty.
"""

import grp
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import uuid

from support.free_ports import free_ports
from support.s3_server import S3Server

ACCESS_KEY = "AK"
SECRET_KEY = "SK"
PROGRAMS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool", "ceph")
STORAGE_CLASSES = ("STANDARD_IA", "GLACIER")  # besides STANDARD
LONGEST_START_S = 60

_CONFIGURATION = """
[global]
fsid = {cluster}
mon host = v1:127.0.0.1:{mon_port}
monmap = {folder}/monmap
auth cluster required = none
auth service required = none
auth client required = none
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
paxos propose interval = 0.05
paxos min wait = 0.02
run dir = {folder}
admin socket = {folder}/$name.asok
log file = {folder}/$name.log
mon cluster log file = {folder}/cluster.log
crash dir = {folder}
[mon.a]
mon data = {folder}/mon
[osd.0]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 4294967296
[client.rgw.a]
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw dns name = localhost
rgw run sync thread = false
rgw crypt require ssl = false
"""


def is_installed() -> bool:
    return all(shutil.which(program) for program in PROGRAMS)


class CephGateway(S3Server):
    access_key, secret_key = ACCESS_KEY, SECRET_KEY

    def __init__(self):
        # Socket paths have at most 107 bytes.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="ceph-"))
        self._running = {}
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def add_user(self, name, access_key, secret_key):
        self._admin("user", "create", f"--uid={name}", f"--display-name={name}",
                    f"--access-key={access_key}", f"--secret-key={secret_key}")

    def collect_garbage(self):
        """What was deleted is out of the memory by then; else it stays there for hours."""
        self._admin("gc", "process", "--include-all")

    def stop(self):
        for process in reversed(self._running.values()):
            process.kill()
        for process in self._running.values():
            process.wait()
        self._running.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- how it is started --------------------------------------------------------------------

    def _start(self):
        port, mon_port = free_ports(2)
        self.url = f"http://127.0.0.1:{port}"
        cluster, disk = str(uuid.uuid4()), str(uuid.uuid4())
        for name in ("mon", "osd", "rgw"):
            (self.folder / name).mkdir()
        self._configuration = self.folder / "ceph.conf"
        self._configuration.write_text(_CONFIGURATION.format(
            cluster=cluster, folder=self.folder, port=port, mon_port=mon_port))
        self._call("monmaptool", "--create", "--fsid", cluster, "--addv", "a",
                   f"[v1:127.0.0.1:{mon_port}]", f"{self.folder}/monmap", configured=False)
        self._call("ceph-mon", "-i", "a", "--mkfs", "--monmap", f"{self.folder}/monmap",
                   *self._user())
        self._run("ceph-mon", "-i", "a")
        self._repeat("ceph", "osd", "new", disk)
        self._call("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", disk, *self._user())
        self._repeat("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default",
                     "host=localhost")
        self._start_disk()
        self._admin("user", "create", "--uid=test", "--display-name=test",
                    f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")
        for storage_class in STORAGE_CLASSES:
            placement = ("--placement-id", "default-placement", "--storage-class", storage_class)
            self._admin("zonegroup", "placement", "add", "--rgw-zonegroup", "default", *placement)
            self._admin("zone", "placement", "add", "--rgw-zone", "default", *placement,
                        "--data-pool", "default.rgw.buckets.data")
        self._run("radosgw", "-n", "client.rgw.a")
        self._wait_for("an answer", self._answers)

    def _user(self):
        user = pwd.getpwuid(os.getuid())
        return ("--setuser", user.pw_name, "--setgroup", grp.getgrgid(user.pw_gid).gr_name)

    def _call(self, program, *words, configured=True):
        command = [program, *(("-c", str(self._configuration)) if configured else ()), *words]
        return subprocess.run(command, check=True, capture_output=True,
                              timeout=LONGEST_START_S).stdout

    def _run(self, program, *words):
        with open(self.folder / f"{program}.out", "wb") as output:
            self._running[program] = subprocess.Popen(
                [program, "-f", "-c", str(self._configuration), *words, *self._user()],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)

    def _start_disk(self):
        """One that starts before its monitor's quorum has settled gives up: it is started again."""
        def is_up():
            if "ceph-osd" not in self._running or self._running["ceph-osd"].poll() is not None:
                self._run("ceph-osd", "-i", "0")
            return b"1 up" in self._call("ceph", "osd", "stat")
        self._wait_for("a disk", is_up)

    def _admin(self, *words):
        self._repeat("radosgw-admin", *words)

    def _repeat(self, program, *words):
        """What has just started may refuse what it takes a moment later."""
        def done():
            try:
                self._call(program, *words)
            except subprocess.CalledProcessError:
                return False
            return True
        self._wait_for(" ".join(words[:2]), done)

    def _answers(self):
        try:
            urllib.request.urlopen(self.url, timeout=5).close()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _wait_for(self, what, happens):
        deadline = time.monotonic() + LONGEST_START_S
        while not happens():
            assert time.monotonic() < deadline, f"the gateway has no {what}: {self.folder}"
            time.sleep(0.05)
