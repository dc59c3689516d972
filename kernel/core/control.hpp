// SPDX-License-Identifier: GPL-2.0-only
//
// The messages of a control ring: how each changes a vif's hash configuration, and the answer to it
// (source: xen/io/netif.h, "Control messages"; where that leaves a choice, this answers as existing
// backends do).
//
// Messages about staging grants are not supported and are answered like unknown ones.
// HOSTILE: every word of a request, and the memory its grant reference names (XSA-270: offset and length
// of a table that overflow when added, or a queue that does not exist).
#pragma once
#include "core/hash.hpp"

namespace ringway
{
namespace detail
{
// INVARIANT: `config` only changes if the answer is success.
template <typename Fetch>
u32 set_hash_key(HashConfig &config, u32 gref, u32 len, Fetch &&fetch)
{
	u8 key[kHashKey] = {};
	if (len > kHashKey || (len && !fetch(gref, key, len)))
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	__builtin_memcpy(config.key, key, sizeof key); // bytes beyond `len` are zero
	return XEN_NETIF_CTRL_STATUS_SUCCESS;
}

template <typename Fetch>
u32 set_hash_mapping(HashConfig &config, u32 gref, u32 len, u32 offset, u32 queues, Fetch &&fetch)
{
	u32 entry[kHashMapping];
	// INVARIANT: config.size <= kHashMapping, and this keeps len below it too.
	if (len > config.size || offset > config.size - len)
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	if (len && !fetch(gref, entry, len * static_cast<u32>(sizeof entry[0])))
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	for (u32 i = 0; i < len; i++)
		if (entry[i] >= queues)
			return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	for (u32 i = 0; i < len; i++)
		config.mapping[offset + i] = static_cast<u8>(entry[i]);
	return XEN_NETIF_CTRL_STATUS_SUCCESS;
}

inline u32 set_hash_mapping_size(HashConfig &config, u32 size)
{
	if (size > kHashMapping)
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	config.size = size;
	__builtin_memset(config.mapping, 0, sizeof config.mapping);
	return XEN_NETIF_CTRL_STATUS_SUCCESS;
}
} // namespace detail

// Carries out one message. `fetch(gref, to, bytes)` copies the start of a granted page and returns false on
// failure. `queues` is the vif's number of queues, at most 256.
template <typename Fetch>
CtrlResponse control_message(HashConfig &config, const CtrlRequest &request, u32 queues, Fetch &&fetch)
{
	CtrlResponse answer{};
	answer.id = request.id;
	answer.type = request.type;
	answer.status = XEN_NETIF_CTRL_STATUS_SUCCESS;
	const bool chosen = config.algorithm != XEN_NETIF_CTRL_HASH_ALGORITHM_NONE;
	const u32 *data = request.data;
	switch (request.type) {
	case XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM:
		if (data[0] > XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ)
			answer.status = XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
		else
			config.algorithm = data[0];
		break;
	case XEN_NETIF_CTRL_TYPE_GET_HASH_FLAGS:
		if (chosen)
			answer.data = kHashTypes;
		else
			answer.status = XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
		break;
	case XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS:
		if (!chosen || data[0] & ~kHashTypes)
			answer.status = XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
		else
			config.types = data[0];
		break;
	case XEN_NETIF_CTRL_TYPE_SET_HASH_KEY:
		answer.status = detail::set_hash_key(config, data[0], data[1], fetch);
		break;
	case XEN_NETIF_CTRL_TYPE_GET_HASH_MAPPING_SIZE:
		answer.data = kHashMapping;
		break;
	case XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE:
		answer.status = detail::set_hash_mapping_size(config, data[0]);
		break;
	case XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING:
		answer.status = detail::set_hash_mapping(config, data[0], data[1], data[2], queues, fetch);
		break;
	default:
		answer.status = XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
	}
	return answer;
}
} // namespace ringway
