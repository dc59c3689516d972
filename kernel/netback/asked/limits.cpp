// SPDX-License-Identifier: GPL-2.0-only
// Limits as the administrator writes them (watches.c), put in force. poll.cpp and credit.cpp keep to them.
#include "netback/life/vif.hpp"
#include "core/limit_text.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
void set(Vif &vif, u32 which, RateText rate, u64 packets)
{
	Limiter &limit = which == NETBACK_LIMIT_FROM_BYTES || which == NETBACK_LIMIT_FROM_PACKETS
				 ? vif.from_guest_limit
				 : vif.to_guest_limit;
	SoftirqsOff off;
	Guard lock(vif.rate);
	if (which == NETBACK_LIMIT_FROM_BYTES || which == NETBACK_LIMIT_TO_BYTES)
		limit.set_bytes(rate.bytes, rate.micros, host_micros());
	else
		limit.set_packets(packets, host_micros());
}
} // namespace

// What does not parse means unlimited, and is said to be wrong.
int netback_set_limit(netback_vif *vif, u32 which, const char *text)
{
	if (!text) {
		set(*vif, which, {}, 0);
		return 0;
	}
	if (which == NETBACK_LIMIT_FROM_BYTES || which == NETBACK_LIMIT_TO_BYTES) {
		const auto rate = parse_rate(text);
		set(*vif, which, rate.value_or({}), 0);
		return rate.ok() ? 0 : error_errno(rate.error());
	}
	const auto packets = parse_packets(text);
	set(*vif, which, {}, packets.value_or(0));
	return packets.ok() ? 0 : error_errno(packets.error());
}
