#!/bin/sh
# A release has no switch for a defence: its preset sets none, and without tests none can be had.
#   check_release.sh TREE
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$1"

configure() {
  cmake --preset release -B "$work/build" "$@" >"$work/log" 2>&1
}

if configure -DXGET_DEFENCE_SWITCHES=ON; then
  echo "a build without tests took XGET_DEFENCE_SWITCHES"
  exit 1
fi
grep -q 'XGET_DEFENCE_SWITCHES is for tests alone' "$work/log" || { cat "$work/log"; exit 1; }

rm -rf "$work/build"
configure || { cat "$work/log"; exit 1; }
if grep -q XGET_DEFENCE_SWITCHES "$work/build/compile_commands.json"; then
  echo "the preset release compiles with XGET_DEFENCE_SWITCHES"
  exit 1
fi
# What the flags of a release make of the question.
cat >"$work/question.cpp" <<'EOF'
#include "base/defence.hpp"
static_assert(xget::defence_on(xget::Defence::RangeStart));
EOF
c++ -std=c++20 -Isrc -fsyntax-only "$work/question.cpp"
