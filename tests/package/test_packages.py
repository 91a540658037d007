"""The .deb and the .rpm of the build: made, looked at by their systems' own critics, installed into
a root of their own, run and removed."""

import os
import pathlib
import subprocess

import pytest

from support.command import binary

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to install a package")
TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(binary()).parent
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "1700000000",
               "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
VERSION = subprocess.run([binary(), "--version"], capture_output=True, text=True,
                         check=True).stdout.split()[1]


def run(*command):
    """What the command prints; it must succeed."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def make(generator, folder):
    run("cpack", "-G", generator, "--config", BUILD / "CPackConfig.cmake", "-B", folder)
    [package] = folder.glob(f"xget*.{generator.lower()}")
    return package


@pytest.fixture(scope="module")
def deb(tmp_path_factory):
    return make("DEB", tmp_path_factory.mktemp("deb"))


@pytest.fixture(scope="module")
def rpm(tmp_path_factory):
    return make("RPM", tmp_path_factory.mktemp("rpm"))


def files_below(root):
    """But for the records of the system that installs."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*")
                  if not path.is_dir() and not path.is_relative_to(root / "var/lib"))


def assert_runs(root):
    assert run(root / "usr/bin/xget", "--version").split()[1] == VERSION
    installed = files_below(root)
    assert any("man1/xget.1" in file for file in installed)
    assert sum("completions" in file or "zsh" in file for file in installed) == 3
    for lines in ("events", "report", "store"):
        assert f"usr/share/xget/schema/{lines}-1.schema.json" in installed
    assert "usr/lib/systemd/user/xget@.service" in installed


def test_the_deb_says_what_it_is_and_what_it_needs(deb):
    fields = dict(line.split(": ", 1) for line in run("dpkg-deb", "-f", deb).splitlines()
                  if ": " in line)
    assert fields["Package"] == "xget" and fields["Version"].split("-")[0] == VERSION
    for library in ("libc6", "libcurl4", "libssl3", "libstdc++6"):
        assert library in fields["Depends"]


def test_lintian_finds_no_error_in_the_deb(deb):
    run("lintian", "--no-cfg", "--allow-root", "--fail-on", "error", deb)


def test_rpmlint_finds_no_error_in_the_rpm(rpm):
    found = run("rpmlint", "-c", TOP / "packaging/rpm/rpmlint.toml", rpm)
    assert " 0 errors" in found


def test_the_command_in_a_package_is_stripped(deb, tmp_path):
    run("dpkg-deb", "-x", deb, tmp_path)
    assert "no symbols" in run("nm", tmp_path / "usr/bin/xget")


@needs_root
def test_the_deb_installs_runs_and_leaves_nothing_behind(deb, tmp_path):
    (tmp_path / "var/lib/dpkg/info").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg/updates").mkdir()
    (tmp_path / "var/lib/dpkg/status").touch()
    dpkg = ("dpkg", f"--root={tmp_path}", "--force-depends")
    run(*dpkg, "-i", deb)
    assert_runs(tmp_path)
    run(*dpkg, "--purge", "xget")
    assert files_below(tmp_path) == []


@needs_root
def test_the_rpm_installs_runs_and_leaves_nothing_behind(rpm, tmp_path):
    there = ("rpm", "--root", tmp_path, "--dbpath", "/var/lib/rpm")
    run(*there, "--nodeps", "-i", rpm)
    assert_runs(tmp_path)
    run(*there, "-e", "xget")
    assert files_below(tmp_path) == []


@pytest.mark.parametrize("generator", ["DEB", "RPM"])
def test_a_package_is_the_same_each_time(generator, request, tmp_path):
    first = request.getfixturevalue(generator.lower())
    assert make(generator, tmp_path).read_bytes() == first.read_bytes()
