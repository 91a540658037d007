"""A long link between two network namespaces of this machine, as root.

    with LongLink(LinkShape(rate_mbit=200, one_way_ms=50, loss_percent=0.5, queue_kb=2000),
                  programs) as link:
        subprocess.run([*link.server, "some-server", "--listen", SERVER_ADDRESS])
        subprocess.run([*link.client, "curl", f"http://{SERVER_ADDRESS}/"])

The kernel need not have netem: long_link.cpp carries the packets. No packet leaves the machine,
and nothing outside the two namespaces is changed. Needs /dev/net/tun and iproute2.
"""

import dataclasses
import itertools
import json
import os
import pathlib
import shutil
import subprocess

from links.programs import build

CLIENT_ADDRESS = "198.18.0.1"       # RFC 2544: for measurements, never on the internet
SERVER_ADDRESS = "198.18.0.2"
DEVICE = "link0"

# What a tuned server and a desktop let one connection have under way.
MOST_BUFFERED_BYTES = 32 << 20
# More than the link's own queue: packets wait there, not in the device.
DEVICE_QUEUE_PACKETS = 10_000

_numbers = itertools.count()


def _within(namespace: str) -> list[str]:
    """Runs a command there. `ip netns exec` would take a copy of all mounts along, and keep the
    disks of tests that run at the same time from being unmounted."""
    return ["nsenter", f"--net=/run/netns/{namespace}"]


@dataclasses.dataclass(frozen=True)
class LinkShape:
    """Both directions are alike. `queue_kb` KiB may wait for the wire, the rest is dropped."""
    rate_mbit: float
    one_way_ms: float
    loss_percent: float
    queue_kb: float


def why_not_here() -> str:
    """Why no link can be made on this machine, or nothing."""
    if os.geteuid() != 0:
        return "needs root to make network namespaces"
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        return "needs /dev/net/tun"
    if not shutil.which("ip", path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
        return "needs ip, of iproute2"
    probe = f"xget-probe-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", probe], capture_output=True).returncode:
        return "root, but not allowed to make network namespaces here"
    subprocess.run(["ip", "netns", "del", probe], check=True)
    return ""


class LongLink:
    """`client` and `server` are put before a command that is to run at that end. The link and its
    ends are gone with the `with` block; what ran there is to be ended before."""

    def __init__(self, shape: LinkShape, programs: pathlib.Path, seed: int = 1):
        self._shape, self._seed = shape, seed
        self._program = build("long_link", programs)
        name = f"xget-{os.getpid()}-{next(_numbers)}"
        self.client_namespace, self.server_namespace = f"{name}-client", f"{name}-server"
        self.client = _within(self.client_namespace)
        self.server = _within(self.server_namespace)
        self.counts = {}            # when it has ended: of each direction, in packets
        self._process = None

    def __enter__(self):
        try:
            for name in (self.client_namespace, self.server_namespace):
                _ip("netns", "add", name)
            self._start()
            _set_up(self.client_namespace, CLIENT_ADDRESS, SERVER_ADDRESS)
            _set_up(self.server_namespace, SERVER_ADDRESS, CLIENT_ADDRESS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._process is not None:
            self._process.terminate()
            said, _ = self._process.communicate()
            if said:
                to_server, to_client = json.loads(said)
                self.counts = {"to_server": to_server, "to_client": to_client}
        for name in (self.client_namespace, self.server_namespace):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)

    def _start(self):
        shape = self._shape
        self._process = subprocess.Popen(
            [self._program, "--left", self.client_namespace, "--right", self.server_namespace,
             "--rate-mbit", str(shape.rate_mbit), "--delay-ms", str(shape.one_way_ms),
             "--loss-percent", str(shape.loss_percent), "--queue-kb", str(shape.queue_kb),
             "--seed", str(self._seed)], stdout=subprocess.PIPE, text=True)
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError("the link does not start; it says why above")


def _set_up(namespace: str, address: str, peer: str):
    _ip("-n", namespace, "link", "set", "lo", "up")
    _ip("-n", namespace, "addr", "add", address, "peer", peer, "dev", DEVICE)
    _ip("-n", namespace, "link", "set", DEVICE, "mtu", "1500", "txqueuelen",
        str(DEVICE_QUEUE_PACKETS), "up")
    subprocess.run([*_within(namespace), "sysctl", "-qw",
                    f"net.ipv4.tcp_wmem=4096 65536 {MOST_BUFFERED_BYTES}",
                    f"net.ipv4.tcp_rmem=4096 131072 {MOST_BUFFERED_BYTES}"], check=True)


def _ip(*arguments: str):
    subprocess.run(["ip", *arguments], check=True)
