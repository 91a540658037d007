"""A host with several addresses: ranges are spread over them, and what is wrong with one of them
costs the others nothing."""

import contextlib
import pathlib

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, Run, run_xget
from support.downloads import KIB, MIB, assert_complete
from support.hostile_server import HostileServer, Page
from support.name_server import NameServer

HOST = "host.test"
FIRST, SECOND, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
RESOURCE = Resource(size=12 * MIB)
PACE = t.rate(3 * MIB)              # of each connection: several are worth their while


@contextlib.contextmanager
def host_with(*addresses: str, last_accepts=None):
    """One page on each address, all at the same port, and a name server that knows them."""
    with contextlib.ExitStack() as stack:
        pages: list[Page] = []
        port = 0
        for address in addresses:
            verdicts = last_accepts if address == addresses[-1] else None
            server = stack.enter_context(
                HostileServer(addresses=(address,), port=port, on_accept=verdicts))
            port = server.port
            pages.append(server.serve("/file", RESOURCE, PACE))
        stack.enter_context(names := NameServer({HOST: list(addresses)}))
        yield names, pages


def fetch(names: NameServer, pages: list[Page], path: pathlib.Path, *options: str) -> Run:
    url = pages[0].server.url_at(HOST) + "/file"
    return run_xget([url, "-o", path, *QUICK, "--dns-servers", names.address, "-n", "6", *options],
                    path.parent)


def served(page: Page) -> int:
    return sum(seen.sent for seen in page.requests if seen.status in (200, 206))


@pytest.mark.parametrize("addresses", [(FIRST, SECOND), (FIRST, SECOND, THIRD)], ids=len)
def test_ranges_are_spread_over_all_addresses(path, addresses):
    with host_with(*addresses) as (names, pages):
        for page in pages:  # so slowly that one which a busy machine made miss its time is back
            page.behave(t.rate(MIB / 2))
        run = fetch(names, pages, path).expect(0)
        assert_complete(path, RESOURCE.data, run=run)
        assert all(served(page) > 256 * KIB for page in pages), f"{list(map(served, pages))}\n{run}"


def test_one_connection_stays_at_one_address(path):
    with host_with(FIRST, SECOND) as (names, pages):
        run = fetch(names, pages, path, "-n", "1").expect(0)
        assert_complete(path, RESOURCE.data, run=run)
        assert sorted(map(served, pages))[0] == 0


def test_without_a_validator_all_comes_from_one_address(path):
    """Nothing would show that another one has another version."""
    with host_with(FIRST, SECOND) as (names, pages):
        for page in pages:
            page.resource = Resource(size=RESOURCE.size, etag=None, last_modified=None)
        run = fetch(names, pages, path).expect(0)
        assert_complete(path, RESOURCE.data, run=run)
        assert sorted(map(served, pages))[0] == 0


def test_which_address_a_range_comes_from_is_said(path):
    with host_with(FIRST, SECOND) as (names, pages):
        run = fetch(names, pages, path, "-vv").expect(0)
    assert f" from {FIRST}, " in run.err and f" from {SECOND}, " in run.err


@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
def test_an_address_where_nobody_listens_is_left(path, first):
    with host_with(FIRST) as (_, pages), \
            NameServer({HOST: [SECOND, FIRST] if first else [FIRST, SECOND]}) as names:
        run = fetch(names, pages, path, "-vv").expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert (f"{SECOND} of {HOST} has failed" in run.err) == first or not first


@pytest.mark.parametrize("how", ["rst", "silent", "503"])
def test_an_address_that_serves_nobody_is_left(path, how):
    with host_with(FIRST, SECOND, last_accepts=lambda number, open_now: how) as (names, pages):
        run = fetch(names, pages, path, "-vv").expect(0)
        assert_complete(path, RESOURCE.data, run=run)
        assert pages[1].server.accepted > 0
        assert not pages[1].requests


def test_a_slow_address_is_left_within_seconds(path):
    with host_with(FIRST, SECOND) as (names, pages):
        pages[0].behave(t.rate(MIB / 2))
        pages[1].behave(t.rate(20 * KIB))
        run = fetch(names, pages, path, "-vv", "--stall-timeout", "10s").expect(0)
        assert_complete(path, RESOURCE.data, run=run)
        assert f"{SECOND} of {HOST} is far slower than the others" in run.err
        assert served(pages[1]) < served(pages[0]) / 4


@pytest.mark.parametrize("after", [0, 100 * KIB])
def test_a_stalled_range_is_fetched_from_another_address(path, after):
    with host_with(FIRST, SECOND) as (names, pages):
        pages[0].behave(t.rate(MIB))
        pages[1].behave(t.cut(after, "stall"))
        run = fetch(names, pages, path, "-vv").expect(0)
        assert_complete(path, RESOURCE.data, run=run)
        assert f"{SECOND} of {HOST} has failed" in run.err


# ---- out of step -----------------------------------------------------------------------------


@pytest.mark.parametrize("obeys_if_range", [True, False])
def test_an_address_with_another_version_is_left_without_a_restart(path, obeys_if_range):
    with host_with(FIRST, SECOND) as (names, pages):
        pages[1].resource = RESOURCE.next_version()
        pages[1].behave(PACE, *([] if obeys_if_range else [t.deaf_to_if_range()]))
        run = fetch(names, pages, path, "-vv").expect(0)
        assert_complete(path, RESOURCE.data, run=run)
        assert f"{SECOND} of {HOST} is not believed" in run.err
        assert "changed" not in run.err
        assert len(pages[1].requests) < 6


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_what_one_address_refuses_another_gives(path, status):
    with host_with(FIRST, SECOND) as (names, pages):
        pages[1].behave(t.status(status))
        run = fetch(names, pages, path, "--retry", "0").expect(0)
        assert_complete(path, RESOURCE.data, run=run)
        assert pages[1].requests


def test_a_resource_that_changed_at_all_addresses_has_changed(path):
    newer = RESOURCE.next_version()
    with host_with(FIRST, SECOND) as (names, pages):
        for page in pages:
            page.behave(PACE, t.when(t.from_request(3), t.next_version()))
        run = fetch(names, pages, path).expect(0)
        assert_complete(path, newer.data, run=run)
        assert "changed" in run.err


def test_a_resource_that_changed_at_all_addresses_fails_if_told_so(path):
    with host_with(FIRST, SECOND) as (names, pages):
        for page in pages:
            page.behave(PACE, t.when(t.from_request(3), t.next_version()))
        fetch(names, pages, path, "--on-change", "fail").expect(Exit.CHANGED)


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST)], ids=["old", "new"])
def test_a_resumed_file_goes_on_at_the_address_that_still_has_it(path, order):
    """Whichever is asked first: the newer version of one address alone changes nothing."""
    with host_with(FIRST, SECOND) as (_, pages):
        pages[0].behave(t.cut(4 * MIB, "fin"))
        with NameServer({HOST: [FIRST]}) as names:
            fetch(names, pages, path, "-n", "1", "--retry", "0").expect(Exit.NETWORK)
        kept = pages[0].body_bytes
        pages[0].behave(PACE)
        pages[0].forget_log()
        pages[1].resource = RESOURCE.next_version()
        with NameServer({HOST: list(order)}) as names:
            run = fetch(names, pages, path, "-vv").expect(0)
        assert_complete(path, RESOURCE.data, run=run)
        assert kept > 3 * MIB and served(pages[0]) < RESOURCE.size - 3 * MIB
