#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# hook_test.sh - what packaging/scripts/vif-post.d/ringway.hook does with a port of an ordinary bridge, by what `ringway`
# answers: the port stays open only where all that this bridge can do is in force. One end of a veth stands for the vif, in
# a network namespace; `ringway` and the functions of Xen's scripts are stubs. KTAP on standard output.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=selftests/result.sh
. selftests/result.sh

echo "KTAP version 1"
if ! unshare -nm bash -c 'ip link add br0 type bridge && ip link add vif3.0 type veth' 2> /dev/null; then
	echo '1..0 # SKIP needs root, bridges and veths'
	exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# hook TEXT CODE [KEPT]: what is called, and whether the port is in its bridge afterwards. `ringway` prints TEXT and ends
# with CODE; KEPT is what was set for this vif, if anything was.
hook() {
	printf '#!/bin/bash\necho "ringway $*" >> "%s/called"\nprintf "%%s\\n" "$TEXT" >&2\nexit "$CODE"\n' "$work" > "$work/ringway"
	chmod 755 "$work/ringway"
	: > "$work/called"
	TEXT=$1 CODE=$2 KEPT=${3:-} UUID=00000003-0000-4000-8000-000000000000 WORK=$work unshare -nm bash -c '
		mount -t sysfs none /sys && mount -t tmpfs none /var/lib && mkdir -p /var/lib/ringway/policy || exit 1
		[ ! -d /etc/ringway ] || mount -t tmpfs none /etc/ringway || exit 1
		[ -z "$KEPT" ] || echo "$KEPT" > "/var/lib/ringway/policy/$UUID.00:16:3e:00:00:01.json"
		ip link add br0 type bridge && ip link add vif3.0 type veth && ip link set vif3.0 up master br0 || exit 1
		(
			PATH=$WORK:$PATH dev=vif3.0 XENBUS_PATH=/local/domain/0/backend/vif/3/0 command=online
			xenstore_read_default() { case $1 in */mac) echo 00:16:3e:00:00:01 ;; *) echo "$2" ;; esac; }
			do_without_error() { "$@" > /dev/null 2>&1 || :; }
			log() { echo "log $*" >> "$WORK/called"; }
			fatal() { echo "fatal $*" >> "$WORK/called"; exit 1; }
			. packaging/scripts/vif-post.d/ringway.hook
		)
		ip link show vif3.0 | grep -q "master br0" && echo open >> "$WORK/called" || echo shut >> "$WORK/called"'
}
called() { grep -qe "$1" "$work/called" || { sed 's/^/# /' "$work/called"; return 1; }; }

limit='{"ringway_policy": 1, "set": {"rate": "10Mb/s"}}' vlan=$'{"attached": {\n"vlan": "10"\n}, "ringway_policy": 1}'
cannot="ringway: only a brlite bridge can do what is wanted of vif 3.0's port, isolated=on, and br0 is none"
echo "1..6"
hook '' 0
[ "$(cat "$work/called")" = open ]
result $? "where nobody wants anything of a port, nobody is asked"
hook '' 0 "$limit"
called '^ringway vif set 3 0$' && called '^open$'
result $? "a limit that is kept is put in force"
hook "$cannot" 3 "$vlan"
called '^log info .*isolated=on' && called '^open$'
result $? "what only a brlite bridge can do keeps no guest from running"
hook "ringway: xenstored does not answer; see 'systemctl status xenstored'" 3 "$vlan"
called '^fatal policy of vif3.0: .*does not answer' && called '^shut$'
result $? "a port whose policy nobody could look up is shut, with the same exit code"
hook "ringway: note: ${cannot#*: }"$'\nringway: not root: run the command with sudo' 3 "$vlan"
called '^fatal' && called '^shut$'
result $? "whatever else is said"
hook "$cannot" 1 "$vlan"
called '^fatal' && called '^shut$'
result $? "and so is one with any other failure"
[ "$failed" = 0 ]
