#!/bin/sh
# Builds and runs every test, and ends with ctest's summary.
#   packaging/test.sh [ctest arguments, as -L unit or -R "e2e: resume"]
#
# Three builds, warnings are errors in all:
#   build/asan   AddressSanitizer and UBSan: unit, simulator, fuzz corpora, e2e and fault tests, the
#                library installed as a shared one
#   build/tsan   ThreadSanitizer: what the threads share
#   build/check  optimised: the simulator at length, the library installed as a static one, the tree
#                itself
# Exit: 0 if all passed. XGET_DEEP=1 makes the random tests longer.
set -eu

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
top=$(dirname "$here")
builds='asan tsan check'
jobs=$(($(nproc) + 1))  # many tests wait for a timeout rather than compute
log=$top/build/test.log

say() { echo "xget: $*"; }

quietly() {
  "$@" </dev/null >"$log" 2>&1 || {
    cat "$log"
    say "this failed: $*"
    exit 1
  }
}

"$here/install-packages.sh" build test
mkdir -p "$top/build"
cd "$top"
for name in $builds; do
  say "building build/$name"
  quietly cmake --preset "$name"
  quietly cmake --build "build/$name"
done

# One run over all builds, so that there is one summary.
mkdir -p build/all
for name in $builds; do echo "subdirs(\"$top/build/$name\")"; done >build/all/CTestTestfile.cmake
cd build/all
exec ctest --output-on-failure --no-tests=error -j "$jobs" "$@"
