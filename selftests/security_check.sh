#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# security_check.sh - docs/security.md tells the truth about the tests: each case of the catalogue has one row, and a
# row names tests that exist, in files that bear the case's number, or says why there is none. A test that bears a
# number and is missing in that row gets a note.
#
#   *.cc   `file.cc` Suite.Test        (`netback/file.cc` in selftests/unit) the number is in the comment above the test
#   *.sh   `file.sh` "words" (or .py)   words and number are in the file
#   `name_fuzz.cc`                     the whole fuzzer; the number is in the file
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
page=docs/security.md
folders=(selftests/unit toolstack/tests selftests/fuzz selftests/kselftest selftests/gate)
bad=0
complain() { echo "$1" >&2; bad=1; }

# "FILE SUITE.TEST ID" a line: what the comments above the tests say.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for folder in "${folders[@]}"; do
	find "$folder" -name '*.cc' | sort | while IFS= read -r file; do
		awk -v file="${file#"$folder"/}" '
			/^\/\// {
				while (match($0, /(NB|NF|BR|CL|RL)-[0-9][0-9]/)) {
					ids = ids " " substr($0, RSTART, 5)
					$0 = substr($0, RSTART + 5)
				}
				next
			}
			/^TEST(_F|_P)?\(/ {
				name = $0; sub(/^[^(]*\(/, "", name); sub(/\).*/, "", name); sub(/, */, ".", name)
				print file, name
				n = split(ids, each, " "); for (i = 1; i <= n; i++) print file, name, each[i]
			}
			{ ids = "" }' "$file"
	done
done | sort -u > "$work/tests"

path_of() { # FILE
	local folder
	for folder in "${folders[@]}"; do [ ! -f "$folder/$1" ] || { echo "$folder/$1"; return; }; done
	return 1
}

# One proof of row ID: `file` and what it names.
judge() { # ID FILE NAME
	local path list
	path=$(path_of "$2") || { complain "$1: there is no $2 in ${folders[*]}"; return; }
	case $2 in
	*_fuzz.cc) grep -q "$1" "$path" || complain "$1: $2 does not bear the number" ;;
	*.cc)
		if ! grep -qxF "$2 $3" "$work/tests"; then
			complain "$1: there is no test $3 in $2"
		elif ! grep -qxF "$2 $3 $1" "$work/tests"; then
			complain "$1: the comment above $3 in $2 does not bear the number"
		fi
		echo "$2 $3 $1" >> "$work/named" ;;
	*.sh | *.py)
		# The list of lies is part of a scenario that tells them.
		list=()
		! grep -q '/lies.sh"$' "$path" || list=("${path%/*}/lies.sh")
		grep -qF -e "$3" "$path" "${list[@]}" || complain "$1: \"$3\" is not in $2"
		grep -q "$1" "$path" || complain "$1: $2 does not bear the number" ;;
	esac
}

: > "$work/named"
rows=0 open=0
while IFS='|' read -r _ id _ proof where _; do
	id=${id// /}
	echo "$id" >> "$work/ids"
	rows=$((rows + 1))
	if [[ $where == *none* ]]; then
		open=$((open + 1))
		[ ${#proof} -gt 10 ] || complain "$id: no test and no reason"
		continue
	fi
	[[ $proof == *'`'* ]] || complain "$id: names no test"
	while read -r file name; do
		name=${name#\"}
		judge "$id" "$file" "${name%\"}"
	done < <(sed 's/; */\n/g' <<< "$proof" | sed -n 's/^ *`\([a-z_0-9/]*\.[a-z]*\)` *\(.*[^ ]\)\? *$/\1 \2/p')
done < <(grep -E '^\| (NB|NF|BR|CL|RL)-[0-9]{2} ' "$page")

# The catalogue's numbers, each once.
for series in NB:79 NF:44 BR:32 CL:33 RL:19; do
	for ((n = 1; n <= ${series#*:}; n++)); do printf '%s-%02d\n' "${series%:*}" "$n"; done
done | sort > "$work/catalogue"
while read -r line; do
	complain "$page: row missing, doubled or unknown: $line"
done < <(diff <(sort "$work/ids") "$work/catalogue" | grep '^[<>]')
while read -r line; do
	echo "note: not in its row: $line"
done < <(awk 'NF == 3' "$work/tests" | sort | comm -23 - <(sort -u "$work/named"))

[ $bad = 0 ] && echo "security: $rows cases, $((rows - open)) with tests that exist, $open without"
exit $bad
