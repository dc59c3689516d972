// SPDX-License-Identifier: GPL-2.0-only
//
// Grant copies that the hypervisor refuses, at every position of a batch and on every way a packet can take:
// the packet that the copy belongs to is hit, exactly once and on the side whose grant it was; all others
// arrive byte for byte and in order, the counters say so, and nothing is left over.
//
// Each case is a world of its own: guest A sends a batch, one copy in it (or every copy of one of its grants)
// fails, and a clean batch follows. Positions of large batches are taken in steps: they take long.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
enum class Way { direct, flood, up, backlog, dom0 };
constexpr const char *kWayNames[] = {"direct", "flood", "up", "backlog", "dom0"};

struct Posted {
	Bytes frame;
	Send how;
};

// Every shape: one slot, several in a page, more than a page with slots that fit pages and that do not,
// GSO, and the largest.
std::vector<Posted> mixed()
{
	const auto gso = [](std::vector<u32> slots) {
		return Send{std::move(slots), NETTXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448};
	};
	return {
		{make_frame(60, 1), {}},
		{make_frame(1514, 2), {{700, 814}}},
		{make_frame(4096, 3), {}},
		{make_frame(4097, 4), {}},
		{make_frame(300, 5), {{100, 0, 100, 100}}},
		{make_frame(9000, 6), {{200, 4000, 4000, 800}}},
		{make_frame(30000, 7), gso({})},
		{make_frame(20000, 8), gso({54, 4000, 4000, 4000, 4000, 3946})},
		{make_frame(60, 9), {}},
		{make_frame(65535, 10), gso({})},
		{make_frame(4096, 11), {{1000, 3096}}},
	};
}

// So many operations that they do not fit one hypercall to the receiver. Its slots are cut anew: keeping
// these pieces whole would cost three slots more.
std::vector<Posted> huge()
{
	std::vector<Posted> all;
	for (u32 i = 0; i < 18; i++) {
		const u32 size = 3200 + i;
		all.push_back({make_frame(14 * size, i + 1), Send{std::vector<u32>(14, size)}});
	}
	return all;
}

struct World {
	Way way;
	std::vector<Posted> batch;
	Host machine;
	Guest a{1}, b{2}, c{3};
	u32 classified = 0; // frames that the switch has seen
	std::vector<gnttab_copy> hits;
	std::vector<std::vector<u32>> grefs;   // of each packet A sent
	std::map<u16, u32> packet_of;          // response id → packet
	std::map<u32, std::vector<u32>> slots; // domain → grants of its buffers, in the ring's order

	World(Way the_way, std::vector<Posted> packets) : way(the_way), batch(std::move(packets))
	{
		for (Guest *g : {&a, &b, &c})
			g->connect();
		const bool flood = way == Way::flood;
		if (way != Way::up)
			a.join_switch([this, flood](const brlite_frame &) {
				classified++;
				if (flood)
					return brlite_verdict{BRLITE_FLOOD, BRLITE_FLOODED, 0, 0,
							      nullptr,      nullptr};
				return b.verdict();
			});
		a.port.flood = {&a.port, &b.port, &c.port};
		b.dev.shaped = way == Way::backlog; // not directly: over the device's queue
	}

	std::vector<Guest *> receivers()
	{
		if (way == Way::flood)
			return {&b, &c};
		return way == Way::up ? std::vector<Guest *>{} : std::vector<Guest *>{&b};
	}

	void post_buffers()
	{
		for (Guest *g : receivers()) {
			g->post_buffers(g->queue[0].rx.free_slots());
			slots[g->domain].clear();
			for (const auto &[slot, posted] : g->queue[0].posted)
				slots[g->domain].push_back(posted.second);
		}
	}

	void send()
	{
		if (way == Way::dom0) {
			for (const Posted &p : batch) {
				sk_buff *skb =
					make_skb(p.frame, p.frame.size() > 100 ? std::vector<u32>{60, 100}
									       : std::vector<u32>{});
				skb->info.csum_partial = p.how.flags != 0;
				skb->info.gso_type = p.how.gso_type;
				skb->info.gso_size = p.how.gso_size;
				EXPECT_EQ(netback_xmit(b.dev.vif, skb, 0), 0);
			}
		} else {
			for (u32 i = 0; i < batch.size(); i++) {
				const size_t before = a.queue[0].sent.size();
				const u16 first = a.post(batch[i].frame, batch[i].how);
				grefs.emplace_back();
				for (size_t n = 0; n < a.queue[0].sent.size() - before; n++) {
					const u16 id = static_cast<u16>(first + n);
					packet_of[id] = i;
					grefs.back().push_back(a.queue[0].sent.at(id));
				}
			}
			a.push();
		}
	}

	u32 packet_with(u32 gref) const
	{
		for (u32 i = 0; i < grefs.size(); i++)
			if (std::find(grefs[i].begin(), grefs[i].end(), gref) != grefs[i].end())
				return i;
		ADD_FAILURE() << "grant " << gref << " is no packet's";
		return 0;
	}

	// Runs the batch; `refused` says what becomes of each copy.
	void run(const std::function<s16(u64 nth, const gnttab_copy &)> &refused)
	{
		post_buffers();
		const u64 before = host->operations;
		host->refuse = [&, before](u64 nth, const gnttab_copy &op) -> s16 {
			const s16 status = refused(nth - before, op);
			if (status != GNTST_okay)
				hits.push_back(op);
			return status;
		};
		send();
		host->settle();
		host->refuse = {};
	}

	// A's packets that were answered with an error; every slot of a packet says the same.
	std::set<u32> answered_with_error()
	{
		std::map<u32, s16> status;
		std::map<u32, u32> count;
		for (const TxResponse &r : a.responses()) {
			if (r.status == NETIF_RSP_NULL)
				continue;
			const u32 packet = packet_of.at(r.id);
			EXPECT_TRUE(!status.contains(packet) || status[packet] == r.status)
				<< "packet " << packet << " is answered in two ways";
			status[packet] = r.status;
			count[packet]++;
		}
		std::set<u32> out;
		for (u32 i = 0; i < grefs.size(); i++) {
			EXPECT_EQ(count[i], grefs[i].size()) << "responses for packet " << i;
			if (status[i] != NETIF_RSP_OKAY)
				out.insert(i);
		}
		EXPECT_EQ(a.queue[0].tx.free_slots(), 256u);
		return out;
	}

	// What arrived is `batch` without `lost`, in order. Those with a hit buffer have an error, no others.
	void expect_arrived(Guest &to, const std::set<u32> &lost)
	{
		std::set<u32> bad;
		for (const gnttab_copy &op : hits)
			if (op.flags & GNTCOPY_dest_gref && op.dest.domid == to.domain)
				bad.insert(op.dest.u.ref);
		const auto got = to.receive();
		const std::vector<u32> &grant = slots[to.domain];
		size_t slot = 0, at = 0;
		for (u32 i = 0; i < batch.size(); i++) {
			if (lost.contains(i))
				continue;
			ASSERT_LT(at, got.size()) << "packet " << i << " did not arrive";
			bool hit = false;
			for (u32 s = 0; s < got[at].slots; s++)
				hit |= bad.contains(grant.at(slot++));
			EXPECT_EQ(got[at].error, hit) << "packet " << i;
			if (!hit) {
				EXPECT_EQ(got[at].bytes, batch[i].frame) << "packet " << i;
				EXPECT_EQ(got[at].gso_type, batch[i].how.gso_type);
			}
			at++;
		}
		EXPECT_EQ(at, got.size());
	}

	// Up the stack: the same, without buffers.
	void expect_received(const std::set<u32> &lost)
	{
		size_t at = 0;
		for (u32 i = 0; i < batch.size(); i++) {
			if (lost.contains(i))
				continue;
			ASSERT_LT(at, a.dev.received.size());
			EXPECT_EQ(a.dev.received[at++].bytes, batch[i].frame) << "packet " << i;
		}
		EXPECT_EQ(at, a.dev.received.size());
		a.dev.received.clear();
	}

	void expect_delivered(const std::set<u32> &lost)
	{
		for (Guest *g : receivers())
			expect_arrived(*g, lost);
		if (way == Way::up)
			expect_received(lost);
	}

	u64 failed_into(const Guest &g) const
	{
		u64 n = 0;
		for (const gnttab_copy &op : hits)
			n += op.flags & GNTCOPY_dest_gref && op.dest.domid == g.domain;
		return n;
	}

	void expect_counters(const std::set<u32> &errors, const std::set<u32> &lost)
	{
		const u64 arrived = batch.size() - lost.size();
		for (Guest *g : receivers()) {
			const ToGuestStats &rx = g->back().to_guest_stats;
			EXPECT_EQ(rx.packets, arrived);
			EXPECT_EQ(rx.copy_failed, failed_into(*g));
			EXPECT_EQ(rx.dropped_full + rx.dropped_shape + rx.dropped_oversize, 0u);
			EXPECT_EQ(g->back().backlog_packets, 0u);
			EXPECT_EQ(g->back().backlog_bytes, 0u);
		}
		if (way == Way::dom0)
			return;
		const FromGuestStats &tx = a.back().from_guest_stats;
		EXPECT_EQ(tx.copy_failed, errors.size());
		EXPECT_EQ(tx.packets, arrived);
		EXPECT_EQ(tx.path_direct + tx.path_flood + tx.path_skb + tx.path_up, arrived);
		EXPECT_EQ(tx.bad + tx.no_memory + tx.csum_failed + tx.filtered, 0u);
		u64 bytes = 0;
		for (u32 i = 0; i < batch.size(); i++)
			bytes += lost.contains(i) ? 0 : batch[i].frame.size();
		EXPECT_EQ(tx.bytes, bytes);
	}

	// Nothing of the failure is left: the same batch again arrives whole.
	void expect_sound()
	{
		hits.clear();
		grefs.clear();
		packet_of.clear();
		run([](u64, const gnttab_copy &) -> s16 { return GNTST_okay; });
		if (way != Way::dom0)
			EXPECT_TRUE(answered_with_error().empty());
		expect_delivered({});
	}
};

bool reads_a(const gnttab_copy &op)
{
	return op.flags & GNTCOPY_source_gref && op.source.domid == 1;
}
bool into_guest(const gnttab_copy &op)
{
	return op.flags & GNTCOPY_dest_gref;
}

// How many copies a clean run makes.
u64 operations_of(Way way, const std::vector<Posted> &batch)
{
	World world(way, batch);
	u64 n = 0;
	world.run([&n](u64 nth, const gnttab_copy &) -> s16 {
		n = nth + 1;
		return GNTST_okay;
	});
	if (way != Way::dom0)
		EXPECT_TRUE(world.answered_with_error().empty());
	world.expect_delivered({});
	return n;
}

class Refuse : public testing::TestWithParam<std::tuple<Way, bool>>
{
protected:
	bool is_huge() const { return std::get<1>(GetParam()); }
	u32 stride() const { return is_huge() ? 7 : 1; }
	Way way() const { return std::get<0>(GetParam()); }
	const std::vector<Posted> &batch() const
	{
		static const std::vector<Posted> all[] = {mixed(), huge()};
		return all[is_huge()];
	}
};
class RefuseSender : public Refuse
{
};
class RefuseReceiver : public Refuse
{
};

// One copy fails. Into dom0: its packet is lost, its sender told. Into a guest: that guest gets an error in
// the place of the packet, and the sender, whose grants are all good, an OKAY.
// NB-21
TEST_P(Refuse, OneCopyAtEveryPosition)
{
	constexpr s16 kStatus[] = {GNTST_bad_gntref,   GNTST_permission_denied, GNTST_bad_page,
				   GNTST_bad_copy_arg, GNTST_general_error,     GNTST_no_space};
	const u64 total = operations_of(way(), batch());
	ASSERT_GT(total, 10u);
	for (u64 bad = 0; bad < total && !HasFailure(); bad += stride()) {
		SCOPED_TRACE(testing::Message() << "operation " << bad << " of " << total);
		World world(way(), batch());
		world.run([&](u64 nth, const gnttab_copy &) -> s16 {
			return nth == bad ? kStatus[bad % std::size(kStatus)] : GNTST_okay;
		});
		ASSERT_EQ(world.hits.size(), 1u);
		std::set<u32> lost;
		if (!into_guest(world.hits[0]))
			lost.insert(world.packet_with(world.hits[0].source.u.ref));
		if (way() != Way::dom0) {
			EXPECT_EQ(world.answered_with_error(), lost);
			if (way() != Way::up)
				EXPECT_GE(world.classified, batch().size() - lost.size());
		}
		world.expect_delivered(lost);
		world.expect_counters(lost, lost);
		world.expect_sound();
	}
}

// Every copy of one of the sender's grants fails: it is told so whatever became of the packet, and nobody
// else is.
// NB-21
TEST_P(RefuseSender, EachGrant)
{
	std::vector<std::vector<u32>> grefs;
	{
		World probe(way(), batch());
		probe.run([](u64, const gnttab_copy &) -> s16 { return GNTST_okay; });
		grefs = probe.grefs;
		probe.answered_with_error();
		probe.expect_delivered({});
	}
	for (u32 packet = 0; packet < grefs.size(); packet++)
		for (u32 n = 0; n < grefs[packet].size() && !HasFailure(); n += stride()) {
			if (batch()[packet].how.slots.size() > n && !batch()[packet].how.slots[n])
				continue; // an empty slot's grant is never used
			SCOPED_TRACE(testing::Message() << "slot " << n << " of packet " << packet);
			const u32 bad = grefs[packet][n];
			World world(way(), batch());
			bool staged = true; // what the decision was made on
			world.run([&](u64, const gnttab_copy &op) -> s16 {
				if (!reads_a(op) || op.source.u.ref != bad)
					return GNTST_okay;
				if (world.hits.empty())
					staged = into_guest(op);
				return GNTST_bad_gntref;
			});
			ASSERT_FALSE(world.hits.empty());
			EXPECT_EQ(world.answered_with_error(), std::set<u32>{packet});
			const std::set<u32> lost = staged ? std::set<u32>{} : std::set<u32>{packet};
			world.expect_delivered(lost);
			world.expect_counters({packet}, lost);
			world.expect_sound();
		}
}

// Every copy into one of a receiver's buffers fails: that is the receiver's own problem.
// NB-21
TEST_P(RefuseReceiver, EachBuffer)
{
	std::vector<u32> buffers;
	u32 used = 0;
	{
		World probe(way(), batch());
		probe.run([](u64, const gnttab_copy &) -> s16 { return GNTST_okay; });
		buffers = probe.slots[2];
		for (const Received &r : probe.b.receive())
			used += r.slots;
		probe.c.receive();
		probe.a.responses();
	}
	for (u32 slot = 0; slot < used && !HasFailure(); slot += stride()) {
		SCOPED_TRACE(testing::Message() << "buffer " << slot << " of " << used);
		World world(way(), batch());
		world.run([&](u64, const gnttab_copy &op) -> s16 {
			return into_guest(op) && op.dest.domid == 2 && op.dest.u.ref == buffers[slot]
				       ? GNTST_bad_gntref
				       : GNTST_okay;
		});
		// The slot of an extra info has a buffer that nobody copies into.
		if (way() != Way::dom0)
			EXPECT_TRUE(world.answered_with_error().empty());
		world.expect_delivered({});
		world.expect_counters({}, {});
		world.expect_sound();
	}
}

std::string name_of(const testing::TestParamInfo<std::tuple<Way, bool>> &info)
{
	return kWayNames[static_cast<int>(std::get<0>(info.param))];
}
const auto kMixed = testing::Values(false);
const auto kHuge = testing::Combine(testing::Values(Way::direct), testing::Values(true));

INSTANTIATE_TEST_SUITE_P(
	Mixed, Refuse,
	testing::Combine(testing::Values(Way::direct, Way::flood, Way::up, Way::backlog, Way::dom0), kMixed),
	name_of);
INSTANTIATE_TEST_SUITE_P(Mixed, RefuseSender,
			 testing::Combine(testing::Values(Way::direct, Way::flood, Way::up, Way::backlog),
					  kMixed),
			 name_of);
INSTANTIATE_TEST_SUITE_P(Mixed, RefuseReceiver,
			 testing::Combine(testing::Values(Way::direct, Way::flood, Way::backlog, Way::dom0),
					  kMixed),
			 name_of);
INSTANTIATE_TEST_SUITE_P(Huge, Refuse, kHuge, name_of);
INSTANTIATE_TEST_SUITE_P(Huge, RefuseSender, kHuge, name_of);
INSTANTIATE_TEST_SUITE_P(Huge, RefuseReceiver, kHuge, name_of);
} // namespace
