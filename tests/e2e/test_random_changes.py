"""The resource becomes another version at random moments: never are two joined in a file that is
called a success.

XGET_CHANGES=n says how many cases there are (100; with XGET_DEEP=1: 1,000). A case's name begins
with the seed that it was made of: XGET_CHANGES_SEED=SEED and -k NAME run it again. The requests of
several connections meet the server in an order of their own, so a failure may need some runs to
show again.
"""

import concurrent.futures
import dataclasses
import os
import pathlib
import random
import tempfile

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.digests import ALGORITHMS
from support.downloads import FREQUENT, KIB, MIB, assert_complete, leave_partial
from support.hostile_server import HostileServer

COUNT = int(os.environ.get("XGET_CHANGES", "1000" if os.environ.get("XGET_DEEP") else "100"))
SEED = os.environ.get("XGET_CHANGES_SEED") or str(random.SystemRandom().randrange(10**9))
CASES_AT_ONCE = 6
SIZE = 3 * MIB + 11

KINDS = {
    "strong": {},
    "strong-etag-alone": {"last_modified": None},
    "date-alone": {"etag": None},
    "weak": {"etag": "weak"},
    "weak-alone": {"etag": "weak", "last_modified": None},
    "none": {"etag": None, "last_modified": None},
}


@dataclasses.dataclass(frozen=True)
class Case:
    """`changes` are the body bytes sent by the server at which another version takes over."""
    name: str
    kind: str
    connections: int
    resumed: bool
    sizes: tuple[int, ...]
    changes: tuple[int, ...]
    cut: tuple[int, str] | None   # every response ends like that
    deaf: bool                    # If-Range is ignored
    digest_of: int | None         # a version whose digest is given

    def __str__(self):
        return self.name

    @property
    def versions(self) -> list[Resource]:
        return [Resource(size, version=number, last_modified=f"Tue, 0{number + 2} Jan 2024 03:04:05 GMT")
                for number, size in enumerate(self.sizes)]

    def resources(self) -> list[Resource]:
        return [dataclasses.replace(version, **KINDS[self.kind]) for version in self.versions]


def make_case(number: int) -> Case:
    dice = random.Random(f"{SEED}/{number}")
    kind = dice.choice(list(KINDS))
    connections = dice.choice([1, 4, 16])
    resumed = dice.random() < 0.5
    changes = sorted(dice.randrange(2 * SIZE) for _ in range(dice.choice([1, 1, 1, 2, 3])))
    sizes = [SIZE]
    for _ in changes:
        other = dice.random() < 0.3
        sizes.append(SIZE + dice.randrange(-MIB, MIB) if other else SIZE)
    cut = (dice.randrange(100 * KIB, 2 * MIB), dice.choice(["fin", "rst"]))
    digest_of = dice.randrange(len(sizes)) if dice.random() < 0.15 else None
    name = f"{SEED}-{number}-{kind}-{connections}-{'resumed' if resumed else 'fresh'}"
    return Case(name, kind, connections, resumed, tuple(sizes), tuple(changes),
                cut if dice.random() < 0.5 else None, dice.random() < 0.3, digest_of)


CASES = [make_case(number) for number in range(COUNT)]


@pytest.fixture(scope="module")
def outcomes(request):
    """Case → future, as in test_judging: most of a case's time is waiting for its own server."""
    selected = [item.callspec.params["case"] for item in request.session.items
                if item.module is request.module]
    with concurrent.futures.ThreadPoolExecutor(CASES_AT_ONCE) as pool:
        yield {case: pool.submit(run_case, case) for case in selected}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_one_version_or_an_honest_error(case, outcomes):
    outcomes[case].result()


def changing(resources: list[Resource], changes: tuple[int, ...], deaf: bool):
    """Each response is of one version: the one that stands when it begins."""
    def twist(x):
        sent = x.page.body_bytes
        current = resources[sum(sent >= change for change in changes)]
        x.serve(current, obey_if_range=not deaf)
    return twist


def run_case(case: Case):
    resources = case.resources()
    with tempfile.TemporaryDirectory(prefix="xget-change-") as name, HostileServer() as server:
        path = pathlib.Path(name) / "file"
        page = server.serve("/file", resources[0])
        if case.resumed:
            leave_partial(page, path, 3 * MIB // 2, "-n", case.connections)
        page.behave(changing(resources, case.changes, case.deaf), _paced,
                    *([t.cut(*case.cut)] if case.cut else []))
        options = ["-n", case.connections, "--retry", "20"]
        if case.digest_of is not None:
            digest = ALGORITHMS["sha256"](resources[case.digest_of].data)
            options += ["--checksum", f"sha256:{digest}"]
        run = run_xget([page.url, "-o", path, *QUICK, *FREQUENT, *options], path.parent, 40)
        judge(case, path, run)


def judge(case: Case, path: pathlib.Path, run):
    run.expect(Exit.SUCCESS, Exit.NETWORK, Exit.REFUSED, Exit.CHANGED,
               *([Exit.CHECKSUM] if case.digest_of is not None else []))
    wholes = [version.data for version in case.versions]
    if run.code != Exit.SUCCESS:
        assert not path.exists(), f"exit {run.code}, and yet there is a file\n{case}\n{run}"
    elif case.digest_of is not None:
        assert_complete(path, wholes[case.digest_of], run=run)
    elif case.kind == "none" and "not proven" in run.err:
        # Nothing that the server says tells these versions apart, and xget says so.
        assert path.stat().st_size in case.sizes, run
    else:
        assert_complete(path, *wholes, run=run)


def _paced(x):
    x.answer.rate = 24 * MIB
