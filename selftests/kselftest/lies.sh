# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# evilfront's lies on the rings, for the scenarios that tell them: LIE and what is to become of it. The numbers of
# the cases are in evilfront's ring.c, control.c, map.c and mapped.c.
# off = the vif is disabled, error = answered with an error, fine = answered as honest

# shellcheck disable=SC2034 # used by who reads this
ring_lies='prod-ahead:off prod-far:off prod-back:off cross-page:off slot-missing:off slots-22:off extra-missing:off
	extra-unknown:off extra-endless:off gso-zero:off rx-ahead:off
	slots-20:error bad-gref:error gref-revoked:error runt:error size-wrap:error
	zero-slots:fine gso-no-tcp:fine same-slot:fine scribble:fine rx-bad-gref:fine rx-read-only:fine
	event-storm:fine packet-storm:fine
	ctrl-ahead:off ctrl-bogus:fine ctrl-storm:fine
	map-lists:fine map-traffic:fine map-storm:fine'

# What evilfront does in turn for "map-lists" and "map-traffic", each with a result of its own.
modes_of() { # LIE
	case $1 in
	map-lists)
		echo map-dup map-twice-in-list map-513 map-queue map-bogus map-rw-of-ro map-flags map-list-ro map-nth-bad \
			map-collide del-unknown all-mapped ;;
	map-traffic) echo all-mapped map-then-revoke map-then-balloon del-under-traffic ;;
	esac
}
mode_right() { # MODE LOG-OF-THE-LIAR
	grep -E "evilfront: (message|stormed|mode $1)" "$2"
	grep -q "evilfront: mode $1: wrong 0\$" "$2"
}

# None of the buffers that it had mapped is, when its vif has gone: it could take back each grant.
none_kept() { guest_run liar dmesg | grep 'evilfront: buffers kept 0 of'; }

liar_starts() { guest_create liar front=none && guest_run liar 'insmod /lab/modules/evilfront.ko'; }
liar_loads() { guest_run liar "dmesg -c > /dev/null; insmod /lab/modules/evilfront.ko lie=$1"; } # LIE
liar_unloads() { wait_for 60 'evilfront to go' guest_run liar 'rmmod evilfront'; } # when its last report is through
liar_tells() { guest_run liar "tell-lie $1 $2 '${3:-}' '${4:-}'"; } # LIE SECONDS [RING [NODES]], see lab/guest/tell-lie

# What evilfront says after "LIE: ": responses N last STATUS backend STATE
outcome() { guest_run liar "dmesg | sed -n 's/.*evilfront: $1: //p' | tail -n 1"; }
came_out() { # LIE off|error|fine LINES: as it should, with so many lines of the backend's log about it
	local words
	read -ra words <<< "$(outcome "$1")"
	echo "$1: ${words[*]}; $3 log lines"
	case $2 in
	off) [ "$3" = 1 ] && [[ ${words[5]} =~ ^[56]$ ]] ;;
	error) [ "$3" = 0 ] && [ "${words[3]}" = -1 ] && [ "${words[5]}" = 4 ] ;;
	# 1: the last response is the one of an extra info.
	fine) [ "$3" = 0 ] && [[ ${words[3]} =~ ^[01]$ ]] && [ "${words[5]}" = 4 ] ;;
	esac
}

# Asks everybody all the time, so that the liar's RX ring is used; the guest's pinger_lost_none ends it too.
asker_start() { guest_start "$1" ask 'until [ -e /tmp/enough ]; do ping -c 1 -W 1 127.9.0.99; done > /dev/null'; }
asker_end() { guest_run "$1" 'touch /tmp/enough' && guest_wait "$1" ask 15; }
