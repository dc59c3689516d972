#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check.sh - the documents are in order:
#
#   - links, headings behind a # and files that a text names in `code` exist: a renamed file fails here,
#     and not in a reader's hands;
#   - prose is at most 100 columns wide (tables, code and links may be wider);
#   - every folder of kernel/, toolstack/src, selftests and lab has a README.md, or one above names it;
#   - docs/decisions/README.md lists every decision, and docs/README.md every document;
#   - README.md's table of platforms is what their results (docs/platforms.json) say.
# shellcheck disable=SC2016 # the backticks are Markdown's
set -euo pipefail
cd "$(dirname "$0")/.."
bad=0
complain() { echo "$1" >&2; bad=1; }

# What this work tree has, committed or not.
present() { git ls-files -co --exclude-standard -- "$@" | while IFS= read -r f; do [ ! -f "$f" ] || echo "$f"; done; }
mapfile -t markdown < <(present '*.md')
# In these, names in `code` are looked up. Folders' READMEs name their own files and words of code alike.
documents=(README.md CONTRIBUTING.md SECURITY.md CHANGELOG.md docs/*.md docs/decisions/*.md)

# A heading as an anchor: lower case, blanks to hyphens, other marks gone.
anchors() { sed -n 's/^#\{1,6\} //p' "$1" | tr '[:upper:]' '[:lower:]' | sed -e 's/[^a-z0-9 _-]//g' -e 's/ /-/g'; }

# Where a text may start to name a file from; the folders are for names without one.
named() {
	local from
	for from in . kernel kernel/{netback,netfront,bridge-lite,core} kernel/netback/{life,from_guest,to_guest,asked,shown} \
		docs selftests/{unit,fuzz,gate,kselftest} toolstack/tests toolstack lab; do
		[ ! -e "$from/$1" ] || return 0
	done
	return 1
}

links() { # DOCUMENT
	local link file anchor target
	while IFS= read -r link; do
		case $link in http*) continue ;; esac
		file=${link%%#*} anchor=''
		[[ $link != *'#'* ]] || anchor=${link#*#}
		target=$1
		[ -z "$file" ] || target=$(dirname "$1")/$file
		if [ ! -e "$target" ]; then
			complain "$1: link to \"$link\": no such file"
		elif [ -n "$anchor" ] && ! anchors "$target" | grep -qxF -- "$anchor"; then
			complain "$1: link to \"$link\": no such heading in $target"
		fi
	done < <(grep -oE '\]\([^) ]+\)' "$1" | sed -e 's/^](//' -e 's/)$//')
}

names() { # DOCUMENT
	local name
	# `a/b.c`, not `out/…`, `/lib/…`, nor what stands for a name (NAME_test.cc).
	while IFS= read -r name; do
		named "$name" || complain "$1: names \`$name\`, and there is no such file"
	done < <(grep -oE '`[a-z0-9_][a-z0-9_./-]*\.(c|h|cc|cpp|hpp|sh|mk|json|md)`' "$1" | tr -d '`' |
		grep -vE '^(out/|xen/)|^(demo|compile_commands)\.json$' | sort -u)
	# A folder at the top, with what is in it.
	while IFS= read -r name; do
		named "$name" || complain "$1: names \`$name\`, and there is no such folder"
	done < <(grep -oE '`[a-z0-9_][a-z0-9_/-]*/`' "$1" | tr -d '`' | grep -v '^out/' | sort -u)
}

# The longest word of a line cannot be broken: a link in a line of its own may be any width.
width() { # DOCUMENT
	local found
	found=$(LC_ALL=C.UTF-8 awk -v max=100 '
		/^ *```/ { code = !code; next }
		code || /^(    |\t)/ || /^ *\|/ { next }
		{ line = $0; gsub(/[\200-\277]/, "", line) } # where awk counts bytes: what continues a character
		length(line) > max && line !~ /^[ ]*([-*] )?[^ ]+$/ {
			print "line " FNR " has " length(line) " columns, at most " max
		}' "$1")
	[ -z "$found" ] || complain "$1: $found"
}

# A folder has a README.md, or one above it does that names its branch (`linux/`); toolstack/README.md has src/.
folders_have_readmes() {
	local folder above rest
	while IFS= read -r folder; do
		[ ! -e "$folder/README.md" ] || continue
		above=$folder rest=''
		while [[ $above == */* ]]; do
			rest=${above##*/}/$rest above=${above%/*}
			[[ $above != kernel && $above != selftests && $above != lab ]] || break
			! grep -qsF "\`${rest%%/*}/" "$above/README.md" || continue 2
		done
		complain "$folder: no README.md, and none above that names it"
	done < <(present kernel toolstack/src selftests lab | sed 's|/[^/]*$||' | sort -u)
}

# INDEX FILE…: each FILE is linked from INDEX.
listed() {
	local index=$1 file
	shift
	for file in "$@"; do
		[ "$file" = "$index" ] || grep -qF "(${file##*/}" "$index" || complain "$index: does not list ${file##*/}"
	done
}

for document in "${documents[@]}"; do names "$document"; done
for document in "${markdown[@]}"; do
	links "$document"
	width "$document"
done
folders_have_readmes
listed docs/decisions/README.md docs/decisions/[0-9]*.md
listed docs/README.md docs/*.md
[ ! -e lab/platforms.py ] || lab/platforms.py check || bad=1

[ $bad = 0 ] &&
	echo "docs: ${#markdown[@]} documents: links and names lead somewhere, no line is too wide, no README is missing"
exit $bad
