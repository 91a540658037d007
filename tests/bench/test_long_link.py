"""The link is as long, as thin and as lossy as it was told to be. Needs root."""

import contextlib
import ctypes
import os
import socket
import threading
import time

import pytest

from links.long_link import CLIENT_ADDRESS, SERVER_ADDRESS, LinkShape, LongLink, why_not_here

pytestmark = pytest.mark.skipif(bool(why_not_here()), reason=why_not_here())

PORT = 4000
PAYLOAD = 1200
PACKET = PAYLOAD + 28               # with the headers of IPv4 and UDP
CLONE_NEWNET = 0x40000000
SO_RCVBUFFORCE = 33


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    return tmp_path_factory.mktemp("programs")


def socket_in(namespace: str, address: str) -> socket.socket:
    """A socket stays in the namespace where it was made; a thread goes there to make it."""
    made = []

    def make():
        with open(f"/run/netns/{namespace}") as space:
            if ctypes.CDLL(None, use_errno=True).setns(space.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), namespace)
        made.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        made[0].setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
        made[0].bind((address, PORT))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return made[0]


@contextlib.contextmanager
def ends_of(link: LongLink):
    with socket_in(link.client_namespace, CLIENT_ADDRESS) as client, \
            socket_in(link.server_namespace, SERVER_ADDRESS) as server:
        client.settimeout(1)
        yield client, server


def send_steadily(sender: socket.socket, packets: int, per_second: float):
    started = time.monotonic()
    for number in range(packets):
        time.sleep(max(0, started + number / per_second - time.monotonic()))
        sender.sendto(time.monotonic_ns().to_bytes(8, "big").ljust(PAYLOAD), (CLIENT_ADDRESS, PORT))


def receive_all(receiver: socket.socket) -> tuple[list[float], list[float]]:
    """When each packet came, and how long it had been under way; until a second of silence."""
    came, took = [], []
    with contextlib.suppress(TimeoutError):
        while True:
            data = receiver.recv(PAYLOAD)
            now = time.monotonic_ns()
            came.append(now / 1e9)
            took.append((now - int.from_bytes(data[:8], "big")) / 1e9)
    return came, took


def stream(link: LongLink, packets: int, per_second: float) -> tuple[list[float], list[float]]:
    with ends_of(link) as (client, server):
        sender = threading.Thread(target=send_steadily, args=(server, packets, per_second))
        sender.start()
        try:
            return receive_all(client)
        finally:
            sender.join()


def test_more_than_the_rate_does_not_get_through(programs):
    rate_mbit = 20
    with LongLink(LinkShape(rate_mbit, one_way_ms=5, loss_percent=0, queue_kb=100),
                  programs) as link:
        came, _ = stream(link, packets=5000, per_second=1.5 * rate_mbit * 1e6 / 8 / PACKET)
    got_mbit = (len(came) - 1) * PACKET * 8 / 1e6 / (came[-1] - came[0])
    # A machine that is busy delays the link's own process: less says nothing of it.
    assert got_mbit < 1.1 * rate_mbit
    assert link.counts["to_client"]["dropped"] > 500


def test_a_packet_is_under_way_for_the_delay(programs):
    with LongLink(LinkShape(rate_mbit=100, one_way_ms=40, loss_percent=0, queue_kb=100),
                  programs) as link:
        _, took = stream(link, packets=200, per_second=400)
    assert len(took) == 200
    assert min(took) >= 0.040
    assert sorted(took)[len(took) // 2] < 0.040 + 0.020


def test_what_waits_longer_than_the_queue_is_dropped_and_the_rest_waits(programs):
    queue_kb, rate_mbit = 50, 8
    wait_s = queue_kb * 1024 * 8 / (rate_mbit * 1e6)
    with LongLink(LinkShape(rate_mbit, one_way_ms=5, loss_percent=0, queue_kb=queue_kb),
                  programs) as link:
        came, took = stream(link, packets=200, per_second=1e6)
    assert queue_kb * 1024 / PACKET * 0.8 < len(came) < 150
    assert max(took) > 0.8 * wait_s


def test_the_share_of_lost_packets_is_the_loss(programs):
    with LongLink(LinkShape(rate_mbit=1000, one_way_ms=1, loss_percent=5, queue_kb=4000),
                  programs) as link:
        came, _ = stream(link, packets=4000, per_second=8000)
    # 200 are expected, with a standard deviation of 14.
    assert 120 < 4000 - len(came) < 280
    # A few packets of the kernel's own come besides.
    assert abs(4000 - len(came) - link.counts["to_client"]["lost"]) < 20


def test_nothing_of_it_stays_behind(programs):
    with LongLink(LinkShape(rate_mbit=10, one_way_ms=1, loss_percent=0, queue_kb=100),
                  programs) as link:
        assert os.path.exists(f"/run/netns/{link.client_namespace}")
    assert not os.path.exists(f"/run/netns/{link.client_namespace}")
    assert not os.path.exists(f"/run/netns/{link.server_namespace}")
