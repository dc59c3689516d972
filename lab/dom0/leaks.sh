# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a test may leave behind: XenStore nodes, event channels of dom0, guests' ring pages and buffers that are mapped,
# the vifs' interrupts, network devices, kernel threads, another default discipline for new devices. A snapshot is a
# sorted list of lines; domain ids stand as they are, so compare either with the same guests running or with none in
# both.

# Buffers of guests that netback counts as mapped and no vif does. A vif that is just connecting or closing is given a
# second.
buffers_of_nobody() {
	local file=/sys/kernel/debug/ringway-netback/mapped_buffers try n=0 vif
	[ -d /sys/module/ringway_netback ] || { echo 0; return; }
	for try in $(seq 10); do
		n=$(cat $file) || { echo 'an unknown number'; return; }
		[ "$n" != 0 ] || break
		for vif in /sys/class/net/vif*; do n=$((n - $(counter "${vif##*/}" mapped_buffers 2> /dev/null) - 0)); done
		[ "$n" != 0 ] || break
		sleep 0.1
	done
	echo "$n"
}

leak_list() {
	# Values change, and a directory that held the first vif of a domain, or the first domain of all, may stay: the paths
	# below it count.
	xenstore-ls -f | sed -n 's/^\(\/[^ ]*\) = .*/store \1/p' | sed 's,^store /vm/[-0-9a-f]*,store /vm/UUID,' |
		grep -v -E '^store /(tool|local/domain/0/(memory|console|error$|error/backend$))|/vif(/[0-9]+)?$|^store /(libxl|vm)$'
	lsevtchn 0 | sed -n 's/.*: \(Interdomain.*\), Port.*/evtchn \1/p' | uniq -c
	# Each mapped ring is a grant in use (drivers/xen/xenbus/xenbus_client.c makes an area for it).
	sed -n 's/.*\(xenbus_map_ring[a-z_]*\).*/mapped \1/p' /proc/vmallocinfo | sort | uniq -c
	echo "buffers $(buffers_of_nobody) of nobody"
	sed -n 's/.* \(vif[0-9.]*-q.*\)/interrupt \1/p' /proc/interrupts
	(cd /sys/class/net && printf 'netdev %s\n' *)
	echo "discipline $(cat /proc/sys/net/core/default_qdisc)"
	ps -o comm | grep -E '^(vif|xenbr|netback|ringway|brlite|bridge)' | sed 's/^/thread /'
}
leak_snapshot() { leak_list | LC_ALL=C sort > "$1"; }

# What vanishes late (deferred frees, xenstored's watches) gets five seconds.
leak_compare() {
	local try
	for try in $(seq 25); do
		leak_snapshot "$1.now"
		cmp -s "$1" "$1.now" && return 0
		sleep 0.2
	done
	note "left behind (+) or gone (-) after $try tries:"
	diff -U0 "$1" "$1.now" | grep '^[-+][^-+]' >&2
	return 1
}

# Prints nothing and returns 0 when the kernel has no complaint. Kernels that check more say "BUG" or "WARNING:" too
# (SLUB, KASAN, KFENCE, lockdep), or have words of their own. Lockdep that has switched itself off counts as a
# complaint.
complaints='WARNING:|BUG:|^(\[[^]]*\] )?BUG |Oops|general protection|Call Trace|refcount_t|use-after-free|hung_task'
complaints+='|unregister_netdevice: waiting|blocked for more than|scheduling while atomic|ref_tracker:|pagealloc: '
complaints+='|INFO: trying to register non-static key'
splats() {
	! dmesg | grep -m 5 -E "$complaints" &&
		! grep -s 'debug_locks: *0' /proc/lockdep_stats
}

# What only checked kernels find (lab/checked-kernel.sh): memory of our modules that nothing points to any more, or of a
# module that has been unloaded, whose functions have no names in the trace. kmemleak reports what is five seconds old
# and did not change from one scan to the next. If kmemleak has switched itself off, it refuses to scan.
memory_kept() {
	local file=/sys/kernel/debug/kmemleak
	[ -e $file ] || return 0
	sleep 5.5
	echo scan > $file && sleep 1 && echo scan > $file || { echo 'kmemleak has switched itself off'; return 1; }
	awk '/^unreferenced object/ { if (ours) printf "%s", block; block = ours = "" } { block = block $0 "\n" }
		/\[(ringway_netback|bridge_lite)\]$|\] 0xffffffff[0-9a-f]+$/ { ours = 1; found = 1 }
		END { if (ours) printf "%s", block; exit found }' $file
	local code=$?
	echo clear > $file
	return $code
}
