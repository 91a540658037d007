#!/bin/sh
# .clang-tidy over every source under src/.
#   check_clang_tidy.sh TREE BUILD_FOLDER     (BUILD_FOLDER has the compile commands)
set -eu
cd "$1"
log=$2/clang-tidy.log
run-clang-tidy -p "$2" -quiet -j "$(nproc)" "^$PWD/src/" >"$log" 2>&1 || {
  # Colours, the commands themselves and counts of what was suppressed are no help.
  sed -e 's/\x1b\[[0-9;]*m//g' "$log" | grep -vE '^clang-tidy|^[0-9]+ warnings?( and|.*generated)'
  exit 1
}
