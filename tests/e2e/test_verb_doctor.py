"""`xget doctor`: what it finds, and that it exits as a download would."""

import json

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import MIB
from support.free_ports import free_port

SIZE = 2 * MIB


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def findings(folder, *words, code=Exit.SUCCESS) -> dict[str, list[dict]]:
    """By what they are about. Nothing is written for them."""
    run = run_xget(["doctor", *words, "--json", *QUICK], folder).expect(code)
    assert not list(folder.iterdir()), run
    found = {}
    for one in map(json.loads, run.out.decode().splitlines()):
        assert one["v"] == 1 and one["health"] in ("good", "doubtful", "bad"), one
        found.setdefault(one["about"], []).append(one)
    return found


def health(found: dict, about: str) -> list[str]:
    return [one["health"] for one in found[about]]


def test_a_sound_server_has_nothing_amiss(page, folder):
    found = findings(folder, page.url)
    assert {one["health"] for all in found.values() for one in all} == {"good"}
    assert list(found) == ["proxy", "name", "address", "answer", "ranges", "validators",
                           "resuming", "verdict"]
    assert "2.0 MiB" in found["answer"][0]["text"] and "ETag" in found["resuming"][0]["text"]
    assert "127.0.0.1: connected in" in found["address"][0]["text"]


def test_it_says_so_in_words(page, folder):
    run = run_xget(["doctor", page.url, *QUICK], folder).expect(Exit.SUCCESS)
    lines = run.out.decode().splitlines()
    assert lines[0] == page.url and lines[1] == (
        "  ok    proxy:      none: connections go there directly")
    assert lines[-1] == "  ok    verdict:    a download would work"


def test_what_resuming_lacks_is_told_with_what_helps(server, folder):
    page = server.serve("/file", Resource(SIZE), t.whole())
    found = findings(folder, page.url)
    assert health(found, "ranges") == health(found, "resuming") == ["doubtful"]
    assert found["ranges"][0]["remedy"] and health(found, "verdict") == ["good"]


def test_a_file_that_is_not_there_fails_as_a_download_would(page, folder):
    found = findings(folder, page.url + "-not", code=Exit.REFUSED)
    assert health(found, "address") == ["good"] and health(found, "answer") == ["bad"]
    assert "404" in found["answer"][0]["text"] and found["answer"][0]["remedy"]
    assert health(found, "verdict") == ["bad"]


def test_a_port_where_nobody_listens_is_named(folder):
    found = findings(folder, f"http://127.0.0.1:{free_port()}/file", code=Exit.NETWORK)
    assert health(found, "address") == health(found, "verdict") == ["bad"]
    assert "refused" in found["address"][0]["text"]


def test_a_url_without_a_name_for_a_file_is_looked_at_all_the_same(server, folder):
    page = server.serve("/", Resource(SIZE))
    assert health(findings(folder, page.url), "verdict") == ["good"]


def test_a_dead_address_beside_a_good_one_is_doubtful(page, folder):
    port = page.url.rsplit(":", 1)[1].split("/")[0]
    found = findings(folder, f"http://localhost:{port}/file")
    assert "good" in health(found, "address") and "bad" not in health(found, "address")
    assert health(found, "verdict") == ["good"]


def test_a_name_that_has_no_address_is_the_trouble(folder):
    found = findings(folder, "http://nowhere.invalid/file", "--dns-servers", "127.0.0.1:1",
                     "--connect-timeout", "2s", code=Exit.NETWORK)
    assert health(found, "name") == ["bad"] and "address" not in found
    assert found["name"][0]["remedy"]


def test_a_certificate_that_is_not_trusted_is_told_with_what_helps(
        tls_server, certificates, folder):
    page = tls_server.serve("/file", Resource(SIZE))
    found = findings(folder, page.url, code=Exit.REFUSED)
    assert "certificate" in found["address"][0]["text"], found
    assert "--cacert" in found["answer"][0]["remedy"]
    found = findings(folder, page.url, "--cacert", certificates.ca)
    assert "TLSv1." in found["address"][0]["text"] and health(found, "tls") == ["good"]
    found = findings(folder, page.url, "--insecure")
    assert health(found, "tls") == ["doubtful"] and health(found, "verdict") == ["good"]


def test_a_proxy_is_told_and_its_password_is_not(folder):
    proxy = f"http://me:hidden@127.0.0.1:{free_port()}"
    run = run_xget(["doctor", "http://example.invalid/file", "--proxy", proxy, *QUICK],
                   folder).expect(Exit.NETWORK)
    assert "proxy:      through http://" in run.out.decode() and b"hidden" not in run.out, run


def test_where_redirects_lead_is_looked_at_too(server, page, folder):
    port = page.url.rsplit(":", 1)[1].split("/")[0]
    start = server.serve("/start", Resource(1), t.redirect(f"http://localhost:{port}/file"))
    found = findings(folder, start.url)
    assert len(found["name"]) == len(found["proxy"]) == 2
    assert f"http://localhost:{port}/file" in found["redirect"][0]["text"]


def test_it_takes_one_url(page, folder):
    run_xget(["doctor"], folder).expect(Exit.USAGE)
    run = run_xget(["doctor", page.url, page.url + "2"], folder).expect(Exit.USAGE)
    assert "takes one URL" in run.err


# ---- what it has in common with a download ----------------------------------------------------


def test_it_warns_of_a_configuration_file_that_others_may_read(page, folder):
    config = folder / "config.toml"
    config.write_text('user = "me:hidden"\n')
    config.chmod(0o644)
    run = run_xget(["doctor", page.url, "--config", config, *QUICK], folder).expect(Exit.SUCCESS)
    assert "WARNING: others may read" in run.err and "hidden" not in run.err, run


def test_it_logs_what_happens(page, folder):
    run = run_xget(["doctor", page.url, "-vvv", *QUICK], folder).expect(Exit.SUCCESS)
    assert "GET" in run.err, run
    run = run_xget(["doctor", page.url, "--log-file", "log", *QUICK], folder).expect(Exit.SUCCESS)
    assert (folder / "log").read_text() and not run.err, run
    run_xget(["doctor", page.url, "--log-file", "no/such/folder", *QUICK],
             folder).expect(Exit.USAGE)


def test_a_descriptor_gets_the_objects_beside_the_words(page, folder):
    run = run_xget(["doctor", page.url, "--json-fd", "3", *QUICK], folder,
                   wrapper=["sh", "-c", 'exec "$@" 3>objects', "sh"]).expect(Exit.SUCCESS)
    told = [json.loads(line) for line in (folder / "objects").read_text().splitlines()]
    assert told[-1]["about"] == "verdict"
    assert run.out.decode().endswith("a download would work\n")
    run = run_xget(["doctor", page.url, "--json-fd", "7", *QUICK], folder).expect(Exit.USAGE)
    assert "7 is not open for writing" in run.err and not run.out, run
