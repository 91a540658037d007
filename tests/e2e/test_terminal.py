"""What a person sees: rows that are redrawn on a terminal, plain lines everywhere else."""

import re
import time

import pytest

from support import twists as t
from support.answers import Resource
from support.command import QUICK, Exit, run_xget, wait_until
from support.downloads import FREQUENT, MIB, assert_complete
from support.terminals import Screen, TerminalChild, width_of
from support.tracing import TRACED, delayed, needs_strace

SIZE = 8 * MIB
HELD = 3 * MIB  # of each file, until its gate is opened; what is still buffered is not there yet
PATIENT = [*QUICK, "--stall-timeout", "1m", "-n", "4"]
BAR = re.compile("[░▒▓█]+")


def held_up(server, name: str):
    """A page that stands still after HELD bytes."""
    page = server.serve(f"/{name}", Resource(SIZE))
    page.gate = t.Gate(HELD)
    page.behave(page.gate)
    return page


@pytest.fixture
def page(server):
    return held_up(server, "file.iso")


def stand_still(count: int, columns: int):
    """So many rows, and nothing else, drawn for so many columns, which all say that nothing moves:
    from now on they change in that alone."""
    return lambda lines: (len(lines) == count and all("%" in row and "stalled" in row for row in lines) and
                          columns / 2 < max(map(width_of, lines)) < columns)


def test_a_row_fits_any_terminal_and_goes_once_the_file_is_whole(page, path):
    with Screen([page.url, "-o", path.name, *PATIENT], path.parent) as screen:
        for columns in (80, 40, 200, 66, 120):
            screen.resize(columns, 24)
            screen.wait_until(stand_still(1, columns), "a row stands still")
            row = screen.lines()[0]
            assert re.search(" 3[0-7]% ", row), row
            assert len(set(BAR.search(row).group())) > 1, "there from several beginnings"
            assert ("4 conn" in row) == (columns >= 66), row
            assert (" of 8.0 MiB" in row) == (columns > 80), row
        page.gate.open()
        screen.wait_for_end(0)
        assert screen.text().startswith("file: 8.0 MiB in "), screen.text()
        assert not BAR.search(screen.text()) and "%" not in screen.text(), "no trace of the row"
    assert_complete(path, page.data)


def test_rows_stand_below_each_other_on_any_terminal_whatever_the_names(server, folder):
    names = ["plain.iso", "日本語のファイル.iso", "re\u0301sume\u0301.pdf", "x" * 60 + ".end"]
    pages = [held_up(server, f"file-{i}") for i in range(len(names))]
    outputs = [word for name in names for word in ("-o", name)]
    with Screen([*(page.url for page in pages), *outputs, *PATIENT], folder, 120) as screen:
        for columns, lines in [(120, 24), (61, 24), (44, 12), (150, 24), (40, 24), (40, 6), (120, 24)]:
            screen.resize(columns, lines)
            screen.wait_until(stand_still(5, columns), "a row each and one together stand still")
            rows = screen.lines()
            assert len({width_of(row[:row.index("%")]) for row in rows}) == 1, "\n".join(rows)
        for row, start in zip(rows, ["plain.iso ", "日本語のフ", "re\u0301sume\u0301.pdf ", "xxxx",
                                     "0 of 4 complete"]):
            assert row.startswith(start), row
        pages[1].gate.open()
        done = "日本語のファイル.iso: 8.0 MiB in "
        screen.wait_until(lambda lines: lines[0].startswith(done) and
                          stand_still(4, 120)(lines[1:]), "one has gone above the others")
        assert screen.lines()[-1].startswith("1 of 4 complete"), screen.lines()
        for page in pages:
            page.gate.open()
        screen.wait_for_end(0)
        assert screen.text().count("8.0 MiB in") == len(names) and not BAR.search(screen.text())
        assert "4 of 4 downloads complete, 32." in screen.lines()[-1]


def test_files_for_which_the_screen_is_not_high_enough_are_counted(server, folder):
    pages = [held_up(server, f"file-{i}") for i in range(4)]
    with Screen([*(page.url for page in pages), *PATIENT], folder, 80, 4) as screen:
        screen.wait_until(lambda lines: len(lines) == 3 and lines[1] == "and 3 more",
                          "there are more rows than lines")
        assert screen.lines()[2].startswith("0 of 4 complete")
        for page in pages:
            page.gate.open()
        screen.wait_for_end(0)
        assert screen.text().count("8.0 MiB in") == 4 and "more" not in screen.text()


def test_ctrl_c_leaves_words_in_place_of_rows(page, path):
    with Screen([page.url, "-o", path.name, *PATIENT], path.parent) as screen:
        screen.wait_until(lambda lines: BAR.search(lines[0]), "there is a row")
        screen.press("C-c")
        screen.wait_for_end(Exit.INTERRUPTED)
        assert "to go on: " in screen.text() and not BAR.search(screen.text()), screen.text()


def test_rows_are_drawn_ten_times_a_second_at_most(server, path):
    page = server.serve("/file", Resource(4 * MIB), t.rate(MIB))
    began = time.monotonic()
    with TerminalChild([page.url, "-o", path, "-n", "4", *QUICK], path.parent) as child:
        shown = child.wait().expect(0).err
    drawn = shown.count("file  ")
    assert 5 < drawn <= 10 * (time.monotonic() - began), drawn


# ---- beside the text --------------------------------------------------------------------------

def test_a_title_is_set_and_put_back(page, path):
    with Screen([page.url, "-o", path.name, *PATIENT], path.parent) as screen:
        before = screen.value("pane_title")
        screen.wait_until(lambda _: re.fullmatch("3[0-7]% file - xget", screen.value("pane_title")),
                          "the title says how far it is")
        page.gate.open()
        screen.wait_for_end(0)
        screen.wait_until(lambda _: screen.value("pane_title") == before, "it is as before")


def test_the_taskbar_is_told_where_that_is_known_to_work(server, path):
    page = server.serve("/file", Resource(MIB + 1), t.rate(MIB))
    with TerminalChild([page.url, "-o", path, *QUICK], path.parent,
                       env={"WT_SESSION": "1"}) as child:
        shown = child.wait().expect(0).err
    told = re.findall("\x1b]9;4;([0-9]);([0-9]+)\x07", shown)
    assert len(told) > 2 and {state for state, _ in told[:-1]} <= {"1", "3"}, told
    assert told[-1] == ("0", "0"), "it is over"
    with TerminalChild([page.url, "-o", path, "--overwrite", "--no-resume", *QUICK],
                       path.parent) as child:
        assert "\x1b]" not in child.wait().expect(0).err


@needs_strace
def test_a_second_interrupt_puts_the_title_back(page, path):
    """The first one waits for a slow sync."""
    with TerminalChild([page.url, "-o", path.name, *FREQUENT, *PATIENT], path.parent,
                       env={"XTERM_VERSION": "x", **TRACED},
                       wrapper=delayed("fdatasync", 1000, path.parent / "trace")) as child:
        wait_until(lambda: "file - xget\x07" in child.shown(), "the title is set")
        while child.running:  # what comes along with the first is the same request
            child.interrupt()
            time.sleep(0.05)
        assert child.process.returncode == Exit.INTERRUPTED
        wait_until(lambda: child.shown().endswith("\n"), "its last line has come")
        assert child.shown().count("\x1b[22;2t") == child.shown().count("\x1b[23;2t") == 1


# ---- where nothing is redrawn ----------------------------------------------------------------

PLAIN_PLACES = {
    "NO_COLOR": {"env": {"NO_COLOR": "1"}},
    "a dumb terminal": {"env": {"TERM": "dumb"}},
    "--progress=plain": {"options": ["--progress=plain"]},
    "a log on the same terminal": {"options": ["-v"]},
}


@pytest.mark.parametrize("place", PLAIN_PLACES)
def test_a_terminal_that_is_to_be_plain_gets_lines_alone(server, path, place):
    page = server.serve("/file", Resource(MIB + 1), t.rate(MIB))
    options = PLAIN_PLACES[place].get("options", [])
    with TerminalChild([page.url, "-o", path, *QUICK, *options], path.parent,
                       env=PLAIN_PLACES[place].get("env")) as child:
        shown = child.wait().expect(0).err
    lines = [line for line in shown.splitlines() if "info" not in line]
    assert "\x1b" not in shown and "\r" not in shown.replace("\r\n", "\n"), shown
    assert len(lines) == 2 and " → " in lines[0] and "1.0 MiB in" in lines[1], lines


def test_no_terminal_gets_a_line_at_the_start_and_one_at_the_end(server, path):
    page = server.serve("/file", Resource(MIB + 1), t.rate(MIB))
    run = run_xget([page.url, "-o", path, *QUICK], path.parent).expect(0)
    assert "\x1b" not in run.err and "\r" not in run.err
    assert len(run.err.splitlines()) == 2, run.err


def test_no_progress_is_the_result_alone(server, path):
    page = server.serve("/file", Resource(MIB + 1), t.rate(MIB))
    with TerminalChild([page.url, "-o", path, *QUICK, "--progress=none"], path.parent) as child:
        shown = child.wait().expect(0).err
    assert shown.startswith(f"{path}: 1.0 MiB in ") and shown.count("\n") == 1, shown


def test_who_asks_for_a_bar_gets_one_everywhere(server, path):
    page = server.serve("/file", Resource(MIB + 1), t.rate(MIB))
    run = run_xget([page.url, "-o", path, *QUICK, "--progress=bar"], path.parent,
                   env={"NO_COLOR": "1"}).expect(0)
    assert BAR.search(run.err), run.err


def test_a_terminal_that_is_not_in_utf_8_gets_a_bar_of_ascii(server, path):
    page = server.serve("/file", Resource(MIB + 1), t.rate(MIB))
    with TerminalChild([page.url, "-o", path, *QUICK], path.parent, env={"LC_ALL": "C"}) as child:
        shown = child.wait().expect(0).err
    assert re.search(r"[#=.-]{10}", shown) and not BAR.search(shown), shown
