// SPDX-License-Identifier: GPL-2.0-only
//
// Buffers that stay mapped: what a guest asks for with ADD_GREF_MAPPING and DEL_GREF_MAPPING.
//
// Protocol. The list of a message is fetched by one copy and judged there. ADD is all or nothing: a list with
// a reference that is there already, stands in it twice, bears a flag that nobody knows, or cannot be mapped,
// leaves everything as it was. DEL goes entry by entry. Either makes a new table (core/mapped_buffers.hpp)
// and publishes it; polls read whichever they find. What was taken out of the table is unmapped after a grace
// period: polls keep nothing for longer than they run, and nothing that is mapped ever hangs in an skb. So no
// buffer needs a count of its users, and no guest can make us wait for somebody else.
//
// A queue owns its buffers. They are unmapped when it is taken apart, before Closed is shown, and until then
// the guest's pages stay its own: Xen refuses to revoke or give away what is mapped.
//
// HOSTILE: the list, and the references in it. Bounds: kGrefList for a message, `mapped_buffers` for a queue,
// `mapped_buffers_total` for all vifs and a quarter of that for one; and kEntriesASecond, because the
// hypervisor flushes the TLBs of all our CPUs for every batch that is unmapped. A message beyond that rate
// waits in its ring. What memory a buffer is made of is Xen's to know: a grant of a device's registers can be
// mapped where a copy would be refused, so a guest with a device of its own is offered nothing, nor is one of
// which nobody may say.
//
// Cost: about 1 700 instructions for each entry that is mapped, 1 000 for each that is unmapped; 24 bytes for
// each, and a table of 40 kB for a queue of 512.
#include "netback/asked/mappings.hpp"
#include "netback/asked/granted_page.hpp"
#include "netback/asked/next_buffers.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
inline constexpr u32 kOk = XEN_NETIF_CTRL_STATUS_SUCCESS, kBad = XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER,
		     kNo = XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED;
inline constexpr u32 kEntriesASecond = 8192;

constinit std::atomic<u32> mapped_by_all;

u32 smaller(u32 a, u32 b)
{
	return a < b ? a : b;
}

// How many more buffers the vif may have mapped.
u32 left_for(const Vif &vif)
{
	const u32 total = host_params.mapped_total, all = mapped_by_all.load(std::memory_order_relaxed);
	return smaller(total / 4 - smaller(total / 4, vif.mapped), total - smaller(total, all));
}

// Takes n of them. False: there are not so many.
bool take_from_budget(Vif &vif, u32 n)
{
	const u32 total = host_params.mapped_total;
	if (n > left_for(vif))
		return false;
	if (mapped_by_all.fetch_add(n, std::memory_order_relaxed) > total - n) {
		mapped_by_all.fetch_sub(n, std::memory_order_relaxed); // another vif was faster
		return false;
	}
	vif.mapped += n;
	return true;
}
void give_to_budget(Vif &vif, u32 n)
{
	mapped_by_all.fetch_sub(n, std::memory_order_relaxed);
	vif.mapped -= n;
}

// --- in the guest's memory: in batches, as the hypervisor likes them

// Those of them that are mapped; all give back the addresses that they had.
void unmap(const Vif &vif, host_mapping *mapping, u32 count)
{
	for (u32 done = 0; done < count; done += HOST_MAPPING_BATCH) {
		const u32 n = smaller(count - done, HOST_MAPPING_BATCH);
		host_unmap(vif.host, mapping + done, n);
		host_mapping_give_back(mapping + done, n);
	}
}

bool map_batch(const Vif &vif, host_mapping *mapping, u32 n)
{
	if (host_mapping_take(mapping, n))
		return false;
	host_map(vif.host, mapping, n);
	for (u32 i = 0; i < n; i++)
		if (!mapping[i].mapped) {
			unmap(vif, mapping, n);
			return false;
		}
	return true;
}

// Maps all of them, or none.
bool map(const Vif &vif, host_mapping *mapping, u32 count)
{
	for (u32 done = 0; done < count; done += HOST_MAPPING_BATCH)
		if (!map_batch(vif, mapping + done, smaller(count - done, HOST_MAPPING_BATCH))) {
			unmap(vif, mapping, done);
			return false;
		}
	return true;
}

// --- messages

// The list of a message, in a page of ours.
class List
{
	GrantedPage page_;

public:
	explicit List(const Vif &vif) : page_(vif.domain) {}
	bool fetch(u32 ref, u32 count) { return page_.read(ref, count * sizeof(GrefListEntry)); }
	bool return_to(u32 ref, u32 count) { return page_.write(ref, count * sizeof(GrefListEntry)); }
	GrefListEntry &operator[](u32 i) { return static_cast<GrefListEntry *>(page_.bytes())[i]; }
};

// Appends what the list asks for. False: there are flags that nobody knows.
bool append_list(NextBuffers &next, List &list, u32 count)
{
	for (u32 i = 0; i < count; i++) {
		const GrefListEntry &entry = list[i];
		if (entry.flags & ~XEN_NETIF_CTRLF_GREF_readonly)
			return false;
		host_mapping one{};
		one.ref = entry.ref;
		one.writable = !(entry.flags & XEN_NETIF_CTRLF_GREF_readonly);
		next.append(one);
	}
	return true;
}

// ADD, its budget taken. False: everything is as it was.
bool add_list(Vif &vif, Queue &queue, u32 ref, u32 count)
{
	const u32 had = queue.mapping_count;
	List list(vif);
	NextBuffers next;
	if (!list.fetch(ref, count) || !next.room_for(had + count))
		return false;
	for (u32 i = 0; i < had; i++)
		next.append(queue.mapping[i]);
	// Judged before anything is mapped.
	if (!append_list(next, list, count) || !next.fill() || !map(vif, next.mapping + had, count))
		return false;
	next.buffers->map().set_bytes([&next](u32 i) { return next.mapping[i].bytes; });
	next.publish(queue);
	return true;
}

// Marks the entries of the list that are in the table, each once. Returns how many they are.
u32 mark(Queue &queue, List &list, u32 count)
{
	const MappedBuffers *buffers = queue.buffers.load(std::memory_order_relaxed);
	u32 marked = 0;
	for (u32 i = 0; i < count; i++) {
		const GrefEntry *found = buffers ? buffers->map().find(list[i].ref) : nullptr;
		const bool ours = found && !queue.mapping[found->index].leaves;
		if (ours)
			queue.mapping[found->index].leaves = true;
		list[i].status = static_cast<u16>(ours ? kOk : kBad);
		marked += ours;
	}
	return marked;
}

// Takes out what is marked. False: no memory, and everything is as it was.
bool remove_marked(Vif &vif, Queue &queue, u32 marked)
{
	const u32 had = queue.mapping_count;
	NextBuffers next;
	if (!next.room_for(had))
		return false;
	host_mapping *const leaving = next.mapping + (had - marked); // behind those that stay
	u32 left = 0;
	for (u32 i = 0; i < had; i++)
		if (queue.mapping[i].leaves)
			leaving[left++] = queue.mapping[i];
		else
			next.append(queue.mapping[i]);
	if (!next.fill())
		return false; // cannot be: what stays fitted before (core/gref_map.hpp)
	next.publish(queue);
	unmap(vif, leaving, marked);
	give_to_budget(vif, marked);
	return true;
}
} // namespace

bool BufferMessages::offered() const
{
	return host_params.mapped_buffers && host_guest_devices(vif_.host) == GUEST_HAS_NO_DEVICES;
}

u32 BufferMessages::most(u32 index, u32 &entries)
{
	if (!offered())
		return kNo;
	entries = smaller(host_params.mapped_buffers, vif_.queues[index].mapping_count + left_for(vif_));
	return kOk;
}

u32 BufferMessages::add(u32 index, u32 list, u32 count)
{
	Queue &queue = vif_.queues[index];
	if (!offered())
		return kNo;
	if (count > host_params.mapped_buffers - queue.mapping_count || !take_from_budget(vif_, count))
		return kBad;
	if (add_list(vif_, queue, list, count))
		return kOk;
	give_to_budget(vif_, count);
	return kBad;
}

u32 BufferMessages::remove(u32 index, u32 ref, u32 count, u32 &removed)
{
	Queue &queue = vif_.queues[index];
	List list(vif_);
	if (!host_params.mapped_buffers)
		return kNo;
	if (!list.fetch(ref, count))
		return kBad;
	const u32 marked = mark(queue, list, count);
	if (marked && !remove_marked(vif_, queue, marked)) {
		for (u32 i = 0; i < queue.mapping_count; i++)
			queue.mapping[i].leaves = false;
		return kBad;
	}
	removed = marked;
	return list.return_to(ref, count) ? kOk
					  : kBad; // what went is gone, but the guest does not know which
}

bool ringway::netback::pay_for_entries(Vif &vif, u32 entries)
{
	TokenBucket &rate = vif.mapping_rate;
	if (!rate.limited())
		rate.set(kEntriesASecond, 1000000, host_micros(), kEntriesASecond);
	rate.level(host_micros());
	if (!rate.allows(entries))
		return false;
	rate.spend(entries);
	return true;
}

uint32_t netback_mapped_buffers()
{
	return mapped_by_all.load(std::memory_order_relaxed);
}

void ringway::netback::unmap_buffers(Queue &queue)
{
	MappedBuffers *buffers = queue.buffers.exchange(nullptr, std::memory_order_relaxed);
	unmap(*queue.vif, queue.mapping, queue.mapping_count);
	give_to_budget(*queue.vif, queue.mapping_count);
	queue.mapping_count = 0;
	store_relaxed(queue.work.mapped_buffers, u64{0});
	host_free(queue.mapping);
	queue.mapping = nullptr;
	host_free(buffers);
}
