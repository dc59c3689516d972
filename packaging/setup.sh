#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup.sh [LIST]: installs what LIST (build-deps.txt) names and this machine lacks. "A | B": one of them will do, and
# the first one that this release of Debian has is installed. A package marked with "?" is left out, and named, where the
# release has none: something can be done without it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=packaging/progress.sh
. "$here/progress.sh"
mapfile -t wanted < <(sed 's/#.*//' "$here/${1:-build-deps.txt}" | tr -d ' \t' | grep .)

installed() { # A|B
	local name
	for name in ${1//|/ }; do
		dpkg-query -W -f '${db:Status-Status}\n' "$name" 2> /dev/null | grep -qx installed && return
	done
	return 1
}
missing=()
for package in "${wanted[@]}"; do
	installed "${package%\?}" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed() {
	tail -n 20 "$log" >&2
	echo "setup: installing failed: $*" >&2
	exit 1
}
root=$([ "$(id -u)" -ne 0 ] || echo y)

if [ -n "$root" ]; then
	echo "setup: asking the package servers what there is"
	apt_get "$log" update || failed "apt-get update"
fi
first_known() { # A|B
	local name
	for name in ${1//|/ }; do
		[ -z "$(apt-cache madison "$name" 2> /dev/null)" ] || { echo "$name"; return; }
	done
}
there=() absent=()
for package in "${missing[@]}"; do
	name=$(first_known "${package%\?}")
	case ${name:-$package} in
	*\?) absent+=("${package%\?}") ;;
	*) there+=("${name:-${package%%|*}}") ;;
	esac
done
[ ${#absent[@]} = 0 ] || echo "setup: going on without what this Debian does not have: ${absent[*]//|/ or }"
[ ${#there[@]} -gt 0 ] || exit 0
if [ -z "$root" ]; then
	echo "setup: these packages are missing and installing needs root: ${there[*]}" >&2
	echo "       run: sudo apt-get install --no-install-recommends ${there[*]}" >&2
	exit 1
fi
echo "setup: installing ${#there[@]} packages"
apt_get "$log" install -y --no-install-recommends "${there[@]}" || failed "${there[*]}"
