#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# profile.sh: counts exactly in which functions of Xen and of dom0's kernel a packet's instructions are spent. Settings
# come from the environment:
#   STACK=ringway LOAD=udp|paced|from-uplink FRAME=60 PACKETS=20000 ONE_KERNEL=6.1 TOP=40
# The table goes to standard output, all of it to $OUT/profile.txt.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
: "${lab_src:?}" "${lab_out:?}" "${OUT:?}"
kernel=${ONE_KERNEL:-6.1}
plugin=$lab_out/profile/plugin.so
results=$lab_out/results/profile
case ${LOAD:-udp} in
udp | paced | from-uplink) ;;
*) die "load \"$LOAD\" is unknown; there are udp, paced and from-uplink" ;;
esac
mkdir -p "${plugin%/*}"
gcc -O2 -Wall -Wextra -Werror -fPIC -shared -o "$plugin" "$lab_src/profile/plugin.c"

# The names, once for each kernel.
symbols=$lab_out/profile/symbols-$(kver "$kernel")
if [ ! -s "$symbols" ]; then
	RESULTS=$results "$lab_src/run.sh" -k "$kernel" -t 600 symbols
	base64 -d "$results/symbols.gz.base64" | gzip -dc > "$symbols.new"
	mv "$symbols.new" "$symbols"
fi
switch=$(awk '$1 == "x" && found { print found "-" $2; exit } $1 == "x" && $3 == "context_switch" { found = $2 }' \
	<(sort -k 1,2 "$symbols"))
[ -n "$switch" ] || die "Xen has no function context_switch in $symbols"

settings=()
for name in STACK LOAD FRAME PACKETS; do
	[ -z "${!name:-}" ] || settings+=("$name=${!name}")
done
rm -f "$lab_out/profile/counts".*
LAB_MEMORY=3712 LAB_PLUGIN="$plugin,switch=$switch,out=$lab_out/profile/counts" RESULTS=$results \
	"$lab_src/run.sh" -k "$kernel" -m icount -t 900 "${settings[@]}" profile
base64 -d "$results/modules.gz.base64" | gzip -dc > "$lab_out/profile/modules"
python3 "$lab_src/profile/report.py" "$lab_out/profile" "$symbols" "$results/profile.packets" > "$OUT/profile.txt"
awk -v top="${TOP:-40}" '/^#/ { n = 0 } n++ <= top' "$OUT/profile.txt"
echo "the whole table: $OUT/profile.txt"
