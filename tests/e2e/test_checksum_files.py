"""--checksum-file: what the file must be, as a list says."""

import hashlib

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import assert_complete
from support.twists import lie


@pytest.fixture
def page(server):
    return server.serve("/pub/images/file.iso", Resource(50_000))


@pytest.fixture
def path(folder):
    return folder / "got"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def download(page, path, text, *arguments, name="SHA256SUMS"):
    listing = path.parent / name
    listing.write_text(text)
    return run_xget([page.url, "-o", path, "--checksum-file", listing, *QUICK, *arguments],
                    path.parent)


LISTS = {
    "sha256sum's": lambda d: f"{sha256(b'x')}  other.iso\n{sha256(d)} *file.iso\n",
    "BSD's": lambda d: f"SHA256 (other) = {sha256(b'x')}\nSHA256 (file.iso) = {sha256(d)}\n",
    "by the longest path": lambda d: f"{sha256(b'x')}  old/file.iso\n{sha256(d)}  ./images/file.iso\n",
    "by the output's name": lambda d: f"{sha256(b'x')}  other\n{sha256(d)}  got\n",
    "one digest alone": lambda d: f"{sha256(d)}\n",
    "the strongest of several": lambda d: f"MD5 (file.iso) = {'0' * 32}\nSHA256 (file.iso) = {sha256(d)}\n",
}


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_proves_the_file(page, path, kind):
    run = download(page, path, LISTS[kind](page.data), "--strict").expect(0)
    assert_complete(path, page.data, run=run)
    assert "sha256 matches, as " in run.err
    assert "SHA256SUMS says" in run.err


def test_what_is_not_as_the_list_says_is_no_success(page, path):
    page.behave(lie(77))
    run = download(page, path, f"{sha256(page.data)}  file.iso\n").expect(Exit.CHECKSUM)
    assert not path.exists()
    assert sha256(page.data) in run.err


REFUSED = {
    "an empty list": ("", "there is none in it that is known"),
    "a list of other files": (f"{'a' * 64}  other\n", "called file.iso or got"),
    "two files of that name": (f"{'a' * 64}  a/file.iso\n{'b' * 64}  b/file.iso\n", "called file.iso"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_list_that_does_not_help_is_refused_before_any_request(page, path, case):
    text, why = REFUSED[case]
    run = download(page, path, text).expect(Exit.USAGE)
    assert why in run.err, run
    assert not page.requests


def test_a_list_that_cannot_be_read_is_told(page, path):
    run = run_xget([page.url, "-o", path, "--checksum-file", "none", *QUICK], path.parent)
    run.expect(Exit.USAGE)
    assert "none: cannot be read" in run.err


def test_a_list_and_a_digest_contradict_each_other(page, path):
    download(page, path, f"{sha256(page.data)}  file.iso\n", "--checksum", "md5:" + "0" * 32).expect(
        Exit.USAGE)


def test_one_list_is_for_all_urls(server, folder):
    pages = [server.serve(f"/file-{i}", Resource(1000 + i)) for i in range(3)]
    (folder / "SUMS").write_text(
        "".join(f"{sha256(p.data)}  file-{i}\n" for i, p in enumerate(pages)))
    run = run_xget([*(p.url for p in pages), "--checksum-file", "SUMS", *QUICK], folder).expect(0)
    for i, p in enumerate(pages):
        assert_complete(folder / f"file-{i}", p.data, run=run)
