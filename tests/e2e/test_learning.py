"""What a server bears is learnt from its answers, and kept to while the run lasts."""

import threading

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, SLOW, run_xget
from support.downloads import KIB, MIB, assert_complete, leave_partial
from support.hostile_server import HostileServer

SIZE = 6 * MIB + 5
RESOURCE = Resource(SIZE)


def download(page, path, *options):
    return run_xget([page.url, "-o", path, *QUICK, *options], path.parent)


# ---- the longest range -------------------------------------------------------------------------


def asked_lengths(page) -> list[int]:
    """Of ranges that have an end: only the first request has none."""
    spans = [seen.request.asked(page.resource.size) for seen in page.requests]
    open_ended = [seen for seen in page.requests if seen.range.endswith("-")]
    assert len(open_ended) == 1, page.ranges
    return [end - begin for (begin, end), seen in zip(spans, page.requests)
            if seen not in open_ended]


@pytest.mark.parametrize("connections", [1, 4, 16])
@pytest.mark.parametrize("cap", [30 * KIB, 100_000, MIB], ids=str)
def test_no_more_is_asked_than_the_server_gives(server, path, cap, connections):
    page = server.serve("/file", RESOURCE, t.cap_range(cap))
    run = download(page, path, "-n", connections).expect(0)
    assert_complete(path, page.data, run=run)
    lengths = asked_lengths(page)
    too_long = sum(length > cap for length in lengths)
    # So little is to be met twice before it is believed, and others ask meanwhile.
    assert too_long <= (connections if cap < 64 * KIB else 0), page.ranges
    least = -(-SIZE // cap)
    assert len(page.requests) <= least + 6 + 2 * connections, len(page.requests)
    # In the tail each connection may be cut once more.
    assert server.accepted <= 2 * connections + 1, "responses that end by themselves cost none"


def test_a_cap_is_learnt_in_a_resumed_run_too(server, path):
    page = server.serve("/file", RESOURCE)
    leave_partial(page, path, 2 * MIB)
    page.behave(t.cap_range(200_000))
    accepted = server.accepted
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert all(length <= 200_000 for length in asked_lengths(page)), page.ranges
    assert server.accepted - accepted <= 5


def test_a_cap_outlasts_a_doubt_about_the_version(server, path):
    doubt = t.when(lambda x: x.number == 10, t.unsatisfiable(False))
    page = server.serve("/file", RESOURCE, t.cap_range(200_000), doubt)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    spans = [(seen, seen.request.asked(SIZE)) for seen in page.requests]
    assert all(end - begin <= 200_000 for seen, (begin, end) in spans
               if not seen.range.endswith("-")), page.ranges


def test_a_body_that_breaks_off_is_no_cap(server, path):
    page = server.serve("/file", RESOURCE, t.when(t.first(3), t.cut(100_000, "rst")))
    run = download(page, path, "-n", "1").expect(0)
    assert_complete(path, page.data, run=run)
    assert len(page.requests) <= 6, page.ranges


# ---- the number of connections -----------------------------------------------------------------


class Doorman:
    """Lets `limit` connections in at a time and turns the others away in the named way."""

    def __init__(self, limit: int, how: str):
        self.limit, self.how = limit, how
        self.turned_away = 0
        self._lock = threading.Lock()
        self._inside: set[int] = set()

    def __call__(self, number: int, open_now: int) -> str | None:
        with self._lock:
            # Those turned away may still be open: what they keep waiting is not counted.
            if open_now - self._waiting() <= self.limit:
                return None
            self.turned_away += 1
            return self.how

    def _waiting(self) -> int:
        return self.server.silenced if self.how == "silent" else 0


WAYS = ["rst", "fin", "503", "429", "silent"]


def limited(how: str, limit: int):
    doorman = Doorman(limit, how)
    doorman.server = HostileServer(on_accept=doorman)
    return doorman, doorman.server


# A server may not know yet that its only connection is gone: until then it turns the next away.
RETRIES = 15


# At its start it asks for all that it may use; then it tries one more after 1, 2, 4, ... seconds.
# In the tail a connection that is cut is replaced, and the server may not know yet that it is gone.
def most_turned_away(connections: int, limit: int, seconds: float) -> int:
    knocking = RETRIES if limit == 1 else 0
    replaced = 4 * (limit - 1)
    return connections - limit + 2 + int(seconds + 2).bit_length() + knocking + replaced


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("limit", [1, 3])
def test_no_more_connections_than_the_server_bears(path, how, limit):
    doorman, server = limited(how, limit)
    with server:
        page = server.serve("/file", RESOURCE, t.rate(3 * MIB / limit))
        run = download(page, path, "-n", "12", "--retry", RETRIES).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.peak_active == limit
    assert 0 < doorman.turned_away <= most_turned_away(12, limit, run.seconds), run


@pytest.mark.parametrize("how", ["rst", "503"])
def test_the_number_outlasts_a_doubt_about_the_version(path, how):
    doorman, server = limited(how, 2)
    with server:
        doubt = t.when(lambda x: x.number in (6, 9), t.unsatisfiable(False))
        page = server.serve("/file", RESOURCE, t.rate(MIB), doubt)
        run = download(page, path, "-n", "12").expect(0)
    assert_complete(path, page.data, run=run)
    assert doorman.turned_away <= most_turned_away(12, 2, run.seconds) + 4, run


def test_a_passing_refusal_costs_no_connection_for_good(path):
    """As a restart behind a balancer: for a moment only one connection is let in."""
    refused = [0]

    def moody(number: int, open_now: int) -> str | None:
        if number == 1 or refused[0] >= 7:
            return None
        refused[0] += 1
        return "rst"

    with HostileServer(on_accept=moody) as server:
        page = server.serve("/file", Resource(12 * MIB), t.rate(MIB))
        run = download(page, path, "-n", "8").expect(0)
        assert page.peak_active >= 8, run
    assert_complete(path, page.data, run=run)
