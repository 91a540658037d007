"""URLs that expire in mid-file: from where a redirect leads, and those that were given."""

import dataclasses
import pathlib
import time

import pytest

from support import twists as t
from support.answers import Resource, plain_answer
from support.command import QUICK, Exit, run_xget, start_xget, wait_until
from support.downloads import KIB, MIB, assert_complete, leave_partial, partial, sidecar
from support.hostile_server import HostileServer

SIZE = 5 * MIB + 7
RESOURCE = Resource(SIZE)
UNDATED = dataclasses.replace(RESOURCE, last_modified=None)
REFUSALS = [401, 403, 404, 410]
SAMPLES = 3 * MIB // 2  # are fetched for each comparison, at most
CUT_IN_TAIL = 3 * MIB // 2  # was on its way on connections that others took over from, or raced


def download(page, path, *options, url=None):
    return run_xget([url or page.url, "-o", path, *QUICK, *options], path.parent)


def etag_of_token(x):
    """Each signed URL calls the same bytes by another ETag."""
    token = x.request.query.get("token")
    if token is not None:
        x.serve(dataclasses.replace(x.resource, etag=f'"of-token-{token}"'))


# ---- where a redirect leads --------------------------------------------------------------------


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("connections", [1, 4])
def test_a_redirect_that_expires_after_some_requests(server, path, status, connections):
    page = server.serve("/file", RESOURCE, t.cap_range(512 * KIB), t.expiring_redirect(4, status))
    run = download(page, path, "-n", connections).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes < SIZE + CUT_IN_TAIL, "nothing is fetched twice"


def test_a_redirect_that_expires_after_some_time(server, path):
    def expiring(x):
        token = x.request.query.get("token")
        if token is None:
            t.redirect(f"{{path}}?token={time.monotonic()}")(x)
        elif time.monotonic() - float(token) > 0.5:
            x.answer = plain_answer(403, "expired")
    page = server.serve("/file", RESOURCE, t.cap_range(256 * KIB), t.rate(MIB), expiring)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes < SIZE + CUT_IN_TAIL, "nothing is fetched twice"


@pytest.mark.parametrize("connections", [1, 4])
def test_an_etag_for_each_signed_url_is_no_change(server, path, connections):
    page = server.serve("/file", RESOURCE, etag_of_token, t.cap_range(512 * KIB),
                        t.expiring_redirect(4, 403))
    run = download(page, path, "-n", connections).expect(0)
    assert_complete(path, page.data, run=run)
    assert "samples agree" in run.err and "not proven" in run.err, run
    assert page.body_bytes < SIZE + 2 * SAMPLES, "the date speaks for itself once samples agreed"


def test_an_etag_for_each_signed_url_is_no_change_for_a_later_run(server, path):
    page = server.serve("/file", RESOURCE, etag_of_token, t.hop_of_request())
    twists = (etag_of_token, lambda x: None if x.request.query else t.redirect(
        f"{{path}}?token={time.monotonic_ns()}")(x))
    page.behave(*twists)
    kept = leave_partial(page, path, 3 * MIB)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert "not proven" in run.err, run
    assert page.body_bytes <= SIZE - kept + 2 * MIB + SAMPLES


def test_strict_refuses_what_only_samples_tie_together(server, path):
    page = server.serve("/file", RESOURCE, etag_of_token, t.cap_range(512 * KIB),
                        t.expiring_redirect(4, 403))
    run = download(page, path, "--strict").expect(Exit.NOT_PROVEN)
    assert not path.exists() and partial(path).exists(), run


def test_other_bytes_behind_another_signed_url_are_another_version(server, path):
    """Date and size agree, and yet the bytes do not."""
    second = dataclasses.replace(RESOURCE, version=1)

    def changed(x):
        if int(x.request.query.get("token", "0")) > 1:
            x.serve(second)
    page = server.serve("/file", RESOURCE, changed, etag_of_token, t.cap_range(512 * KIB),
                        t.expiring_redirect(4, 403))
    # The second URL must last: each later one would be another ETag, and so on.
    page.behave(changed, etag_of_token, t.cap_range(512 * KIB), lambda x: t.expiring_redirect(
        4 if x.request.query.get("token") == "1" else 1000, 403)(x))
    run = download(page, path).expect(0, Exit.CHANGED)
    if run.code == 0:
        assert_complete(path, second.data, run=run)


# ---- one verdict -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", REFUSALS)
def test_a_refusal_to_the_question_what_it_is_now_ends_nothing(server, path, status):
    """A doubt in mid-file, and then the request that is to settle it is refused once."""
    def once_open(x):
        is_open = x.request.range == "bytes=0-" and x.number > 1
        with x.page.lock:
            first = is_open and not x.page.state.setdefault("refused", False)
            x.page.state["refused"] = x.page.state.get("refused", False) or is_open
        if first:
            x.answer = plain_answer(status, "not now")
    page = server.serve("/file", RESOURCE, t.cap_range(512 * KIB),
                        t.when(lambda x: x.number == 5, t.unsatisfiable(False)), once_open)
    run = download(page, path).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.state["refused"], page.ranges


def test_a_proxy_that_wants_credentials_is_asked_once(server, path):
    page = server.serve("/file", RESOURCE, t.status(407))
    run = download(page, path, "--proxy", server.url,
                   url="http://host.invalid/file").expect(Exit.REFUSED)
    assert len(page.requests) == 1 and "407" in run.err and "--proxy" in run.err, run


# ---- --refresh-command -------------------------------------------------------------------------


class Refresher:
    """A command that prints the next of a row of URLs, and notes what it was told."""

    def __init__(self, folder: pathlib.Path, *urls: str, extra: str = ""):
        self.log = folder / "refreshed"
        script = folder / "refresh"
        choices = "".join(f"{n}) echo '{url}';;\n" for n, url in enumerate(urls, 1))
        script.write_text(
            f"#!/bin/sh\necho \"$XGET_STATUS $XGET_URL\" >> '{self.log}'\n{extra}\n"
            f"case $(wc -l < '{self.log}') in\n{choices}*) echo '{urls[-1]}';;\nesac\n")
        script.chmod(0o755)
        self.option = ["--refresh-command", str(script)]

    @property
    def told(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def scripts(tmp_path):
    return tmp_path


def signed(page, token) -> str:
    return f"{page.url}?token={token}"


def expiring(uses: int, status: int):
    """Each token is good for some requests."""
    def twist(x):
        token = x.request.query["token"]
        with x.page.lock:
            used = x.page.state[token] = x.page.state.get(token, 0) + 1
        if used > uses:
            x.answer = plain_answer(status, "expired")
    return twist


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("connections", [1, 4])
def test_a_fresh_url_goes_on_from_what_is_kept(server, path, scripts, status, connections):
    page = server.serve("/file", RESOURCE, t.cap_range(512 * KIB), expiring(5, status))
    refresher = Refresher(scripts, *(signed(page, n) for n in range(1, 9)))
    run = download(page, path, "-n", connections, *refresher.option,
                   url=signed(page, 0)).expect(0)
    assert_complete(path, page.data, run=run)
    assert 1 <= len(refresher.told) <= 5
    assert set(refresher.told) == {f"{status} {signed(page, 0)}"}
    in_flight = max(connections * 512 * KIB, MIB)  # a refusal cuts what comes on the others
    assert page.body_bytes < SIZE + in_flight, "what came before is kept"


def test_a_later_run_asks_for_a_fresh_url_too(server, path, scripts):
    page = server.serve("/file", RESOURCE)
    kept = leave_partial(page, path, 3 * MIB)
    page.behave(lambda x: None if x.request.query else t.status(403)(x))
    refresher = Refresher(scripts, signed(page, "fresh"))
    run = download(page, path, *refresher.option).expect(0)
    assert_complete(path, page.data, run=run)
    assert page.body_bytes <= SIZE - kept + 2 * MIB


@pytest.mark.parametrize("resource", [RESOURCE, UNDATED], ids=["dated", "undated"])
def test_another_etag_behind_the_fresh_url_is_compared(server, path, scripts, resource):
    page = server.serve("/file", resource, etag_of_token, t.cap_range(512 * KIB),
                        expiring(5, 403))
    page.state["1"] = -1000  # lasts
    refresher = Refresher(scripts, signed(page, 1))
    run = download(page, path, *refresher.option, url=signed(page, 0)).expect(0)
    assert_complete(path, page.data, run=run)
    assert "not proven" in run.err and len(refresher.told) == 1, run
    assert page.body_bytes < SIZE + 2 * SAMPLES


@pytest.mark.parametrize("changes", [{}, {"size": SIZE - 1}, {"last_modified": None}], ids=str)
def test_another_version_behind_the_fresh_url_is_never_joined(server, path, scripts, changes):
    page = server.serve("/old", RESOURCE, t.cap_range(512 * KIB),
                        t.when(t.from_request(6), t.status(410)))
    other = server.serve("/new", RESOURCE.next_version(**changes))
    refresher = Refresher(scripts, other.url)
    download(page, path, *refresher.option, "--on-change=fail").expect(Exit.CHANGED)
    assert not path.exists()
    partial(path).unlink()
    sidecar(path).unlink()
    page.forget_log()
    run = download(page, path, *refresher.option).expect(0)
    assert_complete(path, other.data, run=run)
    assert "changed" in run.err


def test_what_was_given_for_the_old_origin_stays_there(server, path, scripts):
    with HostileServer() as elsewhere:
        page = server.serve("/file", RESOURCE, t.cap_range(512 * KIB),
                            t.when(t.from_request(4), t.status(403)))
        fresh = elsewhere.serve("/fresh", RESOURCE)
        own = fresh.url.replace("//", "//new:word@")
        refresher = Refresher(scripts, own)
        run = download(page, path, "-H", "X-Secret: canary", "-u", "me:canary", "-e",
                       "http://canary/", *refresher.option).expect(0)
    assert_complete(path, RESOURCE.data, run=run)
    assert fresh.requests and all(r.request.header("Authorization") == "Basic bmV3OndvcmQ="
                                  for r in fresh.requests)
    assert not any(r.request.header("X-Secret") or r.request.header("Referer")
                   for r in fresh.requests)
    assert all(r.request.header("X-Secret") == "canary" for r in page.requests)


def test_the_fresh_url_keeps_its_secrets(server, path, scripts):
    page = server.serve("/file", RESOURCE, t.cap_range(512 * KIB),
                        lambda x: None if "signature" in x.request.query and x.number < 9
                        else t.when(t.from_request(4), t.status(403))(x))
    log = scripts / "log"
    refresher = Refresher(scripts, f"{page.url}?signature=canary")
    run = download(page, path, "-vvv", "--log-file", log, *refresher.option)
    run.expect(Exit.REFUSED)
    written = [run.err, log.read_text(), sidecar(path).read_text()]
    assert "signature=" in run.err + log.read_text()
    assert not any("canary" in text for text in written)


def test_a_url_that_is_refused_however_fresh_ends_it(server, path, scripts):
    page = server.serve("/file", RESOURCE, t.status(403))
    refresher = Refresher(scripts, page.url)
    run = download(page, path, *refresher.option).expect(Exit.REFUSED)
    assert len(refresher.told) == 3 and len(page.requests) == 4, run


@pytest.mark.parametrize("command, said", [
    ("sh -c 'echo it is down >&2; exit 3'", "exit code 3"),
    ("true", "empty"),
    ("echo ftp://host/file", "ftp"),
    ("printf 'http://[::/\\n'", "URL"),
    ("/nonexistent/program", "/nonexistent/program"),
], ids=lambda value: value.split()[0])
def test_a_command_that_fails_is_named_and_costs_nothing(server, path, command, said):
    page = server.serve("/file", RESOURCE)
    leave_partial(page, path, 3 * MIB)
    before = partial(path).read_bytes()
    page.behave(t.status(403))
    run = download(page, path, "--refresh-command", command).expect(Exit.REFUSED)
    assert "403" in run.err and said in run.err and "kept" in run.err, run
    assert partial(path).read_bytes() == before and not path.exists()
    assert "it is down" in run.err or not command.startswith("sh"), "its own words are shown"
    assert "--refresh-command" in run.err.splitlines()[-1] or "xget" in run.err, run


def test_a_command_is_not_waited_for_after_an_interrupt(server, path):
    page = server.serve("/file", RESOURCE, t.status(403))
    marker = path.parent / "running"
    command = f"sh -c 'touch {marker}; sleep 1000'"
    with start_xget([page.url, "-o", path, *QUICK, "--refresh-command", command],
                    path.parent) as child:
        wait_until(marker.exists, "the command runs")
        child.interrupt()
        child.wait(10).expect(Exit.INTERRUPTED)


@pytest.mark.parametrize("command", ["a | b", "a > b", "a $HOME", "a 'b", ""])
def test_what_only_a_shell_understands_is_a_mistake(server, path, command):
    page = server.serve("/file", RESOURCE)
    run = download(page, path, "--refresh-command", command).expect(Exit.USAGE)
    assert "--refresh-command" in run.err and not page.requests, run
