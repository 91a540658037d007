"""What a build needs and does not find is named before anything is compiled."""

import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
HEADERS = {
    "XGET_EXPECTED_DIR": "tl/expected.hpp is missing (Debian: libexpected-dev)",
    "XGET_JSON_DIR": "nlohmann/json.hpp is missing (Debian: nlohmann-json3-dev)",
    "XGET_CLI11_DIR": "CLI/App.hpp is missing (Debian: libcli11-dev)",
}


def configure(folder, *settings, **environment):
    return subprocess.run(
        ["cmake", "-S", TOP, "-B", folder, "-G", "Ninja", *(f"-D{each}" for each in settings)],
        env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False)


@pytest.mark.parametrize("variable", HEADERS)
def test_a_missing_header_is_named_with_its_package(tmp_path, variable):
    others = [f"{other}=/usr/include" for other in HEADERS if other != variable]
    run = configure(tmp_path, "CMAKE_IGNORE_PATH=/usr/include", *others)
    assert run.returncode != 0
    assert HEADERS[variable] in run.stdout


def test_a_libcurl_that_is_too_old_is_refused(tmp_path):
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "libcurl.pc").write_text("Name: libcurl\nDescription: old\nVersion: 7.74.0\n")
    run = configure(tmp_path / "build", PKG_CONFIG_PATH=str(packages))
    assert run.returncode != 0
    assert "libcurl>=7.87" in run.stdout
