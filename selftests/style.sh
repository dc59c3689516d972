#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# style.sh - what can be said about the tree without building it. Looks at tracked files as they lie in
# the work tree; prints KTAP, each finding as a comment above its result. Who may include whom: arrows.py.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
longest=300 # lines of a file: one concept fits
# Files that are longer, each with its reason. One that is longer no more goes from here.
declare -A long=(
	[selftests/unit/netback/direct_test.cc]='one subject, with the tables it is tested by'
	[selftests/unit/netback/life_test.cc]='one subject'
	[selftests/unit/netback/hostile_test.cc]='the catalogue of attacks, in its order'
	[selftests/unit/netback/control_test.cc]='one subject'
	[selftests/unit/netback/rx_test.cc]='one subject'
	[selftests/unit/netback/refuse_test.cc]='a table of what is refused'
	[selftests/unit/netback/flood_test.cc]='one subject'
	[selftests/unit/netback/skb_test.cc]='one subject'
	[selftests/unit/netback/limit_test.cc]='one subject'
	[selftests/unit/netback/mapping_test.cc]='one subject'
	[selftests/unit/netback/mapped_path_test.cc]='one subject'
	[selftests/unit/netfront/life_cycle_test.cc]='a table of states'
	[selftests/unit/core/place_test.cc]='a table of layouts'
	[selftests/unit/core/ring_test.cc]='one subject'
	[selftests/unit/bridge/port_rules_test.cc]='a table of rules'
	[selftests/unit/bridge/classify_test.cc]='a table of frames'
	[selftests/unit/bridge/vlan_test.cc]='a table of tags'
	[selftests/fuzz/switch_fuzz.cc]='the switch and a model of it, side by side'
	[toolstack/tests/vif/policy_test.cc]='one subject'
	[xenstore-schema/generate.cpp]='one program'
	[lab/tools/vstream.cc]='one program: sender and receiver share what they check'
	[lab/tools/framecheck.cc]='one program'
)

number=0 failed=0
check() { # TEXT FUNCTION
	local output code
	number=$((number + 1))
	output=$("$2" 2>&1)
	code=$?
	case $code in
	0) echo "ok $number $1" ;;
	"$absent") echo "ok $number $1 # SKIP $output" ;;
	*)
		printf '%s\n' "$output" | head -n 60 | sed 's/^/# /'
		echo "not ok $number $1"
		failed=$((failed + 1))
		;;
	esac
}

# A tool that is named as its package is. One that this release of Debian does not have is nobody's fault.
absent=4
need() {
	command -v "$1" > /dev/null && return
	[ -n "$(apt-cache madison "$1" 2> /dev/null)" ] || { echo "this Debian has no $1"; return $absent; }
	echo "$1 is not installed: run 'make setup'"
	return 1
}

# Tracked regular files that exist (no symbolic links), one a line; arguments are patterns.
tracked() {
	git ls-files -s -- "$@" | awk '$1 != 120000' | cut -f 2- | while IFS= read -r f; do
		[ ! -f "$f" ] || printf '%s\n' "$f"
	done
}

shell_scripts() {
	local f line
	tracked | while IFS= read -r f; do
		case $f in
		*.sh) printf '%s\n' "$f" ;;
		*)
			IFS= read -r line < "$f" 2> /dev/null || continue
			[[ $line =~ ^\#\!.*[/\ ](ba|da)?sh ]] && printf '%s\n' "$f"
			;;
		esac
	done
}

# What carries code: by its name, or by being a script.
sources() {
	{
		tracked '*.c' '*.h' '*.hpp' '*.cpp' '*.cc' '*.sh' '*.mk' '*.py' '*Makefile' '*Kbuild' '*.service' '.clang-tidy'
		shell_scripts
	} | sort -u
}

formatted() {
	need clang-format-14 || return
	local -a files
	mapfile -t files < <(tracked '*.cpp' '*.hpp' '*.cc')
	printf '%s\0' "${files[@]}" | xargs -0 -n 8 -P 2 clang-format-14 --dry-run -Werror --ferror-limit=1
}

# Not asked about: files that only exist inside the lab's machines (1091), what they assign (2154), and a condition whose
# code is a test's result (2319).
shell_is_clean() {
	need shellcheck || return
	local -a files
	mapfile -t files < <(shell_scripts)
	printf '%s\0' "${files[@]}" | xargs -0 -n 4 -P 2 \
		shellcheck -x -P SCRIPTDIR -P SCRIPTDIR/../dom0 -P SCRIPTDIR/../kselftest -e SC1091,SC2154,SC2319 -S warning -f gcc
}

licensed() {
	local f bad=0
	while IFS= read -r f; do
		head -n 2 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' && continue
		echo "$f: no SPDX-License-Identifier in its first line (the second of a script)"
		bad=1
	done < <(sources)
	return $bad
}

short() {
	local f n bad=0
	while IFS= read -r f; do
		n=$(wc -l < "$f")
		if [ "$n" -gt $longest ] && [ -z "${long[$f]:-}" ]; then
			echo "$f: $n lines, at most $longest: one concept per file, split it"
			bad=1
		elif [ "$n" -le $longest ] && [ -n "${long[$f]:-}" ]; then
			echo "$f: $n lines; take it from the list of long files in selftests/style.sh"
			bad=1
		fi
	done < <(tracked '*.c' '*.h' '*.cpp' '*.hpp' '*.cc' '*.py' '*.sh' | grep -v '^kernel/cxx/')
	return $bad
}

linux_style() {
	tracked 'kernel/*.c' 'kernel/*.h' 'selftests/*.c' 'selftests/*.h' 'lab/*.c' | grep -v '^kernel/cxx/' |
		xargs selftests/c_style.py
}

pythons() {
	local -a files
	mapfile -t files < <(tracked '*.py')
	python3 -c 'import ast, sys; [ast.parse(open(f).read(), f) for f in sys.argv[1:]]' "${files[@]}"
}

no_conflict_marks() {
	local -a files
	mapfile -t files < <(tracked '*.c' '*.h' '*.hpp' '*.cpp' '*.cc' '*.sh' '*.md' '*Makefile')
	! grep -nE '^(<<<<<<<|>>>>>>>) ' "${files[@]}"
}

# From fmt 11 on join() is in a header of its own.
join_is_included() {
	local f bad=0
	while IFS= read -r f; do
		grep -q '#include <fmt/ranges.h>' "$f" && continue
		echo "$f: fmt::join needs #include <fmt/ranges.h>"
		bad=1
	done < <(tracked '*.cpp' '*.hpp' '*.cc' | xargs grep -l 'fmt::join')
	return $bad
}

# A guest may bring it about again and again: RL-18. Probing is the toolstack's doing, and may say all it has to.
complaints_are_limited() {
	local -a files
	mapfile -t files < <(tracked 'kernel/netback/*.c' | grep -vx 'kernel/netback/main.c')
	! grep -nE 'xenbus_dev_(fatal|error)\(' "${files[@]}" | grep -v 'host->xdev, error, "%pV"'
}

echo "KTAP version 1"
echo "1..9"
check "clang-format agrees with every C++ file" formatted
check "C is in Linux' style (c_style.py)" linux_style
check "every Python file can be read" pythons
check "shellcheck has nothing to say about any shell script" shell_is_clean
check "every source file names its licence" licensed
check "no file is longer than $longest lines, but those that have a reason" short
check "no conflict marks" no_conflict_marks
check "what joins includes the header for it" join_is_included
check "netback complains of what a guest did within limits" complaints_are_limited
[ $failed = 0 ]
