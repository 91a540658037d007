"""--checksum-file: what the file must be, as a list says."""

import hashlib

import pytest

from support.answers import Resource, plain_answer
from support.command import QUICK, Exit, run_xget
from support.downloads import assert_complete
from support.twists import first, lie, status, when


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
    "an empty list": ("", "a line is DIGEST  NAME"),
    "a list of other files": (f"{'a' * 64}  other\n", "called file.iso or got"),
    "two files of that name": (f"{'a' * 64}  a/file.iso\n{'b' * 64}  b/file.iso\n", "different checksums"),
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


# ---- lists that are fetched ------------------------------------------------------------------


def serve_list(server, text, *twists):
    return server.serve("/pub/SHA256SUMS", Resource(0), lambda x: answer_with(x, text), *twists)


def answer_with(exchange, text):
    exchange.answer = plain_answer(200, text, content_type="text/plain")


def fetch_by(page, path, listing, *arguments):
    return run_xget([page.url, "-o", path, "--checksum-file", listing.url, *QUICK, *arguments],
                    path.parent)


def test_a_list_is_fetched_before_the_file_it_proves(server, page, path):
    listing = serve_list(server, f"{sha256(b'x')}  other\n{sha256(page.data)}  file.iso\n")
    run = fetch_by(page, path, listing, "--strict").expect(0)
    assert_complete(path, page.data, run=run)
    assert f"sha256 matches, as {listing.url} says" in run.err
    assert listing.requests[0].time < page.requests[0].time


def test_a_list_is_tried_again_when_it_fails_for_now(server, page, path):
    listing = serve_list(server, f"{sha256(page.data)}  file.iso\n", when(first(1), status(503)))
    fetch_by(page, path, listing).expect(0)
    assert len(listing.requests) == 2


def test_what_is_not_as_a_fetched_list_says_is_no_success(server, page, path):
    listing = serve_list(server, f"{sha256(b'x')}  file.iso\n")
    fetch_by(page, path, listing).expect(Exit.CHECKSUM)
    assert not path.exists()


@pytest.mark.parametrize("text", ["", "<html>not found</html>", f"{'a' * 64}  other\n"])
def test_a_fetched_list_that_does_not_help_ends_the_download_before_it_begins(
        server, page, path, text):
    listing = serve_list(server, text)
    run = fetch_by(page, path, listing).expect(Exit.USAGE)
    assert listing.url in run.err
    assert not page.requests
    assert not list(path.parent.iterdir())


def test_a_list_that_is_not_there_ends_the_download_before_it_begins(server, page, path):
    listing = serve_list(server, "", status(404))
    fetch_by(page, path, listing).expect(Exit.REFUSED)
    assert not page.requests


def test_secrets_for_the_file_stay_at_its_origin(server, page, path):
    listing = serve_list(server, f"{sha256(page.data)}  file.iso\n")
    elsewhere = listing.url.replace("127.0.0.1", "localhost")
    for url, sent in [(listing.url, True), (elsewhere, False)]:
        listing.forget_log()
        run_xget([page.url, "-o", path, "--overwrite", "--checksum-file", url, "-u", "me:secret",
                  "-H", "X-Token: secret", *QUICK], path.parent).expect(0)
        request = listing.requests[0].request
        assert (request.header("Authorization") is not None) == sent
        assert (request.header("X-Token") is not None) == sent


def test_a_signature_in_a_list_s_url_is_never_told(server, page, path):
    listing = serve_list(server, f"{sha256(page.data)}  file.iso\n")
    run = run_xget([page.url, "-o", path, "--checksum-file", listing.url + "?signature=geheim",
                    *QUICK], path.parent).expect(0)
    assert "geheim" not in run.err
