#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# platforms.sh - `make platforms`: a boot for each kernel of dom0, in which all kinds of guests that the lab has talk to
# each other, to dom0 and to a machine beyond the uplink, on Ringway's backend (matrix.sh). What they said becomes the
# table in README.md. ONE_KERNEL limits it to one, DOM0S="pv pvh" also boots a PVH dom0.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
: "${lab_src:?}" "${lab_out:?}" "${kernels:?}"

failed=0
for k in ${ONE_KERNEL:-$(all_kernels)}; do
	for kind in ${DOM0S:-pv}; do
		results=$lab_out/results/platforms/$k-$kind
		mkdir -p "$results"
		rm -f "$results"/*
		LAB_DOM0=$kind RESULTS=$results "$lab_src/run.sh" -k "$k" -t 3000 matrix || failed=1
		"$lab_src/platforms.py" add "$results/ktap.txt" "$kernels"
	done
done
exit $failed
