"""OpenStack's Swift from Debian with its S3 API, as processes of this user: a real S3 server.

    with SwiftGateway() as gateway:
        client = gateway.client()        # botocore's
        client.create_bucket(Bucket="b")

It checks what Ceph's gateway (ceph_gateway.py) lets pass: the conditions of a copy's source, the
names of uploads, the order of parts; its errors have messages. It has neither storage classes nor
x-amz-checksum-*, and the ETag of an object in parts is no MD5 of its parts' MD5s.
"""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from support.free_ports import free_ports
from support.s3_server import S3Server

PARTS = ("object", "container", "account")
PYTHON = "/usr/bin/python3"  # which has Swift's modules
PROGRAMS = ("memcached", "swift-proxy-server",
            *(f"swift-{part}-server" for part in PARTS))
LONGEST_START_S = 60

_COMMON = """
[swift-hash]
swift_hash_path_prefix = p
swift_hash_path_suffix = s
[storage-policy:0]
name = p0
default = yes
"""

_PART = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
swift_dir = {folder}/etc
devices = {folder}/dev
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
user = {user}
recon_cache_path = {folder}/cache
log_address = {folder}/nolog
[pipeline:main]
pipeline = {part}-server
[app:{part}-server]
use = egg:swift#{part}
[{part}-replicator]
[{part}-updater]
[{part}-auditor]
"""

_PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
swift_dir = {folder}/etc
user = {user}
log_address = {folder}/nolog
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache bulk s3api tempauth copy slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:{cache_port}
[filter:bulk]
use = egg:swift#bulk
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
check_bucket_owner = false
force_swift_request_proxy_log = false
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
"""


_MAKE_RINGS = """
import sys
from swift.common.ring import RingBuilder
for part, port in (word.split(":") for word in sys.argv[2:]):
    builder = RingBuilder(4, 1, 1)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port),
                     "device": "d1", "weight": 1.0})
    builder.rebalance()
    builder.get_ring().save(f"{sys.argv[1]}/{part}.ring.gz")
"""


def is_installed() -> bool:
    return all(shutil.which(program) for program in PROGRAMS)


class SwiftGateway(S3Server):
    access_key, secret_key = "test:tester", "testing"

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="swift-"))
        self._running = []
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self):
        """Each is a session of its own, with whatever it has started."""
        for process in self._running:
            os.killpg(process.pid, signal.SIGKILL)
        for process in self._running:
            process.wait()
        self._running.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self):
        port, cache_port, *part_ports = free_ports(2 + len(PARTS))
        self.url = f"http://127.0.0.1:{port}"
        for name in ("etc", "dev/d1", "cache"):
            (self.folder / name).mkdir(parents=True)
        user = pwd.getpwuid(os.getuid()).pw_name
        self._configure("swift", _COMMON)
        self._run("memcached", "-u", user, "-l", "127.0.0.1", "-p", str(cache_port), "-m", "32")
        ports = dict(zip(PARTS, part_ports))
        self._make_rings(ports)
        for part, part_port in ports.items():
            written = self._configure(f"{part}-server", _PART.format(
                part=part, port=part_port, folder=self.folder, user=user))
            self._run(f"swift-{part}-server", str(written))
        # The proxy leaves alone for a minute who does not answer it.
        self._wait_until_somebody_listens([cache_port, *part_ports])
        written = self._configure("proxy-server", _PROXY.format(
            port=port, cache_port=cache_port, folder=self.folder, user=user))
        self._run("swift-proxy-server", str(written))
        self._wait_until_it_answers()

    def _configure(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / "etc" / f"{name}.conf"
        path.write_text(text)
        return path

    def _make_rings(self, ports: dict[str, int]):
        """As swift-ring-builder does, which takes a second for each step."""
        subprocess.run([PYTHON, "-c", _MAKE_RINGS, str(self.folder / "etc"),
                        *(f"{part}:{port}" for part, port in ports.items())],
                       check=True, capture_output=True, timeout=LONGEST_START_S)

    def _run(self, program: str, *words: str):
        with open(self.folder / f"{program}.out", "wb") as output:
            self._running.append(subprocess.Popen(
                [program, *words], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env=os.environ | {"SWIFT_DIR": str(self.folder / "etc")}, start_new_session=True))

    def _wait_until_somebody_listens(self, ports):
        def all_do():
            for port in ports:
                socket.create_connection(("127.0.0.1", port), timeout=5).close()
        self._wait_for(all_do)

    def _wait_until_it_answers(self):
        self._wait_for(lambda: urllib.request.urlopen(f"{self.url}/healthcheck", timeout=5).close())

    def _wait_for(self, does):
        deadline = time.monotonic() + LONGEST_START_S
        while True:
            try:
                return does()
            except OSError:
                assert time.monotonic() < deadline, f"swift does not answer: {self.folder}"
            time.sleep(0.05)
