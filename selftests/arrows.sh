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

# Each of the command's files alone, by the faster compiler where there is one, and for its symbols only.
objects=$OUT/arrows/obj/toolstack compiler=()
if command -v clang++-14 > /dev/null; then
	compiler=(CXX=clang++-14 CXXFLAGS='-O0 -g0 -fpch-instantiate-templates -fpch-codegen')
fi
mapfile -t files < <(cd toolstack/src && find . -name '*.cpp' -printf '%P\n')
objects_of=("${files[@]/#/$objects/}")
objects_of=("${objects_of[@]/%.cpp/.o}")
make -s -j"$(nproc)" --no-print-directory -C toolstack OUT="$OUT/arrows" "${compiler[@]}" "${objects_of[@]}"

exec selftests/arrows.py calls "netback=$modules/netback" "netfront=$modules/netfront" \
	"bridge-lite=$modules/bridge-lite" "toolstack=$objects"
