#!/bin/sh
# Builds xget when its sources are newer, then becomes it, with all arguments, in the caller's
# folder. Standard output is xget's alone, so `-o -` can be piped.
#   packaging/run.sh URL -o FILE --resume
# Exit: xget's own code; 125 if xget could not be built.
set -eu

here=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
top=$(dirname "$here")
build=$top/build/release

say() { echo "xget: $*" >&2; }

quietly() {
  "$@" </dev/null >"$build/run.log" 2>&1 || {
    cat "$build/run.log" >&2
    say "this failed: $*"
    exit 125
  }
}

build_xget() {
  [ -x "$build/xget" ] || say "building it, some two minutes the first time"
  [ -e "$build/build.ninja" ] || quietly cmake -S "$top" --preset release
  quietly cmake --build "$build" --target xget
}

"$here/install-packages.sh" build || exit 125
mkdir -p "$build"
(
  # One build at a time, however many downloads are started at once.
  flock 9
  build_xget
) 9>"$build/run.lock" || exit 125
exec "$build/xget" "$@"
