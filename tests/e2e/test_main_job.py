"""One URL, one right file, from servers that real people run."""

import pytest

from support.answers import Resource
from support.command import QUICK, run_xget
from support.content import content
from support.downloads import MIB, assert_complete
from support.real_servers import NAMES, start_server

SIZES = [0, 1, 10_240, MIB - 1, MIB, MIB + 1, 20 * MIB]


@pytest.fixture(scope="module", params=NAMES)
def real(request, certificates):
    with start_server(request.param, certificates) as running:
        for size in SIZES:
            running.publish(f"file-{size}", content(size))
        yield running


@pytest.mark.parametrize("connections", [1, 4, 16])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_real_server_gives_the_right_file(real, certificates, folder, scheme, size, connections):
    base = real.url if scheme == "http" else real.tls_url
    path = folder / "got"
    run = run_xget([f"{base}/file-{size}", "-o", path, "--resume", "-n", connections, *QUICK,
                    "--cacert", certificates.ca], folder)
    run.expect(0)
    assert_complete(path, content(size), run=run)


@pytest.mark.parametrize("size", SIZES)
def test_a_real_server_streams_in_order(real, folder, size):
    run = run_xget([f"{real.url}/file-{size}", "-o", "-", *QUICK], folder)
    run.expect(0)
    assert run.out == content(size)


def test_a_certificate_of_an_unknown_authority_is_refused(real, folder):
    run = run_xget([f"{real.tls_url}/file-1", "-o", "got", *QUICK], folder)
    assert run.code in (3, 4), run
    assert not (folder / "got").exists()
    run_xget([f"{real.tls_url}/file-1", "-o", "got", "--insecure", *QUICK], folder).expect(0)


# ---- how it asks -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 10_240])
def test_a_tiny_file_costs_one_request_and_no_sidecar(server, folder, size):
    page = server.serve("/tiny", Resource(size))
    path = folder / "tiny"
    run = run_xget([page.url, "-o", path, *QUICK], folder).expect(0)
    assert_complete(path, page.data, run=run)
    # An empty resource satisfies no range: its 416 tells the size, and may need a second word.
    assert len(page.requests) <= (1 if size else 2), page.ranges
    assert [entry.name for entry in folder.iterdir()] == ["tiny"]


def test_the_probe_asks_for_everything_from_zero_and_never_uses_head(server, folder):
    page = server.serve("/file", Resource(3 * MIB))
    run_xget([page.url, "-o", "got", *QUICK], folder).expect(0)
    assert page.ranges[0] == "bytes=0-"
    assert not server.unknown
    assert page.requests[0].request.header("Accept-Encoding") in (None, "identity")


@pytest.mark.parametrize("connections", [1, 4, 16])
def test_no_more_connections_than_asked_for(server, folder, connections):
    page = server.serve("/file", Resource(16 * MIB), lambda x: setattr(x.answer, "rate", 8 * MIB))
    path = folder / "got"
    run = run_xget([page.url, "-o", path, "-n", connections, *QUICK], folder).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.peak_active <= connections
    if connections > 1:
        assert page.peak_active > 1, "several connections were asked for, one was used"


def test_nothing_is_fetched_twice_on_a_good_network(server, folder):
    page = server.serve("/file", Resource(16 * MIB), lambda x: setattr(x.answer, "rate", 8 * MIB))
    run_xget([page.url, "-o", "got", "-n", "4", *QUICK], folder).expect(0)
    # The probe's open range may be cut: what was in flight then is lost, no more.
    assert page.body_bytes <= len(page.data) + 2 * MIB


# ---- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path, name", [
    ("/plain.iso", "plain.iso"), ("/deep/er/file.tar.gz", "file.tar.gz"),
    ("/query.bin?version=2&x=/y", "query.bin"), ("/sp%20ace", "sp ace"),
    ("/fragment.bin#part", "fragment.bin")])
def test_the_name_is_the_last_path_component(server, folder, path, name):
    page = server.serve(path.split("?")[0].split("#")[0].replace("%20", " "), Resource(5000))
    run_xget([server.url + path, *QUICK], folder).expect(0)
    assert [entry.name for entry in folder.iterdir()] == [name]
    assert (folder / name).read_bytes() == page.data


@pytest.mark.parametrize("path", ["/a/..%2f..%2fevil", "/a/%2e%2e%2fevil", "/x%00y", "/x%0ay",
                                  "/%2fetc%2fpasswd", "/a/%2e%2e"])
def test_a_name_never_leaves_the_folder(server, folder, path):
    server.make_page = lambda asked: server.serve(asked, Resource(5000))
    inside = folder / "inside"
    inside.mkdir()
    run = run_xget([server.url + path, *QUICK], inside)
    assert run.code in (0, 2), run
    assert [entry.name for entry in folder.iterdir()] == ["inside"]
    names = [entry.name for entry in inside.iterdir()]
    assert len(names) == (run.code == 0)
    assert not any(character in name for name in names for character in "\0\n/")


def test_a_query_is_sent_as_it_was_given(server, folder):
    page = server.serve("/file", Resource(5000))
    run_xget([page.url + "?a=%2F&b=c+d&e", "-o", "got", *QUICK], folder).expect(0)
    assert page.requests[0].request.target == "/file?a=%2F&b=c+d&e"


def test_the_folder_option_says_where(server, folder):
    page = server.serve("/file.bin", Resource(5000))
    (folder / "there").mkdir()
    run_xget([page.url, "-d", folder / "there", *QUICK], folder).expect(0)
    assert_complete(folder / "there" / "file.bin", page.data)


def test_the_mode_follows_the_umask(server, folder):
    page = server.serve("/file.bin", Resource(2 * MIB))
    under_umask = ["sh", "-c", 'umask 027; exec "$0" "$@"']
    run_xget([page.url, *QUICK], folder, wrapper=under_umask).expect(0)
    assert (folder / "file.bin").stat().st_mode & 0o777 == 0o640
