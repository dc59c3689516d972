# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the ringway command does with bad input: one line on stderr that names the value, an exit code that is
# not 0, and nothing half created.
# Cases of docs/security.md: CL-05, CL-13, CL-16, CL-18
. "${0%/*}/ktap.sh"

ktap_plan 21
type ringway > /dev/null || { echo "Bail out! no ringway command in the lab; run: make toolstack"; exit 1; }
check 'stack ringway' use_stack ringway || exit 1
check 'u starts' guest_create u
leak_snapshot /tmp/before

# refused TEXT WORD COMMAND…: fails, with one line that holds WORD, and XenStore and the devices as before
refused() {
	local text=$1 word=$2
	shift 2
	check "$text" refused_cleanly "$word" "$@"
}
refused_cleanly() {
	local word=$1 code lines
	shift
	timeout 30 "$@" > /tmp/said.out 2> /tmp/said
	code=$?
	cat /tmp/said
	lines=$(grep -vc '^ringway: note:' /tmp/said)
	[ $code != 0 ] || { echo "exit code 0"; return 1; }
	[ $code != 124 ] || { echo "did not end within 30 s"; return 1; }
	[ "$lines" = 1 ] || { echo "$lines lines, not one"; return 1; }
	[ ! -s /tmp/said.out ] || { echo "wrote to standard output"; return 1; }
	grep -qF -e "$word" /tmp/said || { echo "\"$word\" is not named"; return 1; }
	leak_compare /tmp/before
}
attach() { ringway vif attach u "mac=00:16:3e:00:00:01,bridge=xenbr0${1:+,$1}"; }

refused 'unknown bridge' nobr0 ringway vif attach u bridge=nobr0
refused 'a bridge that is none' lo ringway vif attach u bridge=lo
refused 'missing domain' nosuch ringway vif attach nosuch bridge=xenbr0
refused 'missing domain id' 4242 ringway vif attach 4242 bridge=xenbr0
refused 'vifname in use' xenbr0 ringway vif attach u bridge=xenbr0,vifname=xenbr0
refused 'vifname too long' a-name-of-sixteen ringway vif attach u bridge=xenbr0,vifname=a-name-of-sixteen
refused 'malformed mac' 00:16:3e:zz:00:01 ringway vif attach u bridge=xenbr0,mac=00:16:3e:zz:00:01
refused 'multicast mac' 01:00:5e:00:00:01 ringway vif attach u bridge=xenbr0,mac=01:00:5e:00:00:01
refused 'malformed rate' 10Xb/s ringway vif attach u bridge=xenbr0,rate=10Xb/s
refused 'malformed vlan' 4095p ringway vif attach u bridge=xenbr0,vlan=4095p
refused 'unknown word' colour ringway vif attach u bridge=xenbr0,colour=blue
refused 'a command that there is not' frobnicate ringway vif frobnicate
refused 'vif that is not there' 7 ringway vif detach u 7
refused 'backend domain that is not there' nodrv ringway vif attach u bridge=xenbr0,backend=nodrv

stage 'without the module, without xenstored'
rmmod ringway_netback
refused 'module not loaded' ringway-netback ringway vif attach u bridge=xenbr0
insmod /lab/modules/ringway-netback.ko
check 'and attaches when it is back' ringway vif attach u bridge=xenbr0,mac=00:16:3e:00:00:01
check 'and detaches' ringway vif detach u 0

# Only the way to it goes away: xenstored itself cannot be started twice.
no_xenstored() {
	unshare -m sh -c 'mount -t tmpfs none /run/xenstored && mount --bind /dev/null /dev/xen/xenbus &&
		exec ringway vif attach u bridge=xenbr0'
}
export -f no_xenstored
refused 'xenstored gone' xenstored bash -c no_xenstored

# It takes the question and says nothing.
silent_xenstored() {
	local code
	kill -STOP "$(pidof xenstored)" || return 1
	timeout 30 ringway -j vif list > /tmp/said.out 2> /tmp/said
	code=$?
	kill -CONT "$(pidof xenstored)"
	cat /tmp/said
	[ $code = 3 ] && [ ! -s /tmp/said.out ] &&
		grep -qx '{"error":{"exit":3,"kind":"host","message":"xenstored does not answer; .*"}}' /tmp/said
}
check 'a xenstored that does not answer is an error within seconds, as JSON where that was asked for' silent_xenstored
ktap_end
