# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Two guests on xenbr0 and a ping between them, with the stack named by STACK (default ringway). The quickest
# look at whether a packet passes.
. "${0%/*}/ktap.sh"
ktap_plan 5
use_stack "${STACK:-ringway}" || exit 1
stage "u1, u2"
check "guest u1 starts" guest_create u1
check "guest u2 starts" guest_create u2
stage "vifs"
check "u1 joins xenbr0" vif_join u1 127.9.0.1
check "u2 joins xenbr0" vif_join u2 127.9.0.2
stage "ping"
check "u1 pings u2" guest_run u1 'ping -c 3 -W 2 127.9.0.2'
ktap_end
