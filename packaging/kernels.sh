#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kernels.sh - which kernels of this release of Debian the project is built for and the lab boots, "6.1 6.1.0-56-amd64" a
# line; the first one is Debian's own. Their headers are those that build-deps.txt names: the installed ones, else the
# newest that apt knows. A kernel that the release does not have is left out.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

# linux-headers-amd64 depends on linux-headers-6.1.0-56-amd64.
release_of() { # PACKAGE
	local dep
	dep=$(dpkg-query -W -f '${Depends}' "$1" 2> /dev/null | grep -oE 'linux-headers-[0-9][^ ,|]+' | head -n 1) || true
	[ -n "$dep" ] || dep=$(apt-cache depends "$1" 2> /dev/null |
		sed -n 's/^ *Depends: \(linux-headers-[0-9]\)/\1/p' | head -n 1)
	echo "${dep#linux-headers-}"
}

found=0
for package in $(sed -n 's/^\(linux-headers-[^ ]*\).*/\1/p' "$here/build-deps.txt"); do
	release=$(release_of "$package")
	# 6.1.0-56-amd64 -> 6.1, 6.12.117+deb12-amd64 -> 6.12
	if [[ $release =~ ^([0-9]+\.[0-9]+).+$ ]]; then
		echo "${BASH_REMATCH[1]} $release"
		found=1
	fi
done
[ $found = 1 ] || { echo "kernels: apt knows no package linux-headers-amd64; run: apt-get update" >&2; exit 1; }
