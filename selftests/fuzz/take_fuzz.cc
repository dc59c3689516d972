// SPDX-License-Identifier: GPL-2.0-only
//
// take, against a frontend that writes anything into the ring page, also between any two of our reads.
//
// What must hold: nothing outside of the page is touched, no more is taken than the ring holds, and every
// packet that is called good is one: its slots lie within their pages and make up its length.
//
// Cases of docs/security.md: NB-03, NB-04, NB-12, NB-15
#include "core/take.hpp"
#include "input.hpp"
#include "peer.hpp"

using namespace ringway;
using namespace ringway::fuzz;

namespace
{
struct Peer {
	Input &in;
	u8 *page;
	bool hostile = false;

	void word(u32 offset, u32 value) { std::memcpy(page + (offset & 0xffc), &value, sizeof value); }
	// Now and then one word changes: an index by a little, or anything by anything.
	void change()
	{
		if (!hostile || !in.more() || !in.one_in(8))
			return;
		const u16 where = in.take<u16>();
		if (where & 0x8000) {
			u32 value;
			std::memcpy(&value, page, sizeof value);
			word(0, value + static_cast<u32>(static_cast<signed char>(in.take())));
		} else {
			word(where, in.take<u32>());
		}
	}
};

TxRequest request(Input &in)
{
	static constexpr u16 kSizes[] = {0, 13, 14, 60, 1514, 4095, 4096, 4097, 65535};
	static constexpr u16 kOffsets[] = {0, 1, 4095, 4096};
	TxRequest out{};
	const u8 kind = in.take();
	out.gref = kind;
	out.id = in.take();
	out.flags = static_cast<u16>(kind >> 4);
	out.offset = kind & 1 ? in.pick(kOffsets) : 0;
	out.size = in.pick(kSizes);
	return out;
}

ExtraInfo extra(Input &in)
{
	ExtraInfo out{};
	out.type = in.below(7);
	out.flags = in.one_in(4);
	const u32 body = in.take<u32>();
	std::memcpy(&out.u, &body, sizeof body);
	return out;
}

void fill(Input &in, TxFrontRing &front)
{
	bool extras = false;
	for (u32 n = in.below(80); n && front.free_slots(); n--) {
		if (extras) {
			const ExtraInfo info = extra(in);
			extras = info.flags & XEN_NETIF_EXTRA_FLAG_MORE;
			front.post(info);
		} else {
			const TxRequest slot = request(in);
			extras = slot.flags & NETTXF_extra_info;
			front.post(slot);
		}
	}
	front.push_requests();
}

void check_good(const Batch &batch, const Packet &packet)
{
	FUZZ_CHECK(packet.slot_count <= kLegacySlots + 1);
	FUZZ_CHECK(packet.len >= kEthHeader);
	FUZZ_CHECK(batch.slots[packet.first_slot].size >= kEthHeader);
	FUZZ_CHECK(!packet.gso() || packet.gso_size);
	FUZZ_CHECK(packet.gso_type <= XEN_NETIF_GSO_TYPE_TCPV6);
	u32 sum = 0;
	for (u32 s = 0; s < packet.slot_count; s++) {
		const TxSlot &slot = batch.slots[packet.first_slot + s];
		FUZZ_CHECK(u32{slot.offset} + slot.size <= kPageSize);
		sum += slot.size;
	}
	FUZZ_CHECK(sum == packet.len);
}

void check(const Batch &batch, u32 budget, u32 consumed)
{
	FUZZ_CHECK(batch.packet_count <= budget && batch.packet_count <= kBatchPackets);
	u32 slots = 0, on_ring = 0, changes = 0;
	for (u32 i = 0; i < batch.packet_count; i++) {
		const Packet &packet = batch.packets[i];
		FUZZ_CHECK(packet.fate != Fate::copy_failed && packet.fate != Fate::no_memory);
		changes += packet.fate == Fate::done;
		FUZZ_CHECK(packet.fate != Fate::done || packet.slot_count == 1);
		FUZZ_CHECK(packet.first_slot == slots);
		FUZZ_CHECK(packet.slot_count >= 1);
		slots += packet.slot_count;
		on_ring += packet.slots_on_ring();
		if (packet.fate == Fate::pending)
			check_good(batch, packet);
	}
	FUZZ_CHECK(slots == batch.slot_count && slots <= kBatchSlots);
	FUZZ_CHECK(on_ring == consumed);
	FUZZ_CHECK(changes == batch.change_count);
	for (u32 i = 0; i < changes; i++) {
		const MulticastChange &change = batch.changes[i];
		FUZZ_CHECK(change.packet < batch.packet_count && change.address <= kMacMask);
		FUZZ_CHECK(batch.packets[change.packet].fate == Fate::done);
	}
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	Input in(data, size);
	auto batch = std::make_unique<Batch>();
	test::TxEnds ring;
	auto &[page, front, back] = ring;
	if (!ring.restart(in.one_in(2) ? 0xffffff80 + in.take() : 0))
		return 0;
	Peer peer{in, page.data()};
	const test::BeforeRead changes([&peer](u32) { peer.change(); });
	const u8 options = in.take();
	Limiter rate;
	rate.set_bytes(in.take<u16>(), in.take<u16>(), 0);
	for (u32 pass = 0; pass < 16 && in.more(); pass++) {
		fill(in, front);
		const u32 budget = options & 1 ? in.below(70) : kBatchPackets, before = back.req_cons();
		TakeLimits limits{20, options & 2 ? &rate : nullptr};
		if (options & 4)
			limits.share = in.take<u16>();
		rate.refresh(pass * 1000);
		peer.hostile = options & 8;
		const auto taken = take(back, *batch, budget, limits);
		peer.hostile = false;
		if (!taken.ok())
			break; // the vif is disabled
		const u32 consumed = back.req_cons() - before;
		FUZZ_CHECK(taken.value() == batch->packet_count);
		FUZZ_CHECK(back.req_cons() - back.rsp_prod() <= TxBackRing::kSize);
		check(*batch, budget, consumed);
		for (u32 i = 0; i < consumed; i++)
			back.respond(TxResponse{0, NETIF_RSP_OKAY});
		back.push_responses();
		if (const auto n = front.unconsumed(); n.ok())
			front.consume(n.value());
		else
			break; // it has scribbled over what it reads itself
	}
	return 0;
}
