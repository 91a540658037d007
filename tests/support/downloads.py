"""The common steps of download tests: check a result, leave a partial behind."""

import json
import pathlib
import time

from support.command import QUICK, Child, Exit, Run, start_xget, wait_until
from support.content import first_difference
from support.hostile_server import Page
from support.twists import Gate

MIB = 1 << 20
KIB = 1 << 10
# What a run may fetch twice for each connection: coalesced but unwritten bytes, and what the
# kernels hold between server and client.
SLACK_PER_CONNECTION = 512 * KIB
FREQUENT = ["--checkpoint-interval", "50ms,256KiB"]


def partial(path: pathlib.Path) -> pathlib.Path:
    return path.with_name(path.name + ".partial")


def sidecar(path: pathlib.Path) -> pathlib.Path:
    return path.with_name(path.name + ".partial.json")


def old(path: pathlib.Path) -> pathlib.Path:
    return path.with_name(path.name + ".partial.old")


def mark(path: pathlib.Path) -> pathlib.Path:
    """Says that old(path) is what xget set aside."""
    return path.with_name(path.name + ".partial.mark")


def duplicate(path: pathlib.Path) -> pathlib.Path:
    """FILE while it is made from another one."""
    return path.with_name(path.name + ".partial.copy")


def assert_complete(path: pathlib.Path, *versions: bytes, run: Run | None = None):
    """FILE is one of the versions, and nothing else is left."""
    about = "" if run is None else f"\n{run}"
    assert path.exists(), f"{path.name} is missing{about}"
    data = path.read_bytes()
    differences = [first_difference(data, version) for version in versions]
    assert any(data == version for version in versions), f"{path.name}: {differences}{about}"
    left = [p.name for p in (partial(path), sidecar(path), old(path), mark(path),
                                duplicate(path)) if p.exists()]
    assert not left, f"left behind: {left}{about}"


def claimed_ranges(path: pathlib.Path) -> list[tuple[int, int]]:
    """What the sidecar of `path` says is in the partial; nothing if there is none."""
    try:
        document = json.loads(sidecar(path).read_bytes())
    except (FileNotFoundError, json.JSONDecodeError):
        return []
    length = document["piece_length"]
    pieces = [(index * length, min((index + 1) * length, document["size"]))
              for index, _ in document["pieces"]]
    return pieces + [(begin, end) for begin, end, _ in document["runs"]]


def assert_claims_are_true(path: pathlib.Path, data: bytes, about: str = ""):
    """Each byte that is claimed is there: in the partial, or in FILE, if that is what it has
    become and only the sidecar is left over."""
    claimed = claimed_ranges(path)
    if not claimed:
        return
    held = (partial(path) if partial(path).exists() else path).read_bytes()
    wrong = [(begin, end) for begin, end in claimed if held[begin:end] != data[begin:end]]
    assert not wrong, f"claimed and not true: {wrong} {about}"


def start_and_stall(page: Page, path: pathlib.Path, keep: int, *options) -> Child:
    """Starts a download that stalls once the page has sent `keep` bytes; returns it then. The
    caller opens page.gate or ends the child."""
    page.gate = Gate(keep)
    page.behave(*page.twists, page.gate)
    child = start_xget([page.url, "-o", path, *QUICK, "--stall-timeout", "1m", *FREQUENT, *options],
                       path.parent)
    try:
        wait_until(lambda: page.gate.reached.is_set() or not child.running, "the server stalls", 30)
        assert page.gate.reached.is_set(), f"it ended before the server stalled\n{child.wait()}"
    except BaseException:
        child.__exit__()
        raise
    return child


def leave_partial(page: Page, path: pathlib.Path, keep: int, *options, kill: bool = False) -> int:
    """Interrupts (or kills) a download after `keep` bytes; the page's log starts again. Returns
    the bytes that were sent."""
    twists = page.twists
    with start_and_stall(page, path, keep, *options) as child:
        # The client reads what is under way; one that is killed must have had its checkpoint.
        time.sleep(0.4 if kill else 0.1)
        if kill:
            child.kill()
        else:
            child.interrupt()
            child.wait(10).expect(Exit.INTERRUPTED)
    page.server.drop_connections()
    assert partial(path).exists(), "an interrupted download must leave a partial"
    sent = page.body_bytes
    page.behave(*twists)
    page.forget_log()
    return sent
