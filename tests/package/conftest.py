"""What `cmake --install` lays down, from the build that XGET_BIN stands in."""

import pathlib
import subprocess

import pytest

from support.command import binary


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The prefix of an installation."""
    prefix = tmp_path_factory.mktemp("installed")
    subprocess.run(["cmake", "--install", pathlib.Path(binary()).parent, "--prefix", prefix],
                   check=True, stdout=subprocess.DEVNULL)
    return prefix
