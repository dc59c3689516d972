#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test.sh - what the shells complete behind `ringway`; of zsh only the syntax.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#!/bin/sh\necho "Name ID"\necho "Domain-0 0"\necho "web 3"\n' > "$work/xl"
chmod +x "$work/xl"
PATH=$work:$PATH

in_bash() { # WORD… (the last one is begun)
	bash -c '. "$1/ringway"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ringway; printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$here" "$@"
}
in_fish() { fish --no-config -c ". '$here/ringway.fish'; complete -C '$*'" | cut -f 1; }

expect() { # SHELL EXPECTED WORD…
	local shell=$1 expected=$2 said
	shift 2
	said=$("in_$shell" "$@" | sort | tr '\n' ' ')
	[ "$said" = "$expected" ] || { echo "completion: $shell behind \"$*\": \"$said\", not \"$expected\"" >&2; exit 1; }
}

for shell in bash fish; do
	command -v $shell > /dev/null || { echo "completion: $shell is not here"; continue; }
	expect $shell 'apply ' ringway ap
	expect $shell 'attach ' ringway vif a
	expect $shell 'fdb flush ' ringway bridge f
	expect $shell 'help hosts ' ringway place h
	expect $shell 'web ' ringway vif show w
	expect $shell '--ensure ' ringway vif attach --e
	expect $shell 'web ' ringway vif attach -t 5 w
	expect $shell 'isolated=off isolated=on ' ringway vif set web 0 is
	expect $shell 'isolated=off isolated=on ' ringway vif set web 0 ip=any is
	expect $shell 'vlan_protocol=802.1Q vlan_protocol=802.1ad ' ringway bridge add xenbr0 vlan_p
	expect $shell 'rx-pps= rx-rate= ' ringway vif limit web 0 rx
	expect $shell 'untrusted ' ringway vif attach web unt
	expect $shell "$here/test.sh " ringway apply "$here/te"
done
if command -v zsh > /dev/null; then
	zsh -n "$here/_ringway"
else
	echo "completion: zsh is not here"
fi
