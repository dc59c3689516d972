#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# native_test.sh [native|native-test] - the measurement of `make bench-native` is of what it says: packets of every size arrive, in order and
# with their bytes, all by the way that is measured; one that does not is found; and the report says what was measured.
# Without DPDK. KTAP.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
OUT=${OUT:-$PWD/out}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
said=$work/said

# shellcheck source=selftests/result.sh
. selftests/result.sh

program=${1:-native}
make -s -j"$(nproc)" --no-print-directory -C selftests/native OUT="$OUT" "$program" || exit 1
native() { timeout -k 5 60 "$OUT/native/$program" "$@" > "$said" 2>&1; }

echo "KTAP version 1"
echo "1..21"
for frame in 60 130 256 257 576 1514 4096; do
	native ringway "$frame" --packets 5000 --verify
	result $? "ringway: packets of $frame bytes arrive whole, in order, directly, from mapped buffer to mapped buffer"
done
native ringway 65535 --packets 200 --verify
result $? "ringway: and so do those of 65535"
# No upper bound: on a busy machine many more may arrive before the end is seen.
python3 -c 'import json, sys
run = json.load(sys.stdin)
sys.exit(not (run["packets"] >= 200 and run["ns"] > 0 and run["host"]["busy_cycles"] > 0 and run["guests"]["busy_cycles"] > 0))' < "$said"
result $? "what was measured is counted"
for frame in 60 65535; do
	native memcpy "$frame" --packets 200 --verify
	result $? "memcpy: packets of $frame bytes arrive whole and in order"
done
for spoil in order content count; do
	! native ringway 60 --packets 3000 --verify --spoil $spoil && grep -q '^native: ' "$said"
	result $? "a packet that is spoiled is found: $spoil"
done
native ringway 59
[ $? = 2 ] && grep -q 'FRAME is 60 to 65535 bytes' "$said"
result $? "a frame that is too short is refused, with what may be asked for"

cat > "$work/rows.json" << 'END'
{"machine":{"cpu":"a CPU","kernel":"6.1","cpus":2,"load":0.5,"first":false,"counters":"cycles: no","dpdk_memory":"--no-huge"},
"rows":[{"stack":"ringway","frame":60,"repeats":3,"ns":30,"spread":0.1,"host":{"busy_cycles":60},"guests":{"busy_cycles":70}},
{"stack":"vhost","frame":60,"repeats":3,"ns":120,"spread":0.05,"host":{"busy_cycles":240},"guests":{"busy_cycles":200}}],
"said":{"memif":"memif, switch: cannot run"}}
END
report() { python3 selftests/native/bench.py --report "$work/$1" > "$said" 2>&1; }
report rows.json
grep -qE '^ +60 +30\.0 \(10\) +1\.00 +120\.0 \(5\) +0\.25$' "$said"
result $? "the report has times, spreads, and ratios to each peer"
grep -q '^memif did not run everything here. It said: memif, switch: cannot run$' "$said"
result $? "a peer that does not run is shown with what it said"
grep -q "^target: .* 0\.25, at most 1  met$" "$said"
result $? "a target that is met"
sed 's/"ns":30/"ns":121/' "$work/rows.json" > "$work/slow.json"
report slow.json
grep -q "^target: .* 1\.01, at most 1  NOT MET$" "$said"
result $? "and one that is missed by little is missed"
sed 's/"spread":0.1/"spread":0.76/' "$work/rows.json" > "$work/busy.json"
report busy.json
grep -q '^target: .* not judged, as repeats differ by 76 %' "$said"
result $? "and one is not judged on a machine that did something else"
! python3 selftests/native/bench.py --seconds 2 > "$said" 2>&1 && grep -q 'seconds 2.0: more than 0, at most 0.5' "$said"
result $? "a measurement that would keep the CPUs for long is refused"
[ $failed = 0 ]
