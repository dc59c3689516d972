#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# void.sh RESULTS WHY - sets aside what the running scenario has reported so far, because the emulator was wrong
# (lab/dom0/emulator.sh): it is moved from RESULTS/ktap.txt to RESULTS/void.txt, and WHY takes its place.
set -euo pipefail
results=$1 why=$2
# Lines of a scenario are indented, its own result ends them.
awk -v void="$results/void.txt" '
/^ / { held[++n] = $0; next }
{ for (i = 1; i <= n; i++) print held[i]; n = 0; print }
END { for (i = 1; i <= n; i++) print held[i] >> void }' "$results/ktap.txt" > "$results/kept"
mv "$results/kept" "$results/ktap.txt"
echo "# void: $why" >> "$results/ktap.txt"
