// SPDX-License-Identifier: GPL-2.0-only
//
// find_bad_grants: whose grant was it, when a copy from one guest's page into another's failed?
//
// The hypervisor says that it failed, not on which side. The receiver has an error in its slot in any case;
// the sender is answered with one only if its own page was the reason. So the slots that went from page to
// page are copied once more, into a page of ours: what cannot be read now is the sender's fault.
//
// Cost: nothing in a batch where all copies succeed, one hypercall where one failed.
#include "netback/from_guest/bad_grants.hpp"
#include "netback/from_guest/copies.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
bool from_page_to_page(const Packet &packet)
{
	// At most a page: from one mapped buffer to another, without a grant.
	return !packet.whole() && packet.len > kPageSize && packet.fate == Fate::done &&
	       (packet.path == Path::direct || packet.path == Path::flood);
}
} // namespace

void ringway::netback::find_bad_grants(Lane &lane, Queue &queue)
{
	lane.delivered.copy_failed = false;
	u64 frame;
	void *scratch = host_page_alloc(&frame);
	if (!scratch)
		return; // the receiver's fault, then
	const MappedBuffers *buffers = queue.buffers.load(std::memory_order_acquire); // whose grants are good
	for (u32 i = 0; i < lane.batch.packet_count; i++) {
		const Packet &packet = lane.batch.packets[i];
		if (!from_page_to_page(packet))
			continue;
		const TxSlot *slot = &lane.batch.slots[packet.first_slot];
		for (u32 s = 0; s < packet.slot_count; s++, slot++) {
			if (!slot->size || (buffers && buffers->map().find(slot->gref)))
				continue;
			// INVARIANT: no more operations than a ring has slots
			lane.copies.add({slot->gref, queue.vif->domain, slot->offset, true},
					{frame, DOMID_SELF, 0, false}, slot->size, static_cast<u16>(i));
		}
	}
	static_assert(kBatchSlots <= decltype(lane.copies)::kCapacity);
	run_copies(lane, queue, [&lane](u16 packet) { lane.batch.packets[packet].fate = Fate::copy_failed; });
	host_page_free(scratch);
}
