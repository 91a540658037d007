"""Bodies that end elsewhere than the known size says, and answers that never begin."""

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.content import first_difference
from support.digests import ALGORITHMS
from support.downloads import MIB, assert_complete, leave_partial, partial

SIZE = 3 * MIB + 5
KEEP = MIB
HONEST = (Exit.NETWORK, Exit.REFUSED, Exit.CHANGED)
FRAMINGS = {"chunked": t.chunked(), "close-delimited": t.close_delimited()}
WRONG_LENGTHS = {"short": -700_000, "long": 5000}


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def download(page, path, *options):
    return run_xget([page.url, "-o", path, *QUICK, "--retry", "2", *options], path.parent)


def assert_kept(page, path):
    """What is kept is right where it is not a hole, and a good server completes it."""
    assert not path.exists() and partial(path).exists()
    page.behave()
    assert_complete(path, page.data, run=download(page, path).expect(0))


# ---- the size is known from an earlier run ---------------------------------------------------


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("wrong", WRONG_LENGTHS)
def test_resumed_ranges_of_a_wrong_length_never_change_the_size(page, path, framing, wrong):
    leave_partial(page, path, KEEP)
    page.behave(t.resized(WRONG_LENGTHS[wrong]), FRAMINGS[framing])
    run = download(page, path).expect(0, *HONEST)
    if run.code == 0:
        assert_complete(path, page.data, run=run)
    else:
        assert wrong == "short", f"a range can be cut at its end\n{run}"
        assert_kept(page, path)


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("wrong", WRONG_LENGTHS)
def test_a_whole_body_of_a_wrong_length_is_not_taken_for_the_known_size(page, path, framing, wrong):
    leave_partial(page, path, KEEP)
    page.behave(t.whole(), t.resized(WRONG_LENGTHS[wrong]), FRAMINGS[framing])
    run = download(page, path).expect(0, *HONEST)
    if run.code == 0:
        assert wrong == "long", f"bytes are missing\n{run}"
        assert_complete(path, page.data, run=run)
    else:
        assert_kept(page, path)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_resumed_ranges_may_have_any_framing(page, path, framing):
    kept = leave_partial(page, path, KEEP)
    page.behave(FRAMINGS[framing])
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes < SIZE, f"{kept} bytes were there already\n{run}"


# ---- nothing says where the body ends --------------------------------------------------------


@pytest.mark.parametrize("ending", ["whole", "cut"])
def test_strict_refuses_a_body_whose_end_nothing_shows(page, path, ending):
    page.behave(t.no_length(), *([t.cut(2 * MIB, "fin")] if ending == "cut" else []))
    download(page, path, "--strict").expect(Exit.NOT_PROVEN)
    assert not path.exists()


@pytest.mark.parametrize("ending, code", [("whole", 0), ("cut", Exit.CHECKSUM)])
def test_a_digest_proves_where_a_body_ends(page, path, ending, code):
    page.behave(t.no_length(), *([t.cut(2 * MIB, "fin")] if ending == "cut" else []))
    digest = ALGORITHMS["sha256"](page.data)
    run = download(page, path, "--strict", "--checksum", f"sha256:{digest}").expect(code)
    if code == 0:
        assert_complete(path, page.data, run=run)
    else:
        assert not path.exists()


def test_strict_takes_a_chunked_body(page, path):
    page.behave(t.whole(), t.chunked())
    assert_complete(path, page.data, run=download(page, path, "--strict").expect(0))


# ---- a request that is taken and never answered ----------------------------------------------

FOR_EVER = t.silent()
ONCE = t.when(t.first(1), t.silent())
SILENCE = pytest.mark.parametrize("silence", [FOR_EVER, ONCE], ids=["for-ever", "once"])


def assert_noticed(page, path, run, silence, before: bytes | None = None):
    """The wait ends by itself: with the file, or with an error that keeps what there was."""
    if silence is ONCE:
        assert_complete(path, page.data, run=run.expect(0))
        return
    run.expect(Exit.NETWORK)
    assert (path.read_bytes() if path.exists() else None) == before, run


def short_waits(silence) -> list[str]:
    """What answers in the end is given more than one chance: the machine may be busy."""
    return ["--connect-timeout", "300ms", "--stall-timeout", "300ms",
            "--retry", "1" if silence is FOR_EVER else "10"]


@SILENCE
def test_silence_instead_of_the_first_answer(page, path, silence):
    page.behave(silence)
    assert_noticed(page, path, download(page, path, *short_waits(silence)), silence)
    assert len(page.requests) >= 2, "one silent request is no reason to give up"


@SILENCE
def test_silence_instead_of_the_rest(page, path, silence):
    leave_partial(page, path, KEEP)
    before = partial(path).read_bytes()
    page.behave(silence)
    assert_noticed(page, path, download(page, path, *short_waits(silence)), silence)
    if silence is FOR_EVER:
        assert partial(path).read_bytes() == before
        assert_kept(page, path)


@SILENCE
def test_silence_instead_of_the_samples(page, path, silence):
    """Another tool's file: the probe is answered, the request for a sample is not."""
    mine = page.data[:2 * MIB]
    path.write_bytes(mine)
    samples = 0

    def first_samples(x):
        nonlocal samples
        samples += t.middle(x)
        return t.middle(x) and (silence is FOR_EVER or samples == 1)

    page.behave(t.when(first_samples, t.silent()))
    run = download(page, path, "--resume", *short_waits(silence))
    assert_noticed(page, path, run, silence, before=mine)
    assert first_difference(path.read_bytes()[:len(mine)], mine) == "no difference"
