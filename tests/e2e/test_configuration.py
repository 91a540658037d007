"""Configuration: what the file and the environment do to a run, and what `xget config` shows."""

import pytest

from support.answers import Resource
from support.command import QUICK, Exit, run_xget
from support.downloads import KIB, assert_complete
from support.hostile_server import HostileServer
from support.twists import redirect

SMALL = Resource(20_000)


@pytest.fixture
def page(server):
    return server.serve("/file.bin", SMALL)


@pytest.fixture
def configure(folder):
    """Writes a configuration file; the environment in which it is found."""
    path = folder / "home" / ".config" / "xget" / "config.toml"
    path.parent.mkdir(parents=True)

    def write(text: str, mode: int = 0o600) -> dict[str, str]:
        path.write_text(text)
        path.chmod(mode)
        return {"HOME": str(folder / "home")}

    return write


def test_the_file_and_the_environment_take_part(page, configure, folder):
    env = configure('user-agent = "from the file"\nheader = ["X-One: 1"]\n')
    env["XGET_OUTPUT"] = "named.bin"
    run = run_xget([page.url, "-H", "X-Two: 2", *QUICK], folder, env=env).expect(Exit.SUCCESS)
    assert_complete(folder / "named.bin", page.data)
    sent = dict(page.requests[0].request.headers)
    assert sent["User-Agent"] == "from the file", run
    assert (sent["X-One"], sent["X-Two"]) == ("1", "2"), run


def test_a_mistake_is_told_where_it_stands(page, configure, folder):
    env = configure('\nproxy = "gopher://127.0.0.1"\n')
    run = run_xget([page.url], folder, env=env).expect(Exit.USAGE)
    assert "config.toml:2: proxy: " in run.err, run
    assert not page.requests, run
    run_xget([page.url, "--no-config", *QUICK], folder, env=env).expect(Exit.SUCCESS)


def test_config_shows_what_is_in_force(configure, folder):
    env = configure('user = "me:geheim"\n', mode=0o644) | {"XGET_LIMIT_RATE": "2M"}
    run = run_xget(["config", "--strict"], folder, env=env).expect(Exit.SUCCESS)
    shown = run.out.decode()
    assert 'limit-rate = "2M"' in shown and "# XGET_LIMIT_RATE" in shown, run
    assert 'user = "me:…"' in shown and "config.toml:1\n" in shown, run
    assert "geheim" not in shown + run.err, run
    assert "WARNING: others may read" in run.err and "chmod 600" in run.err, run


def section(server, text: str) -> str:
    return f'[host."127.0.0.1:{server.port}"]\n{text}\n'


def test_config_writes_no_json_and_says_so(configure, folder):
    run = run_xget(["config", "--json"], folder, env=configure("")).expect(Exit.USAGE)
    assert run.out == b"" and "TOML" in run.err and "--json" in run.err


def test_a_host_gets_what_is_its_own_and_no_other_sees_it(server, configure, folder):
    with HostileServer() as other:
        target = other.serve("/file.bin", SMALL)
        page = server.serve("/file.bin", SMALL, redirect(target.url))
        env = configure(section(server, 'user = "one:geheim"\nheader = "X-One: 1"') +
                        section(other, 'header = "X-Two: 2"\nuser-agent = "two"'))
        run = run_xget([page.url, *QUICK], folder, env=env).expect(Exit.SUCCESS)
        one, two = dict(page.requests[0].request.headers), dict(target.requests[0].request.headers)
    assert (one["X-One"], "X-Two" in one) == ("1", False), run
    assert one["Authorization"].startswith("Basic "), run
    assert (two["X-Two"], two["User-Agent"]) == ("2", "two"), run
    assert "X-One" not in two and "Authorization" not in two, run


def test_a_host_s_login_comes_from_a_command(page, server, configure, folder):
    env = configure(section(server, 'user-command = "printf me:geheim"'))
    run = run_xget([page.url, *QUICK, "-vv"], folder, env=env).expect(Exit.SUCCESS)
    assert dict(page.requests[0].request.headers)["Authorization"] == "Basic bWU6Z2VoZWlt", run
    assert "geheim" not in run.err, run


def test_a_host_s_limits_hold_for_it(server, configure, folder):
    page = server.serve("/file.bin", Resource(192 * KIB))
    env = configure(section(server, 'limit-rate-per-host = "128K"\nmax-connections-per-host = 1'))
    run = run_xget([page.url, *QUICK], folder, env=env).expect(Exit.SUCCESS)
    assert run.seconds > 0.6, run  # 1.5 s, less what may be given ahead
    assert len({seen.connection for seen in page.requests}) == 1, run


def test_a_host_s_mistake_is_told_where_it_stands(page, configure, folder):
    env = configure('[host."one.example"]\nproxy = "gopher://p"\n')
    run = run_xget([page.url, *QUICK], folder, env=env).expect(Exit.USAGE)
    assert 'config.toml:2: host."one.example": proxy: ' in run.err, run
