"""Signals: the network stops at once, what came is kept, and the way on is printed."""

import fcntl
import os
import re
import shlex
import signal
import termios
import time

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, SLOW, Exit, binary, run_xget, start_xget, wait_until
from support.downloads import (MIB, SLACK_PER_CONNECTION, assert_complete, partial,
                               start_and_stall)

SIZE = 8 * MIB + 3
STOPS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


@pytest.fixture
def page(server):
    return server.serve("/file", Resource(SIZE))


def printed_command(err: str) -> list[str]:
    """The arguments of the command that the last words say goes on."""
    name = re.escape(os.path.basename(binary()))
    lines = re.findall(rf"^.*?({name} .*http.*)$", err, re.MULTILINE)
    assert lines, f"no command that goes on in:\n{err}"
    return shlex.split(lines[-1])[1:]


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
def test_a_signal_stops_at_once_and_the_printed_command_goes_on(page, path, number):
    with start_and_stall(page, path, 4 * MIB) as child:
        time.sleep(0.3)
        sent = time.monotonic()
        child.interrupt(number)
        run = child.wait(10).expect(Exit.INTERRUPTED)
        assert time.monotonic() - sent < 3 * SLOW
    kept = page.body_bytes
    assert partial(path).exists() and not path.exists()
    page.behave()
    page.forget_log()
    again = run_xget(printed_command(run.err), path.parent).expect(0)
    assert_complete(path, page.data, run=again)
    assert kept + page.body_bytes - SIZE <= 4 * SLACK_PER_CONNECTION


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
def test_a_signal_before_the_first_answer(server, path, number):
    page = server.serve("/file", Resource(SIZE), t.silent())
    with start_xget([page.url, "-o", path, *QUICK, "--stall-timeout", "1m"], path.parent) as child:
        wait_until(lambda: page.requests, "the request arrives")
        child.interrupt(number)
        child.wait(10).expect(Exit.INTERRUPTED)
    assert not path.exists()


def test_a_signal_while_it_waits_to_try_again(server, path):
    page = server.serve("/file", Resource(SIZE), t.status(503))
    with start_xget([page.url, "-o", path, "--retry-wait", "30s"], path.parent) as child:
        wait_until(lambda: page.requests, "the request arrives")
        time.sleep(0.2)
        sent = time.monotonic()
        child.interrupt()
        child.wait(10).expect(Exit.INTERRUPTED)
        assert time.monotonic() - sent < 3 * SLOW


def test_a_signal_while_standard_output_is_blocked(page, folder):
    """Nobody reads: the write blocks, and must not hold the exit back."""
    read_end, write_end = os.pipe()
    with start_xget([page.url, "-o", "-", *QUICK], folder, stdout=write_end) as child:
        os.close(write_end)
        wait_until(lambda: page.body_bytes > MIB, "the pipe is full")
        time.sleep(0.3)
        child.interrupt()
        child.wait(10).expect(Exit.INTERRUPTED)
    os.close(read_end)


def test_a_signal_that_comes_twice_at_once_is_one_request(page, path):
    # timeout(1) sends it to the process and then to its group.
    with start_and_stall(page, path, 4 * MIB) as child:
        time.sleep(0.3)
        child.interrupt()
        child.interrupt()
        run = child.wait(10).expect(Exit.INTERRUPTED)
    assert "to go on:" in run.err


def test_a_second_signal_leaves_at_once(page, path):
    with start_and_stall(page, path, 4 * MIB) as child:
        time.sleep(0.3)
        child.interrupt()
        time.sleep(0.3)
        child.interrupt()
        run = child.wait(10)
    assert run.code in (Exit.INTERRUPTED, -signal.SIGINT), run
    page.behave()
    again = run_xget([page.url, "-o", path, *QUICK], path.parent).expect(0)
    assert_complete(path, page.data, run=again)


def test_the_printed_command_leaves_out_what_is_done(server, folder):
    done = server.serve("/done", Resource(SIZE))
    slow = server.serve("/slow", Resource(SIZE), t.rate(MIB))
    with start_xget([done.url, slow.url, "-o", "one", "-o", "two", *QUICK], folder) as child:
        wait_until((folder / "one").exists, "the first is whole")
        child.interrupt()
        run = child.wait(10).expect(Exit.INTERRUPTED)
    assert "1 of 2 downloads complete" in run.err
    command = printed_command(run.err)
    assert done.url not in command and "one" not in command
    slow.behave()
    run_xget(command, folder).expect(0)
    assert_complete(folder / "two", slow.data)


def test_secrets_in_the_printed_command_are_hidden(page, path):
    with start_and_stall(page, path, 2 * MIB, "-H", "X-Token: c4n4ry", "-u", "me:c4n4ry") as child:
        child.interrupt()
        run = child.wait(10).expect(Exit.INTERRUPTED)
    assert "c4n4ry" not in run.err
    assert "…" in run.err, run


# ---- the password prompt ---------------------------------------------------------------------


def echo_is_on(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_signal_at_the_password_prompt(page, folder, number):
    master, terminal = os.openpty()

    def take_terminal():
        os.setsid()
        fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

    with start_xget([page.url, "-u", "me"], folder, preexec=take_terminal) as child:
        wait_until(lambda: not echo_is_on(terminal), "it asks")
        if number == signal.SIGINT:
            os.write(master, b"\x03")
        else:
            child.interrupt(number)
        run = child.wait(10).expect(Exit.INTERRUPTED)
    assert echo_is_on(terminal)
    assert "interrupted" in run.err
    assert not page.requests
    os.close(master)
    os.close(terminal)
