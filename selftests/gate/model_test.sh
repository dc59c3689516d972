#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# model_test.sh - the model of caches that `make profile MODEL=1` uses, on patterns with known misses, and the reports
# that are made of what it counts, on a run made up of three pieces.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
OUT=${OUT:-$PWD/out}
dir=$OUT/gate/model
rm -rf "$dir"
mkdir -p "$dir"

gcc -O2 -Wall -Wextra -Werror -o "$dir/model_test" lab/profile/{model_test,caches,instructions}.c &&
	"$dir/model_test" > "$dir/ktap" && done=$(grep -c '^ok' "$dir/ktap") || { cat "$dir/ktap"; exit 1; }
grep '^ok' "$dir/ktap"

failed=0
expect() { # TEXT FILE PATTERN
	done=$((done + 1))
	if grep -qE -- "$3" "$2"; then
		echo "ok $done $1"
	else
		failed=1
		sed 's/^/# /' "$2"
		echo "not ok $done $1"
	fi
}

# Two packets in the short run and twelve in the long one.
printf '%s\n' 1 2 12 > "$dir/packets"
echo 'k ffffffff81000000 poll' > "$dir/symbols"
echo 'x ffff82d040200000 xen#grant_copy' >> "$dir/symbols"
echo 'k ffffffffc0000000 vif_poll [ringway_netback]' > "$dir/modules"
echo '1 ffffffff81000000 7 10' > "$dir/counts.1"
cat > "$dir/counts.2" << 'END'
1 ffffffff81000000 5 10 l1-data=3 from-l2=3
2 ffffffffc0000000 1 8
END
cat > "$dir/counts.3" << 'END'
1 ffffffff81000000 25 10 l1-data=23 from-l2=13 from-cpu=10 locked=20
1 ffff82d040200000 10 4 l1-code=10 from-l3=10
2 ffffffffc0000000 31 8
END
cat > "$dir/prices" << 'END'
instruction 0.5 1 2 # what hits everything
from-l2 10 10 10
from-l3 0 40 50

from-cpu 100 200 300
locked 5 10 15
END
report() { python3 "lab/profile/$1" "$dir" "$dir/symbols" "$dir/packets" packet "${@:2}" > "$dir/said" 2>&1; }
report report.py
expect 'instructions per packet of the long run less the short one' "$dir/said" '^# dom0: 24 instructions per packet, 10 of them'
expect 'the hypervisor counts for who runs' "$dir/said" '^ +4\.0 +1\.00  xen: grant_copy$'
expect "a guest's modules have no names" "$dir/said" "^ +24\.0 +0\.00  \(a guest's modules\)\$"
report model_report.py "$dir/prices"
expect 'the model says that it is one' "$dir/said" '^# modelled, per packet, 10 of them'
expect 'misses, transfers and locks per packet, and three prices' "$dir/said" \
	'^ +20\.0 +0\.00 +2\.00 +1\.00 +0\.00 +0\.00 +1\.00 +0\.00 +0\.00 +2\.00 .* 130 +250 +380  poll$'
expect 'a domain is the sum of its functions' "$dir/said" ' 132 +294 +438  dom0$'
echo 'from-l3 40 forty 50' > "$dir/prices"
! report model_report.py "$dir/prices" || : > "$dir/said"
expect 'a price that is no number is refused by name' "$dir/said" 'prices:1: "from-l3 40 forty 50"'
echo "1..$done"
exit $failed
