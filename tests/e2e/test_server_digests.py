"""What a server says of its own bytes: Repr-Digest, Content-Digest, Digest, Content-MD5."""

import hashlib

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB, assert_complete, partial
from support.publishing import digest_field
from support.twists import extra_header, lie, redirect, whole

SIZE = 3 * MIB + 1000
FIELDS = {
    "Repr-Digest": lambda data: f"sha-256=:{digest_field('sha256', data)}:",
    "Digest": lambda data: f"SHA-256={digest_field('sha256', data)}",
    "Content-Digest": lambda data: f"sha-256=:{digest_field('sha256', data)}:",
    "Content-MD5": lambda data: digest_field("md5", data),
}
OF_THE_WHOLE_ALONE = ("Content-Digest", "Content-MD5")


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def says(name, data):
    return extra_header(name, FIELDS[name](data))


def download(page, path, *arguments):
    return run_xget([page.url, "-o", path, *QUICK, *arguments], path.parent)


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("name", FIELDS)
def test_a_digest_of_the_whole_is_checked_and_told(page, path, name, connections):
    page.behave(*([whole()] if name in OF_THE_WHOLE_ALONE else []), says(name, page.data))
    run = download(page, path, "-n", connections).expect(0)
    assert_complete(path, page.data, run=run)
    assert "matches, as the server says" in run.err


@pytest.mark.parametrize("size", [100, SIZE])
@pytest.mark.parametrize("name", FIELDS)
def test_bytes_that_contradict_the_server_s_own_digest_are_no_success(server, path, name, size):
    page = server.serve("/file", Resource(size))
    page.behave(*([whole()] if name in OF_THE_WHOLE_ALONE else []), says(name, page.data),
                lie(size // 2))
    run = download(page, path).expect(Exit.CHECKSUM)
    assert not path.exists()
    assert "as the server says" in run.err
    assert "the server contradicts itself" in run.err
    assert partial(path).exists()


@pytest.mark.parametrize("name", OF_THE_WHOLE_ALONE)
def test_a_digest_of_a_part_says_nothing_of_the_whole(page, path, name):
    page.behave(says(name, b"some part"))
    run = download(page, path, "-n", "2").expect(0)
    assert_complete(path, page.data, run=run)
    assert "as the server says" not in run.err


def test_a_later_run_still_knows_what_the_server_said(page, path):
    page.behave(says("Repr-Digest", page.data), lie(77))
    download(page, path).expect(Exit.CHECKSUM)
    page.behave()
    download(page, path).expect(Exit.CHECKSUM)
    assert not path.exists()
    download(page, path, "--no-resume").expect(0)
    assert_complete(path, page.data)


def test_the_user_s_digest_goes_before_the_server_s(page, path):
    page.behave(says("Repr-Digest", b"something else"))
    digest = hashlib.sha256(page.data).hexdigest()
    run = download(page, path, "--checksum", f"sha256:{digest}").expect(0)
    assert_complete(path, page.data, run=run)
    assert "sha256 matches\n" in run.err


def test_a_digest_in_a_redirect_is_not_of_what_it_leads_to(server, page, path):
    hop = server.serve("/hop", Resource(0), redirect(page.url), says("Digest", b"of the hop"))
    run = run_xget([hop.url, "-o", path, *QUICK], path.parent).expect(0)
    assert_complete(path, page.data, run=run)


def test_a_digest_is_a_proof_where_there_is_no_validator(server, path):
    page = server.serve("/file", Resource(SIZE, etag=None, last_modified=None))
    page.behave(says("Repr-Digest", page.data))
    run = download(page, path, "--strict").expect(0)
    assert_complete(path, page.data, run=run)


def test_strict_does_not_rest_on_one_that_standard_output_is_not_checked_against(server, path):
    page = server.serve("/bare", Resource(SIZE, etag=None, last_modified=None))
    page.behave(says("Repr-Digest", page.data))
    run = run_xget([page.url, "-o", "-", "--strict", *QUICK], path.parent).expect(Exit.NOT_PROVEN)
    assert run.out == b""


@pytest.mark.parametrize("value", ["sha-256=:bm90IGEgZGlnZXN0:", "sha-256=abc", "crc32c=:AAAAAA==:",
                                   "unixsum=:AAAAAA==:", ":::", "sha-256", ""])
def test_a_digest_that_says_nothing_harms_nothing(page, path, value):
    page.behave(extra_header("Repr-Digest", value))
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)


def test_what_is_written_to_standard_output_is_not_said_to_match(page, folder):
    page.behave(says("Repr-Digest", page.data))
    run = run_xget([page.url, "-o", "-", *QUICK], folder).expect(0)
    assert run.out == page.data
    assert "as the server says" not in run.err
