# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Fifty ringway commands at once, on two guests with two queues a vif: some make vifs, some take them away, some change or
# look at others, some want the same address, number or name. Who may succeed does, who may not says why in one line,
# and what stands in XenStore afterwards is what succeeded. Then streams over all vifs and both queues at once.
# Cases of docs/security.md: CL-11, RL-14
. "${0%/*}/ktap.sh"

bytes=${BYTES:-200000}
datagrams=${DATAGRAMS:-300}
vifs=(0 1 2) # the streams' vifs of each guest
ktap_plan 18
check 'stack ringway' use_stack ringway || exit 1
echo 2 > /sys/module/ringway_netback/parameters/max_queues
check 'a starts' guest_create a vcpus=2 || exit 1
check 'b starts, with our netfront' guest_create b vcpus=2 front=ringway kernel=6.12 || exit 1
id_a=$(domid a) id_b=$(domid b)

jobs_dir=/tmp/at-once
# A command of the crowd: begin NAME CODES COMMAND…; CODES are the exit codes that are right.
begin() {
	local name=$1 codes=$2
	shift 2
	echo "$codes" > "$jobs_dir/$name.codes"
	{ timeout 300 ringway "$@" > "$jobs_dir/$name.out" 2> "$jobs_dir/$name.said"; echo $? > "$jobs_dir/$name.code"; } &
	crowd+=($!)
}
crowd_new() { rm -rf $jobs_dir && mkdir $jobs_dir && crowd=(); }
code_of() { cat "$jobs_dir/$1.code"; }
# Each ended as it may. Who failed said so in one line, and who did not said nothing but what was asked for.
crowd_end() {
	local file name lines wrong=0
	wait "${crowd[@]}"
	for file in "$jobs_dir"/*.codes; do
		name=${file##*/} name=${name%.codes}
		lines=$(wc -l < "$jobs_dir/$name.said")
		[[ " $(< "$file") " = *" $(code_of "$name") "* ]] && [ "$lines" = "$(($(code_of "$name") != 0))" ] && continue
		echo "$name: exit code $(code_of "$name") of $(< "$file"), said: $(cat "$jobs_dir/$name.said")"
		wrong=1
	done
	return $wrong
}
# Of several that want the same, one has it.
one_of() { # NAME-PATTERN
	local file n=0
	for file in "$jobs_dir"/$1.code; do [ "$(< "$file")" != 0 ] || n=$((n + 1)); done
	[ $n = 1 ] || { echo "$n of $1 succeeded"; return 1; }
}
mac() { printf '00:16:3e:%02x:%02x:%02x' "$1" "$2" "$3"; }
own() { if [ "$1" = a ]; then mac 1 "$2" 1; else mac 1 "$2" 2; fi; } # GUEST NUMBER: of those that stay
attach() { begin "$1" "$2" vif attach "$3" "bridge=xenbr0,$4" -t 120; } # NAME CODES GUEST WORDS

# --- what XenStore must hold: "guest mac" a line, in no order; the numbers are the command's affair, each once -----------
present() {
	local id record number dirs
	for id in "$id_a" "$id_b"; do
		dirs=$(xenstore-list "/libxl/$id/device/vif" | sort)
		[ "$dirs" = "$(xenstore-list "/local/domain/0/backend/vif/$id" | sort)" ] &&
			[ "$dirs" = "$(xenstore-list "/local/domain/$id/device/vif" | sort)" ] || { echo "vifs of $id differ from place to place"; return; }
		for number in $dirs; do
			record=$(xenstore-read "/libxl/$id/device/vif/$number/mac")
			[ "$record" = "$(xenstore-read "/local/domain/0/backend/vif/$id/$number/mac")" ] &&
				[ "$record" = "$(xenstore-read "/local/domain/$id/device/vif/$number/mac")" ] &&
				[ "$(xenstore-read "/local/domain/0/backend/vif/$id/$number/"{state,hotplug-status} | paste -sd ' ')" = '4 connected' ] ||
				echo "vif $id.$number is not whole"
			echo "$id $record"
		done
	done
}
expected() { # LINES on standard input
	local ports
	sort > /tmp/expected
	present | sort > /tmp/present
	diff /tmp/expected /tmp/present || return 1
	ports=$(bridge link show | grep -c 'master xenbr0 ')
	[ "$ports" = "$(wc -l < /tmp/expected)" ] || { echo "$ports ports"; return 1; }
	! xenstore-ls -f | grep -E '^/local/domain/[0-9]+/error/'
}
first_vifs() { # how many of each guest
	local n
	for ((n = 0; n < $1; n++)); do printf '%s %s\n' "$id_a" "$(own a $n)" "$id_b" "$(own b $n)"; done
}

first_come() {
	local n
	crowd_new
	for n in "${vifs[@]}"; do
		attach "a$n" 0 a "mac=$(own a "$n")"
		attach "b$n" 0 b "mac=$(own b "$n")"
	done
	crowd_end
}
stage 'three vifs for each'
check 'six vifs are attached at once' first_come || exit 1
check 'and they are there' expected < <(first_vifs 3)
leak_snapshot /tmp/before
check 'each guest gets another one' eval 'ringway vif attach a "bridge=xenbr0,mac=$(own a 3)" && ringway vif attach b "bridge=xenbr0,mac=$(own b 3)"'

fifty() {
	local n g
	crowd_new
	attach new-a 0 a "mac=$(mac 2 0 1)"
	attach new-b 0 b "mac=$(mac 2 0 2)"
	# The same address for both, the same number, the same name.
	attach mac-a '0 5' a "mac=$(mac 3 0 0)"
	attach mac-b '0 5' b "mac=$(mac 3 0 0)"
	for n in 1 2; do
		attach "devid$n" '0 5' b "mac=$(mac 4 0 $n),devid=40"
		attach "name$n" '0 1 5' a "mac=$(mac 5 0 $n),vifname=wanted"
		# Whoever comes second finds it gone, or going.
		begin "detach-a$n" '0 4' vif detach a "$(own a 3)" -t 120
		begin "detach-b$n" '0 4' vif detach b "$(own b 3)" -t 120
	done
	for n in "${vifs[@]}"; do
		for g in a b; do
			begin "set-$g$n" 0 vif set $g "$(own $g "$n")" "$([ $g = a ] && echo isolated=off || echo mac_lock=off)"
			begin "limit-$g$n" 0 vif limit $g "$(own $g "$n")" "pps=$((100000 + n))"
			begin "stats-$g$n" 0 vif stats $g "$(own $g "$n")"
			begin "show-$g$n" 0 vif show $g "$(own $g "$n")"
			begin "list-$g$n" 0 -j vif list $g
		done
	done
	begin list 0 vif list
	begin list-json 0 -j vif list
	begin no-domain 4 vif attach nobody bridge=xenbr0
	begin no-domain-either 4 vif list nobody
	begin no-vif 4 vif detach a 77
	begin no-vif-either 4 vif set b 77 mac_lock=on
	begin no-bridge 4 vif attach a bridge=nobr0
	begin no-word 2 vif attach a bridge=xenbr0,colour=blue
	crowd_end || return 1
	echo "${#crowd[@]} commands"
	[ ${#crowd[@]} = 50 ]
}
stage 'fifty commands'
check 'fifty commands at once: each ends as it may' fifty
check 'of those that wanted the same address, one has it' one_of 'mac-?'
check 'of those that wanted the same number, one has it' one_of 'devid?'
check 'of those that wanted the same name, one has it' one_of 'name?'
won() { # what succeeded
	local n
	first_vifs 3
	printf '%s %s\n' "$id_a" "$(mac 2 0 1)" "$id_b" "$(mac 2 0 2)"
	[ "$(code_of mac-a)" != 0 ] || echo "$id_a $(mac 3 0 0)"
	[ "$(code_of mac-b)" != 0 ] || echo "$id_b $(mac 3 0 0)"
	for n in 1 2; do
		[ "$(code_of devid$n)" != 0 ] || echo "$id_b $(mac 4 0 $n)"
		[ "$(code_of name$n)" != 0 ] || echo "$id_a $(mac 5 0 $n)"
	done
}
check 'XenStore holds what succeeded, and all of it is whole' expected < <(won)

limits() { # what the vifs that stay were told
	local id n
	for id in "$id_a" "$id_b"; do
		for n in $(xenstore-list "/libxl/$id/device/vif"); do xenstore-read "/local/domain/0/backend/vif/$id/$n/pps"; done
	done 2> /dev/null | sort | paste -sd ' '
}
check 'and what was said of those that stay' eval '[ "$(limits)" = "100000 100000 100001 100001 100002 100002" ] || { limits; false; }'
undone() { # all that came, at once
	local id owner n g
	won | grep -vxF -f <(first_vifs 3) > /tmp/more
	crowd_new
	while read -r id owner; do
		begin "gone-$id-$owner" 0 vif detach "$id" "$owner" -t 120
	done < /tmp/more
	for n in "${vifs[@]}"; do
		for g in a b; do begin "unlimited-$g$n" 0 vif limit $g "$(own $g "$n")" pps=none; done
	done
	crowd_end && expected < <(first_vifs 3)
}
check 'all that is taken back, at once' undone
check 'and nothing is left of it' leak_compare /tmp/before

# --- streams over all of them -----------------------------------------------------------------------------------------
# A guest answers for an address on the interface that has it, and no other.
# shellcheck disable=SC2016 # for the guest's shell
one_address_each='echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore; echo 2 > /proc/sys/net/ipv4/conf/all/arp_announce'
joined() { # GUEST LAST-BYTE
	local n
	guest_run "$1" "$one_address_each" || return 1
	for n in "${vifs[@]}"; do
		guest_run "$1" "for d in /sys/class/net/eth*; do grep -q $(own "$1" "$n") \$d/address && join 127.9.$n.$2 \${d##*/}; done; /usr/bin/ip -o address | grep 127.9.$n.$2/" || return 1
	done
}
check 'a has an address on each' joined a 1
check 'b has an address on each' joined b 2
# In one guest: two streams to the other end of each vif, and as many from there.
streams() { # LAST-BYTE-OF-THE-PEER FIRST-STREAM-OUT FIRST-STREAM-IN
	cat <<-S | tr '\n' ' '
		rm -f /tmp/bad;
		for v in ${vifs[*]}; do for s in 0 1; do
			p=\$((5100 + 2 * v + s));
			{ vstream recv both \$p -i \$(($3 + p)) -N $bytes -t 200 -w 100 -l 50 || echo recv \$p >> /tmp/bad; } &
			{ vstream send both 127.9.\$v.$1 \$p -i \$(($2 + p)) -N $bytes -n $datagrams -s 4-1472 -r 200 -b 4 -t 200 || echo send \$p >> /tmp/bad; } &
		done; done;
		wait; [ ! -e /tmp/bad ] || { cat /tmp/bad; exit 1; }
	S
}
all_at_once() {
	local code=0
	guest_start a streams "$(streams 2 10000 20000)" && guest_start b streams "$(streams 1 20000 10000)" || return 1
	guest_wait a streams 240 || code=1
	guest_wait b streams 240 || code=1
	return $code
}
stage 'streams over all vifs'
check 'twelve pairs of streams over six vifs at once: every byte is right' all_at_once
both_queues() {
	local id queue n v
	for id in "$id_a" "$id_b"; do
		for queue in 0 1; do
			n=$(for v in /sys/class/net/vif"$id".*; do ethtool -S "${v##*/}"; done | awk -v n="q${queue}_from_guest_packets:" '$1 == n { s += $2 } END { print s + 0 }')
			echo "domain $id, queue $queue: $n packets"
			[ "$n" -gt 0 ] || return 1
		done
	done
}
check 'and both queues carried them' both_queues
ktap_end
