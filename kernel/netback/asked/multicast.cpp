// SPDX-License-Identifier: GPL-2.0-only
//
// The guest's multicast filter: changed by requests on the TX rings, asked before a packet is put into an
// RX ring or a backlog. The list is core/multicast.hpp.
//
// The filter belongs to a connection: it begins empty and off.
#include "netback/asked/multicast.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

// CONTEXT: from-guest poll. A full list is an error of that request alone.
void ringway::netback::change_multicast(Batch &batch, Vif &vif)
{
	for (u32 i = 0; i < batch.change_count; i++) {
		const MulticastChange &change = batch.changes[i];
		if (!change.add)
			vif.multicast.remove(change.address);
		else if (!vif.multicast.add(change.address))
			batch.packets[change.packet].fate = Fate::bad;
	}
}

bool Queue::refuses(const sk_buff *skb)
{
	if (RINGWAY_LIKELY(!vif->multicast.wanted()))
		return false;
	u8 destination[kMacLength];
	if (host_skb_head(skb, destination, kMacLength) < kMacLength ||
	    !vif->multicast.refuses(mac_load(destination)))
		return false;
	to_guest_stats.dropped_multicast++;
	return true;
}

void netback_set_multicast_control(netback_vif *vif, bool on)
{
	vif->multicast.want(on);
}
