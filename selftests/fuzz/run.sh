#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh [NAME...] - builds the fuzzers and runs each for FUZZ_SECONDS, two at a time, from the seeds in corpus/
# and from what earlier runs found ($OUT/fuzz/corpus). KTAP. An input that breaks something is kept in
# $OUT/fuzz/found, and `$OUT/fuzz/NAME_fuzz FILE` runs it again.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
OUT=${OUT:-$(cd ../.. && pwd)/out}
export OUT
export FUZZ_SECONDS=${FUZZ_SECONDS:-600}
least=${FUZZ_LEAST:-100} # inputs that must have run: fewer say that nothing was tried

# One line of result. libFuzzer stops by itself when the time is over; the bound is for when it does not.
if [ "${1:-}" = --one ]; then
	name=$2 dir=$OUT/fuzz
	mkdir -p "$dir/corpus/$name" "$dir/found"
	rm -f "$dir/$name.result"
	timeout -k 10 $((FUZZ_SECONDS + 120)) "$dir/${name}_fuzz" -max_total_time="$FUZZ_SECONDS" -max_len=4096 -timeout=30 \
		-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$dir/found/$name-" \
		"$dir/corpus/$name" "corpus/$name" > "$dir/$name.log" 2>&1
	code=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$dir/$name.log")
	if [ $code = 0 ] && [ "${runs:-0}" -ge "$least" ]; then
		echo "ok fuzz $name: ${runs:-0} inputs in $FUZZ_SECONDS s"
	else
		grep -aE 'not so|ERROR|SUMMARY|Failure|runtime error|Test unit written' "$dir/$name.log" | sed 's/^/# /' | head -n 20
		echo "not ok fuzz $name: exit code $code after ${runs:-0} inputs; see $dir/$name.log"
	fi > "$dir/$name.result"
	exit 0
fi

names=("$@")
if [ $# = 0 ]; then
	for file in *_fuzz.cc; do
		names+=("${file%_fuzz.cc}")
	done
fi
echo "1..${#names[@]}"
if ! make -s -j2 --no-print-directory OUT="$OUT" "${names[@]/%/_fuzz}" > "$OUT/fuzz-build.log" 2>&1; then
	sed 's/^/# /' "$OUT/fuzz-build.log" | tail -n 30
	echo "Bail out! the fuzzers do not build"
	exit 1
fi
printf '%s\n' "${names[@]}" | xargs -P 2 -n 1 ./run.sh --one
number=0 failed=0
for name in "${names[@]}"; do
	number=$((number + 1))
	result=$OUT/fuzz/$name.result
	[ -f "$result" ] || echo "not ok fuzz $name: no result" > "$result"
	sed -E "s/^(not ok|ok) /\1 $number /" "$result"
	! grep -q '^not ok' "$result" || failed=1
done
exit $failed
