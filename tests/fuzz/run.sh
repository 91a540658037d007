#!/bin/sh
# Builds the fuzz targets with clang's fuzzer and runs each under AddressSanitizer and UBSan.
#   tests/fuzz/run.sh [SECONDS [TARGET...]]     60 seconds each, and all of them, unless said
#
# Needs Debian's clang-14 and libclang-rt-14-dev. What a run learns stays in build/fuzz/corpus, so
# the next one goes on from there. An input that breaks something is kept in
# build/fuzz/found/TARGET; build/fuzz/tests/fuzz_TARGET FILE shows it again.
# Exit: 0 nothing was found, 1 something was, or it cannot be built.
set -eu

top=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
seconds=${1:-60}
[ $# -eq 0 ] || shift
cd "$top"

command -v clang++-14 >/dev/null || {
  echo "clang is missing: apt-get install clang-14 libclang-rt-14-dev" >&2
  exit 1
}
[ -e build/fuzz/build.ninja ] || cmake --preset fuzz
cmake --build --preset fuzz
[ $# -gt 0 ] || set -- $(cd tests/fuzz && ls ./*_fuzz.cpp | sed 's|^\./||; s|_fuzz\.cpp$||')

failed=
for target in "$@"; do
  learnt=build/fuzz/corpus/$target
  found=build/fuzz/found/$target
  log=build/fuzz/$target.log
  mkdir -p "$learnt" "$found"
  outcome="nothing found"
  build/fuzz/tests/fuzz_"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=4096 -dict=tests/fuzz/"$target".dict -artifact_prefix="$found/" \
    -print_final_stats=1 "$learnt" tests/fuzz/corpus/"$target" >"$log" 2>&1 || {
    outcome="FOUND, see $found and $log"
    failed=yes
  }
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  echo "$target: ${runs:-0} executions, $outcome"
done
[ -z "$failed" ]
