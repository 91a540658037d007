"""Every row of misbehaviour, fresh and resumed, with 1, 4 and 16 connections.

The outcome is always one of two: the right file, or an honest error with what was verified kept.
"""

import concurrent.futures
import typing

import pytest

from support.row_runs import run_row
from support.rows import ROWS

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
        yield {case: pool.submit(run_row, ROWS[case.row], case.resumed, case.connections,
                                 certificates) for case in selected}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_right_file_or_an_honest_error(case, outcomes):
    outcomes[case].result()
