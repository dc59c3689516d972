// SPDX-License-Identifier: GPL-2.0-only
// A frontend, on the fake kernel of fake.hpp (which includes this file).
#pragma once
#include "fake.hpp"

namespace ringway::test
{
// One packet out of a guest's RX ring.
struct Received {
	Bytes bytes;
	u16 flags = 0;
	u8 gso_type = 0;
	u16 gso_size = 0;
	u16 headroom = 0;
	u8 hash_type = 0; // of the wire, plus one
	u32 hash = 0;
	bool error = false;
	u32 slots = 0;
};

// How a packet is put on the TX ring.
struct Send {
	std::vector<u32> slots; // sizes; empty: one slot a page
	u16 flags = 0;
	u8 gso_type = 0;
	u16 gso_size = 0;
	u8 hash_type = 0; // of the wire, plus one
	u32 hash = 0;
};

// A frontend: its pages, its grants, its rings.
class Guest
{
public:
	struct Queue {
		u8 *tx_page, *rx_page;
		TxFrontRing tx;
		RxFrontRing rx;
		std::map<u16, u32> sent;                   // id → grant
		std::vector<TxResponse> responses;         // all that came back, extra infos' NULLs included
		std::map<u32, std::pair<u16, u32>> posted; // slot → id, grant
		u32 tx_events = 0, rx_events = 0;
	};
	u16 domain;
	std::vector<Queue> queue;
	vif_host dev;
	brlite_port port;

	explicit Guest(u16 domain, u32 queues = 1, u32 start = 0);
	~Guest();
	Guest(const Guest &) = delete;

	Vif &vif() { return *dev.vif; }
	netback_queue &back(u32 q = 0) { return dev.vif->queues[q]; }
	// Of a switch that sends a frame here.
	brlite_verdict verdict(u16 flags = 0)
	{
		return {BRLITE_PORT, BRLITE_FORWARDED, flags, 0, dev.vif, &port};
	}
	void reset_rings(u32 start = 0);
	void frontend_state(XenbusState state)
	{
		dev.unregistered |= netback_frontend_changed(dev.vif, static_cast<int>(state));
	}
	// The end of the vif, as main.c and netdev.c bring it about. CONTEXT: xenwatch or not
	void remove(bool in_xenwatch = false);
	// ip link set up or down; it is up when a test begins.
	void set_up(bool up)
	{
		RtnlLock lock;
		up ? netback_open(dev.vif) : netback_stop(dev.vif);
	}
	// Puts both ends to Connected.
	void connect();
	void join_switch(std::function<brlite_verdict(const brlite_frame &)> decide);

	u8 *page_of(u32 gref);
	u32 grant(const u8 *bytes, u32 len, u32 offset, bool read_only);
	void revoke(u32 gref);
	// Posts a packet; returns the id of its first slot. push(): visible, with an event if asked
	// for.
	u16 post(const Bytes &bytes, const Send &how = {}, u32 q = 0);
	void push(u32 q = 0);
	void send(const Bytes &bytes, const Send &how = {}, u32 q = 0)
	{
		post(bytes, how, q);
		push(q);
	}
	void post_buffers(u32 n, u32 q = 0);
	// The responses since the last call, grants taken back.
	std::vector<TxResponse> responses(u32 q = 0);
	std::vector<Received> receive(u32 q = 0);

private:
	std::map<u32, u8 *> pages_;
	u32 next_gref_ = 8;
	u16 next_id_ = 0;
};

// Two guests on one switch that sends everything of one to the other.
class TwoGuests : public testing::Test
{
protected:
	Host machine;
	Guest a{1}, b{2};

	brlite_verdict to_b(u16 flags = 0) { return b.verdict(flags); }
	void SetUp() override
	{
		a.connect();
		b.connect();
		a.join_switch([this](const brlite_frame &) { return to_b(); });
		b.join_switch([](const brlite_frame &) { return brlite_verdict{}; });
	}
	// Every response of `guest` is of this status (extra infos' NULLs apart), and there are n of
	// them.
	void expect_answers(Guest &guest, u32 n, s16 status = NETIF_RSP_OKAY)
	{
		u32 seen = 0;
		for (const TxResponse &response : guest.responses())
			if (response.status != NETIF_RSP_NULL) {
				seen++;
				EXPECT_EQ(response.status, status) << "id " << response.id;
			}
		EXPECT_EQ(seen, n);
		EXPECT_TRUE(guest.queue[0].sent.empty());
		EXPECT_EQ(guest.queue[0].tx.free_slots(), 256u);
	}
};

// Ways to cut a packet of `len` bytes into slots, all legal.
std::vector<std::vector<u32>> all_cuts(u32 len);
} // namespace ringway::test
