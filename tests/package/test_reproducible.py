"""A release does not know where it was built."""

import os
import pathlib
import shutil
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[2]
PARTS = ["CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "completions", "include",
         "packaging", "src"]
# Has assertions, which name their file.
OBJECT = "CMakeFiles/xget_objects.dir/src/store/ledger.cpp.o"


def build(tree):
    """The bytes of OBJECT, compiled as a release does in a copy of the tree."""
    for part in PARTS:
        copy = shutil.copytree if (TOP / part).is_dir() else shutil.copy
        copy(TOP / part, tree / part)
    environment = {**os.environ, "CCACHE_DISABLE": "1"}
    folder = tree / "build/release"
    for command in (["cmake", "-S", tree, "--preset", "release", "-DXGET_PRECOMPILED_HEADERS=OFF"],
                    ["ninja", "-C", folder, OBJECT]):
        run = subprocess.run(command, cwd=tree, env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, check=False)
        assert run.returncode == 0, run.stdout
    return (folder / OBJECT).read_bytes()


def test_a_source_gives_the_same_object_in_another_folder(tmp_path):
    here, there = tmp_path / "here", tmp_path / "far/away/from/it"
    here.mkdir()
    there.mkdir(parents=True)
    first = build(here)
    assert b"ledger.cpp" in first, "an assertion that names its file is what could differ"
    assert str(tmp_path).encode() not in first
    assert build(there) == first
