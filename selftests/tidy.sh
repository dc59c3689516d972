#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tidy.sh NAME.cpp FILE... -- CLANG-TIDY'S ARGUMENTS: puts the files into one, NAME.cpp, and runs clang-tidy on that.
# What it says is about the files: their names and lines are put in. (A file that included them would do, but the static
# analyzer looks at no function of an included file.)
set -euo pipefail
whole=$1 files=()
shift
while [ "$1" != -- ]; do
	files+=("$1")
	shift
done
shift
cat "${files[@]}" > "$whole"
"${TIDY:-clang-tidy-14}" "$@" > "$whole.log" 2>&1 && exit
# clang-tidy counts on stderr what it suppressed.
grep -v '^[0-9]* warnings\? generated\|^Suppressed\|^Use -header-filter' "$whole.log" |
	awk -v whole="$whole:" '
		FNR == 1 && FILENAME != "-" { begin[++n] = lines; name[n] = FILENAME }
		FILENAME != "-" { lines++; next }
		index($0, whole) == 1 {
			line = substr($0, length(whole) + 1) + 0
			for (i = n; begin[i] >= line; i--);
			sub(/^[0-9]+/, line - begin[i], $0) || sub(whole "[0-9]+", name[i] ":" line - begin[i])
		}
		{ print }' "${files[@]}" -
exit 1
