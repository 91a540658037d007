"""The matrix as people read it: Markdown tables, and JSON with all that is known of each cell."""

import collections
import dataclasses
import json
import pathlib
import time

from peers.cells import Outcome, Verdict
from peers.lines import LINES, Line
from peers.tools import Tool
from support.rows import Row

SHOWN = {Verdict.RIGHT: "right", Verdict.ERROR: "error", Verdict.WRONG: "**wrong**",
         Verdict.HANGS: "*hangs*"}
MIB = 1 << 20


class Matrix:
    """All outcomes: by tool's name, row's name and whether a part was there."""

    def __init__(self, tools: list[Tool], rows: list[Row]):
        self.tools = tools
        self.rows = rows
        self.outcomes: dict[tuple[str, str, bool], Outcome] = {}

    def verdicts(self, tool: Tool, resumed: bool) -> collections.Counter:
        return collections.Counter(self.outcomes[tool.name, row.name, resumed].verdict
                                   for row in self.rows)

    def short_table(self) -> str:
        """What the README shows: the lines whose rows were run, then the sums over all rows."""
        names = {row.name for row in self.rows}
        lines = [line for line in LINES if names.issuperset(line.rows)]
        table = [["The server…", *(f"{tool.name} {tool.version()}" for tool in self.tools)]]
        table += [[line.words, *(self._line_cell(line, tool) for tool in self.tools)]
                  for line in lines]
        for verdict in Verdict:
            counts = [sum(self.verdicts(tool, resumed)[verdict] for resumed in (False, True))
                      for tool in self.tools]
            table.append([f"*of all {2 * len(self.rows)} runs:* {SHOWN[verdict]}",
                          *map(str, counts)])
        return markdown_table(table)

    def _line_cell(self, line: Line, tool: Tool) -> str:
        fresh, resumed = ({self.outcomes[tool.name, row, part].verdict for row in line.rows}
                          for part in (False, True))
        first, second = (", ".join(SHOWN[verdict] for verdict in Verdict if verdict in found)
                         for found in (fresh, resumed))
        return first if first == second else f"{first}; resumed {second}"

    def full_table(self) -> str:
        """Every row, fresh and resumed."""
        table = [["row", "", *(f"{tool.name} {tool.version()}" for tool in self.tools)]]
        for row in self.rows:
            for resumed in (False, True):
                table.append([row.name.replace("-", " "), "resumed" if resumed else "fresh",
                              *(self._full_cell(tool, row, resumed) for tool in self.tools)])
        return markdown_table(table)

    def _full_cell(self, tool: Tool, row: Row, resumed: bool) -> str:
        outcome = self.outcomes[tool.name, row.name, resumed]
        kept = f", {outcome.kept_bytes / MIB:.1f} MiB kept" if outcome.kept_bytes else ""
        crash = f", signal {-outcome.exit_code}" if (outcome.exit_code or 0) < 0 else ""
        return SHOWN[outcome.verdict] + crash + kept

    def as_json(self) -> str:
        cells = [{"tool": tool, "row": row, "resumed": resumed, **dataclasses.asdict(outcome),
                  "verdict": outcome.verdict.value}
                 for (tool, row, resumed), outcome in sorted(self.outcomes.items())]
        tools = {tool.name: {"version": tool.version(), "options": tool.shown}
                 for tool in self.tools}
        return json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "tools": tools,
                           "cells": cells}, indent=1)


def markdown_table(rows: list[list[str]]) -> str:
    head, *body = rows
    return "\n".join("| " + " | ".join(row) + " |"
                     for row in [head, ["---"] * len(head), *body])


def write(path: pathlib.Path, text: str):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")
