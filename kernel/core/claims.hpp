// SPDX-License-Identifier: GPL-2.0-only
//
// Who owns an IP address: a table from addresses to owners, which never changes once it is built, but for
// owners that go.
//
// To change anything else, a new table is built and replaces the old one, so readers need no lock and no
// sequence number. It uses open addressing and is at most half full. The hash is keyed: otherwise an attacker
// could choose colliding addresses and make lookups slow. A lookup costs about 15 instructions and one cache
// line, however many addresses there are.
#pragma once
#include "core/relaxed.hpp"
#include "core/types.hpp"

namespace ringway
{
// IPv4 or IPv6 in 128 bits. An IPv4 address has all ones in the upper half; no IPv6 source address does.
struct IpAddress {
	u64 high = 0;
	u64 low = 0;

	constexpr bool operator==(const IpAddress &) const = default;
};

inline constexpr u64 kIpv4High = ~u64{0};

inline IpAddress load_ipv4(const u8 *bytes)
{
	u32 word;
	__builtin_memcpy(&word, bytes, sizeof word);
	return {kIpv4High, word};
}
inline IpAddress load_ipv6(const u8 *bytes)
{
	IpAddress address;
	__builtin_memcpy(&address, bytes, sizeof address);
	return address;
}

class Claims
{
	struct Slot {
		IpAddress address;
		u64 owner; // kNobody: free
	};

	u64 seed_[2];
	u32 mask_;
	Slot slots_[1]; // mask_ + 1 of them

	static constexpr u32 slots_for(u32 addresses)
	{
		u32 slots = 4;
		while (slots < addresses * 2)
			slots *= 2;
		return slots;
	}

	u32 home(IpAddress address) const
	{
		u64 hash = (address.high ^ seed_[0]) * 0x9e3779b97f4a7c15;
		hash ^= hash >> 32;
		hash = (hash ^ address.low ^ seed_[1]) * 0xbf58476d1ce4e5b9;
		hash ^= hash >> 29;
		hash *= 0x9e3779b97f4a7c15;
		return static_cast<u32>(hash >> 32);
	}

public:
	static constexpr u32 kNobody = ~u32{0};
	static constexpr u32 kGone = kNobody - 1; // somebody who is not there any more

	static constexpr size_t bytes_for(u32 addresses)
	{
		return sizeof(Claims) + slots_for(addresses) * sizeof(Slot);
	}

	// INVARIANT: `this` has bytes_for(addresses) bytes.
	void init(u32 addresses, const u64 seed[2])
	{
		seed_[0] = seed[0];
		seed_[1] = seed[1];
		mask_ = slots_for(addresses) - 1;
		for (u32 i = 0; i <= mask_; i++)
			slots_[i] = {{}, kNobody};
	}

	// False if the address is taken. INVARIANT: called at most as often as init() was told.
	bool add(IpAddress address, u32 owner)
	{
		u32 index = home(address);
		for (; slots_[index & mask_].owner != kNobody; index++)
			if (slots_[index & mask_].address == address)
				return false;
		slots_[index & mask_] = {address, owner};
		return true;
	}

	// What the owner had is nobody's to use, until there is another table. Others may read meanwhile.
	void disown(u32 owner)
	{
		for (u32 i = 0; i <= mask_; i++)
			if (slots_[i].owner == owner)
				store_relaxed(slots_[i].owner, u64{kGone});
	}

	// HOSTILE: the address. The loop ends because at least half of the slots are free.
	u32 owner_of(IpAddress address) const
	{
		for (u32 index = home(address);; index++) {
			const Slot &slot = slots_[index & mask_];
			const u64 owner = load_relaxed(slot.owner);
			if (slot.address == address || owner == kNobody)
				return static_cast<u32>(owner);
		}
	}
};
} // namespace ringway
