#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh - what the documents point at is there: the targets of links, headings behind a #, and files
# of the repository that a text names in `code`. A renamed file fails here, and not in a reader's hands.
# shellcheck disable=SC2016 # the backticks are Markdown's
set -euo pipefail
cd "$(dirname "$0")/.."
documents=(README.md CONTRIBUTING.md SECURITY.md docs/*.md)
bad=0
complain() { echo "$1" >&2; bad=1; }

# A heading as an anchor: lower case, blanks to hyphens, other marks gone.
anchors() { sed -n 's/^#\{1,6\} //p' "$1" | tr '[:upper:]' '[:lower:]' | sed -e 's/[^a-z0-9 _-]//g' -e 's/ /-/g'; }

# Where a text may start to name a file from; the folders are for names without one.
named() {
	local from
	for from in . kernel kernel/netback kernel/netback/{life,from_guest,to_guest,asked,shown,linux} kernel/netfront kernel/bridge-lite kernel/core docs selftests/{unit,fuzz,gate,kselftest} toolstack/tests toolstack lab; do
		[ ! -e "$from/$1" ] || return 0
	done
	return 1
}

for document in "${documents[@]}"; do
	while IFS= read -r link; do
		case $link in http*) continue ;; esac
		file=${link%%#*} anchor=''
		[[ $link != *'#'* ]] || anchor=${link#*#}
		target=$document
		[ -z "$file" ] || target=$(dirname "$document")/$file
		if [ ! -e "$target" ]; then
			complain "$document: link to \"$link\": no such file"
		elif [ -n "$anchor" ] && ! anchors "$target" | grep -qxF -- "$anchor"; then
			complain "$document: link to \"$link\": no such heading in $target"
		fi
	done < <(grep -oE '\]\([^) ]+\)' "$document" | sed -e 's/^](//' -e 's/)$//')

	# `a/b.c`, not `out/…`, `/lib/…`, nor what stands for a name (NAME_test.cc).
	while IFS= read -r file; do
		named "$file" || complain "$document: names \`$file\`, and there is no such file"
	done < <(grep -oE '`[a-z0-9_][a-z0-9_./-]*\.(c|h|cc|cpp|hpp|sh|mk|json|md)`' "$document" | tr -d '`' |
		grep -vE '^(out/|xen/)|^demo\.json$' | sort -u)

	# A folder at the top, with what is in it.
	while IFS= read -r folder; do
		named "$folder" || complain "$document: names \`$folder\`, and there is no such folder"
	done < <(grep -oE '`[a-z0-9_][a-z0-9_/-]*/`' "$document" | tr -d '`' | grep -v '^out/' | sort -u)
done

[ $bad = 0 ] && echo "docs: ${#documents[@]} documents, links and names lead somewhere"
exit $bad
