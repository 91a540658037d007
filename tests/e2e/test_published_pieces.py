"""--pieces: each piece is what its publisher says, or is fetched again."""

import hashlib

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import KIB, MIB, assert_claims_are_true, assert_complete, partial
from support.publishing import metalink, torrent
from support.twists import chunked, lie, rate, whole

PIECE = 100_000
SIZE = 3 * MIB + 1000


@pytest.fixture
def page(server):
    return server.serve("/debian/file.iso", Resource(SIZE))


@pytest.fixture
def path(folder):
    return folder / "file.iso"


def download(page, path, pieces, *arguments):
    return run_xget([page.url, "-o", path, "--pieces", pieces, *QUICK, *arguments], path.parent)


def write(folder, name, content):
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def single(page, path):
    return write(path.parent, "file.torrent", torrent({"file.iso": page.data}, PIECE))


@pytest.mark.parametrize("connections", [1, 4, 16])
def test_a_torrent_proves_the_file(page, path, connections):
    run = download(page, path, single(page, path), "-n", connections, "--strict").expect(0)
    assert_complete(path, page.data, run=run)
    assert "sha1 of 32 pieces match, as " in run.err
    assert "file.torrent says" in run.err


def test_a_metalink_proves_pieces_and_the_whole(page, path):
    document = metalink("file.iso", page.data, PIECE, whole=page.data)
    file = write(path.parent, "file.meta4", document)
    run = download(page, path, file).expect(0)
    assert_complete(path, page.data, run=run)
    assert "sha256 of 32 pieces and sha256 of the whole match, as " in run.err


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("at", [0, 5 * PIECE, MIB, SIZE - 1])
def test_a_wrong_piece_is_fetched_again_and_nothing_else(page, path, at, connections):
    # More than once, since responses that have the byte may be cut before it.
    page.behave(lie(at, times=1 if connections == 1 else 3))
    run = download(page, path, single(page, path), "-n", connections).expect(0)
    assert_complete(path, page.data, run=run)
    assert connections > 1 or "are fetched again" in run.err
    # Twice the piece, and what was on its way when a connection's range was cut.
    assert page.body_bytes < 2 * SIZE


def test_a_wrong_piece_is_fetched_again_while_the_rest_still_comes(page, path):
    page.behave(lie(10, times=1), rate(4 * MIB))
    run = download(page, path, single(page, path), "-n", "2").expect(0)
    assert_complete(path, page.data, run=run)
    again = [i for i, asked in enumerate(page.ranges) if asked == f"bytes=0-{PIECE - 1}"]
    assert again, page.ranges


def test_a_piece_that_stays_wrong_ends_the_download_and_the_rest_is_kept(page, path):
    page.behave(lie(2 * PIECE + 5))
    file = single(page, path)
    run = download(page, path, file, "-n", "4").expect(Exit.CHECKSUM)
    assert f"bytes {2 * PIECE}-{3 * PIECE - 1} are not what" in run.err
    assert not path.exists()
    assert partial(path).exists()
    assert_claims_are_true(path, page.data)
    page.behave()
    page.forget_log()
    download(page, path, file).expect(0)
    assert_complete(path, page.data)
    assert page.body_bytes < SIZE


def test_a_tiny_file_with_a_wrong_piece_leaves_nothing_behind(server, folder):
    page = server.serve("/tiny", Resource(50 * KIB), lie(7))
    path = folder / "tiny"
    file = write(folder, "tiny.torrent", torrent({"tiny": page.data}, 16 * KIB))
    download(page, path, file).expect(Exit.CHECKSUM)
    assert not path.exists()
    assert not partial(path).exists()


def test_wrong_bytes_of_an_earlier_run_are_found(page, path):
    page.behave(lie(MIB + 5))
    run_xget([page.url, "-o", path, "--checksum", "md5:" + "0" * 32, *QUICK],
             path.parent).expect(Exit.CHECKSUM)
    page.behave()
    page.forget_log()
    run = download(page, path, single(page, path)).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes <= 2 * PIECE


def test_a_server_without_ranges_gives_it_all_again(page, path):
    page.behave(lie(MIB, times=1), whole())
    run = download(page, path, single(page, path)).expect(0)
    assert_complete(path, page.data, run=run)


def test_a_stream_of_unknown_length_is_taken_as_far_as_the_wrong_piece(server, path):
    page = server.serve("/file.iso", Resource(SIZE, etag=None, last_modified=None, ranges=False),
                        chunked(), lie(5 * PIECE, times=2))
    run = download(page, path, single(page, path)).expect(0)
    assert_complete(path, page.data, run=run)
    assert "changed" not in run.err
    assert len(page.requests) == 3


def test_of_several_files_the_one_of_the_url_counts_and_shared_pieces_are_told(server, folder):
    page = server.serve("/all/images/a.iso", Resource(SIZE))
    other = b"x" * 12_345
    file = write(folder, "all.torrent", torrent(
        {"readme": other, "images/a.iso": page.data, "old/a.iso": b"y" * 500}, PIECE, "all"))
    path = folder / "got"
    run = download(page, path, file).expect(0)
    assert_complete(path, page.data, run=run)
    begin = PIECE - len(other)
    pieces = (SIZE - begin) // PIECE
    assert f"sha1 of {pieces} pieces match" in run.err
    assert "other files have a share" in run.err
    page.behave(lie(begin + 3, times=1))
    path.unlink()
    download(page, path, file).expect(0)
    assert_complete(path, page.data)


@pytest.mark.parametrize("kind", ["torrent", "Metalink"])
def test_what_else_has_the_file_serves_too(server, folder, kind):
    slow = server.serve("/file.iso", Resource(8 * MIB), rate(MIB))
    fast = server.serve("/seed/file.iso", Resource(8 * MIB))
    file = write(folder, "x", torrent({"file.iso": slow.data}, MIB // 4, web_seeds=[fast.url])
                 if kind == "torrent" else
                 metalink("file.iso", slow.data, MIB // 4,
                          urls=[slow.url, fast.url, "ftp://a.example/b"]))
    path = folder / "file.iso"
    run = download(slow, path, file).expect(0)
    assert_complete(path, slow.data, run=run)
    assert fast.body_bytes > 4 * MIB


REFUSED = {
    "a file that is not there": (lambda f: f / "none", "cannot be read"),
    "neither a torrent nor XML": (lambda f: write(f, "x", "hello"), "--pieces"),
    "a broken torrent": (lambda f: write(f, "x", b"d4:info"), "--pieces"),
    "a Metalink without pieces": (
        lambda f: write(f, "x", metalink("file.iso", b"abc")), "no digests of that file's pieces"),
    "a torrent of other files": (
        lambda f: write(f, "x", torrent({"b": b"1" * 9, "c": b"2" * 9}, 4, "folder")),
        "called file.iso or here"),
    "a torrent that shares all": (
        lambda f: write(f, "x", torrent({"b": b"1" * 9, "file.iso": b"2" * 9}, 64, "folder")),
        "shared"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_says_nothing_of_the_file_is_refused_before_any_request(page, folder, case):
    make, why = REFUSED[case]
    run = download(page, folder / "here", make(folder)).expect(Exit.USAGE)
    assert why in run.err, run
    assert not page.requests


def test_pieces_are_not_checked_on_standard_output(page, folder):
    run = run_xget([page.url, "-o", "-", "--pieces", single(page, folder / "x"), *QUICK], folder)
    run.expect(Exit.USAGE)
    assert not page.requests


def test_a_file_of_another_size_is_refused(page, path):
    file = write(path.parent, "x.torrent", torrent({"file.iso": page.data + b"1"}, PIECE))
    run = download(page, path, file)
    assert run.code not in (0, Exit.USAGE), run
    assert not path.exists()


@pytest.mark.parametrize("connections", [1, 8])
def test_the_users_own_digest_is_checked_too(page, path, connections):
    digest = hashlib.sha256(page.data).hexdigest()
    page.behave(lie(4 * PIECE, times=1))
    run = download(page, path, single(page, path), "-n", connections,
                   "--checksum", f"sha256:{digest}").expect(0)
    assert_complete(path, page.data, run=run)
    assert "sha256 of the whole matches" in run.err
