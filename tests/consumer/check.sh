#!/bin/sh
# Installs a build into a folder of its own and builds the program beside this script against it:
# with find_package, with pkg-config and with pkg-config --static. Each must refuse a wrong URL.
#   [CXXFLAGS=...] check.sh BUILD_FOLDER
# CXXFLAGS are those of the build: what it sanitizes its user must sanitize too.
set -eu

source=$(cd "$(dirname "$0")" && pwd)
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

quietly() {
  "$@" >"$work/log" 2>&1 || { cat "$work/log"; echo "failed: $*"; exit 1; }
}

refuses_a_wrong_url() {
  status=0
  "$1" 'gopher://127.0.0.1/' "$work/file" >"$work/log" 2>&1 || status=$?
  if [ "$status" -ne 2 ] || [ ! -s "$work/log" ] || [ -e "$work/file" ]; then
    cat "$work/log"
    echo "$1: exit $status for a wrong URL, not 2"
    exit 1
  fi
}

quietly cmake --install "$build" --prefix "$work/prefix"

quietly cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix"
quietly cmake --build "$work/build"
refuses_a_wrong_url "$work/build/consumer"

PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name xget.pc)")
export PKG_CONFIG_PATH
for static in '' --static; do
  # shellcheck disable=SC2046,SC2086  # flags are words
  quietly c++ -std=c++20 ${CXXFLAGS-} "$source/main.cpp" -o "$work/consumer$static" \
    $(pkg-config --cflags --libs $static xget) "-Wl,-rpath,$(dirname "$PKG_CONFIG_PATH")"
  refuses_a_wrong_url "$work/consumer$static"
done

"$work/prefix/bin/xget" --version
