// SPDX-License-Identifier: GPL-2.0-only
// place: packets of every length, made of pieces of every kind, into a guest's buffers.
//
// The copies are carried out on real memory, so that what is compared at the end is what the guest
// would see: the bytes, and the responses that describe them.
#include "peer.hpp"
#include "core/place.hpp"
#include <gtest/gtest.h>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <vector>

using namespace ringway;
using namespace ringway::test;

namespace
{
constexpr u16 kGuest = 5, kSender = 9;

// One packet as the guest puts it together from its responses.
struct Received {
	std::vector<u8> bytes;
	u16 flags = 0;
	u8 gso_type = 0;
	u16 gso_size = 0;
	bool error = false;
	u32 slots = 0;
};

class Place : public testing::TestWithParam<u32>, protected RxEnds
{
protected:
	CopyBatch<512> copies;
	RxPending pending;
	std::mt19937 random{42};

	std::vector<std::vector<u8>> buffers; // the guest's, by grant reference
	std::vector<std::vector<u8>> source;  // what pieces point into, by frame
	std::vector<SourcePiece> pieces;
	std::vector<u8> payload;
	std::set<u32> fail; // operations to refuse, counted over the test
	u32 operations = 0;

	void SetUp() override { restart(); }
	void restart()
	{
		ASSERT_TRUE(RxEnds::restart(GetParam()));
		buffers.clear();
		source.clear();
		pending.clear();
		operations = 0;
	}
	void post_buffers(u32 n)
	{
		for (u32 i = 0; i < n; i++) {
			front.post(RxRequest{static_cast<u16>(buffers.size() & 255), 0,
					     static_cast<u32>(buffers.size())});
			buffers.emplace_back(kPageSize, 0xcc);
		}
		front.push_requests();
		ASSERT_GE(back.unconsumed().value(), n);
	}
	// A packet of pieces of the given lengths, at random offsets, every second one granted.
	void make(const std::vector<u32> &lengths)
	{
		pieces.clear();
		payload.clear();
		for (const u32 length : lengths) {
			ASSERT_LE(length, kPageSize);
			const u16 offset = static_cast<u16>(random() % (kPageSize - length + 1));
			const bool granted = source.size() % 2;
			std::vector<u8> bytes(kPageSize);
			// Different everywhere, and cheap: a counter and where the piece is.
			for (u32 b = 0; b < kPageSize; b += 2) {
				bytes[b] = static_cast<u8>(source.size() + b);
				bytes[b + 1] = static_cast<u8>(source.size() * 7 + (b >> 8));
			}
			payload.insert(payload.end(), bytes.begin() + offset,
				       bytes.begin() + offset + length);
			pieces.push_back(
				{{source.size(), u16{granted ? kSender : u16{DOMID_SELF}}, offset, granted},
				 static_cast<u16>(length)});
			source.push_back(std::move(bytes));
		}
	}
	void make_len(u32 len, u32 piece)
	{
		std::vector<u32> lengths;
		for (; len; len -= lengths.back())
			lengths.push_back(len < piece ? len : piece);
		make(lengths);
	}
	RxMeta meta(u16 flags = 0, u8 gso_type = 0, u16 gso_size = 0) const
	{
		return {static_cast<u32>(payload.size()), flags, gso_type, gso_size};
	}
	u32 slots_of(const RxMeta &m) const
	{
		return m.keep_pieces ? rx_whole_slots(pieces.data(), static_cast<u32>(pieces.size())) +
					       (m.gso_type != XEN_NETIF_GSO_TYPE_NONE)
				     : rx_slots_needed(m);
	}
	void place(const RxMeta &m)
	{
		const u32 before = copies.count(), at = back.req_cons();
		place_packet(back, kGuest, m, pieces.data(), copies, pending);
		EXPECT_EQ(back.req_cons() - at, slots_of(m));
		EXPECT_LE(copies.count() - before, rx_copy_ops_bound(pieces.size(), slots_of(m)));
	}
	void copy(gnttab_copy *op, u32 n)
	{
		for (u32 i = 0; i < n; i++, operations++) {
			if (fail.contains(operations)) {
				op[i].status = GNTST_bad_gntref;
				continue;
			}
			ASSERT_GT(op[i].len, 0u);
			ASSERT_LE(op[i].source.offset + op[i].len, kPageSize);
			ASSERT_LE(op[i].dest.offset + op[i].len, kPageSize);
			ASSERT_TRUE(op[i].flags & GNTCOPY_dest_gref);
			ASSERT_EQ(op[i].dest.domid, kGuest);
			const bool granted = op[i].flags & GNTCOPY_source_gref;
			const u64 from = granted ? op[i].source.u.ref : op[i].source.u.gmfn;
			ASSERT_EQ(op[i].source.domid, granted ? kSender : DOMID_SELF);
			std::memcpy(&buffers.at(op[i].dest.u.ref)[op[i].dest.offset],
				    &source.at(from)[op[i].source.offset], op[i].len);
			op[i].status = GNTST_okay;
		}
	}
	void finish()
	{
		copies.run([this](gnttab_copy *op, u32 n) { copy(op, n); },
			   [this](u16 slot) { place_failed(pending, slot); });
		place_respond(back, pending);
		back.push_responses();
	}
	// The guest's side: all packets it was given.
	std::vector<Received> receive()
	{
		std::vector<Received> all;
		const auto n = front.unconsumed();
		EXPECT_TRUE(n.ok());
		for (u32 i = 0; i < n.value(); i++) {
			Received packet;
			u16 flags;
			bool first = true;
			do {
				const u32 at = front.rsp_cons();
				const RxResponse response = front.response(at);
				const u32 gref = (at - GetParam()); // buffers were posted in this order
				EXPECT_EQ(response.id, gref & 255) << "out of order";
				EXPECT_EQ(response.offset, 0u);
				front.consume(1);
				packet.slots++;
				flags = response.flags;
				if (first)
					packet.flags = flags & (NETRXF_csum_blank | NETRXF_data_validated);
				else
					EXPECT_FALSE(flags & ~NETRXF_more_data);
				if (response.status < 0)
					packet.error = true;
				else
					packet.bytes.insert(packet.bytes.end(), buffers.at(gref).begin(),
							    buffers.at(gref).begin() + response.status);
				if (first && flags & NETRXF_extra_info) {
					const auto extra = front.response_as<ExtraInfo>(front.rsp_cons());
					front.consume(1);
					i++;
					packet.slots++;
					EXPECT_EQ(extra.type, XEN_NETIF_EXTRA_TYPE_GSO);
					EXPECT_EQ(extra.flags, 0u);
					packet.gso_type = extra.u.gso.type;
					packet.gso_size = extra.u.gso.size;
				}
				first = false;
				i += flags & NETRXF_more_data ? 1 : 0;
			} while (flags & NETRXF_more_data);
			all.push_back(std::move(packet));
		}
		return all;
	}
	// One packet there and back, compared.
	void round_trip(u16 flags = 0, u8 gso_type = 0, u16 gso_size = 0)
	{
		const RxMeta m = meta(flags, gso_type, gso_size);
		post_buffers(rx_slots_needed(m));
		place(m);
		finish();
		const auto got = receive();
		ASSERT_EQ(got.size(), 1u);
		ASSERT_FALSE(got[0].error);
		ASSERT_EQ(got[0].bytes, payload);
		ASSERT_EQ(got[0].flags, flags);
		ASSERT_EQ(got[0].gso_type, gso_type);
		ASSERT_EQ(got[0].gso_size, gso_size);
		ASSERT_EQ(got[0].slots, rx_slots_needed(m));
	}
};
INSTANTIATE_TEST_SUITE_P(Starts, Place, testing::ValuesIn(kStarts));

TEST(PlaceArithmetic, WholePieces)
{
	const auto piece = [](u16 len) { return SourcePiece{{1, 7, 0, true}, len}; };
	const SourcePiece gso[] = {piece(256), piece(3840), piece(4096), piece(4096), piece(100)};
	EXPECT_EQ(rx_whole_slots(gso, 5), 4u);
	EXPECT_EQ(rx_whole_fill(gso, 12388), 4096u);
	EXPECT_EQ(rx_whole_fill(gso + 4, 100), 100u);
	const SourcePiece odd[] = {piece(256), piece(4000), piece(200), piece(50)};
	EXPECT_EQ(rx_whole_slots(odd, 4), 3u);
	EXPECT_EQ(rx_whole_fill(odd, 4506), 256u);
	EXPECT_EQ(rx_whole_fill(odd + 1, 4250), 4000u);
	EXPECT_EQ(rx_whole_fill(odd + 2, 250), 250u);
}

TEST(PlaceArithmetic, SlotsNeeded)
{
	const auto plain = [](u32 len) { return rx_slots_needed({len, 0, 0, 0}); };
	EXPECT_EQ(plain(1), 1u);
	EXPECT_EQ(plain(4096), 1u);
	EXPECT_EQ(plain(4097), 2u);
	EXPECT_EQ(plain(65535), 16u);
	EXPECT_EQ(rx_slots_needed({1514, 0, XEN_NETIF_GSO_TYPE_TCPV4, 1448}), 2u);
	EXPECT_EQ(rx_slots_needed({65535, 0, XEN_NETIF_GSO_TYPE_TCPV6, 1448}), 17u);
}

// Page multiples and their neighbours, and a spread of others.
TEST_P(Place, EveryLengthEdge)
{
	std::set<u32> lengths{1, 13, 14, 60, 1514, 9014, 65535};
	for (u32 edge = kPageSize; edge <= 61440; edge += kPageSize)
		for (const s32 by : {-1, 0, 1})
			lengths.insert(edge + by);
	for (const u32 len : lengths) {
		SCOPED_TRACE(len);
		restart();
		make_len(len, kPageSize);
		round_trip();
		restart();
		make_len(len, 1499);
		round_trip(NETRXF_data_validated);
	}
}

// Every length there is, by the arithmetic of slots and statuses alone.
TEST(PlaceEveryLength, SlotsAndStatusesAddUp)
{
	RxEnds ring;
	RxFrontRing &front = ring.front;
	RxBackRing &back = ring.back;
	CopyBatch<64> copies;
	RxPending pending;
	ASSERT_TRUE(ring.restart());
	for (u32 len = 1; len <= 65535; len++) {
		SourcePiece pieces[16];
		u32 n = 0;
		for (u32 left = len; left;) {
			const u32 part = left < kPageSize ? left : kPageSize;
			pieces[n++] = {{n, DOMID_SELF, 0, false}, static_cast<u16>(part)};
			left -= part;
		}
		const RxMeta meta{len, 0, 0, 0};
		const u32 slots = rx_slots_needed(meta);
		ASSERT_EQ(slots, n);
		for (u32 i = 0; i < slots; i++)
			front.post(RxRequest{static_cast<u16>(i), 0, i});
		front.push_requests();
		place_packet(back, kGuest, meta, pieces, copies, pending);
		ASSERT_EQ(copies.count(), n);
		ASSERT_EQ(pending.count, slots);
		u32 sum = 0;
		for (u32 i = 0; i < slots; i++) {
			sum += static_cast<u32>(pending.response[i].status);
			ASSERT_EQ(pending.response[i].flags, i + 1 < slots ? NETRXF_more_data : 0);
		}
		ASSERT_EQ(sum, len);
		copies.clear();
		place_respond(back, pending);
		back.push_responses();
		front.consume(front.unconsumed().value());
	}
}

TEST_P(Place, PiecesOfAllKinds)
{
	for (const std::vector<u32> &lengths : {
		     std::vector<u32>{14},
		     {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
		     {256, 3840},
		     {256, 3841},
		     {256, 4096, 4096, 4096},
		     {4096, 4096},
		     {4095, 1, 4096},
		     {1, 4096, 4095, 4096, 1},
		     {2048, 2048, 2048, 2048, 2048},
		     std::vector<u32>(19, 1),
		     std::vector<u32>(63, 1040),
	     }) {
		SCOPED_TRACE(testing::PrintToString(lengths));
		restart();
		make(lengths);
		round_trip(NETRXF_csum_blank | NETRXF_data_validated);
		restart();
		make(lengths);
		round_trip(NETRXF_csum_blank | NETRXF_data_validated, XEN_NETIF_GSO_TYPE_TCPV6, 1440);
	}
}

// Slots that end where pieces do carry the same bytes, with one operation a piece.
TEST_P(Place, KeptPieces)
{
	for (const std::vector<u32> &lengths : {
		     std::vector<u32>{256, 3840, 4096, 4096, 100},
		     {256, 4096, 4096},
		     {14},
		     {4096, 1},
		     std::vector<u32>(18, 3600),
	     }) {
		SCOPED_TRACE(testing::PrintToString(lengths));
		restart();
		make(lengths);
		RxMeta m = meta(NETRXF_csum_blank | NETRXF_data_validated, XEN_NETIF_GSO_TYPE_TCPV4, 1448);
		m.keep_pieces = true;
		const u32 slots = rx_whole_slots(pieces.data(), static_cast<u32>(pieces.size()));
		post_buffers(slots + 1);
		place(m);
		EXPECT_EQ(copies.count(), lengths.size());
		finish();
		const auto got = receive();
		ASSERT_EQ(got.size(), 1u);
		EXPECT_EQ(got[0].bytes, payload);
		EXPECT_EQ(got[0].slots, slots + 1);
	}
}

TEST_P(Place, GsoTakesTheSlotBehindTheFirst)
{
	make_len(9000, 4096);
	post_buffers(8);
	place(meta(NETRXF_csum_blank, XEN_NETIF_GSO_TYPE_TCPV4, 1448));
	finish();
	const u32 at = front.rsp_cons();
	ASSERT_EQ(front.unconsumed().value(), 4u);
	EXPECT_EQ(front.response(at).flags, NETRXF_csum_blank | NETRXF_more_data | NETRXF_extra_info);
	const auto extra = front.response_as<ExtraInfo>(at + 1);
	EXPECT_EQ(extra.type, XEN_NETIF_EXTRA_TYPE_GSO);
	EXPECT_EQ(extra.u.gso.size, 1448u);
	EXPECT_EQ(extra.u.gso.type, XEN_NETIF_GSO_TYPE_TCPV4);
	EXPECT_EQ(extra.u.gso.pad, 0u);
	EXPECT_EQ(extra.u.gso.features, 0u);
	EXPECT_EQ(front.response(at + 2).flags, NETRXF_more_data);
	EXPECT_EQ(front.response(at + 3).flags, 0u);
	EXPECT_EQ(back.unconsumed().value(), 4u);
}

// Operations of one slot name the same grant and stand side by side: the hypervisor's cache works.
TEST_P(Place, OperationsOfOneSlotAreNeighbours)
{
	make_len(20000, 700);
	post_buffers(5);
	place(meta());
	u32 changes = 0, last = ~0u;
	copies.run(
		[&](gnttab_copy *op, u32 n) {
			for (u32 i = 0; i < n; i++) {
				changes += op[i].dest.u.ref != last;
				last = op[i].dest.u.ref;
				op[i].status = GNTST_okay;
			}
		},
		[](u16) {});
	EXPECT_EQ(changes, 5u);
}

TEST_P(Place, RandomBatches)
{
	for (int round = 0; round < 20; round++) {
		restart();
		post_buffers(256);
		u32 room = 256;
		std::vector<std::vector<u8>> sent;
		std::vector<RxMeta> metas;
		for (;;) {
			std::vector<u32> lengths(1 + random() % 10);
			for (u32 &l : lengths)
				l = 1 + random() % (random() % 3 ? 300 : 4096);
			make(lengths);
			const u8 gso = static_cast<u8>(random() % 3);
			const RxMeta m = meta(random() % 2 ? NETRXF_csum_blank : 0, gso,
					      static_cast<u16>(gso ? 1 + random() % 1500 : 0));
			if (rx_slots_needed(m) > room ||
			    copies.room() < rx_copy_ops_bound(pieces.size(), rx_slots_needed(m)))
				break;
			room -= rx_slots_needed(m);
			place(m);
			sent.push_back(payload);
			metas.push_back(m);
		}
		finish();
		const auto got = receive();
		ASSERT_EQ(got.size(), sent.size());
		for (size_t i = 0; i < got.size(); i++) {
			ASSERT_EQ(got[i].bytes, sent[i]) << i;
			ASSERT_EQ(got[i].flags, metas[i].flags);
			ASSERT_EQ(got[i].gso_type, metas[i].gso_type);
			ASSERT_EQ(got[i].gso_size, metas[i].gso_size);
		}
	}
}

// A copy is refused at every position of a batch: that packet has the error, the others their bytes.
TEST_P(Place, EachFailingCopyHitsItsPacketOnly)
{
	const std::vector<std::vector<u32>> packets = {
		{60}, {256, 4096, 100}, {1514}, {4096, 4096}, {1, 1, 58}};
	u32 total = 1;
	for (u32 bad = 0; bad < total; bad++) {
		restart();
		fail = {bad};
		post_buffers(16);
		std::vector<std::vector<u8>> sent;
		std::vector<u32> first_operation;
		for (const auto &lengths : packets) {
			first_operation.push_back(copies.count());
			make(lengths);
			place(meta(0, sent.size() == 1 ? XEN_NETIF_GSO_TYPE_TCPV4 : 0,
				   sent.size() == 1 ? 1448 : 0));
			sent.push_back(payload);
		}
		total = copies.count();
		first_operation.push_back(total);
		finish();
		const auto got = receive();
		ASSERT_EQ(got.size(), packets.size());
		for (size_t i = 0; i < got.size(); i++) {
			const bool hit = first_operation[i] <= bad && bad < first_operation[i + 1];
			ASSERT_EQ(got[i].error, hit) << "operation " << bad << " packet " << i;
			if (!hit)
				ASSERT_EQ(got[i].bytes, sent[i]);
		}
	}
	EXPECT_GE(total, 10u);
	fail.clear();
}

// Ids and grants belong to the peer: they are handed on, never used as an index.
TEST_P(Place, IdsAndGrantsAreHandedOn)
{
	for (int i = 0; i < 8; i++)
		front.post(RxRequest{0xffff, 0xffff, 0xffffffff});
	front.push_requests();
	make({1000});
	place(meta());
	copies.run(
		[](gnttab_copy *op, u32) {
			EXPECT_EQ(op->dest.u.ref, 0xffffffffu);
			EXPECT_EQ(op->dest.offset, 0u);
			op->status = GNTST_okay;
		},
		[](u16) { FAIL(); });
	place_respond(back, pending);
	back.push_responses();
	EXPECT_EQ(front.response(GetParam()).id, 0xffffu);
}

// NB-05
TEST_P(Place, EachRequestIsReadOnce)
{
	make_len(60000, 4096);
	post_buffers(16);
	BeforeRead reads;
	place(meta(0, XEN_NETIF_GSO_TYPE_TCPV4, 1448));
	// The extra info's buffer is not even looked at.
	EXPECT_EQ(reads.reads(), 15 * sizeof(RxRequest) / sizeof(RxBackRing::Word));
}
} // namespace
