// SPDX-License-Identifier: GPL-2.0-only
//
// NB-47, NB-68: the control ring, against a guest that writes anything into its page, also between any two of
// our reads, and the hash against any frame.
//
// What must hold: each request is answered once and as its type allows; the configuration never names a
// queue or an entry that is not there, and a refused message changes nothing; every frame finds a queue.
#include "core/control.hpp"
#include "input.hpp"
#include "peer.hpp"

using namespace ringway;
using namespace ringway::fuzz;

namespace
{
constexpr u32 kEdges[] = {0,   1,    2,    39,         40,         41,         64,         127,       128,
			  129, 1024, 1025, 0x40000000, 0x7fffffff, 0x80000000, 0xffffff80, 0xffffffff};

struct Peer {
	Input &in;
	u8 *page;
	bool hostile = false;

	void change()
	{
		if (!hostile || !in.more() || !in.one_in(8))
			return;
		const u32 where = in.take<u16>() & 0xffc, value = in.take<u32>();
		// Indices change by little: a jump ends the run.
		if (where >= sizeof(SharedRingHeader))
			std::memcpy(page + where, &value, sizeof value);
	}
};

void check(const HashConfig &config, u32 queues)
{
	FUZZ_CHECK(config.algorithm <= XEN_NETIF_CTRL_HASH_ALGORITHM_TOEPLITZ);
	FUZZ_CHECK(!(config.types & ~kHashTypes));
	FUZZ_CHECK(config.size <= kHashMapping);
	for (const u8 queue : config.mapping)
		FUZZ_CHECK(queue < queues);
}

// What carries out messages about mapped buffers is asked only for what can be.
struct Buffers {
	const CtrlRequest &request;
	u32 queues;

	u32 most(u32 queue, u32 &) const
	{
		FUZZ_CHECK(queue < queues && queue == request.data[0]);
		return XEN_NETIF_CTRL_STATUS_SUCCESS;
	}
	u32 add(u32 queue, u32 list, u32 count) const
	{
		FUZZ_CHECK(queue < queues && queue == request.data[0] && list == request.data[1]);
		FUZZ_CHECK(count && count <= kGrefList && count == request.data[2]);
		FUZZ_CHECK(gref_list_length(request, queues) == count);
		return XEN_NETIF_CTRL_STATUS_SUCCESS;
	}
	u32 remove(u32 queue, u32 list, u32 count, u32 &) const { return add(queue, list, count); }
};

// A request is answered, and the ring goes on.
void serve(CtrlBackRing &back, HashConfig &config, u32 queues, Input &in)
{
	const CtrlRequest request = back.request(back.req_cons());
	const HashConfig before = config;
	back.consume(1);
	const CtrlResponse answer = control_message(
		config, request, queues,
		[&in](u32, void *to, u32 bytes) {
			FUZZ_CHECK(bytes && bytes <= kPageSize);
			auto *out = static_cast<u8 *>(to);
			const bool small = in.take() & 1; // numbers of queues, or anything
			for (u32 i = 0; i < bytes; i++)
				out[i] = small ? (i % 4 ? 0 : in.take() % 8) : in.take();
			return !in.one_in(8);
		},
		Buffers{request, queues});
	FUZZ_CHECK(answer.id == request.id && answer.type == request.type);
	FUZZ_CHECK(answer.status <= XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER);
	const bool known = request.type && request.type <= XEN_NETIF_CTRL_TYPE_DEL_GREF_MAPPING;
	FUZZ_CHECK(known || answer.status == XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED);
	if (answer.status)
		FUZZ_CHECK(!std::memcmp(&before, &config, sizeof config));
	check(config, queues);
	back.respond(answer);
}

void hash_something(const HashConfig &config, u32 queues, Input &in)
{
	const u32 len = in.below(kHashHead + 1);
	const std::unique_ptr<u8[]> frame(new u8[len ? len : 1]);
	for (u32 i = 0; i < len; i++)
		frame[i] = in.take();
	const PacketHash hash = hash_frame(config, frame.get(), len);
	FUZZ_CHECK(hash.type <= 4);
	FUZZ_CHECK(!hash.type || config.types & 1u << (hash.type - 1));
	FUZZ_CHECK(hash_queue(config, hash, queues) < queues);
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	Input in(data, size);
	test::CtrlEnds ring;
	auto &[page, front, back] = ring;
	if (!ring.restart(in.one_in(2) ? 0xffffff80 + in.take() : 0))
		return 0;
	const u32 queues = 1 + in.below(8);
	Peer peer{in, page.data()};
	const test::BeforeRead changes([&peer](u32) { peer.change(); });
	HashConfig config{};
	while (in.more()) {
		for (u32 n = in.below(20); n && front.free_slots(); n--) {
			CtrlRequest request{in.take(), static_cast<u16>(in.below(12)), {}};
			for (u32 &word : request.data)
				word = in.pick(kEdges);
			front.post(request);
		}
		front.push_requests();
		peer.hostile = in.take() & 1;
		const auto n = back.unconsumed();
		if (!n.ok())
			break;
		for (u32 i = 0; i < n.value(); i++)
			serve(back, config, queues, in);
		peer.hostile = false;
		back.push_responses();
		const auto answered = front.unconsumed();
		FUZZ_CHECK(answered.ok() && answered.value() == n.value());
		front.consume(answered.value());
		hash_something(config, queues, in);
	}
	return 0;
}
