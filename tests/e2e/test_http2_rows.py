"""Every row of misbehaviour that HTTP/2 alone has, fresh and resumed."""

import concurrent.futures
import os
import time

import pytest

from support.answers import Resource
from support.command import QUICK, run_xget, start_xget
from support.downloads import MIB, assert_complete
from support.http2_rows import HTTP2_ROWS
from support.http2_server import Http2Server
from support.http2_twists import DeafToWindowUpdates
from support.row_runs import run_row

# Most of a case's time is waiting for its own server: several run at once.
CASES_AT_ONCE = 6
CASES = [(row, resumed) for row in HTTP2_ROWS for resumed in (False, True)]


def case_id(case) -> str:
    row, resumed = case
    return f"{row}-{'resumed' if resumed else 'fresh'}"


@pytest.fixture(scope="module")
def outcomes(request, certificates):
    """Case → future. All that were selected run ahead, in the order they are looked at."""
    selected = [item.callspec.params["case"] for item in request.session.items
                if item.module is request.module and hasattr(item, "callspec")]
    with concurrent.futures.ThreadPoolExecutor(CASES_AT_ONCE) as pool:
        yield {(row, resumed): pool.submit(run_row, HTTP2_ROWS[row], resumed, 1, certificates,
                                           Http2Server) for row, resumed in selected}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_right_file_or_an_honest_error_over_http2(case, outcomes):
    page = outcomes[case].result()
    asked = {seen.request.http_version for seen in page.requests}
    assert asked <= {"HTTP/2", "HTTP/1.1"} and ("HTTP/2" in asked or not asked)


@pytest.fixture
def http2_server(certificates):
    with Http2Server(certificates) as running:
        yield running


def test_a_window_that_opens_after_a_pause_costs_no_connection(http2_server, certificates, path):
    page = http2_server.serve("/file", Resource(3 * MIB), DeafToWindowUpdates(MIB, deaf_s=0.4))
    run = run_xget([page.url, "-o", path, "-n", "1", "--cacert", certificates.ca, *QUICK],
                   path.parent).expect(0)
    assert_complete(path, page.data, run=run)
    assert len(page.requests) == 1 and http2_server.accepted == 1


def test_downloads_that_share_a_dead_connection_all_leave_it(http2_server, certificates, folder):
    deaf = DeafToWindowUpdates(2 * MIB)
    pages = [http2_server.serve(f"/file-{n}", Resource(2 * MIB, seed=str(n)), deaf)
             for n in range(3)]
    run = run_xget([*(page.url for page in pages), "-d", folder, "-n", "1", "--cacert",
                    certificates.ca, *QUICK], folder).expect(0)
    for n, page in enumerate(pages):
        assert_complete(folder / f"file-{n}", page.data, run=run)


def test_a_reader_that_pauses_closes_the_window_and_opens_it_again(http2_server, certificates,
                                                                   folder):
    """The server cannot send for longer than the stall timeout: that is nobody's stall."""
    size = 96 * MIB  # more than xget, the pipe and the windows hold together
    page = http2_server.serve("/file", Resource(size))
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as reader:
        with start_xget([page.url, "-o", "-", "-n", "1", "--cacert", certificates.ca, *QUICK,
                         "--stall-timeout", "500ms"], folder, stdout=write_end) as child:
            os.close(write_end)
            wait_until_constant(lambda: page.body_bytes)
            assert page.body_bytes < size
            received = reader.read()
            run = child.wait().expect(0)
    assert received == page.data, run
    assert len(page.requests) == 1


def wait_until_constant(value, for_s: float = 1.5):
    """Until it has not changed for so long."""
    seen, since = value(), time.monotonic()
    while time.monotonic() < since + for_s:
        time.sleep(0.02)
        if value() != seen:
            seen, since = value(), time.monotonic()
