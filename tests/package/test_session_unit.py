"""The systemd user unit: sound to systemd, and right in what it says of the command."""

import pathlib
import shutil
import subprocess

import pytest

from support.command import Exit, binary, run_xget

NAME = "xget@.service"


def setting(text, name):
    [value] = [line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{name}=")]
    return value


def test_the_unit_is_sound(installed, tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not here")
    text = (installed / "lib/systemd/user" / NAME).read_text()
    unit = tmp_path / NAME
    unit.write_text(text.replace("ExecStart=xget ", f"ExecStart={binary()} ")
                    .replace("Documentation=man:xget(1)\n", ""))
    done = subprocess.run(["systemd-analyze", "--user", "verify", unit], capture_output=True,
                          text=True, check=False,
                          env={"PATH": "/usr/bin:/bin", "XDG_RUNTIME_DIR": str(tmp_path)})
    of_unit = [line for line in done.stderr.splitlines() if "xget" in line]
    assert done.returncode == 0 and not of_unit, done.stderr


def test_what_the_unit_starts_is_a_command_that_goes_on(installed, folder):
    text = (installed / "lib/systemd/user" / NAME).read_text()
    words = setting(text, "ExecStart").replace("%h", str(folder)).replace("%I", "night").split()
    listed = pathlib.Path(words[words.index("--session") + 1])
    assert words[0] == "xget" and str(listed) in setting(text, "ConditionPathExists").replace(
        "%h", str(folder)).replace("%I", "night")
    listed.parent.mkdir(parents=True)
    listed.write_text("")
    run_xget(words[1:], folder).expect(0)
    assert int(setting(text, "SuccessExitStatus")) == Exit.INTERRUPTED
    assert int(setting(text, "RestartForceExitStatus")) == Exit.NETWORK
