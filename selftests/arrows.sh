#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# arrows.sh - arrows.py over the real tree: the modules of one kernel, and the command. Builds what is not built yet;
# `make test` takes the same modules to the lab.
set -euo pipefail
cd "$(dirname "$0")/.."
OUT=${OUT:-$PWD/out}
export OUT

read -r series release < <(packaging/kernels.sh)
make -s -j"$(nproc)" --no-print-directory "modules-$series" > /dev/null
modules=$OUT/modules/$release/src

# The command's own objects, or those of its tests, which leave out what only the real world needs.
command=$OUT/obj/toolstack tests=$OUT/obj/toolstack-check missing=()
while IFS= read -r source; do
	source=${source#toolstack/src/} object=${source%.cpp}.o
	[ -e "$tests/$object" ] || missing+=("$command/$object")
done < <(find toolstack/src -name '*.cpp')
[ ${#missing[@]} = 0 ] || make -s -j"$(nproc)" --no-print-directory -C toolstack "${missing[@]}"

exec selftests/arrows.py calls "netback=$modules/netback" "netfront=$modules/netfront" \
	"bridge-lite=$modules/bridge-lite" "toolstack=$command:$tests"
