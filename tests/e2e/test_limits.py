"""Rate limits for each host, and by the time of day."""

import datetime

import pytest

from support.answers import Resource
from support.command import QUICK, SLOW, Exit, run_xget
from support.downloads import KIB, assert_complete

SIZE = 384 * KIB
RESOURCE = Resource(SIZE)
# At 128 KiB a second three seconds, less what each connection may be given ahead.
SLOWED = 1.5
# POSIX's zones count westwards: this one is nine and a half hours ahead of UTC.
AHEAD = ("AAA-9:30", datetime.timedelta(hours=9, minutes=30))
UTC = ("UTC0", datetime.timedelta())


def hours_from_now(begin: int, end: int, zone) -> str:
    now = datetime.datetime.now(datetime.timezone.utc) + zone[1]
    times = [now + datetime.timedelta(hours=hours) for hours in (begin, end)]
    return "-".join(time.strftime("%H:%M") for time in times)


def download(page, path, *options, zone=UTC):
    return run_xget([page.url, "-o", path, *QUICK, *options], path.parent, env={"TZ": zone[0]})


@pytest.mark.parametrize("connections", [1, 4])
def test_a_host_gives_no_more_than_its_limit(server, path, connections):
    page = server.serve("/file", RESOURCE)
    run = download(page, path, "-n", connections, "--limit-rate-per-host", "128K").expect(0)
    assert_complete(path, page.data, run=run)
    assert run.seconds > SLOWED


def test_jobs_share_the_limit_of_their_host(server, path):
    pages = [server.serve(f"/file{number}", Resource(SIZE // 2, version=number)) for number in (1, 2)]
    run = run_xget([*(page.url for page in pages), *QUICK, "--limit-rate-per-host", "128K"],
                   path.parent).expect(0)
    for page in pages:
        assert_complete(path.parent / page.url.rsplit("/", 1)[1], page.data, run=run)
    assert run.seconds > SLOWED


@pytest.mark.parametrize("zone", [UTC, AHEAD], ids=["UTC", "ahead of UTC"])
def test_a_limit_for_a_time_of_the_day_holds_at_that_time(server, path, zone):
    page = server.serve("/file", RESOURCE)
    limit = f"1K@{hours_from_now(2, 4, zone)},128K@{hours_from_now(-2, 2, zone)},1K"
    run = download(page, path, "--limit-rate", limit, zone=zone).expect(0)
    assert_complete(path, page.data, run=run)
    assert run.seconds > SLOWED


@pytest.mark.parametrize("zone", [UTC, AHEAD], ids=["UTC", "ahead of UTC"])
def test_a_limit_for_another_time_of_the_day_holds_nothing_up(server, path, zone):
    page = server.serve("/file", RESOURCE)
    run = download(page, path, "--limit-rate", f"1K@{hours_from_now(2, 4, zone)}", zone=zone)
    assert_complete(path, page.data, run=run.expect(0))
    assert run.seconds < 60 * SLOW  # at 1 KiB a second it takes six minutes


@pytest.mark.parametrize("value", ["1K@25:00-26:00", "1K@08:00", "1K,2K", "1K@08:00-08:00",
                                   ",".join(["1@00:00-01:00"] * 49)])
def test_a_limit_that_makes_no_sense_is_refused(server, path, value):
    page = server.serve("/file", RESOURCE)
    run = download(page, path, "--limit-rate", value).expect(Exit.USAGE)
    assert "--limit-rate" in run.err
    assert not page.requests
