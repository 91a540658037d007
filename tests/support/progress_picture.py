"""README's picture of the progress display: what a terminal shows of the real command, as an SVG.

    cd tests; XGET_BIN=... python3 -m support.progress_picture ../packaging/progress.svg
"""

import html
import pathlib
import re
import sys
import tempfile

from support import twists as t
from support.answers import Resource
from support.downloads import MIB
from support.hostile_server import HostileServer
from support.terminals import Screen, width_of

# What is downloaded: name, and MiB and MiB/s of it. The smallest is complete in the picture.
FILES = {"linux-6.12.tar.xz": (32, 4), "debian-12.iso": (80, 5), "photos-2024.zip": (32, 2),
         "notes.pdf": (8, 1), "model.safetensors": (144, 9)}
COMMAND = ["-i", "list.txt"]
COLUMNS = 104

# A cell, and the room around all of them.
_WIDE, _HIGH, _MARGIN = 8, 18, 14
# How dark a bar's cell is. Fonts draw these each in their own way, so rectangles stand for them.
_SHADES = {"█": 1, "▓": 0.7, "▒": 0.45, "░": 0.2}
# The panel has its own ground, and so is readable on a light page and on a dark one.
_GROUND, _TEXT, _PROMPT, _BAR = "#1d2430", "#d7dde8", "#8b96a8", "#5fb3d9"


def take_screen() -> list[str]:
    """The screen's lines once a file is complete and the others run."""
    with HostileServer() as server, tempfile.TemporaryDirectory(prefix="xget-picture-") as folder:
        urls = [server.serve(f"/{name}", Resource(size * MIB, seed=name), t.Pacer(rate * MIB)).url
                for name, (size, rate) in FILES.items()]
        pathlib.Path(folder, "list.txt").write_text("\n".join(urls) + "\n")
        with Screen(COMMAND, folder, columns=COLUMNS) as screen:
            screen.wait_until(_is_worth_showing, "one file is complete and four run", 60)
            lines = screen.lines()
            screen.press("C-c")
            screen.wait_for_end(130)
    return lines


def _is_worth_showing(lines: list[str]) -> bool:
    running = [line for line in lines if re.search(r"\d% .* [1-9]\d* conn", line)]
    return len(running) == len(FILES) - 1 and any(line.startswith("1 complete") for line in lines)


def picture_of(lines: list[str]) -> str:
    prompt = "$ xget " + " ".join(COMMAND)
    width = 2 * _MARGIN + _WIDE * max(map(width_of, [prompt, *lines]))
    height = 2 * _MARGIN + _HIGH * (len(lines) + 1)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'width="{width}" height="{height}" role="img" '
             'aria-label="The progress of several downloads on a terminal">',
             f'<rect width="{width}" height="{height}" rx="8" fill="{_GROUND}"/>',
             f'<g font-family="ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace" '
             f'font-size="13" fill="{_TEXT}" xml:space="preserve">']
    parts += _row(prompt, 0, f' fill="{_PROMPT}"')
    for number, line in enumerate(lines, 1):
        parts += _row(line, number)
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _row(line: str, number: int, attributes: str = "") -> list[str]:
    top = _MARGIN + number * _HIGH
    shades = "".join(_SHADES)
    parts = []
    for run in re.finditer(rf"([{shades}])\1*|[^\s{shades}]+(?: [^\s{shades}]+)*", line):
        x, width = _MARGIN + _WIDE * width_of(line[:run.start()]), _WIDE * width_of(run[0])
        if run[1]:
            parts.append(f'<rect x="{x}" y="{top + 3}" width="{width}" height="{_HIGH - 6}" '
                         f'fill="{_BAR}" fill-opacity="{_SHADES[run[1]]}"/>')
        else:  # with its length, so that the columns stay columns in any font
            parts.append(f'<text x="{x}" y="{top + 13}" textLength="{width}" '
                         f'lengthAdjust="spacingAndGlyphs"{attributes}>'
                         f"{html.escape(run[0])}</text>")
    return parts


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text(picture_of(take_screen()))
