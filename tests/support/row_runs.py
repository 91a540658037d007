"""Runs a row of misbehaviour once, and judges what came of it."""

import pathlib
import tempfile

from support.command import QUICK, Run, run_xget
from support.downloads import FREQUENT, MIB, assert_complete, leave_partial, old, partial
from support.hostile_server import HostileServer, Page
from support.rows import Row

# Rows that fail for good do so within seconds; what retries for ever is found by this.
TIMEOUT = 25


def run_row(row: Row, resumed: bool, connections: int, certificates,
            server_type: type[HostileServer] = HostileServer) -> Page:
    """Returns the page, for what was asked of it."""
    tls = certificates if row.tls else None
    with tempfile.TemporaryDirectory(prefix="xget-row-") as name:
        path = pathlib.Path(name) / "file"
        options = ["-n", connections, "--cacert", certificates.ca]
        with server_type(tls) as server:
            page = server.serve("/file", row.resource)
            if resumed:
                leave_partial(page, path, 5 * MIB // 2, *options)
            server.begin_again(row.on_accept)
            # Paced, so that more than one connection comes to work.
            page.behave(*row.twists, _paced)
            run = run_xget([page.url, "-o", path, *QUICK, *FREQUENT, *options, *row.options],
                           path.parent, TIMEOUT)
        judge(row, resumed, path, run)
        return page


def judge(row: Row, resumed: bool, path: pathlib.Path, run: Run):
    run.expect(*row.expected(resumed))
    if run.code == 0:
        wholes = [row.resource, row.resource.next_version()]
        assert_complete(path, *(whole.data for whole in wholes if whole.version in row.versions),
                        run=run)
        return
    assert not path.exists(), f"exit {run.code}, and yet there is a file\n{run}"
    if resumed:
        assert partial(path).exists() or old(path).exists(), f"what was kept is gone\n{run}"


def _paced(x):
    x.answer.rate = 24 * MIB
