"""Stores that misbehave, played: whatever they say, an upload is never called done that is not,
never done twice, and what went wrong is said so that somebody can do something about it."""

import hashlib

import pytest

from support.command import QUICK, Exit, run_xget
from support.content import content
from support.downloads import KIB, MIB, assert_complete, partial
from support.played_store import (PlayedStore, cut, cut_document, env, refused, store,  # noqa: F401
                                  with_body, with_fields)

PART = 5 * MIB
SIZE = PART + 1000
DATA = content(SIZE, 0, "played")
SMALL = DATA[:1000]
INSIDE_200 = refused(200, "InternalError")


def upload(folder, env, *options, data=DATA):
    (folder / "file").write_bytes(data)
    return run_xget(["cp", *QUICK, "--part-size", "5M", "-n", "2", *options, "file",
                     "s3://bucket/key"], folder, env=env)


def checkpoints(folder):
    return sorted((folder / "state/xget/uploads").glob("*"))


def assert_there_once(store, folder, data=DATA):
    assert store.objects["key"].data == data
    assert store.made["key"] == 1
    assert not store.uploads
    assert not checkpoints(folder)


# ---- what passes --------------------------------------------------------------------------------

PASSING = {
    "SlowDown": refused(503, "SlowDown"),
    "503 without a word": refused(503, ""),
    "500": refused(500, "InternalError"),
    "RequestTimeout": refused(400, "RequestTimeout"),
    "a reset": cut(-1, "rst"),
    "an end": cut(-1, "fin"),
    "the clock is another": refused(403, "RequestTimeTooSkewed",
                                    Date="Mon, 01 Jan 2035 00:00:10 GMT"),
    "the clock is another, as 400": refused(400, "RequestTimeTooSkewed",
                                            Date="Mon, 01 Jan 2035 00:00:10 GMT"),
}


@pytest.mark.parametrize("step,trouble", [*(("part 1", trouble) for trouble in PASSING),
                                          ("begin", "SlowDown"), ("begin", "a reset"),
                                          ("begin", "the clock is another")])
def test_what_may_pass_is_asked_again(store, folder, env, step, trouble):
    store.play(step, PASSING[trouble])
    upload(folder, env).expect(0)
    assert_there_once(store, folder)
    assert store.asked.count(step) == 2


@pytest.mark.parametrize("trouble", ["SlowDown", "500", "a reset"])
def test_a_small_file_is_put_again(store, folder, env, trouble):
    store.play("put", PASSING[trouble])
    upload(folder, env, data=SMALL).expect(0)
    assert_there_once(store, folder, SMALL)


@pytest.mark.parametrize("step", ["begin", "part 1"])
def test_what_is_answered_and_lost_is_asked_again_and_leaves_nothing_behind(store, folder, env, step):
    store.play(step, cut(-1, "rst"), done=True)
    upload(folder, env).expect(0)
    assert_there_once(store, folder)


def test_an_upload_whose_connection_ends_as_it_begins_is_not_begun_twice_unseen(store, folder, env):
    """libcurl would ask again by itself where the connection was kept from the file before."""
    for name in ("a", "b"):
        (folder / name).write_bytes(DATA)
    answers = iter([lambda answer, _request: answer, cut(-1, "rst")])
    store.play("begin", lambda answer, request: next(answers)(answer, request), times=2, done=True)
    run_xget(["cp", *QUICK, "-j", "1", "-n", "1", "--part-size", "5M", "a", "b", "s3://bucket/x/"],
             folder, env=env).expect(0)
    assert store.begun == 3 and not store.uploads
    assert store.made == {"x/a": 1, "x/b": 1}


def test_a_store_that_stays_busy_is_left_and_gone_on_with(store, folder, env):
    store.play("part 2", refused(503, "SlowDown"), times=100)
    run = upload(folder, env, "--retry", "2").expect(Exit.NETWORK)
    assert "SlowDown" in run.err and "in the store\nthe same command goes on" in run.err
    assert store.made["key"] == 0
    store.behave()
    run = upload(folder, env).expect(0)
    assert "part 1" not in store.asked
    assert_there_once(store, folder)


def test_silence_is_a_stall(store, folder, env):
    store.play("part 1", cut(-1, "stall"))
    store.play("begin", cut(-1, "stall"))
    upload(folder, env, "--stall-timeout", "300ms").expect(0)
    assert_there_once(store, folder)


# ---- Complete -----------------------------------------------------------------------------------

UNANSWERED = {
    "an Error in a 200": INSIDE_200,
    "SlowDown": refused(503, "SlowDown"),
    "500": refused(500, "InternalError"),
    "a reset": cut(-1, "rst"),
    "silence": cut(-1, "stall"),
    "an end in the answer": cut(30, "fin"),
    "a reset in the answer": cut(30, "rst"),
    "an answer of half a document": cut_document(40),
    "an empty answer": cut_document(0),
    "no upload of that name": refused(404, "NoSuchUpload"),
}


@pytest.mark.parametrize("trouble", UNANSWERED)
def test_a_doubtful_end_that_was_one_is_seen_by_the_object(store, folder, env, trouble):
    store.play("complete", UNANSWERED[trouble], done=True)
    upload(folder, env, "--stall-timeout", "300ms").expect(0)
    assert_there_once(store, folder)
    assert store.begun == 1


@pytest.mark.parametrize("trouble", ["an Error in a 200", "a reset"])
def test_a_doubtful_end_that_was_none_is_asked_for_again(store, folder, env, trouble):
    store.play("complete", UNANSWERED[trouble])
    upload(folder, env).expect(0)
    assert_there_once(store, folder)
    assert store.asked.count("complete") == 2
    assert store.begun == 1


def test_a_doubtful_end_is_no_success_because_somebody_elses_object_is_there(store, folder, env):
    store.put("key", b"another's", ("x-amz-meta-xget-upload", "17"))
    store.play("complete", refused(200, "AccessDenied"))
    run = upload(folder, env).expect(Exit.REFUSED)
    assert "AccessDenied" in run.err
    assert store.objects["key"].data == b"another's"


def test_an_end_that_cannot_be_looked_at_is_no_success(store, folder, env):
    store.play("complete", cut(-1, "rst"), done=True)
    store.play("look", refused(403, "AccessDenied"))
    run = upload(folder, env)
    assert run.code != 0
    run = upload(folder, env).expect(0)  # the next run sees what became of it
    assert_there_once(store, folder)


@pytest.mark.parametrize("code,said", [("InvalidPart", "InvalidPart"),
                                       ("EntityTooSmall", "EntityTooSmall"),
                                       ("InvalidPartOrder", "InvalidPartOrder")])
def test_a_refused_end_is_told_by_its_name(store, folder, env, code, said):
    store.play("complete", refused(400, code), times=9)
    run = upload(folder, env)
    assert run.code != 0 and said in run.err
    assert "key" not in store.objects


# ---- wrong bytes --------------------------------------------------------------------------------

def test_a_part_that_was_kept_otherwise_is_sent_again(store, folder, env):
    kept = []

    def first_is_cut(what, data):
        kept.append(what)
        return data[:-1] if kept.count(what) == 1 and what == "part 1" else data
    store.stores = first_is_cut
    upload(folder, env).expect(0)
    assert_there_once(store, folder)


def test_parts_that_are_always_kept_otherwise_are_no_success(store, folder, env):
    store.stores = lambda what, data: data[:-1] if what == "part 1" else data
    run = upload(folder, env).expect(Exit.CHECKSUM)
    assert "other bytes than were read" in run.err
    assert "key" not in store.objects


def test_a_part_that_lies_about_its_etag_is_found_in_the_end(store, folder, env):
    """It says the digest of what was sent, and keeps something else."""
    store.stores = lambda what, data: data[:-1] + b"x" if what == "part 1" else data
    store.play("part 1", with_fields(ETag=f'"{hashlib.md5(DATA[:PART]).hexdigest()}"'), done=True)
    run = upload(folder, env)
    assert run.code != 0
    assert "key" not in store.objects


def test_an_object_of_another_etag_is_no_success(store, folder, env):
    store.play("complete", with_body("<ETag>.*</ETag>", f"<ETag>\"{'0' * 32}-2\"</ETag>"), done=True)
    run = upload(folder, env).expect(Exit.CHECKSUM)
    assert "other bytes than were sent" in run.err


def test_a_small_object_of_another_etag_is_no_success(store, folder, env):
    store.play("put", with_fields(ETag=f'"{"0" * 32}"'), done=True)
    run = upload(folder, env, data=SMALL).expect(Exit.CHECKSUM)
    assert "other bytes than were sent" in run.err


def test_bytes_that_change_on_the_wire_are_sent_again(store, folder, env):
    store.play("part 2", refused(400, "BadDigest"))
    upload(folder, env).expect(0)
    assert_there_once(store, folder)


def test_checksums_that_the_store_adds_are_no_hindrance(store, folder, env):
    fields = {"x_amz_checksum_crc32c": "AAAAAA==", "x_amz_checksum_type": "COMPOSITE",
              "x_amz_checksum_crc64nvme": "AAAAAAAAAAA="}
    for part in (1, 2):
        store.play(f"part {part}", with_fields(**fields), done=True)
    store.play("complete", with_body("</Comp", "<ChecksumCRC32C>AAAAAA==-2</ChecksumCRC32C>"
                                     "<ChecksumType>COMPOSITE</ChecksumType></Comp"), done=True)
    upload(folder, env).expect(0)
    assert_there_once(store, folder)


# ---- on the way ---------------------------------------------------------------------------------

def test_an_upload_that_somebody_aborts_begins_again(store, folder, env):
    store.play("part 2", refused(404, "NoSuchUpload"))
    upload(folder, env).expect(0)
    assert store.objects["key"].data == DATA
    assert store.made["key"] == 1


@pytest.mark.parametrize("step,answer", [
    ("begin", refused(301, "PermanentRedirect", "<Endpoint>bucket.s3.eu-west-3.amazonaws.com</Endpoint>",
                      x_amz_bucket_region="eu-west-3")),
    ("part 2", refused(307, "TemporaryRedirect", "<Region>eu-west-3</Region>")),
    ("complete", refused(400, "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>")),
], ids=["301", "307", "400"])
def test_a_bucket_elsewhere_is_signed_for_there(store, folder, env, step, answer):
    store.play(step, answer)
    upload(folder, env).expect(0)
    assert_there_once(store, folder)
    assert "/eu-west-3/s3/" in store.requests[-1].header("Authorization")


def test_a_bucket_that_is_always_elsewhere_is_told(store, folder, env):
    store.play("begin", refused(301, "PermanentRedirect", x_amz_bucket_region="eu-west-3"), times=9)
    run = upload(folder, env)
    assert run.code != 0 and "PermanentRedirect" in run.err
    assert store.asked.count("begin") == 2


@pytest.mark.parametrize("step", ["begin", "part 2", "complete"])
def test_a_token_that_ended_for_good_is_told_and_the_parts_are_kept(store, folder, env, step):
    store.play(step, refused(400, "ExpiredToken"), times=9)
    run = upload(folder, env)
    assert run.code == Exit.REFUSED
    assert "the store takes those that are there no more" in run.err
    assert "put others there" in run.err
    assert store.made["key"] == 0
    store.behave()
    upload(folder, env).expect(0)
    assert_there_once(store, folder)


# ---- the next run -------------------------------------------------------------------------------

def leave_unfinished(store, folder, env):
    store.play("part 2", refused(403, "AccessDenied"))
    upload(folder, env).expect(Exit.REFUSED)
    assert len(store.uploads) == 1
    store.behave()


@pytest.mark.parametrize("listing", [cut_document(60), cut_document(0), cut(30, "fin"),
                                     cut(30, "rst"), refused(503, "SlowDown")],
                         ids=["half a document", "empty", "an end", "a reset", "SlowDown"])
def test_a_listing_of_parts_that_is_cut_is_not_believed(store, folder, env, listing):
    leave_unfinished(store, folder, env)
    store.play("list", listing, done=True)
    if upload(folder, env).code != 0:
        assert "key" not in store.objects
        upload(folder, env).expect(0)
    assert_there_once(store, folder)


def test_parts_that_are_listed_with_other_bytes_are_sent_again(store, folder, env):
    leave_unfinished(store, folder, env)
    [left] = store.uploads.values()
    left.parts = {number: data[:-1] for number, data in left.parts.items()}
    upload(folder, env).expect(0)
    assert_there_once(store, folder)


# ---- downloads ----------------------------------------------------------------------------------

def download(folder, env, *options):
    return run_xget(["s3://bucket/key", "-o", "file", "-n", "3", *QUICK, *options], folder, env=env)


def test_a_412_in_the_middle_never_joins_two_versions(store, folder, env):
    store.put("key", DATA)
    new = content(SIZE, 1, "played")

    def replaced(answer, request):
        store.put("key", new)
        return refused(412, "PreconditionFailed")(answer, request)
    answered = []
    store.play("get", cut(300 * KIB, "rst"), done=True)
    store.play("get", lambda answer, request: answered.append(request) or replaced(answer, request))
    run = download(folder, env).expect(0)
    assert answered
    assert_complete(folder / "file", new, run=run)


def test_a_412_in_the_middle_ends_it_where_the_user_chose_so(store, folder, env):
    store.put("key", DATA)
    store.play("get", cut(300 * KIB, "rst"), done=True)
    store.play("get", refused(412, "PreconditionFailed"), times=99)
    run = download(folder, env, "--on-change", "fail").expect(Exit.CHANGED)
    assert not (folder / "file").exists()
    assert partial(folder / "file").exists()
    assert "another" in run.err or "changed" in run.err


@pytest.mark.parametrize("trouble", [cut(200 * KIB, "rst"), cut(200 * KIB, "fin"),
                                     refused(503, "SlowDown"), refused(500, "InternalError"),
                                     refused(400, "RequestTimeout"), INSIDE_200],
                         ids=["a reset", "an end", "SlowDown", "500", "RequestTimeout",
                              "an Error in a 200"])
def test_trouble_in_the_middle_of_a_download_is_gone_on_after(store, folder, env, trouble):
    store.put("key", DATA)
    store.play("get", cut(300 * KIB, "rst"), done=True)
    store.play("get", trouble, done=True)
    run = download(folder, env).expect(0)
    assert_complete(folder / "file", DATA, run=run)


def test_a_token_that_ends_in_the_middle_of_a_download_keeps_what_is_there(store, folder, env):
    store.put("key", DATA)
    store.play("get", cut(3 * MIB, "rst"), done=True)
    store.play("get", refused(400, "ExpiredToken"), times=99)
    run = download(folder, env, "--retry", "2")
    assert run.code == Exit.REFUSED
    assert "the store takes those that are there no more" in run.err
    assert not (folder / "file").exists()
    store.behave()
    run = download(folder, env).expect(0)
    assert_complete(folder / "file", DATA, run=run)
