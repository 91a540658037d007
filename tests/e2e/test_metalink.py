"""Metalinks: local or by URL, of one file or of many, and what strangers may not do by one."""

import pathlib

import pytest

from support import metalinks
from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.downloads import FREQUENT, MIB, assert_complete, partial
from support.hostile_server import HostileServer
from support.metalinks import File

RESOURCE = Resource(3 * MIB + 5)
OTHER = Resource(MIB, seed="other")
ZEROS = "0" * 64


def fetch(folder: pathlib.Path, *arguments, **more):
    return run_xget([*arguments, *QUICK], folder, **more)


def names_in(folder: pathlib.Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def described(page, name: str = "file") -> File:
    return File(name, (page.url,), data=page.data)


@pytest.mark.parametrize("write", [metalinks.version_3, metalinks.version_4])
@pytest.mark.parametrize("name", ["x.metalink", "x.meta4", "X.META4"])
def test_a_local_metalink_is_what_its_name_says(server, folder, write, name):
    page = server.serve("/mirror", RESOURCE)
    metalinks.write(folder / name, write(described(page)))
    run = fetch(folder, name).expect(0)
    assert_complete(folder / "file", page.data, run=run)
    assert "sha256 matches" in run.err


def test_an_option_names_a_metalink_of_any_name(server, folder):
    page = server.serve("/mirror", RESOURCE)
    metalinks.write(folder / "list", metalinks.version_4(described(page)))
    run = fetch(folder, "-M", "list").expect(0)
    assert_complete(folder / "file", page.data, run=run)


@pytest.mark.parametrize("name, before", [("x.meta4", ""), ("list", ""), ("list", "\ufeff \n")])
def test_a_metalink_may_be_the_list(server, folder, name, before):
    pages = [server.serve(f"/{i}", Resource(1000 + i, seed=str(i))) for i in range(3)]
    files = [described(page, f"file{i}") for i, page in enumerate(pages)]
    text = metalinks.version_3(*files)
    metalinks.write(folder / name, before + (text.split("\n", 1)[1] if before else text))
    fetch(folder, "-i", name, "-d", "into").expect(0)
    assert names_in(folder / "into") == ["file0", "file1", "file2"]
    for i, page in enumerate(pages):
        assert_complete(folder / "into" / f"file{i}", page.data)


def test_a_list_that_is_a_metalink_is_none_where_none_is_read(server, folder):
    page = server.serve("/file", OTHER)
    metalinks.write(folder / "x.meta4", metalinks.version_4(described(page)))
    fetch(folder, "-i", "x.meta4", "--no-metalink").expect(Exit.USAGE)
    assert not page.requests and names_in(folder) == ["x.meta4"]


@pytest.mark.parametrize("option", [[], ["-M"]])
@pytest.mark.parametrize("hops", [0, 2])
def test_a_metalink_by_url(server, folder, option, hops):
    page = server.serve("/mirror", RESOURCE)
    metalinks.serve(server, "/real", metalinks.version_4(described(page)))
    listed = server.serve("/x.meta4", None, t.redirect("/hop" if hops > 1 else "/real"))
    server.serve("/hop", None, t.redirect("/real"))
    if hops == 0:
        listed = metalinks.serve(server, "/x.meta4", metalinks.version_4(described(page)))
    run = fetch(folder, *option, listed.url + "?v=1").expect(0)
    assert_complete(folder / "file", page.data, run=run)
    assert names_in(folder) == ["file"]


@pytest.mark.parametrize("content_type", [metalinks.TYPE, metalinks.TYPE_OF_VERSION_3,
                                          metalinks.TYPE + "; charset=utf-8"])
def test_what_a_server_calls_a_metalink_is_one(server, folder, content_type):
    page = server.serve("/mirror", RESOURCE)
    listed = metalinks.serve(server, "/download", metalinks.version_4(described(page)),
                             content_type=content_type)
    run = fetch(folder, listed.url).expect(0)
    assert_complete(folder / "file", page.data, run=run)
    assert names_in(folder) == ["file"]
    assert "a Metalink of 1 file" in run.err


@pytest.mark.parametrize("path", ["/download", "/x.meta4"])
def test_unless_it_is_wanted_itself(server, folder, path):
    text = metalinks.version_4(File("file", ("http://127.0.0.1:1/",)))
    listed = metalinks.serve(server, path, text)
    fetch(folder, "--no-metalink", listed.url).expect(0)
    assert (folder / path[1:]).read_text() == text


def test_who_calls_the_file_like_a_metalink_gets_the_metalink(server, folder):
    text = metalinks.version_4(File("file", ("http://127.0.0.1:1/",)))
    listed = metalinks.serve(server, "/x.meta4", text, content_type="text/xml")
    fetch(folder, listed.url, "-o", "kept.meta4").expect(0)
    assert (folder / "kept.meta4").read_text() == text


def test_a_metalink_leads_to_no_other_metalink(server, folder):
    text = metalinks.version_4(File("inner.meta4", (server.url + "/inner.meta4",)))
    metalinks.serve(server, "/inner.meta4", text)
    outer = metalinks.serve(server, "/outer.meta4", text)
    fetch(folder, outer.url).expect(0)
    assert (folder / "inner.meta4").read_text() == text


def test_many_files_many_metalinks_and_a_url_in_one_run(server, folder):
    pages = [server.serve(f"/{i}", Resource(1000 + i, seed=str(i))) for i in range(30)]
    files = [described(page, f"file-{i}") for i, page in enumerate(pages)]
    listed = metalinks.serve(server, "/x.meta4", metalinks.version_4(*files[:10]))
    metalinks.write(folder / "y.meta4", metalinks.version_3(*files[10:20]))
    metalinks.write(folder / "z", metalinks.version_4(*files[20:]))
    single = server.serve("/single", OTHER)
    (folder / "to").mkdir()
    run = fetch(folder, single.url, listed.url, "y.meta4", "-M", "z", "-d", "to").expect(0)
    for i, page in enumerate(pages):
        assert_complete(folder / "to" / f"file-{i}", page.data, run=run)
    assert_complete(folder / "to" / "single", single.data, run=run)
    assert "31 of 31 downloads complete" in run.err


def test_a_file_may_get_another_name_or_go_to_standard_output(server, folder):
    page = server.serve("/mirror", RESOURCE)
    metalinks.write(folder / "x.meta4", metalinks.version_4(described(page)))
    run = fetch(folder, "x.meta4", "-o", "other").expect(0)
    assert_complete(folder / "other", page.data, run=run)
    assert fetch(folder, "x.meta4", "-o", "-").expect(0).out == page.data
    assert names_in(folder) == ["other", "x.meta4"]


def test_one_name_for_two_files_is_refused_before_any_request(server, folder):
    page = server.serve("/mirror", RESOURCE)
    files = [described(page, "one"), described(page, "two")]
    metalinks.write(folder / "x.meta4", metalinks.version_4(*files))
    run = fetch(folder, "x.meta4", "-o", "other").expect(Exit.USAGE)
    assert "it is for one file, and x.meta4 describes 2" in run.err
    metalinks.write(folder / "x.meta4", metalinks.version_4(files[0], described(page, "a/one")))
    run = fetch(folder, "x.meta4").expect(Exit.USAGE)
    assert "two of its files would have the name one" in run.err
    assert not page.requests


@pytest.mark.parametrize("given, name", [
    ("../../../etc/passwd", "passwd"), ("/etc/passwd", "passwd"),
    ("..\\..\\a.exe", "a.exe"), (".ssh/authorized_keys", "authorized_keys"), (".bashrc", "_bashrc"),
    ("-rf", "_rf"), ("/dev/null", "null"), ("victim.iso.partial.json", "victim.iso_partial.json"),
    ("a\tb", "a_b"), ("gpj\u202e.exe", "gpj_.exe"),
])
def test_a_name_is_one_safe_component(server, folder, given, name):
    page = server.serve("/mirror", OTHER)
    inner = folder / "inner"
    inner.mkdir()
    # A literal tab would be a space by XML's rules.
    text = metalinks.version_4(described(page, given)).replace("\t", "&#9;")
    listed = metalinks.serve(server, "/x.meta4", text)
    fetch(inner, listed.url).expect(0)
    assert names_in(folder) == ["inner"]
    assert names_in(inner) == [name]


def test_nothing_that_exists_is_replaced_unasked(server, folder):
    page = server.serve("/mirror", OTHER)
    listed = metalinks.serve(server, "/x.meta4", metalinks.version_4(described(page)))
    (folder / "file").write_bytes(b"precious")
    fetch(folder, listed.url).expect(Exit.EXISTS)
    assert (folder / "file").read_bytes() == b"precious"
    fetch(folder, listed.url, "--overwrite").expect(0)
    assert_complete(folder / "file", page.data)


def test_wrong_bytes_are_refused_by_the_metalink_s_digest_and_not_by_the_user_s(server, folder):
    page = server.serve("/mirror", OTHER)
    wrong = File("file", (page.url,), data=page.data, sha256=ZEROS)
    metalinks.write(folder / "x.meta4", metalinks.version_4(wrong))
    fetch(folder, "x.meta4").expect(Exit.CHECKSUM)
    assert not (folder / "file").exists()
    right = described(page).told_digest()
    fetch(folder, "x.meta4", "--no-resume", "--checksum", f"sha256:{right}").expect(0)
    assert_complete(folder / "file", page.data)


def test_a_list_of_checksums_goes_before_a_metalink_s_digests(server, folder):
    pages = [server.serve(f"/{name}", Resource(1000, seed=name)) for name in "ab"]
    files = [File(page.path[1:], (page.url,), data=page.data, sha256=ZEROS) for page in pages]
    metalinks.write(folder / "x.meta4", metalinks.version_4(*files))
    sums = [f"{described(page).told_digest()}  {page.path[1:]}\n" for page in pages]
    (folder / "SHA256SUMS").write_text("".join(sums))
    run = fetch(folder, "x.meta4", "--checksum-file", "SHA256SUMS").expect(0)
    assert run.err.count("sha256 matches, as SHA256SUMS says") == 2


@pytest.mark.parametrize("write", [metalinks.version_3, metalinks.version_4])
def test_pieces_that_come_wrongly_are_fetched_again_alone(server, folder, write):
    wrong = RESOURCE.next_version(etag=RESOURCE.etag_field(), last_modified=RESOURCE.last_modified)
    page = server.serve("/mirror", RESOURCE, t.when(t.first(1), lambda x: x.serve(wrong)))
    listed = File("file", (page.url,), data=page.data, piece_length=MIB // 2)
    metalinks.write(folder / "x.meta4", write(listed))
    run = fetch(folder, "x.meta4", "-n", "2").expect(0)
    assert_complete(folder / "file", page.data, run=run)
    assert "sha1 of 7 pieces and sha256 of the whole match, as x.meta4 says" in run.err


@pytest.mark.parametrize("twists", [(), (t.whole(),), (t.chunked(), )])
@pytest.mark.parametrize("by", [-1, 1])
def test_a_server_with_another_size_has_another_file(server, folder, twists, by):
    page = server.serve("/mirror", OTHER, *twists)
    listed = File("file", (page.url,), size=OTHER.size + by)
    metalinks.write(folder / "x.meta4", metalinks.version_4(listed))
    run = fetch(folder, "x.meta4").expect(Exit.CHANGED)
    assert f"its size is {OTHER.size} bytes, and that of the wanted file is {OTHER.size + by}" \
        in run.err
    assert not (folder / "file").exists()


def test_one_file_that_fails_keeps_the_others_from_nothing(server, folder):
    page = server.serve("/mirror", OTHER)
    gone = server.serve("/gone", OTHER, t.status(404))
    text = metalinks.version_4(File("no-url", ("ftp://127.0.0.1/x",)), described(gone, "gone"),
                               described(page))
    metalinks.write(folder / "x.meta4", text)
    run = fetch(folder, "x.meta4").expect(Exit.USAGE, Exit.REFUSED)
    assert "x.meta4: no-url: it has no http or https URL that can be used" in run.err
    assert_complete(folder / "file", page.data, run=run)
    assert names_in(folder) == ["file", "x.meta4"]
    assert "1 of 3 downloads complete" in run.err


def test_a_metalink_goes_on_where_it_was_stopped(server, folder):
    page = server.serve("/mirror", RESOURCE)
    page.gate = t.Gate(2 * MIB)
    page.behave(page.gate)
    listed = metalinks.serve(server, "/x.meta4",
                             metalinks.version_4(described(page), described(page, "second")))
    with start_xget([listed.url, *QUICK, *FREQUENT, "--stall-timeout", "1m"], folder) as child:
        wait_until(lambda: page.gate.reached.is_set(), "bytes arrive")
        wait_until(lambda: "Metalink" in child.err(), "it is read")
        child.interrupt()
        run = child.wait().expect(Exit.INTERRUPTED)
    page.gate.open()
    assert listed.url in run.err.split("to go on: ")[1]
    assert partial(folder / "file").exists() or partial(folder / "second").exists()
    run = fetch(folder, listed.url).expect(0)
    for name in ("file", "second"):
        assert_complete(folder / name, page.data, run=run)


def test_only_metalinks_that_are_not_done_are_in_the_command_that_goes_on(server, folder):
    page = server.serve("/mirror", OTHER)
    busy = server.serve("/busy", OTHER, t.busy(503))
    metalinks.write(folder / "done", metalinks.version_4(described(page, "one")))
    metalinks.write(folder / "not done", metalinks.version_4(described(busy, "two")))
    run = fetch(folder, "-M", "done", "-M", "not done").expect(Exit.NETWORK)
    command = run.err.split("to go on: ")[1]
    assert "-M 'not done'" in command and "-M done" not in command


@pytest.mark.parametrize("text, says", [
    ("<html>\n</html>", "line 1: it is no Metalink"),
    ("not\nXML", "line 1: it is no sound XML"),
    ("", "line 1: it is no sound XML"),
    (metalinks.version_4().replace("</metalink>", "<a>" * 100), "line 3: it is nested too deeply"),
    ('<!DOCTYPE x [<!ENTITY a "' + "b" * 1000 + '">\n]><x>&a;&a;</x>', "line 1: it has a DOCTYPE"),
    (metalinks.version_4(), "it describes no file"),
    (metalinks.version_4(File("f")).replace("</file>", "<size>1e9</size></file>"),
     "line 4: a size is no number of bytes"),
    (metalinks.version_4(File("f", sha256="00")), "line 4: a hash does not have its type's digits"),
])
@pytest.mark.parametrize("local", [False, True])
def test_a_metalink_that_grows_nests_or_is_none_is_refused_with_its_line(server, folder, text,
                                                                         says, local):
    listed = metalinks.serve(server, "/x.meta4", text)
    metalinks.write(folder / "x.meta4", text)
    run = fetch(folder, "x.meta4" if local else listed.url).expect(Exit.USAGE)
    assert says in run.err
    assert ("--no-metalink" in run.err) == (not local)
    assert names_in(folder) == ["x.meta4"]


@pytest.mark.parametrize("announced", [False, True])
def test_a_metalink_without_end_is_left_at_its_limit(server, folder, announced):
    text = "<metalink>" + " " * (40 * MIB)
    listed = metalinks.serve(server, "/x.meta4", text, *([] if announced else [t.chunked()]))
    run = fetch(folder, listed.url).expect(Exit.REFUSED)
    assert "it is larger than 32.0 MiB, the most that is taken for a Metalink" in run.err
    assert listed.body_bytes < 40 * MIB
    assert names_in(folder) == []


def test_a_metalink_is_fetched_again_after_failures_and_as_a_whole(server, folder):
    page = server.serve("/mirror", OTHER)
    text = metalinks.version_4(described(page))
    listed = metalinks.serve(server, "/x.meta4", text, t.when(t.first(1), t.busy(503)),
                             t.when(lambda x: x.number == 2, t.cut(len(text) // 2, "fin")),
                             t.when(lambda x: x.number == 3, t.silent()))
    run = fetch(folder, listed.url).expect(0)
    assert_complete(folder / "file", page.data, run=run)
    assert [seen.range for seen in listed.requests] == [None] * 4


def test_a_metalink_that_is_not_there_is_an_error_of_its_url(server, folder):
    missing = server.serve("/x.meta4", None, t.status(404))
    run = fetch(folder, missing.url).expect(Exit.REFUSED)
    assert f"fetch the Metalink {missing.url}: HTTP status 404" in run.err
    run = fetch(folder, "-M", "no/such").expect(Exit.USAGE)
    assert "read the Metalink no/such: cannot be read: No such file or directory" in run.err


def test_an_interrupt_ends_the_wait_for_a_metalink(server, folder):
    listed = server.serve("/x.meta4", None, t.silent())
    with start_xget([listed.url], folder) as child:
        wait_until(lambda: listed.requests, "it is asked for")
        child.interrupt()
        child.wait().expect(Exit.INTERRUPTED)


def secrets_seen(page) -> set:
    """Which of what was given came with the page's requests."""
    return {value for seen in page.requests for name, value in seen.request.headers
            if name.lower() in ("authorization", "x-token", "referer", "cookie")}


def test_what_is_given_for_a_metalink_goes_to_its_origin_alone(server, folder):
    with HostileServer() as mirror:
        page = mirror.serve("/mirror", OTHER)
        again = mirror.serve("/again", OTHER)
        page.behave(t.cut(MIB // 2, "fin"))
        urls = tuple(mirror.url_at("localhost") + path for path in ("/mirror", "/again"))
        foreign = File("foreign", urls, data=page.data)
        own = server.serve("/own", OTHER)
        text = metalinks.version_4(foreign, described(own, "own"))
        listed = metalinks.serve(server, "/x.meta4", text)
        netrc = metalinks.write(folder / "netrc", "default login any password of-the-netrc")
        netrc.chmod(0o600)
        fetch(folder, listed.url, "-H", "X-Token: canary", "-u", "me:canary", "-e",
              "http://canary.example/", "--netrc-file", netrc).expect(0)
        assert page.requests and again.requests
        assert secrets_seen(page) == secrets_seen(again) == set()
        assert len(secrets_seen(own)) == len(secrets_seen(listed)) == 3


def test_what_is_given_goes_nowhere_from_a_local_metalink(server, folder):
    page = server.serve("/mirror", OTHER)
    metalinks.write(folder / "x.meta4", metalinks.version_4(described(page)))
    netrc = metalinks.write(folder / "netrc", "default login any password of-the-netrc")
    netrc.chmod(0o600)
    fetch(folder, "x.meta4", "-H", "X-Token: canary", "-u", "me:canary", "--netrc-file",
          netrc).expect(0)
    assert secrets_seen(page) == set()


def test_a_metalink_over_https_hands_no_file_without_a_digest_to_plain_http(
        server, tls_server, certificates, folder):
    page = server.serve("/mirror", OTHER)
    trust = ["--cacert", certificates.ca]
    bare = metalinks.serve(tls_server, "/x.meta4", metalinks.version_4(File("file", (page.url,))))
    run = fetch(folder, bare.url, *trust).expect(Exit.USAGE)
    assert "no digest in it resists forgery, and it has no https URL" in run.err
    assert not page.requests
    proven = metalinks.serve(tls_server, "/y.meta4", metalinks.version_4(described(page)))
    fetch(folder, proven.url, *trust).expect(0)
    assert_complete(folder / "file", page.data)


@pytest.mark.parametrize("worst", [t.status(404), t.silent(), t.login_page(),
                                   lambda x: x.serve(OTHER)],
                         ids=["missing", "silent", "a login page", "another file"])
def test_other_mirrors_serve_where_the_first_is_no_good(server, folder, worst):
    bad = server.serve("/bad", RESOURCE, worst)
    good = [server.serve(f"/good-{i}", RESOURCE) for i in range(2)]
    listed = File("file", (bad.url, *(page.url for page in good)), data=RESOURCE.data)
    metalinks.write(folder / "x.meta4", metalinks.version_4(listed))
    run = fetch(folder, "x.meta4").expect(0)
    assert_complete(folder / "file", RESOURCE.data, run=run)


def test_a_mirror_that_lies_is_left_out(server, folder):
    paced = t.rate(4 * MIB)
    wrong = RESOURCE.next_version(etag=RESOURCE.etag_field(), last_modified=RESOURCE.last_modified)
    pages = [server.serve(f"/{i}", RESOURCE, paced) for i in range(3)]
    liar = server.serve("/liar", wrong, paced)
    urls = (pages[0].url, liar.url, *(page.url for page in pages[1:]))
    listed = File("file", urls, data=RESOURCE.data, piece_length=MIB // 4)
    metalinks.write(folder / "x.meta4", metalinks.version_4(listed))
    run = fetch(folder, "x.meta4").expect(0)
    assert_complete(folder / "file", RESOURCE.data, run=run)
    assert "sha1 of 13 pieces and sha256 of the whole match, as x.meta4 says" in run.err


def test_mirrors_in_the_wanted_country_go_first(server, folder):
    far = server.serve("/far", OTHER)
    near = server.serve("/near", OTHER)
    urls = ((far.url, {"priority": 1, "location": "us"}), (near.url, {"priority": 9,
                                                                      "location": "de"}))
    metalinks.write(folder / "x.meta4", metalinks.version_4(File("file", urls, data=near.data)))
    fetch(folder, "x.meta4", "--location", "DE").expect(0)
    assert min([*near.requests, *far.requests], key=lambda seen: seen.time) in near.requests


@pytest.mark.parametrize("options, says", [
    (["--no-metalink", "-M", "x"], "--no-metalink: contradicts --metalink"),
    (["--location", "Germany", "x.meta4"], "is not a country's two letters"),
    (["-M", "x", "-o", "a", "-o", "b"], "2 given for 1 URL"),
])
def test_nonsense_is_refused(folder, options, says):
    metalinks.write(folder / "x.meta4", metalinks.version_4(File("file", ("http://h/",))))
    assert says in fetch(folder, *options).expect(Exit.USAGE).err
