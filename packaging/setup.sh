#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# setup.sh [LIST]: installs what LIST (build-deps.txt) names and this machine lacks.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mapfile -t wanted < <(sed 's/#.*//' "$here/${1:-build-deps.txt}" | awk 'NF { print $1 }')

missing=()
for package in "${wanted[@]}"; do
	dpkg-query -W -f '${db:Status-Status}\n' "$package" 2> /dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "setup: these packages are missing and installing needs root: ${missing[*]}" >&2
	echo "       run: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
	exit 1
fi
echo "setup: installing ${#missing[@]} packages"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt-get update && apt-get install -y --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "setup: installing failed: ${missing[*]}" >&2
	exit 1
fi
