// SPDX-License-Identifier: GPL-2.0-only
// What the ring to a guest has to say of an skb besides its bytes.
#pragma once
#include "core/place.hpp"
#include "netback/life/vif.hpp"

namespace ringway::netback
{
inline RxMeta describe(const skb_view &info, const sk_buff *skb, const Vif &vif)
{
	u16 flags = 0;
	if (info.csum_partial)
		flags = NETRXF_csum_blank | NETRXF_data_validated;
	else if (info.csum_unnecessary)
		flags = NETRXF_data_validated;
	const bool gso = vif.gso_mask() & (1u << info.gso_type);
	RxMeta meta{info.len, flags, static_cast<u8>(gso ? info.gso_type : XEN_NETIF_GSO_TYPE_NONE),
		    info.gso_size};
	meta.headroom = vif.headroom.load(std::memory_order_relaxed);
	if (const HashConfig *config = vif.control.hash(); RINGWAY_UNLIKELY(config)) {
		const PacketHash hash = hash_skb(*config, skb);
		meta.hash_type = hash.type;
		meta.hash = hash.value;
	}
	return meta;
}
} // namespace ringway::netback
