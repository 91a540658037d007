"""The shaped server holds its rates and limits, and is as bad a mirror as it was told to be."""

import contextlib
import http.client
import threading
import time
import urllib.parse

import pytest

from links.shaped_server import Shape, ShapedServer

MIB = 1 << 20
LATEST_S = 20                       # far beyond what anything here should take


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    return tmp_path_factory.mktemp("programs")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("source") / "file"
    path.write_bytes(bytes(range(1, 252)) * (2 * MIB // 251))
    return path


class Client:
    """One connection."""

    def __init__(self, server: ShapedServer, timeout_s: float = LATEST_S):
        where = urllib.parse.urlsplit(server.url)
        self.connection = http.client.HTTPConnection(where.hostname, where.port, timeout_s)

    def get(self, **fields: str) -> http.client.HTTPResponse:
        self.connection.request("GET", "/file", headers={
            name.replace("_", "-"): value for name, value in fields.items()})
        return self.connection.getresponse()


def seconds_of(action) -> float:
    started = time.monotonic()
    action()
    return time.monotonic() - started


def read_at_once(server: ShapedServer, connections: int, size: int):
    def read():
        Client(server).get(Range=f"bytes=0-{size - 1}").read()

    threads = [threading.Thread(target=read) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_ranges_are_the_bytes_asked_for_on_one_connection(file, programs):
    whole = file.read_bytes()
    with ShapedServer(file, Shape(), programs) as server:
        client = Client(server)
        for asked, begin, end in (("0-", 0, len(whole)), ("5-9", 5, 10), ("-7", -7, None),
                                  ("100-99999999", 100, None)):
            answer = client.get(Range=f"bytes={asked}")
            assert (answer.status, answer.read()) == (206, whole[begin:end])
        answer = client.get(Range="bytes=5-9", If_Range='"other"')
        assert (answer.status, answer.read()) == (200, whole)
        answer = client.get(Range=f"bytes={len(whole)}-")
        assert (answer.status, answer.read()) == (416, b"")
    assert server.counts["connections"] == 1 and server.counts["requests"] == 6


def test_each_connection_gets_its_own_rate_and_no_more(file, programs):
    with ShapedServer(file, Shape(connection_rates=(MIB,)), programs) as server:
        took = seconds_of(lambda: read_at_once(server, 16, MIB // 2))
    assert 0.48 < took < 4          # 8 if they shared one


def test_all_connections_together_get_no_more_than_the_rate(file, programs):
    with ShapedServer(file, Shape(rate=MIB), programs) as server:
        took = seconds_of(lambda: read_at_once(server, 4, MIB // 4))
    assert 0.95 < took < LATEST_S


def test_a_place_has_its_rate_whoever_takes_it(file, programs):
    shape = Shape(connection_rates=(64 * MIB, MIB // 4), most_connections=2)
    with ShapedServer(file, shape, programs) as server:
        first, second = Client(server), Client(server)
        assert first.get(Range="bytes=0-0").read() and second.get(Range="bytes=0-0").read()
        for slow in (second, Client(server)):
            took = seconds_of(lambda client=slow: client.get(Range=f"bytes=0-{MIB // 8}").read())
            assert took > 0.45
            slow.connection.close()


def test_one_connection_too_many_is_refused_until_another_ends(file, programs):
    with ShapedServer(file, Shape(most_connections=2), programs) as server:
        held = [Client(server) for _ in range(2)]
        assert [client.get(Range="bytes=0-0").status for client in held] == [206, 206]
        assert Client(server).get().status == 503
        held[0].connection.close()
        deadline = time.monotonic() + LATEST_S
        while Client(server).get(Range="bytes=0-0").status == 503:
            assert time.monotonic() < deadline
    assert server.counts["refused"] >= 1


def test_a_frozen_server_says_nothing_more_to_anybody(file, programs):
    with ShapedServer(file, Shape(freeze_after=MIB, rate=32 * MIB), programs) as server:
        answer = Client(server, timeout_s=0.5).get()
        got = b""
        with contextlib.suppress(TimeoutError):
            while data := answer.read1(65536):
                got += data
        assert MIB <= len(got) < MIB + 256 * 1024
        with pytest.raises(TimeoutError):
            Client(server, timeout_s=0.5).get()


@pytest.mark.parametrize("mirror, different", [("wrong-bytes", 512), ("other-version", 2 * MIB)])
def test_a_bad_mirror_has_other_bytes(file, programs, mirror, different):
    whole = file.read_bytes()
    with ShapedServer(file, Shape(mirror=mirror), programs) as server:
        got = Client(server).get().read()
    assert len(got) == len(whole)
    assert abs(sum(a != b for a, b in zip(got, whole)) - different) < 64


def test_a_mirror_without_ranges_sends_all_and_a_stalling_one_heads_alone(file, programs):
    with ShapedServer(file, Shape(mirror="without-ranges"), programs) as server:
        answer = Client(server).get(Range="bytes=5-9")
        assert (answer.status, answer.read()) == (200, file.read_bytes())
    with ShapedServer(file, Shape(mirror="stalling"), programs) as server:
        answer = Client(server, timeout_s=0.5).get(Range="bytes=5-9")
        assert answer.status == 206
        with pytest.raises(TimeoutError):
            answer.read()
