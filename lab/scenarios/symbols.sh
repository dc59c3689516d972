# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The names of what runs in Xen and in dom0's kernel, for lab/profile.sh: "x ADDRESS NAME", "k ADDRESS NAME".
. "${0%/*}/ktap.sh"
ktap_plan 1

symbols() {
	{
		awk '{ print "x", $1, $3 }' /proc/xen/xensyms
		awk '$2 ~ /[tTwW]/ && $4 == "" { print "k", $1, $3 }' /proc/kallsyms
	} | data_packed symbols
}

check 'symbols' symbols
ktap_end
