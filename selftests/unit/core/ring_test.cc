// SPDX-License-Identifier: GPL-2.0-only
// The two ends of a ring against each other, and each against a peer that lies.
#include "peer.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

namespace
{
class Ring : public testing::TestWithParam<u32>
{
protected:
	Page page;
	TxFrontRing front;
	TxBackRing back;

	void SetUp() override
	{
		front.init(page.data(), GetParam());
		ASSERT_TRUE(back.attach(page.data()).ok());
	}
	void post(u32 n, u16 id = 0)
	{
		for (u32 i = 0; i < n; i++)
			front.post(TxRequest{100 + i, 0, 0, static_cast<u16>(id + i), 60});
	}
	// The backend's pass over everything that is there.
	u32 serve()
	{
		const auto n = back.unconsumed();
		EXPECT_TRUE(n.ok());
		for (u32 i = 0; i < n.value(); i++) {
			const TxRequest request = back.request(back.req_cons());
			back.consume(1);
			back.respond(TxResponse{request.id, NETIF_RSP_OKAY});
		}
		return n.value();
	}
};
INSTANTIATE_TEST_SUITE_P(Starts, Ring, testing::ValuesIn(kStarts));

TEST_P(Ring, EmptyHasNothingForEither)
{
	EXPECT_EQ(back.unconsumed().value(), 0u);
	EXPECT_EQ(front.unconsumed().value(), 0u);
	EXPECT_EQ(front.free_slots(), 256u);
	EXPECT_EQ(front.unpublished(), 0u);
	EXPECT_EQ(back.unpublished(), 0u);
}

TEST_P(Ring, PostedIsInvisibleUntilPushed)
{
	post(3);
	EXPECT_EQ(front.unpublished(), 3u);
	EXPECT_EQ(back.unconsumed().value(), 0u);
	front.push_requests();
	EXPECT_EQ(front.unpublished(), 0u);
	EXPECT_EQ(back.unconsumed().value(), 3u);
}

TEST_P(Ring, OneRequestThereAndBack)
{
	front.post(TxRequest{77, 12, NETTXF_more_data, 9, 1514});
	front.push_requests();
	const TxRequest got = back.request(back.req_cons());
	EXPECT_EQ(got.gref, 77u);
	EXPECT_EQ(got.offset, 12u);
	EXPECT_EQ(got.flags, NETTXF_more_data);
	EXPECT_EQ(got.id, 9u);
	EXPECT_EQ(got.size, 1514u);
	back.consume(1);
	back.respond(TxResponse{9, NETIF_RSP_ERROR});
	EXPECT_EQ(front.unconsumed().value(), 0u); // not pushed yet
	back.push_responses();
	ASSERT_EQ(front.unconsumed().value(), 1u);
	const TxResponse response = front.response(front.rsp_cons());
	EXPECT_EQ(response.id, 9u);
	EXPECT_EQ(response.status, NETIF_RSP_ERROR);
	front.consume(1);
	EXPECT_EQ(front.free_slots(), 256u);
}

TEST_P(Ring, FullRingIsServedInOrderManyTimes)
{
	u16 id = 0, expected = 0;
	for (int round = 0; round < 5; round++) {
		post(256, id);
		id += 256;
		EXPECT_EQ(front.free_slots(), 0u);
		front.push_requests();
		EXPECT_EQ(serve(), 256u);
		back.push_responses();
		ASSERT_EQ(front.unconsumed().value(), 256u);
		for (int i = 0; i < 256; i++) {
			EXPECT_EQ(front.response(front.rsp_cons()).id, expected++);
			front.consume(1);
		}
	}
	EXPECT_EQ(front.req_prod(), GetParam() + 5 * 256);
	EXPECT_EQ(back.rsp_prod(), GetParam() + 5 * 256);
}

TEST_P(Ring, UnevenBatchesCrossTheEndOfThePage)
{
	u16 id = 0, expected = 0;
	for (u32 n = 1; n <= 256; n += 17) {
		post(n, id);
		id += n;
		front.push_requests();
		EXPECT_EQ(serve(), n);
		back.push_responses();
		for (u32 left = front.unconsumed().value(); left; left--) {
			EXPECT_EQ(front.response(front.rsp_cons()).id, expected++);
			front.consume(1);
		}
	}
	EXPECT_EQ(id, expected);
}

// --- attach ------------------------------------------------------------------------------------------

TEST_P(Ring, AttachStartsAtTheResponseIndexAndSeesEarlierRequests)
{
	post(7);
	front.push_requests();
	TxBackRing late;
	ASSERT_TRUE(late.attach(page.data()).ok());
	EXPECT_EQ(late.unconsumed().value(), 7u);
	EXPECT_EQ(late.req_cons(), GetParam());
}

TEST_P(Ring, AttachRefusesIndicesMoreThanARingApart)
{
	for (const u32 ahead : {257u, 512u, 0x80000000u, 0xffffffffu, 0xffffff00u}) {
		page.header().req_prod = GetParam() + ahead;
		TxBackRing other;
		const auto attached = other.attach(page.data());
		EXPECT_EQ(attached.error(), Error::ring_index) << ahead;
		EXPECT_FALSE(other.attached());
	}
	page.header().req_prod = GetParam() + 256; // a full ring is legal
	TxBackRing other;
	EXPECT_TRUE(other.attach(page.data()).ok());
	EXPECT_EQ(other.unconsumed().value(), 256u);
}

TEST_P(Ring, DetachForgetsThePage)
{
	EXPECT_TRUE(back.attached());
	back.detach();
	EXPECT_FALSE(back.attached());
	front.detach();
	EXPECT_FALSE(front.attached());
}

// --- insane indices ----------------------------------------------------------------------------------

TEST_P(Ring, BackRefusesAnInsaneRequestIndex)
{
	for (const u32 ahead : {257u, 258u, 0x7fffffffu, 0x80000000u, 0xffffffffu, 0xfffffff0u}) {
		page.header().req_prod = GetParam() + ahead;
		EXPECT_EQ(back.unconsumed().error(), Error::ring_index) << ahead;
	}
}

// NB-02
TEST_P(Ring, BackRefusesARequestIndexThatWentBack)
{
	post(10);
	front.push_requests();
	EXPECT_EQ(serve(), 10u);
	back.push_responses();
	page.header().req_prod = GetParam() + 9;
	EXPECT_EQ(back.unconsumed().error(), Error::ring_index);
	page.header().req_prod = GetParam();
	EXPECT_EQ(back.unconsumed().error(), Error::ring_index);
}

TEST_P(Ring, FrontRefusesMoreResponsesThanItPublishedRequests)
{
	post(10);
	front.push_requests();
	post(5); // written, not published: a response to one of them is a lie
	for (const u32 ahead : {11u, 15u, 16u, 257u, 0x80000000u, 0xffffffffu}) {
		page.header().rsp_prod = GetParam() + ahead;
		EXPECT_EQ(front.unconsumed().error(), Error::ring_index) << ahead;
	}
	page.header().rsp_prod = GetParam() + 10;
	EXPECT_EQ(front.unconsumed().value(), 10u);
	front.consume(10);
	page.header().rsp_prod = GetParam() + 9;
	EXPECT_EQ(front.unconsumed().error(), Error::ring_index);
}

// Requests whose response would not fit are left alone until older ones are answered.
// NB-28
TEST_P(Ring, BackTakesNoMoreThanItCanAnswer)
{
	post(256);
	front.push_requests();
	ASSERT_EQ(back.unconsumed().value(), 256u);
	back.consume(256); // taken, not answered
	page.header().req_prod = GetParam() + 512;
	EXPECT_EQ(back.unconsumed().value(), 0u);
	for (int i = 0; i < 10; i++)
		back.respond(TxResponse{});
	EXPECT_EQ(back.unconsumed().value(), 10u);
}

// The peer may write anything anywhere: the private indices do not move.
// NB-26
TEST_P(Ring, BackKeepsItsOwnIndices)
{
	post(4);
	front.push_requests();
	EXPECT_EQ(serve(), 4u);
	page.header().rsp_prod = 0xdeadbeef;
	page.header().req_event = 0xdeadbeef;
	back.push_responses();
	EXPECT_EQ(page.header().rsp_prod, GetParam() + 4);
	EXPECT_EQ(back.unconsumed().value(), 0u);
	EXPECT_EQ(back.unpublished(), 0u);
}

// --- notification ------------------------------------------------------------------------------------

TEST_P(Ring, FirstPushWakesTheBackendOnce)
{
	post(1);
	EXPECT_TRUE(front.push_requests());
	post(1);
	EXPECT_FALSE(front.push_requests()); // nobody asked again
}

TEST_P(Ring, BackendIsWokenExactlyAtTheRequestItAskedFor)
{
	for (u32 asked = 1; asked <= 256; asked += 5)
		for (u32 batch = 1; batch <= 256; batch += 51) {
			Page fresh;
			TxFrontRing f;
			f.init(fresh.data(), GetParam());
			fresh.header().req_event = GetParam() + asked;
			u32 posted = 0;
			while (posted + batch <= 256) {
				for (u32 i = 0; i < batch; i++)
					f.post(TxRequest{});
				const bool crosses = posted < asked && asked <= posted + batch;
				EXPECT_EQ(f.push_requests(), crosses)
					<< asked << " " << posted << " " << batch;
				posted += batch;
			}
		}
}

TEST_P(Ring, FrontendIsWokenExactlyAtTheResponseItAskedFor)
{
	for (u32 asked = 1; asked <= 64; asked++) {
		Page fresh;
		TxFrontRing f;
		TxBackRing b;
		f.init(fresh.data(), GetParam());
		ASSERT_TRUE(b.attach(fresh.data()).ok());
		for (int i = 0; i < 64; i++)
			f.post(TxRequest{});
		f.push_requests();
		EXPECT_FALSE(f.ask_response_event(asked));
		b.consume(64);
		for (u32 answered = 0; answered < 64; answered += 8) {
			for (int i = 0; i < 8; i++)
				b.respond(TxResponse{});
			const bool crosses = answered < asked && asked <= answered + 8;
			EXPECT_EQ(b.push_responses(), crosses) << asked << " " << answered;
		}
	}
}

// HOSTILE: rsp_event. Whatever stands there, a push tells at most once to notify, and never loops.
// NB-27
TEST_P(Ring, EventIndexOfAPeerForcesOrSuppressesOneNotificationAtMost)
{
	post(8);
	front.push_requests();
	back.consume(8);
	for (int i = 0; i < 4; i++)
		back.respond(TxResponse{});
	page.header().rsp_event = GetParam() + 4; // forced
	EXPECT_TRUE(back.push_responses());
	back.respond(TxResponse{});
	page.header().rsp_event = GetParam() + 4; // in the past: suppressed
	EXPECT_FALSE(back.push_responses());
	back.respond(TxResponse{});
	page.header().rsp_event = GetParam() + 0x80000000u; // far away: suppressed
	EXPECT_FALSE(back.push_responses());
	EXPECT_FALSE(back.push_responses()); // nothing new: never
}

TEST_P(Ring, AskForRequestsWhenTheRingIsEmpty)
{
	EXPECT_FALSE(back.ask_request_event());
	EXPECT_EQ(page.header().req_event, GetParam() + 1);
	post(1);
	EXPECT_TRUE(front.push_requests());
	EXPECT_TRUE(back.ask_request_event());
}

// The race that sleeping has to win: the request comes after the look and before the question.
TEST_P(Ring, AskForRequestsNoticesOneThatComesMeanwhile)
{
	for (u32 when = 0; when < 2; when++) {
		Page fresh;
		TxFrontRing f;
		TxBackRing b;
		f.init(fresh.data(), GetParam());
		ASSERT_TRUE(b.attach(fresh.data()).ok());
		bool notified = false;
		BeforeRead race([&](u32 nth) {
			if (nth == when) {
				shared::before_read = nullptr; // the front's own reads are not the point
				f.post(TxRequest{});
				notified = f.push_requests();
			}
		});
		EXPECT_TRUE(b.ask_request_event()) << when;
		EXPECT_EQ(b.unconsumed().value(), 1u);
	}
}

TEST_P(Ring, AskForSeveralRequests)
{
	post(4);
	front.push_requests();
	EXPECT_FALSE(back.ask_request_event(5));
	post(1);
	EXPECT_TRUE(front.push_requests());
	EXPECT_TRUE(back.ask_request_event(5));
	EXPECT_TRUE(back.ask_request_event(1));
}

TEST_P(Ring, AskForResponsesNoticesOneThatComesMeanwhile)
{
	post(2);
	front.push_requests();
	back.consume(2);
	{
		BeforeRead race([&](u32) {
			shared::before_read = nullptr;
			back.respond(TxResponse{});
			back.push_responses();
		});
		EXPECT_TRUE(front.ask_response_event());
	}
	EXPECT_FALSE(front.ask_response_event(2));
	back.respond(TxResponse{});
	EXPECT_TRUE(back.push_responses());
	EXPECT_TRUE(front.ask_response_event(2));
}

TEST_P(Ring, RewriteChangesARequestNobodySawYet)
{
	post(2);
	TxRequest changed{5, 6, 0, 7, 8};
	front.rewrite(GetParam() + 1, changed);
	front.push_requests();
	EXPECT_EQ(back.request(GetParam()).gref, 100u);
	EXPECT_EQ(back.request(GetParam() + 1).gref, 5u);
}

TEST(RingLayout, HasTheSlotsOfXensMacros)
{
	EXPECT_EQ(ring_slots(12), 256u); // tx: 12-byte request
	EXPECT_EQ(ring_slots(8), 256u);  // rx: 8 bytes; 504 would fit, a power of two does
	EXPECT_EQ(ring_slots(4), 1024u - 512u);
	EXPECT_EQ(offsetof(SharedRingHeader, req_prod), offsetof(netif_tx_sring, req_prod));
	EXPECT_EQ(offsetof(SharedRingHeader, req_event), offsetof(netif_tx_sring, req_event));
	EXPECT_EQ(offsetof(SharedRingHeader, rsp_prod), offsetof(netif_tx_sring, rsp_prod));
	EXPECT_EQ(offsetof(SharedRingHeader, rsp_event), offsetof(netif_tx_sring, rsp_event));
	EXPECT_EQ(sizeof(SharedRingHeader), offsetof(netif_tx_sring, ring));
	EXPECT_EQ(sizeof(SharedRingHeader), offsetof(netif_rx_sring, ring));
}

TEST(RingLayout, SlotsLieWhereXensMacrosPutThem)
{
	Page page;
	auto *sring = reinterpret_cast<netif_tx_sring *>(page.data());
	TxFrontRing front;
	front.init(page.data());
	for (u32 i = 0; i < 256; i++)
		front.post(TxRequest{i, 0, 0, 0, 0});
	for (u32 i = 0; i < 256; i++)
		EXPECT_EQ((&sring->ring[0])[i].req.gref, i);
}
} // namespace
