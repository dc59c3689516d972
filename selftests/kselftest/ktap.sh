# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# KTAP version 1 for scenarios. Standard output carries KTAP only; everything else goes to stderr.
#   ktap_plan N; check "what must hold" COMMAND…; skip "what" "why"; ktap_end
# Sourcing it brings the lab's own words (guest_create and so on) as well. Each scenario has one test more than it
# plans: at its end guests and stack are taken away, and dom0 must be as it was before it began.
# Cases of docs/security.md: RL-15
ktap_number=0 ktap_failed=0 ktap_planned=0

echo "KTAP version 1"
ktap_skip_all() { echo "1..0 # SKIP $1"; exit 4; }
[ "$(id -u)" = 0 ] || ktap_skip_all 'not root'
grep -qs control_d /proc/xen/capabilities || ktap_skip_all 'not dom0 of a Xen host'
[ -e /lab/lab.sh ] || ktap_skip_all 'not in the lab: run it with make lab SCENARIO=name'
# shellcheck source=/dev/null
. /lab/lab.sh
# These are no leaks: the two uplink ports, which some scenarios move about; empty directories that xl leaves; modules
# that help a test.
ktap_leaks() { leak_list | grep -vE '^netdev eth[01]$|^store /(libxl|vm|local/domain/0/device-model)$' | LC_ALL=C sort; }
ktap_leaks > /tmp/ktap.before

ktap_plan() {
	ktap_planned=$(($1 + 1))
	echo "1..$ktap_planned"
}

ktap_result() { # 0|1 TEXT
	ktap_number=$((ktap_number + 1))
	[ "$1" = 0 ] && echo "ok $ktap_number $2" && return 0
	ktap_failed=$((ktap_failed + 1))
	echo "not ok $ktap_number $2"
	return 1
}

# The command runs in this shell; what it prints becomes diagnostics when it fails.
check() {
	local text=$1 code
	shift
	"$@" > /tmp/check.said 2>&1
	code=$?
	[ $code = 0 ] || { cat /tmp/check.said; echo "exit code $code: $*"; } | tail -n 15 | sed 's/^/# /'
	ktap_result $((code != 0)) "$text"
}

skip() { ktap_number=$((ktap_number + 1)); echo "ok $ktap_number $1 # SKIP $2"; }

no_buffer_kept() {
	local n
	[ -d /sys/module/ringway_netback ] || return 0
	n=$(cat /sys/kernel/debug/ringway-netback/mapped_buffers) || return 1
	echo "$n buffers of guests that are gone are mapped"
	[ "$n" = 0 ]
}

# What docs/security.md says of every scenario: the first WARN ends the machine, and in the end nothing is left,
# neither of the guests nor of the stack. What vanishes late gets ten seconds.
ktap_nothing_left() {
	local end
	grep -qw panic_on_warn=1 /proc/cmdline || { echo 'dom0 runs without panic_on_warn=1'; return 1; }
	destroy_all
	holds_within 10 no_buffer_kept && memory_kept || return 1
	stack_remove && memory_kept || return 1
	end=$((SECONDS + 10))
	until ktap_leaks > /tmp/ktap.after; cmp -s /tmp/ktap.before /tmp/ktap.after; do
		[ $SECONDS -lt $end ] || { diff -U0 /tmp/ktap.before /tmp/ktap.after | grep '^[-+][^-+]'; return 1; }
		sleep 0.2
	done
	splats
}

ktap_end() {
	check 'the host is as it was before' ktap_nothing_left
	[ $ktap_number = "$ktap_planned" ] || { echo "# $ktap_number tests ran, $ktap_planned were planned"; exit 1; }
	[ $ktap_failed = 0 ]
	exit
}
