"""Three runs after one another: what the second leaves must not make the third believe more."""

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.digests import ALGORITHMS
from support.downloads import (MIB, assert_complete, leave_partial, partial, sidecar,
                               start_and_stall)

SIZE = 4 * MIB + 9
MINE = 2 * MIB + 17
STRONG = Resource(SIZE)
WEAK = Resource(SIZE, etag="weak", last_modified=None)
WRONG_DIGEST = ["--checksum", "sha256:" + ALGORITHMS["sha256"](b"something else")]


def download(page, path, *options):
    return run_xget([page.url, "-o", path, *QUICK, *options], path.parent)


def right_digest(page) -> list[str]:
    return ["--checksum", "sha256:" + ALGORITHMS["sha256"](page.data)]


def leave_whole_partial(page, path, *options):
    """All bytes are there and recorded; only the name is missing."""
    download(page, path, *WRONG_DIGEST, *options).expect(Exit.CHECKSUM)
    assert partial(path).read_bytes() == page.data and sidecar(path).exists()
    page.forget_log()


def leave_adopted_partial(page, path):
    """The front came from elsewhere and only samples of it were compared."""
    path.write_bytes(page.data[:MINE])
    with start_and_stall(page, path, 2 * MIB, "--resume") as child:
        child.interrupt()
        child.wait(10).expect(Exit.INTERRUPTED)
    page.server.drop_connections()
    assert partial(path).exists() and not path.exists()
    page.behave()
    page.forget_log()


# ---- adopted, and nothing came of it ---------------------------------------------------------


@pytest.mark.parametrize("size", [MINE, 100_000])
def test_an_adopted_file_survives_a_run_that_brings_nothing(server, path, size):
    """It was somebody's FILE: what fails afterwards must not delete it."""
    page = server.serve("/file", Resource(SIZE))
    path.write_bytes(page.data[:size])
    page.behave(t.when(lambda x: x.begin == size, t.status(404)))
    download(page, path, "--resume", "--retry", "1")
    kept = path if path.exists() else partial(path)
    assert kept.read_bytes()[:size] == page.data[:size]
    page.behave()
    run = download(page, path, "--resume").expect(0)
    assert_complete(path, page.data, run=run)


def test_an_empty_file_has_nothing_to_prove(server, path):
    page = server.serve("/file", Resource(SIZE))
    path.write_bytes(b"")
    run = download(page, path, "--resume", "--strict").expect(0)
    assert_complete(path, page.data, run=run)


# ---- adopted, interrupted, and then: strict --------------------------------------------------


def test_adopted_bytes_stay_unproven_in_the_next_run(server, path):
    page = server.serve("/file", STRONG)
    leave_adopted_partial(page, path)
    before = partial(path).read_bytes()
    download(page, path, "--strict").expect(Exit.NOT_PROVEN)
    assert partial(path).read_bytes() == before and not path.exists()
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)


def test_adopted_bytes_stay_unproven_however_often_they_are_resumed(server, path):
    page = server.serve("/file", STRONG)
    leave_adopted_partial(page, path)
    leave_partial(page, path, MIB // 2)
    download(page, path, "--strict").expect(Exit.NOT_PROVEN)
    assert partial(path).exists() and not path.exists()


def test_a_digest_proves_adopted_bytes(server, path):
    page = server.serve("/file", STRONG)
    leave_adopted_partial(page, path)
    run = download(page, path, "--strict", *right_digest(page)).expect(0)
    assert_complete(path, page.data, run=run)


def test_what_a_wrong_digest_let_in_is_not_proven_by_it(server, path):
    """The digest was to prove the adopted front, and did not."""
    page = server.serve("/file", STRONG)
    path.write_bytes(page.data[:MINE])
    leave_whole_partial(page, path, "--resume")
    download(page, path, "--strict").expect(Exit.NOT_PROVEN)
    assert partial(path).read_bytes() == page.data and not path.exists()


def test_adopted_bytes_of_a_version_that_has_changed_are_set_aside(server, path):
    """Unproven does not mean that a change goes unseen."""
    page = server.serve("/file", STRONG)
    leave_adopted_partial(page, path)
    page.resource = STRONG.next_version()
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert "changed" in run.err, run


# ---- joined under a digest that was never reached --------------------------------------------


def with_equal_opaque_tags() -> tuple[Resource, Resource]:
    """The same bytes, first under a weak ETag, then under a strong one with the same text."""
    return WEAK, Resource(SIZE, etag=WEAK.etag_field().removeprefix("W/"), last_modified=None)


@pytest.mark.parametrize("ends", ["interrupted", "with another digest"])
def test_a_digest_that_did_not_prove_a_join_leaves_it_unproven(server, path, ends):
    weak, strong = with_equal_opaque_tags()
    page = server.serve("/file", weak)
    leave_partial(page, path, MIB)
    page.resource = strong
    if ends == "interrupted":
        leave_partial(page, path, MIB, *right_digest(page))
    else:
        leave_whole_partial(page, path)
    download(page, path, "--strict").expect(Exit.NOT_PROVEN)
    assert partial(path).exists() and not path.exists()


# ---- whole, but without its name -------------------------------------------------------------


def test_a_whole_partial_under_a_strong_validator_satisfies_strict(server, path):
    page = server.serve("/file", STRONG)
    leave_whole_partial(page, path)
    run = download(page, path, "--strict").expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes < MIB, "what is whole is not fetched again"


def test_a_whole_partial_without_a_strong_validator_does_not_satisfy_strict(server, path):
    page = server.serve("/file", WEAK)
    leave_whole_partial(page, path)
    download(page, path, "--strict").expect(Exit.NOT_PROVEN)
    assert partial(path).read_bytes() == page.data and not path.exists()


@pytest.mark.parametrize("resource", [STRONG, WEAK], ids=["strong", "weak"])
def test_the_right_digest_gives_a_whole_partial_its_name(server, path, resource):
    page = server.serve("/file", resource)
    leave_whole_partial(page, path)
    run = download(page, path, "--strict", *right_digest(page)).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes < MIB, "what is whole is not fetched again"


def test_a_whole_partial_with_a_changed_byte_is_mended_first(server, path):
    page = server.serve("/file", STRONG)
    leave_whole_partial(page, path)
    with open(partial(path), "r+b") as file:
        file.seek(MIB)
        file.write(bytes([page.data[MIB] ^ 1]))
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
