"""README's picture of the progress display is what the command shows."""

import pathlib
import re
import xml.etree.ElementTree as ElementTree

from support.progress_picture import FILES, picture_of, take_screen

TREE = pathlib.Path(__file__).parents[2]
PICTURE = TREE / "packaging" / "progress.svg"
SVG = "{http://www.w3.org/2000/svg}"


def rows_of(picture: str) -> list[list[str]]:
    """The texts of each line, from top to bottom and left to right."""
    rows = {}
    for text in ElementTree.fromstring(picture).iter(SVG + "text"):
        rows.setdefault(int(text.get("y")), []).append((int(text.get("x")), text.text))
    return [[text for _, text in sorted(rows[y])] for y in sorted(rows)]


def check(picture: str):
    prompt, *rows = rows_of(picture)
    assert prompt == ["$ xget -i list.txt"]
    running = {row[0]: row[1:] for row in rows if row[0] in FILES}
    [done] = set(FILES) - set(running)
    assert rows[0][0].startswith(f"{done}: {FILES[done][0]}.0 MiB in "), rows
    for row in running.values():
        share, size, rate, connections, left = row
        assert re.fullmatch(r"\d+%", share) and re.fullmatch(r"\S+ MiB of \S+ MiB", size), row
        assert rate.endswith("/s") and connections.endswith(" conn") and left.endswith(" left"), row
    assert rows[-1][0] == "1 complete", rows
    bars = {int(bar.get("y")) for bar in ElementTree.fromstring(picture).iter(SVG + "rect")
            if bar.get("fill-opacity")}
    assert len(bars) == len(running)


def test_the_picture_is_drawn_of_what_a_terminal_shows():
    check(picture_of(take_screen()))


def test_the_picture_in_the_readme_has_the_same_rows_and_is_small():
    check(PICTURE.read_text())
    assert PICTURE.stat().st_size < 16 << 10
    assert "(packaging/progress.svg)" in (TREE / "README.md").read_text().split("\n## ")[0]


def test_a_picture_shows_any_text_as_it_is():
    assert rows_of(picture_of(["a <b>  & c", "█▒░ 5%"]))[1:] == [["a <b>", "& c"], ["5%"]]
