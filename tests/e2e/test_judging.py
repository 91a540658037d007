"""Every row of misbehaviour, fresh and resumed, with 1, 4 and 16 connections.

The outcome is always one of two: the right file, or an honest error with what was verified kept.
"""

import concurrent.futures
import pathlib
import tempfile
import typing

import pytest

from support.command import QUICK, run_xget
from support.downloads import FREQUENT, MIB, assert_complete, leave_partial, old, partial
from support.hostile_server import HostileServer
from support.rows import ROWS, Row

# Rows that fail for good do so within seconds; what retries for ever is found by this.
TIMEOUT = 25
# Most of a case's time is waiting for its own server: several run at once.
CASES_AT_ONCE = 6


class Case(typing.NamedTuple):
    row: str
    resumed: bool
    connections: int

    def __str__(self):
        return f"{self.row}-{'resumed' if self.resumed else 'fresh'}-{self.connections}"


CASES = [Case(row, resumed, connections)
         for row in ROWS for resumed in (False, True) for connections in (1, 4, 16)]


@pytest.fixture(scope="module")
def outcomes(request, certificates):
    """Case → future. All that were selected run ahead, in the order they are looked at."""
    selected = [item.callspec.params["case"] for item in request.session.items
                if item.module is request.module]
    with concurrent.futures.ThreadPoolExecutor(CASES_AT_ONCE) as pool:
        yield {case: pool.submit(run_case, case, certificates) for case in selected}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_right_file_or_an_honest_error(case, outcomes):
    outcomes[case].result()


def run_case(case: Case, certificates):
    row = ROWS[case.row]
    tls = certificates if row.tls else None
    with tempfile.TemporaryDirectory(prefix="xget-row-") as name:
        path = pathlib.Path(name) / "file"
        options = ["-n", case.connections, "--cacert", certificates.ca]
        if case.resumed:
            # Another port is another URL: what counts is that the resource is the same.
            with HostileServer(tls) as honest:
                leave_partial(honest.serve("/file", row.resource), path, 5 * MIB // 2, *options)
        with HostileServer(tls, row.on_accept) as server:
            # Paced, so that more than one connection comes to work.
            page = server.serve("/file", row.resource, *row.twists, _paced)
            run = run_xget([page.url, "-o", path, *QUICK, *FREQUENT, *options, *row.options],
                           path.parent, TIMEOUT)
        judge(row, case, path, run)


def judge(row: Row, case: Case, path: pathlib.Path, run):
    run.expect(*row.expected(case.resumed))
    if run.code == 0:
        wholes = [row.resource, row.resource.next_version()]
        assert_complete(path, *(whole.data for whole in wholes if whole.version in row.versions),
                        run=run)
        return
    assert not path.exists(), f"exit {run.code}, and yet there is a file\n{run}"
    if case.resumed:
        assert partial(path).exists() or old(path).exists(), f"what was kept is gone\n{run}"


def _paced(x):
    x.answer.rate = 24 * MIB
