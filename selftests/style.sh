#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# style.sh - what can be said about the tree without building it. Looks at tracked files as they lie in
# the work tree; prints KTAP, each finding as a comment above its result. Who may include whom: arrows.py.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
longest=380 # lines of a file in kernel/: one concept fits

number=0 failed=0
check() { # TEXT FUNCTION
	local output
	number=$((number + 1))
	if output=$("$2" 2>&1); then
		echo "ok $number $1"
	else
		printf '%s\n' "$output" | head -n 60 | sed 's/^/# /'
		echo "not ok $number $1"
		failed=$((failed + 1))
	fi
}

need() { command -v "$1" > /dev/null || { echo "$1 is not installed: run 'make setup'"; return 1; }; }

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

# Not asked about: files that only exist inside the lab's machines (1091), and what they assign (2154).
shell_is_clean() {
	need shellcheck || return
	local -a files
	mapfile -t files < <(shell_scripts)
	printf '%s\0' "${files[@]}" | xargs -0 -n 4 -P 2 \
		shellcheck -x -P SCRIPTDIR -P SCRIPTDIR/../dom0 -P SCRIPTDIR/../kselftest -e SC1091,SC2154 -S warning -f gcc
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
		[ "$n" -le $longest ] && continue
		echo "$f: $n lines, at most $longest: one concept per file, split it"
		bad=1
	done < <(tracked 'kernel/*.c' 'kernel/*.h' 'kernel/*.cpp' 'kernel/*.hpp')
	return $bad
}

no_conflict_marks() {
	local -a files
	mapfile -t files < <(tracked '*.c' '*.h' '*.hpp' '*.cpp' '*.cc' '*.sh' '*.md' '*Makefile')
	! grep -nE '^(<<<<<<<|>>>>>>>) ' "${files[@]}"
}

echo "KTAP version 1"
echo "1..5"
check "clang-format agrees with every C++ file" formatted
check "shellcheck has nothing to say about any shell script" shell_is_clean
check "every source file names its licence" licensed
check "no file in kernel/ is longer than $longest lines" short
check "no conflict marks" no_conflict_marks
[ $failed = 0 ]
