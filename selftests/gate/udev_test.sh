#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# udev_test.sh - what udev does to a new bridge with packaging/network/70-ringway.link: it gives it no address, so that
# the bridge takes its first port's. Without the file it gives one, or this test would show nothing. A Linux bridge
# stands for one of kind brlite, in a network namespace; udev's own program for links is run on it. KTAP on standard
# output.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

# shellcheck source=selftests/result.sh
. selftests/result.sh

echo "KTAP version 1"
if ! udevadm --version > /dev/null 2>&1 || ! unshare -nm ip link add kind0 type bridge 2> /dev/null; then
	echo '1..0 # SKIP needs udev, root and bridges'
	exit 0
fi
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# after_udev [FILE]: how a bridge's address has come to be after udev has seen the bridge: 1 by chance, 3 by somebody.
after_udev() {
	FILE=${1:-} unshare -nm bash -c '
		mkdir -p /run/systemd/network && mount -t tmpfs none /run/systemd/network && mount -t sysfs none /sys || exit 1
		[ -z "$FILE" ] || sed "s/^Kind=brlite$/Kind=bridge/" "$FILE" > /run/systemd/network/70-ringway.link
		ip link add test0 type bridge && udevadm test-builtin net_setup_link /sys/class/net/test0 >&2 &&
			cat /sys/class/net/test0/addr_assign_type' 2> "$said"
}
file=packaging/network/70-ringway.link
echo "1..3"
[ "$(after_udev)" = 3 ]
result $? "udev gives a new bridge an address"
grep -qx Kind=brlite $file
result $? "70-ringway.link is for bridges of kind brlite"
[ "$(after_udev $file)" = 1 ] && grep -q 'ID_NET_LINK_FILE=.*70-ringway.link\|Config file .*70-ringway.link is applied' "$said"
result $? "with it, it does not"
[ "$failed" = 0 ]
