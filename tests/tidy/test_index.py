"""tests/README.md names a test for everything that goes wrong, and each of those is there."""

import fnmatch
import functools
import pathlib
import re
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
sys.dont_write_bytecode = True

from support.http2_rows import HTTP2_ROWS  # noqa: E402
from support.rows import ROWS  # noqa: E402

INDEX = (TESTS / "README.md").read_text().split("## What goes wrong")[1]
LINES = [line for line in INDEX.splitlines()
         if line.startswith("| ") and not line.startswith(("| --- ", "| the server… | tests",
                                                           "| what happens", "| the attack |",
                                                           "| one of several mirrors… |"))]


@functools.cache
def names_in(file: str) -> list[str]:
    """The names of the tests of a Python or a C++ file."""
    text = (TESTS / file).read_text()
    if file.endswith(".py"):
        return re.findall(r"^def (test_\w+)\(", text, re.MULTILINE)
    cases = re.findall(r'TEST_CASE(?:_METHOD)?\((?:\w+,\s*)?((?:"[^"]*"\s*)+)[,)]', text)
    return ["".join(re.findall(r'"([^"]*)"', case)) for case in cases]


@functools.cache
def words_of_the_simulator() -> list[str]:
    """All that it says in its trace."""
    texts = (path.read_text() for path in (TESTS / "sim").glob("*.cpp"))
    return [word for text in texts for word in re.findall(r'"([^"\n]+)"', text)]


def known_names(kind: str) -> list[str]:
    tables = {"row": lambda: list(ROWS), "http2": lambda: list(HTTP2_ROWS),
              "sim": words_of_the_simulator}
    return tables[kind]() if kind in tables else names_in(kind)


def is_there(reference: str) -> bool:
    kind, separator, name = reference.partition("::")
    if not separator:
        kind, _, name = reference.partition(":")
    return bool(fnmatch.filter(known_names(kind), name))


def test_the_index_has_its_four_tables():
    assert INDEX.count("\n### ") == 4 and len(LINES) > 50


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split("|")[1].strip()[:60])
def test_a_line_of_the_index_names_tests_that_are_there(line):
    references = re.findall(r"`([^`]+)`", line.split("|")[2])
    assert references
    missing = [reference for reference in references if not is_there(reference)]
    assert not missing


def test_a_test_that_is_not_there_is_missed():
    assert is_there("row:early-*") and not is_there("row:never-heard-of")
    assert is_there("unit/base_units_test.cpp::*") and not is_there("unit/base_units_test.cpp::nothing")
    assert not is_there("e2e/test_resume.py::test_nothing")
