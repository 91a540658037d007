"""Templates for other systems say that nobody tried them, and which version they are of."""

import pathlib
import re
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
TEMPLATES = sorted((TOP / "packaging/templates").iterdir())
VERSION = re.search(r"project\(xget VERSION (\S+)", (TOP / "CMakeLists.txt").read_text()).group(1)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_that_it_was_not_tried_and_has_the_one_version(template):
    text = template.read_text()
    assert "not tried" in text.splitlines()[0]
    assert set(re.findall(r"\b\d+\.\d+\.\d+\b", text)) <= {VERSION}


def test_the_pkgbuild_parses():
    subprocess.run(["bash", "-n", TOP / "packaging/templates/PKGBUILD"], check=True)
