#!/bin/sh
# Installs the packages of the named groups that are missing, and says so; else does nothing.
#   install-packages.sh build [test] [bench]
#
# No daemon is started by it. Root is needed only when something is missing: then it calls itself
# through sudo. Without apt-get it leaves the finding of libraries to cmake.
# Exit: 0 all is there, 1 it cannot be installed.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
policy=/usr/sbin/policy-rc.d
work=
kept_policy=
our_policy=

say() { echo "xget: $*" >&2; }

packages_of() {
  awk -v groups=" $* " '
    /^\[/ { wanted = index(groups, " " substr($0, 2, length($0) - 2) " ") > 0; next }
    /^[^#]/ && wanted' "$here/debian-packages.txt" | sort -u
}

missing_of() {
  for package in $(packages_of "$@"); do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || status=
    [ "$status" = installed ] || printf '%s ' "$package"
  done
}

restore() {
  [ -z "$our_policy" ] || rm -f "$policy"
  [ -z "$kept_policy" ] || mv "$kept_policy" "$policy"
  [ -z "$work" ] || rm -rf "$work"
}

# Debian asks policy-rc.d before it starts a service; 101 means no.
forbid_daemons() {
  if [ -e "$policy" ]; then
    answer=0
    "$policy" nginx start >/dev/null 2>&1 || answer=$?
    [ "$answer" -ne 101 ] || return 0
    kept_policy=$policy.before-xget
    mv "$policy" "$kept_policy"
  fi
  our_policy=yes
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

quietly() {
  "$@" </dev/null >"$work/log" 2>&1 || {
    cat "$work/log" >&2
    say "this failed: $*"
    exit 1
  }
}

command -v apt-get >/dev/null || exit 0
missing=$(missing_of "$@")
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  say "packages are missing, sudo installs them: $missing"
  command -v sudo >/dev/null || {
    say "there is no sudo. As root: apt-get install --no-install-recommends $missing"
    exit 1
  }
  exec sudo "$0" "$@"
fi

say "installing $missing"
trap restore EXIT
trap 'exit 1' HUP INT TERM
work=$(mktemp -d)
forbid_daemons
export DEBIAN_FRONTEND=noninteractive
quietly apt-get -q -o DPkg::Lock::Timeout=300 update
# shellcheck disable=SC2086  # a list of names
quietly apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing
