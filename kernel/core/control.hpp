// SPDX-License-Identifier: GPL-2.0-only
//
// The messages of a control ring: how each changes a vif's hash configuration or its buffers that stay
// mapped, and the answer to it (source: xen/io/netif.h, "Control messages"; where that leaves a choice, this
// answers as existing backends do).
//
// HOSTILE: every word of a request, and the memory its grant reference names (XSA-270: offset and length
// of a table that overflow when added, or a queue that does not exist).
#pragma once
#include "core/hash.hpp"

namespace ringway
{
// The list of a message about mapped buffers lies in one page.
using GrefListEntry = xen_netif_gref;
inline constexpr u32 kGrefList = kPageSize / sizeof(GrefListEntry);
static_assert(sizeof(GrefListEntry) == 8 && kGrefList == 512);

// The entries of the list that a message comes with: what it costs to carry it out. 0: it has none, or is
// refused for its words alone.
constexpr u32 gref_list_length(const CtrlRequest &request, u32 queues)
{
	const bool list = request.type == XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING ||
			  request.type == XEN_NETIF_CTRL_TYPE_DEL_GREF_MAPPING;
	return list && request.data[0] < queues && request.data[2] <= kGrefList ? request.data[2] : 0;
}

// What carries out messages about mapped buffers, where there are none. Others have the same members; `queue`
// is one that is there, and `count` at least 1 and at most kGrefList.
struct NoBuffers {
	// The most entries that the queue's table may have.
	u32 most(u32 /*queue*/, u32 & /*entries*/) const { return XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED; }
	// Maps all buffers of the list in the page that `list` grants, or none.
	u32 add(u32 /*queue*/, u32 /*list*/, u32 /*count*/) const
	{
		return XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
	}
	// Unmaps those that are there, says for each in its list whether it was, and how many they were.
	u32 remove(u32 /*queue*/, u32 /*list*/, u32 /*count*/, u32 & /*removed*/) const
	{
		return XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
	}
};

namespace detail
{
template <typename Buffers>
u32 buffers_message(const CtrlRequest &request, u32 queues, Buffers &buffers, u32 &data)
{
	const u32 queue = request.data[0], list = request.data[1], count = request.data[2];
	if (queue >= queues)
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	if (request.type == XEN_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE)
		return buffers.most(queue, data);
	if (!count || count > kGrefList)
		return XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	return request.type == XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING
		       ? buffers.add(queue, list, count)
		       : buffers.remove(queue, list, count, data);
}

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
// failure. `queues` is the vif's number of queues, at most 256. `buffers`: see NoBuffers.
template <typename Fetch, typename Buffers = NoBuffers>
CtrlResponse control_message(HashConfig &config, const CtrlRequest &request, u32 queues, Fetch &&fetch,
			     Buffers &&buffers = {})
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
	case XEN_NETIF_CTRL_TYPE_GET_GREF_MAPPING_SIZE:
	case XEN_NETIF_CTRL_TYPE_ADD_GREF_MAPPING:
	case XEN_NETIF_CTRL_TYPE_DEL_GREF_MAPPING:
		answer.status = detail::buffers_message(request, queues, buffers, answer.data);
		break;
	default:
		answer.status = XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
	}
	return answer;
}
} // namespace ringway
