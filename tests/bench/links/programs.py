"""The programs of this folder, compiled when they are first asked for, and again when changed."""

import os
import pathlib
import subprocess

HERE = pathlib.Path(__file__).parent


def build(name: str, folder: pathlib.Path) -> pathlib.Path:
    """NAME.cpp as a program in `folder`. Needs a C++20 compiler: $CXX, or else c++."""
    program = folder / name
    newest = max(path.stat().st_mtime for path in (*HERE.glob("*.hpp"), HERE / f"{name}.cpp"))
    if program.exists() and program.stat().st_mtime > newest:
        return program
    folder.mkdir(parents=True, exist_ok=True)
    # Two runs may build at once: each its own, and the last one stays.
    fresh = folder / f"{name}.{os.getpid()}"
    subprocess.run([os.environ.get("CXX", "c++"), "-std=c++20", "-O2", "-o", fresh,
                    HERE / f"{name}.cpp"], check=True)
    fresh.rename(program)
    return program
