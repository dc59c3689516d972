// SPDX-License-Identifier: GPL-2.0-only
//
// take, stage, classify, deliver, complete: three vifs on one switch, over the fake hypervisor of the unit
// tests. Frames, slots, extra infos, features, buffers and failing copies all come from the input.
//
// What must hold: every request is answered exactly once; a frame that arrives is one that was sent, byte for
// byte where its sender left it alone, and in order between each two ends and for each
// address (floods of a batch go first); its head is what the switch
// decided on; bytes of a buffer that no response names are untouched; the FDB keeps its limits; nothing is
// left over.
//
// Cases of docs/security.md: BR-28, NB-19, NB-21
#include "core/mac.hpp"
#include "input.hpp"
#include "netback/fake.hpp"
#include "netback_fakes.hpp"
#include "switch_world.hpp"
#include <map>
#include <memory>

using namespace ringway;
using namespace ringway::fuzz;
using namespace ringway::test;

namespace
{
constexpr u32 kGuests = SwitchWorld::kPorts;
constexpr u32 kHead = 20; // addresses, type, and a number that finds the frame again
constexpr u16 kType = 0xb588;

struct Sent {
	u32 from;
	u64 to; // address
	Bytes bytes;
	Bytes decided; // what the switch saw of it
};

struct World {
	Input &in;
	Host machine;
	SwitchWorld mind;
	std::unique_ptr<Guest> guest[kGuests];
	std::map<u32, Sent> sent; // by number
	u32 next = 1;
	u64 arrived[kGuests] = {};
	bool wild[kGuests] = {}; // it sent anything, extra infos where slots belong, too: ids mean nothing
	std::map<std::tuple<u32, u32, u64>, u32> last; // from, to, address → number
	u32 refusing = 0;                              // one copy in so many fails; 0: none

	explicit World(Input &input) : in(input)
	{
		for (u32 g = 0; g < kGuests; g++) {
			guest[g] = std::make_unique<Guest>(static_cast<u16>(g + 1));
			const u8 features = static_cast<u8>(~in.take());
			frontend_features &f = guest[g]->dev.frontend;
			f.can_sg = features & 1;
			f.gso_tcpv4 = features >> 1 & 1;
			f.gso_tcpv6 = features >> 2 & 1;
			f.ip_csum = features >> 3 & 1;
			f.ipv6_csum = features >> 4 & 1;
			guest[g]->dev.shaped = !(features >> 5 & 1);
			guest[g]->dev.headroom = features >> 6 & 1 ? 0 : features >> 7 & 1 ? 256 : 0x7fff;
			guest[g]->connect();
		}
		for (u32 g = 0; g < kGuests; g++) {
			guest[g]->join_switch([this, g](const brlite_frame &f) { return decide(g, f); });
			for (const auto &other : guest)
				guest[g]->port.flood.push_back(&other->port);
		}
		host->refuse = [this](u64, const gnttab_copy &) -> s16 {
			return refusing && in.one_in(refusing) ? GNTST_bad_gntref : GNTST_okay;
		};
	}
	~World() { host->refuse = {}; }

	static u32 number_of(const u8 *bytes, size_t len)
	{
		u16 type;
		u32 number;
		if (len < kHead)
			return 0;
		std::memcpy(&type, bytes + 12, sizeof type);
		std::memcpy(&number, bytes + 14, sizeof number);
		return type == kType ? number : 0;
	}

	brlite_verdict decide(u32 from, const brlite_frame &frame)
	{
		const auto *bytes = static_cast<const u8 *>(frame.data);
		const auto at = sent.find(number_of(bytes, frame.staged));
		if (at != sent.end() && at->second.from == from)
			at->second.decided.assign(bytes, bytes + frame.staged);
		const Judged judged = mind.judge(from, frame.data, frame.len, frame.staged, frame.flags);
		FUZZ_CHECK(mind.within_limits());
		brlite_verdict out{judged.action, judged.reason, judged.flags, 0, nullptr, nullptr};
		if (judged.action == BRLITE_PORT) {
			out.owner = guest[judged.port]->dev.vif;
			out.port = &guest[judged.port]->port;
		}
		return out;
	}

	bool alive(u32 g) { return !guest[g]->vif().disabled && guest[g]->vif().allocated; }

	// A frame as an honest frontend cuts it.
	void send_frame(u32 g)
	{
		static constexpr u16 kLengths[] = {60, 256, 257, 1514, 4096, 4097, 9000, 30000, 65535};
		Guest &from = *guest[g];
		u32 len = in.pick(kLengths);
		len = len < kHead ? kHead : len;
		const u32 most = (len + kPageSize - 1) / kPageSize;
		std::vector<u32> slots;
		for (u32 left = len; left && in.one_in(2) && slots.size() + most < 17;) {
			const u32 part = 14 + in.below(left < 4000 ? left : 4000);
			if (part > left)
				break;
			slots.push_back(part);
			left -= part;
		}
		u32 done = 0;
		for (const u32 slot : slots)
			done += slot;
		if (!slots.empty())
			for (; done < len; done += slots.back())
				slots.push_back(len - done < kPageSize ? len - done : kPageSize);
		if (from.queue[0].tx.free_slots() < 20)
			return;
		const u8 to = in.take();
		const bool group = to % 4 == 3;
		Bytes bytes(len);
		for (u32 i = 0; i < len; i++)
			bytes[i] = static_cast<u8>(i * 5 + next * 11 + (i >> 8));
		const u8 head[12] = {static_cast<u8>(group ? 0xff : 2),
				     0,
				     0,
				     0,
				     0,
				     static_cast<u8>(to % 4),
				     2,
				     0,
				     0,
				     0,
				     static_cast<u8>(in.one_in(8) ? in.take() : 0),
				     static_cast<u8>(g)};
		std::memcpy(bytes.data(), head, sizeof head);
		std::memcpy(bytes.data() + 12, &kType, sizeof kType);
		std::memcpy(bytes.data() + 14, &next, sizeof next);
		from.post(bytes, {slots});
		const u64 address = mac_load(bytes.data());
		sent[next++] = {g, address, std::move(bytes), {}};
	}

	// Anything: what take does with it is up to take.
	void send_anything(u32 g)
	{
		Guest &from = *guest[g];
		if (!from.queue[0].tx.free_slots())
			return;
		wild[g] = true;
		const u8 flags = in.take() & 0xf;
		TxRequest request{};
		request.gref = from.grant(nullptr, 0, 0, true);
		request.offset = in.one_in(4) ? in.take<u16>() : 0;
		request.size = in.take<u16>() % 5000;
		request.flags = flags;
		request.id = 0x8000;
		from.queue[0].tx.post(request);
		if (flags & NETTXF_extra_info && from.queue[0].tx.free_slots()) {
			ExtraInfo extra{};
			extra.type = in.below(6);
			extra.u.gso.size = in.take<u16>();
			extra.u.gso.type = in.below(3);
			from.queue[0].tx.post(extra);
		}
	}

	void settle()
	{
		host->settle();
		for (u32 g = 0; g < kGuests; g++) {
			take_responses(g);
			take_packets(g);
		}
	}

	void take_responses(u32 g)
	{
		auto &q = guest[g]->queue[0];
		const auto n = q.tx.unconsumed();
		FUZZ_CHECK(n.ok());
		for (u32 i = 0; i < n.value(); i++) {
			const TxResponse r = q.tx.response(q.tx.rsp_cons());
			q.tx.consume(1);
			FUZZ_CHECK(r.status == NETIF_RSP_OKAY || r.status == NETIF_RSP_ERROR ||
				   r.status == NETIF_RSP_NULL);
			if (r.status == NETIF_RSP_NULL || r.id == 0x8000)
				continue;
			FUZZ_CHECK(wild[g] || q.sent.contains(r.id));
			if (!q.sent.contains(r.id))
				continue;
			guest[g]->revoke(q.sent[r.id]);
			q.sent.erase(r.id);
		}
		q.tx.ask_response_event();
		// One response each for what was published, and none twice: ids of frames are looked up
		// above.
		FUZZ_CHECK(!alive(g) || q.tx.rsp_cons() == q.tx.req_prod() - q.tx.unpublished());
	}

	// Bytes behind what a response names are as the guest left them.
	void check_buffers(Guest &to)
	{
		auto &q = to.queue[0];
		const u32 n = q.rx.unconsumed().value();
		bool extra = false;
		for (u32 i = 0; i < n; i++) {
			const u32 at = q.rx.rsp_cons() + i;
			const RxResponse r = q.rx.response(at);
			const u8 *page = to.page_of(q.posted.at(at).second);
			u32 used = 0, unused = 0;
			if (extra) {
				ExtraInfo info;
				std::memcpy(&info, &r, sizeof info);
				extra = info.flags & XEN_NETIF_EXTRA_FLAG_MORE;
			} else if (extra = r.flags & NETRXF_extra_info, r.status >= 0)
				unused = r.offset, used = r.offset + static_cast<u32>(r.status);
			else
				continue;
			FUZZ_CHECK(used <= kPageSize);
			for (u32 b = 0; b < unused; b++)
				FUZZ_CHECK(page[b] == 0xcc);
			for (u32 b = used; b < kPageSize; b++)
				FUZZ_CHECK(page[b] == 0xcc);
		}
	}

	void take_packets(u32 g)
	{
		check_buffers(*guest[g]);
		for (const Received &packet : guest[g]->receive()) {
			arrived[g]++;
			const u32 number = number_of(packet.bytes.data(), packet.bytes.size());
			if (packet.error || !number)
				continue;
			const auto at = sent.find(number);
			FUZZ_CHECK(at != sent.end());
			const Sent &was = at->second;
			FUZZ_CHECK(was.from != g);
			FUZZ_CHECK(packet.bytes == was.bytes);
			FUZZ_CHECK(was.decided.size() >= kHead && was.decided.size() <= packet.bytes.size());
			FUZZ_CHECK(std::equal(was.decided.begin(), was.decided.end(), packet.bytes.begin()));
			u32 &before = last[{was.from, g, was.to}];
			FUZZ_CHECK(before < number);
			before = number;
		}
		FUZZ_CHECK(!alive(g) || guest[g]->back().to_guest_stats.packets == arrived[g]);
	}

	void step()
	{
		const u32 g = in.below(kGuests);
		switch (in.below(8)) {
		case 0:
		case 1:
		case 2:
			return send_frame(g);
		case 3:
			guest[g]->push();
			return settle();
		case 4: {
			const u32 free = guest[g]->queue[0].rx.free_slots(), n = in.take();
			return guest[g]->post_buffers(n < free ? n : free);
		}
		case 5:
			refusing = in.take() % 32;
			return;
		case 6:
			return mind.pass(in.take());
		case 7:
			if (in.one_in(4))
				send_anything(g);
			else
				guest[g]->dev.watched = in.one_in(3);
		}
	}
};
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	Input in(data, size);
	World world(in);
	while (in.more())
		world.step();
	for (const auto &guest : world.guest)
		guest->push();
	world.settle();
	return 0;
}
