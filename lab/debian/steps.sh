# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the parts of `make host-test` are made of: what the host should be like, and what is done to it. It runs on
# boot.sh, and on check and must of test.sh.
: "${results:?}" "${debian:?}" "${cache:?}" "${own:?}" "${own_version:?}" "${OUT:?}"

guest_address=10.0.2.101
# xendomains may still be at it. The guest has its address from us: it is no Debian.
guest_there() {
	local until=$((SECONDS + 180))
	until on_host 'xl domid guest'; do
		[ $SECONDS -lt $until ] || return 1
		sleep 3
	done
	on_host "in-guest guest 'ip link set eth0 up; /usr/bin/ip address replace $guest_address/24 dev eth0' && ping -c 3 -i 0.3 -W 5 $guest_address"
}
on_stock() {
	on_host 'ip -d link show xenbr0; readlink /sys/bus/xen-backend/drivers/vif/module; ls /sys/class/net/xenbr0/brif' | tee "$results/now"
	grep -q ' bridge forward_delay' "$results/now" && grep -q '/xen_netback$' "$results/now" && grep -q '^vif.*\.0$' "$results/now"
}
on_ringway() {
	on_host 'ip -d link show xenbr0; readlink /sys/bus/xen-backend/drivers/vif/module; ip -o link show master xenbr0' | tee "$results/now"
	grep -q ' brlite ' "$results/now" && grep -q '/ringway_netback$' "$results/now" && grep -q ' vif[0-9]*\.0:' "$results/now"
}
# All of the administrator's files, and the modules.
files() {
	on_host 'cd / && find etc boot usr/lib/modules usr/lib/ringway usr/sbin var/lib/ringway -type f 2> /dev/null |
		grep -vE "^etc/(ld.so.cache|machine-id|\.pwd.lock)|modules\.[a-z.]*$" | sort | xargs -d "\n" md5sum'
}
debs() { find "$OUT/deb" -name 'ringway_*.deb' -o -name 'ringway-modprobe_*.deb' -o -name "ringway-modules-${own_version}_*.deb"; }
install() { # FILE…
	host_put "$@" && limit=900 on_host 'DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ./*.deb 2>&1 && rm ./*.deb'
}
# shellcheck disable=SC2046 # several files
installed() { must "$1: apt installs the packages" install $(debs); }

# A session that was there before: each number must come, and it says how long none came.
session_begin() {
	# shellcheck disable=SC2016 # expanded there
	timeout 1800 ssh "${ssh_options[@]}" -p "$port" root@127.0.0.1 'i=0; while i=$((i + 1)); do echo $i; sleep 0.2; done' < /dev/null > >(while read -r n; do echo "$n $EPOCHREALTIME"; done > "$results/session") 2> /dev/null &
	session=$!
	sleep 5
}
session_goes_on() {
	local heard until=$((SECONDS + 60))
	heard=$(wc -l < "$results/session")
	until [ "$(wc -l < "$results/session")" -gt $((heard + 5)) ]; do
		[ $SECONDS -lt $until ] || { echo "the session that was open before says nothing more"; return 1; }
		sleep 1
	done
	kill $session
	awk '$1 != NR { bad = 1 } NR > 1 && $2 - last > most { most = $2 - last } { last = $2 }
		END { printf "longest silence: %.1f s, of this machine\n", most; exit bad }' "$results/session" | tee -a "$results/silence"
}
# Begins a change, and returns when that waits to be confirmed: it is $changing, and says what it says to $results/use.
change_until_asked() { # ringway|stock SECONDS
	local until=$((SECONDS + 200))
	on_host "ringway use $1 --yes --within $2" > "$results/use" 2>&1 &
	changing=$!
	until grep -q 'press Enter' "$results/use"; do
		kill -0 $changing 2> /dev/null && [ $SECONDS -lt $until ] || { cat "$results/use"; return 1; }
		sleep 1
	done
}
# Who makes the change does not see the end of it: somebody who comes anew confirms.
use() { # ringway|stock
	change_until_asked "$1" 120 || return 1
	on_host 'ringway use --confirm' || { cat "$results/use"; return 1; }
	wait $changing
	local code=$?
	cat "$results/use"
	return $code
}
# The machine loses its power while nobody has confirmed the change.
dies_unconfirmed() { # ringway|stock
	change_until_asked "$1" 900 || return 1
	cat "$results/use"
	on_host sync
	kill "$machine"
	wait "$machine"
	machine=''
	kill $changing
	host_on
}
# The backend is another matter: where the packages are, the next boot has Ringway's, on whatever bridge.
had_bridge() {
	on_host 'ip -d link show xenbr0; cat /etc/network/interfaces' | tee "$results/now"
	grep -q ' bridge forward_delay' "$results/now" && grep -qx '[[:space:]]*bridge_ports ens3' "$results/now"
}
in_force() { on_host 'ringway vif show guest 0 | tee /dev/stderr | grep "policy mac_lock=on" && ! ringway vif show guest 0 | grep "not in force"'; }
# The same packages, a version later.
later() {
	local deb name
	rm -rf "$results/later"
	mkdir "$results/later"
	for deb in $(debs); do
		name=$(basename "$deb")
		dpkg-deb -R "$deb" "$results/later/$name" &&
			sed -i -E "s/^(Version: .*)/\1+1/; s/\(= ([^)]*)\)/(= \1+1)/g" "$results/later/$name/DEBIAN/control" &&
			dpkg-deb -b "$results/later/$name" "$results/later/${name%%_*}_later.deb" || return 1
	done
}
upgraded() {
	later || return 1
	on_host "ping -q -i 0.2 $guest_address" > "$results/ping" 2>&1 &
	local ping=$!
	install "$results"/later/*_later.deb || return 1
	on_host 'pkill -INT ping'
	wait $ping
	cat "$results/ping"
	grep -q ' 0% packet loss' "$results/ping" && on_host 'dpkg-query -W ringway' | grep '+1$'
}
