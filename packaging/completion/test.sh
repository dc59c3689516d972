#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test.sh - what the shells complete behind `ringway`. KTAP; a shell that is not here is skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '#!/bin/sh\necho "Name ID"\necho "Domain-0 0"\necho "web 3"\n' > "$work/xl"
chmod +x "$work/xl"
PATH=$work:$PATH

# shellcheck disable=SC2317 # in_SHELL is called by expect()
in_bash() { # WORD… (the last one is begun)
	bash -c '. "$1/ringway"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ringway; printf "%s\n" "${COMPREPLY[@]}"' \
		bash "$here" "$@"
}
# shellcheck disable=SC2317
in_zsh() { timeout 60 zsh -f "$here/complete.zsh" "$here" "$@"; }
# shellcheck disable=SC2317
in_fish() { fish --no-config -c ". '$here/ringway.fish'; complete -C '$*'" | cut -f 1; }

expect() { # SHELL EXPECTED WORD…
	local shell=$1 expected=$2 said
	shift 2
	said=$("in_$shell" "$@" | sort | tr '\n' ' ')
	[ "$said" = "$expected" ] || { echo "completion: $shell behind \"$*\": \"$said\", not \"$expected\"" >&2; exit 1; }
}

shell_completes() { # SHELL
	expect "$1" 'apply ' ringway ap
	expect "$1" 'attach ' ringway vif a
	expect "$1" 'fdb flush ' ringway bridge f
	expect "$1" 'help hosts ' ringway place h
	expect "$1" 'web ' ringway vif show w
	expect "$1" '--ensure ' ringway vif attach --e
	expect "$1" 'web ' ringway vif attach -t 5 w
	expect "$1" 'isolated=off isolated=on ' ringway vif set web 0 is
	expect "$1" 'isolated=off isolated=on ' ringway vif set web 0 ip=any is
	expect "$1" 'vlan_protocol=802.1Q vlan_protocol=802.1ad ' ringway bridge add xenbr0 vlan_p
	expect "$1" 'rx-pps= rx-rate= ' ringway vif limit web 0 rx
	expect "$1" 'untrusted ' ringway vif attach web unt
	case $1 in
	zsh) in_zsh ringway apply "$here/te" | grep -x test.sh > /dev/null ;; # it names the folders on the way as well
	*) expect "$1" "$here/test.sh " ringway apply "$here/te" ;;
	esac
}

echo '1..3'
number=0 failed=0
for shell in bash fish zsh; do
	number=$((number + 1))
	if ! command -v $shell > /dev/null; then
		echo "ok $number $shell completes # SKIP $shell is not here"
	elif (shell_completes $shell); then
		echo "ok $number $shell completes"
	else
		echo "not ok $number $shell completes"
		failed=1
	fi
done
exit $failed
