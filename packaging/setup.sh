#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup.sh [LIST]: installs what LIST (build-deps.txt) names and this machine lacks. A package marked with "?" is
# left out, and named, where this release of Debian does not have it: something can be done without it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=packaging/progress.sh
. "$here/progress.sh"
mapfile -t wanted < <(sed 's/#.*//' "$here/${1:-build-deps.txt}" | awk 'NF { print $1 $2 }')

missing=()
for package in "${wanted[@]}"; do
	dpkg-query -W -f '${db:Status-Status}\n' "${package%\?}" 2> /dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "setup: these packages are missing and installing needs root: ${missing[*]%\?}" >&2
	echo "       run: sudo apt-get install --no-install-recommends ${missing[*]%\?}" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed() {
	tail -n 20 "$log" >&2
	echo "setup: installing failed: $*" >&2
	exit 1
}

echo "setup: asking the package servers what there is"
apt_get "$log" update || failed "apt-get update"
there=() absent=()
for package in "${missing[@]}"; do
	if [ "${package%\?}" != "$package" ] && [ -z "$(apt-cache madison "${package%\?}" 2> /dev/null)" ]; then
		absent+=("${package%\?}")
	else
		there+=("${package%\?}")
	fi
done
[ ${#absent[@]} = 0 ] || echo "setup: going on without what this Debian does not have: ${absent[*]}"
[ ${#there[@]} -gt 0 ] || exit 0
echo "setup: installing ${#there[@]} packages"
apt_get "$log" install -y --no-install-recommends "${there[@]}" || failed "${there[*]}"
