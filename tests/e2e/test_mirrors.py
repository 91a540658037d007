"""Several URLs of one file: one version in the end, from whoever has it, as long as one does."""

import dataclasses
import hashlib

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.downloads import MIB, assert_complete, leave_partial, partial
from support.free_ports import free_port
from support.hostile_server import HostileServer

SIZE = 12 * MIB + 3
THIS = Resource(SIZE)
CHECKSUM = ["--checksum", "sha256:" + hashlib.sha256(THIS.data).hexdigest()]


def mirror(server, number: int, *twists, resource: Resource = THIS):
    """It has the same bytes, and an ETag of its own, as mirrors do."""
    named = dataclasses.replace(resource, etag=f'"mirror-{number}"')
    return server.serve(f"/mirror{number}/file", named, *twists)


def download(path, first, *others, options=()):
    named = [word for page in others for word in ("-m", page.url)]
    return run_xget([first.url, *named, "-o", path, *QUICK, *options], path.parent)


def test_all_of_them_serve_and_the_end_says_on_what_it_rests(server, path):
    pages = [mirror(server, n, t.Pacer(4 * MIB)) for n in range(3)]
    run = download(path, *pages).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert all(page.body_bytes > MIB for page in pages), [page.body_bytes for page in pages]
    assert "3 mirrors agree in size and in samples" in run.err, run


def test_with_a_checksum_that_is_what_it_rests_on(server, path):
    pages = [mirror(server, n, t.Pacer(4 * MIB)) for n in range(2)]
    run = download(path, *pages, options=CHECKSUM).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert "sha256 matches" in run.err, run


DEAD = {
    "not found": t.status(404),
    "forbidden": t.status(403),
    "busy": t.status(503),
    "fails": t.status(500),
    "silent": t.silent(),
    "no answer": t.raw_head(b"nonsense\r\n\r\n"),
    "refuses a good range": t.content_range(None),
}


@pytest.mark.parametrize("way", DEAD)
@pytest.mark.parametrize("place", [0, 1], ids=["the first", "the second"])
def test_one_that_gives_nothing_is_no_hindrance(server, path, way, place):
    pages = [mirror(server, 0), mirror(server, 1)]
    pages[place].behave(DEAD[way])
    run = download(path, *pages).expect(0)
    assert_complete(path, THIS.data, run=run)


def test_one_that_cannot_be_reached_is_no_hindrance(server, path):
    page = mirror(server, 1)
    run = run_xget([f"http://127.0.0.1:{free_port()}/file", "-m", page.url, "-o", path, *QUICK],
                   path.parent).expect(0)
    assert_complete(path, THIS.data, run=run)


def test_all_of_them_refuse_and_the_error_says_why(server, path):
    pages = [mirror(server, n, DEAD["not found"]) for n in range(3)]
    run = download(path, *pages).expect(Exit.REFUSED)
    assert "404" in run.err, run
    assert not path.exists()


BAD = {
    "other bytes under an ETag of its own":
        lambda server: mirror(server, 1, resource=dataclasses.replace(THIS, seed="other")),
    "another size": lambda server: mirror(server, 1, resource=dataclasses.replace(
        THIS, size=SIZE + 1)),
    "the whole for a range": lambda server: mirror(server, 1, t.whole()),
    "a login page for a range": lambda server: mirror(
        server, 1, t.when(t.ranged, t.header("Content-Type", "text/html"), t.whole())),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_a_bad_one_sends_is_never_in_the_file(server, path, kind):
    good, bad = mirror(server, 0, t.Pacer(6 * MIB)), BAD[kind](server)
    run = download(path, good, bad).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert bad.requests, run
    assert "ETag" in run.err or "validator" in run.err, run  # all of it is the good one's


@pytest.mark.parametrize("place", [0, 1], ids=["the first", "the second"])
def test_one_that_freezes_in_the_middle_is_left(server, path, place):
    pages = [mirror(server, n, t.Pacer(8 * MIB)) for n in range(2)]
    pages[place].behave(t.Gate(2 * MIB), t.Pacer(8 * MIB))
    run = download(path, *pages).expect(0)
    assert_complete(path, THIS.data, run=run)


def test_one_that_goes_away_in_the_middle_is_left(server, path):
    pages = [mirror(server, n, t.Pacer(8 * MIB)) for n in range(2)]
    pages[0].behave(t.when(t.from_byte(2 * MIB), DEAD["not found"]), t.cut(3 * MIB, "rst"))
    run = download(path, *pages).expect(0)
    assert_complete(path, THIS.data, run=run)


def test_one_that_changes_in_the_middle_is_left(server, path):
    pages = [mirror(server, n, t.Pacer(8 * MIB)) for n in range(2)]
    other = THIS.next_version(etag='"the next"')
    pages[0].behave(t.when(t.from_byte(2 * MIB), lambda x: x.serve(other)), t.cut(2 * MIB, "rst"))
    run = download(path, *pages).expect(0)
    assert_complete(path, THIS.data, other.data, run=run)


def test_another_mirror_goes_on_from_what_the_first_left(server, path):
    first, second = mirror(server, 0), mirror(server, 1)
    leave_partial(first, path, 6 * MIB)
    first.behave(DEAD["not found"])
    run = download(path, first, second).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert second.body_bytes < SIZE - 2 * MIB, run
    assert "samples agree" in run.err, run


def test_a_mirror_with_another_version_does_not_cost_what_is_there(server, path):
    first, other, second = (mirror(server, 0),
                            mirror(server, 1, resource=dataclasses.replace(THIS, seed="other")),
                            mirror(server, 2))
    leave_partial(first, path, 6 * MIB)
    first.behave(DEAD["not found"])
    run = download(path, first, other, second).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert second.body_bytes < SIZE - 2 * MIB, run


def leave_partial_of_two(pages, path):
    """Interrupted when two mirrors have given some."""
    for page in pages:
        page.behave(t.Pacer(2 * MIB))
    child = start_xget([pages[0].url, "-m", pages[1].url, "-o", path, *QUICK], path.parent)
    with child:
        wait_until(lambda: all(page.body_bytes > MIB for page in pages), "both serve", 30)
        child.interrupt()
        child.wait().expect(Exit.INTERRUPTED)
    assert partial(path).exists()
    for page in pages:
        page.behave()


def test_what_mirrors_joined_is_not_taken_for_proven_by_a_later_run(server, path):
    pages = [mirror(server, n) for n in range(2)]
    leave_partial_of_two(pages, path)
    run = download(path, pages[0]).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert "samples agree" in run.err, run


def test_one_whose_wrong_byte_no_sample_meets_costs_what_it_gave(server, path):
    good = mirror(server, 0, t.Pacer(4 * MIB))
    bad = mirror(server, 1, *(t.wrong_byte(place * MIB + 4711) for place in range(1, 12)),
                 t.Pacer(4 * MIB))
    run = download(path, good, bad, options=CHECKSUM).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert good.body_bytes < SIZE + SIZE // 2, run  # with what was on its way at cuts


def test_the_first_has_other_bytes_and_only_the_digest_tells(server, path):
    bad = mirror(server, 0, resource=dataclasses.replace(THIS, seed="other"))
    good = mirror(server, 1)
    run = download(path, bad, good, options=CHECKSUM).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert "does not match" in run.err, run


def test_when_none_has_what_the_digest_names_it_is_an_error(server, path):
    other = dataclasses.replace(THIS, seed="other")
    pages = [mirror(server, n, resource=other) for n in range(3)]
    run = download(path, *pages, options=CHECKSUM).expect(Exit.CHECKSUM)
    assert not path.exists(), run


def test_bytes_that_were_set_aside_are_not_said_to_be_kept(server, path):
    bad = mirror(server, 0, resource=dataclasses.replace(THIS, seed="other"))
    down = mirror(server, 1, t.status(503))
    run = download(path, bad, down, options=CHECKSUM)
    assert run.code != Exit.SUCCESS and not path.exists(), run
    assert not partial(path).exists(), run
    assert f" in {partial(path)}" not in run.err, run


def with_pieces(path, pages):
    """A Metalink that says the digests of pieces of a MiB."""
    data = THIS.data
    hashes = "".join(f"<hash>{hashlib.sha256(data[at:at + MIB]).hexdigest()}</hash>"
                     for at in range(0, len(data), MIB))
    urls = "".join(f"<url>{page.url}</url>" for page in pages)
    metalink = path.with_name("pieces.meta4")
    metalink.write_text(
        f'<metalink xmlns="urn:ietf:params:xml:ns:metalink"><file name="{path.name}">'
        f'<size>{SIZE}</size><pieces length="{MIB}" type="sha-256">{hashes}</pieces>{urls}'
        "</file></metalink>")
    return metalink


@pytest.mark.parametrize("place", [0, 1], ids=["the first", "the second"])
def test_a_wrong_piece_names_its_source_which_is_left(server, path, place):
    wrong = [t.wrong_byte(at * MIB // 2 + 4711) for at in range(1, 24)]
    pages = [mirror(server, n, *(wrong if n == place else ()), t.Pacer(4 * MIB)) for n in range(2)]
    metalink = with_pieces(path, pages)
    run = run_xget([pages[0].url, "-m", pages[1].url, "-o", path, "--pieces", metalink, *QUICK],
                   path.parent).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert "gave wrong bytes" in run.err, run


def test_strict_takes_nothing_that_samples_alone_prove(server, path):
    pages = [mirror(server, n, t.Pacer(6 * MIB)) for n in range(2)]
    run = download(path, *pages, options=["--strict"]).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert not pages[1].requests, run


def test_strict_with_a_checksum_takes_all(server, path):
    pages = [mirror(server, n, t.Pacer(4 * MIB)) for n in range(2)]
    run = download(path, *pages, options=["--strict", *CHECKSUM]).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert pages[1].body_bytes > MIB, run


def test_what_is_meant_for_one_origin_is_not_sent_to_mirrors_elsewhere(server, path):
    with HostileServer() as elsewhere:
        here, there = mirror(server, 0, t.Pacer(6 * MIB)), mirror(elsewhere, 1, t.Pacer(6 * MIB))
        secrets_stay_at_home(path, here, there)


def secrets_stay_at_home(path, here, there):
    run = download(path, here, there, options=[
        "-u", "me:secret", "-H", "X-Token: secret", "-e", "http://from.invalid/"]).expect(0)
    assert_complete(path, THIS.data, run=run)
    assert here.requests[0].request.header("X-Token") == "secret"
    assert there.requests
    for seen in there.requests:
        for name in ("Authorization", "X-Token", "Referer"):
            assert seen.request.header(name) is None, (name, run)


def test_standard_output_takes_the_first_that_answers(server, path):
    dead, good = mirror(server, 0, DEAD["not found"]), mirror(server, 1)
    run = run_xget([dead.url, "-m", good.url, "-o", "-", *QUICK], path.parent).expect(0)
    assert run.out == THIS.data


def test_mirrors_are_of_one_file(server, path):
    page = mirror(server, 0)
    run = run_xget([page.url, page.url + "2", "-m", page.url, *QUICK], path.parent)
    run.expect(Exit.USAGE)
    assert "--mirror" in run.err and "one URL" in run.err, run


def test_many_mirrors_are_no_burden(server, path):
    """Most are never asked."""
    pages = [mirror(server, n) for n in range(20)]
    run = download(path, *pages, *(pages[1:] * 100)).expect(0)
    assert_complete(path, THIS.data, run=run)
