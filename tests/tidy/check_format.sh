#!/bin/sh
# Every C++ file is as .clang-format says.
#   check_format.sh TREE
set -eu
cd "$1"
find completions include src tests -name '*.[ch]pp' -print0 | xargs -0 clang-format --dry-run --Werror
