#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# profile.sh: counts exactly in which functions of Xen and of dom0's kernel a packet's instructions are spent. Settings
# come from the environment:
#   STACK=ringway LOAD=udp|8to1|paced|to-dom0|from-uplink|tcp FRAME=60 PACKETS=20000 ONE_KERNEL=6.1 TOP=40
# The table goes to standard output, all of it to $OUT/profile.txt. MODEL=1 also runs each access through a model of
# caches and TLBs; those tables go to $OUT/model.txt.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/profile/plugin.sh"
: "${lab_src:?}" "${lab_out:?}" "${OUT:?}"
kernel=${ONE_KERNEL:-$(own_kernel)}
results=$lab_out/results/profile
case ${LOAD:-udp} in
udp | 8to1 | paced | to-dom0 | from-uplink) unit=packet ;;
tcp) unit=MB ;;
*) die "load \"$LOAD\" is unknown; there are udp, 8to1, paced, to-dom0, from-uplink and tcp" ;;
esac
plugin_ready "$kernel"

settings=()
for name in STACK LOAD FRAME PACKETS; do
	[ -z "${!name:-}" ] || settings+=("$name=${!name}")
done
LAB_MEMORY=3712 LAB_PLUGIN=$plugin,out=$lab_out/profile/counts${MODEL:+,model=on} RESULTS=$results \
	"$lab_src/run.sh" -k "$kernel" -m icount -t 1800 "${settings[@]}" profile
base64 -d "$results/modules.gz.base64" | gzip -dc > "$lab_out/profile/modules"
python3 "$lab_src/profile/report.py" "$lab_out/profile" "$symbols" "$results/profile.packets" $unit > "$OUT/profile.txt"
if [ -n "${MODEL:-}" ]; then
	python3 "$lab_src/profile/model_report.py" "$lab_out/profile" "$symbols" "$results/profile.packets" $unit \
		"$lab_src/profile/prices.txt" > "$OUT/model.txt"
	awk -v top="${TOP:-40}" '/^#/ { n = 0 } n++ <= top' "$OUT/model.txt"
	echo "all of the model's tables: $OUT/model.txt"
fi
awk -v top="${TOP:-40}" '/^#/ { n = 0 } n++ <= top' "$OUT/profile.txt"
echo "the whole table: $OUT/profile.txt"
