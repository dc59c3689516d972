#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# emulator_test.sh - what counts as a mistake of the emulator, and what becomes of a scenario's results then. No failure
# of a guest's kernel may be taken for one, and no result of another scenario may be set aside with it.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=lab/dom0/emulator.sh
. lab/dom0/emulator.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

number=0 failed=0
expect() { # TEXT WANTED GOT
	number=$((number + 1))
	[ "$2" != "$3" ] || { echo "ok $number $1"; return; }
	failed=$((failed + 1))
	printf '# wanted: %s\n# got:    %s\nnot ok %d %s\n' "$2" "$3" $number "$1"
}
fault() { # REGISTER LINE: what a console with it tells
	printf '%s\r\n' '[ 1.0] Linux' "[   34.774094] RSP: 0018:ffffc900007e7aa0 EFLAGS: $1" '[ 2.0] RAX: ffffffffffffffff' \
		> "$work/guest-b.log"
	emulator_fault "$work/guest-b.log"
}
yes() {
	expect "EFLAGS $1 is impossible: $2" \
		"guest-b.log: [   34.774094] RSP: 0018:ffffc900007e7aa0 EFLAGS: $1" "$(fault "$1")"
}
no() { expect "EFLAGS $1 is possible: $2" '' "$(fault "$1")"; }

echo "1..17"
no 00000246 'interrupts on'
no 00010046 'resumed'
no 00254fd7 'every bit that a 64-bit kernel can set'
no 003c0246 'AC, VIF, VIP and ID'
yes 049e8246 'seen'
yes 00020246 'VM'
yes 0000024e 'bit 3'
yes 00000266 'bit 5'
yes 00008246 'bit 15'
yes 00400246 'bit 22'
yes 80000246 'bit 31'
no 049e82461 'a longer number is something else'
: > "$work/guest-b.log"
expect 'nothing on a console is nothing' '' "$(emulator_fault "$work/guest-b.log")"
expect 'no console is nothing' '' "$(emulator_fault)"

cat > "$work/ktap.txt" << 'END'
KTAP version 1
1..2
  1..1
  not ok 1 something that failed before
not ok 1 first.sh # exit code 1
  1..2
  ok 1 one
  not ok 2 two
END
lab/void.sh "$work" 'the emulator failed'
printf '  1..2\n  ok 1 one\n  ok 2 two\nok 2 second.sh\n' >> "$work/ktap.txt"
expect "one scenario's lines are void" $'  1..2\n  ok 1 one\n  not ok 2 two' "$(cat "$work/void.txt")"
flat=$(selftests/flatten.sh "$work/ktap.txt")
expect "they are not counted, the other's are" '3 1' \
	"$(grep -cE '^(not )?ok' <<< "$flat") $(grep -c '^not ok' <<< "$flat")"
expect 'why is said' '# void: the emulator failed' "$(grep void "$work/ktap.txt")"
[ $failed = 0 ]
