// SPDX-License-Identifier: GPL-2.0-only
//
// NB-68, NB-69, NB-71, NB-72, NB-73: messages about buffers that stay mapped, on netback itself over the fake
// hypervisor of the unit tests: five guests with two queues each, lists with doubles, flags and references
// that are none, maps that are refused, memory that is missing, and connections that end and begin.
//
// What must hold, against a map of the standard library for each queue: every message is answered, and with
// the status that its list deserves; exactly what the model has is mapped, counted, paid for and found by a
// poll; no guest has more than its share, or its lists looked at faster than it may; nothing is mapped when a
// connection has ended.
#include "mapping_world.hpp"
#include "netback_fakes.hpp"
#include <algorithm>

using namespace ringway;
using namespace ringway::fuzz;

namespace
{
constexpr u32 kGuests = 5; // four share all that may be mapped
constexpr u32 kSecond = 1000000;
constexpr u32 kNoGrant = 0x00fffff0;
constexpr u64 kRate = 8192; // entries a second

struct World {
	Input &in;
	Host machine;
	Party party[kGuests];

	explicit World(Input &input) : in(input)
	{
		static constexpr u32 kBuffers[] = {512, 40, 8, 70}, kTotals[] = {16384, 64, 200, 3};
		host_params.mapped_buffers = kBuffers[in.take() % 4];
		host_params.mapped_total = kTotals[in.take() % 4];
		for (u32 i = 0; i < kGuests; i++)
			party[i].renew(i);
	}

	u32 all() const
	{
		u32 n = 0;
		for (const Party &p : party)
			n += p.count();
		return n;
	}
	u32 left_for(const Party &p) const
	{
		const u32 share = host_params.mapped_total / 4;
		FUZZ_CHECK(p.count() <= share && all() <= host_params.mapped_total);
		return std::min(share - p.count(), host_params.mapped_total - all());
	}

	// --- what must hold after each step

	void check_queue(Party &p, u32 index, bool each)
	{
		netback_queue_view view{};
		FUZZ_CHECK(netback_view_queue(p.guest->dev.vif, index, &view));
		FUZZ_CHECK(view.mapped_buffers == p.mapped[index].size());
		MappedBuffers *table = p.guest->back(index).buffers.load();
		FUZZ_CHECK(!table == p.mapped[index].empty());
		for (u32 i = 0; each && table && i < p.pool.size(); i++) {
			const u32 ref = p.pool[i].ref;
			const u16 id = static_cast<u16>(i);
			const auto at = p.mapped[index].find(ref);
			const bool there = at != p.mapped[index].end();
			FUZZ_CHECK(table->readable(ref, id) == (there ? p.guest->page_of(ref) : nullptr));
			FUZZ_CHECK(table->writable(ref, id) ==
				   (there && at->second ? p.guest->page_of(ref) : nullptr));
		}
	}

	// Look-ups are those of the guest that did something.
	void check(const Party &busy)
	{
		std::map<std::tuple<u16, u32, bool>, s32> difference;
		for (const auto &[handle, mapping] : host->mappings)
			difference[{mapping.domain, mapping.ref, mapping.writable}]++;
		for (Party &p : party) {
			FUZZ_CHECK(p.guest->vif().mapped == p.count());
			for (u32 q = 0; q < kQueues; q++) {
				check_queue(p, q, &p == &busy);
				for (const auto &[ref, writable] : p.mapped[q])
					difference[{p.guest->domain, ref, writable}]--;
			}
		}
		for (const auto &[mapping, n] : difference)
			FUZZ_CHECK(!n);
		FUZZ_CHECK(netback_mapped_buffers() == all());
		FUZZ_CHECK(host->live_addresses == all());
	}

	// --- messages

	// The status, and `data` of the answer. A message beyond the rate waits, and changes nothing
	// meanwhile.
	u32 talk(Party &p, u16 type, u32 queue, u32 list = 0, u32 count = 0)
	{
		netback_control result;
		p.mapper->post(type, queue, list, count);
		while ((result = p.mapper->poll()) == NETBACK_CONTROL_MORE)
			;
		if (result == NETBACK_CONTROL_LATER) {
			check(p);
			host->micros += kSecond;
			while ((result = p.mapper->poll()) == NETBACK_CONTROL_MORE)
				;
		}
		FUZZ_CHECK(result == NETBACK_CONTROL_DONE || result == NETBACK_CONTROL_IDLE);
		const auto answers = p.mapper->answers();
		FUZZ_CHECK(answers.size() == 1);
		FUZZ_CHECK(p.paid <= kRate + (host->micros - p.born) * kRate / kSecond + kGrefList);
		return answers[0];
	}

	u32 any_queue()
	{
		static constexpr u32 kNone[] = {kQueues, 8, 64, 0x80000000, 0xffffffff};
		return in.one_in(16) ? in.pick(kNone) : in.below(kQueues);
	}

	// A row of the pool, most times with one thing wrong in it.
	GrefEntries any_list(const Party &p)
	{
		static constexpr u32 kRefs[] = {0, 1, 7, 8, 0x7fffffff, 0xffffffff};
		GrefEntries list;
		const u32 from = in.below(kPool), n = in.below(kPool);
		for (u32 i = 0; i <= n; i++)
			list.push_back(p.pool[(from + i) % p.pool.size()]);
		GrefListEntry &one = list[in.below(n + 1)];
		switch (in.below(8)) {
		case 0:
			one.flags = in.take<u16>();
			break;
		case 1:
			one.ref = in.pick(kRefs);
			break;
		case 2:
			one = list[in.below(n + 1)];
			break;
		case 3:
			one.flags ^= XEN_NETIF_CTRLF_GREF_readonly;
		}
		return list;
	}

	void send_list(Party &p, bool adds)
	{
		static constexpr u32 kCounts[] = {0, 512, 513, 0x20000000, 0xffffffff};
		GrefEntries list = any_list(p);
		const u32 queue = any_queue();
		const bool fetched = !in.one_in(16), read_only = in.one_in(8);
		const bool sane = !in.one_in(16);
		const u32 count = sane ? static_cast<u32>(list.size()) : in.pick(kCounts);
		const u32 bytes = static_cast<u32>(list.size() * sizeof list[0]);
		const u32 page =
			p.guest->grant(reinterpret_cast<const u8 *>(list.data()), bytes, 0, read_only);
		u32 removed = 0, expected = kBad, status;
		{
			const Fault fault(in);
			if (queue < kQueues && count && count <= kGrefList) {
				p.paid += count;
				list.resize(count, {0xcccccccc, 0xcccc, 0xcccc}); // what else is in the page
				expected = adds ? p.add(queue, list, left_for(p), fetched, fault)
						: p.remove(queue, list, fetched, read_only, fault, removed);
			}
			status = talk(p, adds ? kAdd : kDel, queue, fetched ? page : kNoGrant, count);
		}
		FUZZ_CHECK(status == expected);
		FUZZ_CHECK(p.mapper->last_data == removed);
		if (sane) // else there may be more entries than the page has room for
			FUZZ_CHECK(!std::memcmp(p.guest->page_of(page), list.data(), bytes));
		p.guest->revoke(page);
	}

	// Lists that are none are paid for as well: more of them than a second's.
	void storm(Party &p)
	{
		for (u32 n = 0; n <= kRate / kGrefList; n++) {
			p.paid += kGrefList;
			FUZZ_CHECK(talk(p, kAdd, 0, kNoGrant, kGrefList) == (p.offered() ? kBad : kNo));
		}
	}

	void ask(Party &p)
	{
		const u32 queue = any_queue(), status = talk(p, kGet, queue);
		FUZZ_CHECK(status == (queue >= kQueues ? kBad : !p.offered() ? kNo : kOk));
		if (status == kOk)
			FUZZ_CHECK(p.mapper->last_data ==
				   std::min<u64>(host_params.mapped_buffers,
						 p.mapped[queue].size() + left_for(p)));
	}

	// --- the guest's life

	// However it ends, with a message in the ring or without: nothing is mapped. Then it begins anew.
	void reconnect(u32 number)
	{
		constexpr XenbusState kEnds[] = {XenbusState::closing, XenbusState::closed,
						 XenbusState::unknown};
		Party &p = party[number];
		Guest &g = *p.guest;
		const u32 how = in.below(5);
		if (in.one_in(2))
			p.mapper->post(kAdd, 0, p.pool[0].ref, 1);
		if (how == 3) { // it is caught lying
			*reinterpret_cast<u32 *>(g.queue[0].tx_page) += 1000;
			g.back().host->from_guest.pending = true;
			host->settle();
			FUZZ_CHECK(g.vif().disabled.load());
		} else if (how == 4) {
			g.remove();
		} else {
			g.frontend_state(kEnds[how]);
		}
		p.forget();
		FUZZ_CHECK(netback_mapped_buffers() == all() && host->mappings.size() == all());
		FUZZ_CHECK(host->live_addresses == all());
		if (how >= 3)
			return p.renew(number);
		g.frontend_state(XenbusState::closed);
		g.reset_rings();
		p.mapper->begin();
		if (in.one_in(4))
			host->fail_step = host->step + in.below(32);
		g.frontend_state(XenbusState::initialising);
		g.frontend_state(XenbusState::connected);
		host->settle();
		host->fail_step = ~0u;
		if (g.vif().state != BackendState::connected)
			p.renew(number);
	}

	void step()
	{
		const u32 number = in.below(kGuests);
		Party &p = party[number];
		switch (in.below(16)) {
		case 0:
			reconnect(number);
			break;
		case 1:
			ask(p);
			break;
		case 2:
			if (in.one_in(4))
				storm(p);
			host->micros += in.take<u16>();
			break;
		case 3:
			p.guest->dev.devices = in.one_in(4)   ? GUEST_HAS_DEVICES
					       : in.one_in(4) ? GUEST_DEVICES_UNKNOWN
							      : GUEST_HAS_NO_DEVICES;
			break;
		case 4: { // a buffer becomes another one, unless it is mapped
			GrefListEntry &one = p.pool[in.below(kPool)];
			p.guest->revoke(one.ref);
			if (!p.granted(one.ref, false))
				one = p.mapper->buffers(1, one.flags)[0];
			break;
		}
		default:
			send_list(p, in.take() % 8 < 5);
		}
		check(p);
	}
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	Input in(data, size);
	World world(in);
	while (in.more())
		world.step();
	return 0;
}
