// SPDX-License-Identifier: GPL-2.0-only
/*
 * splitfront, rewrite: frames whose bytes change while the backend has them.
 *
 * A round posts frames until the ring is nearly full, then writes new versions over all of them, without a
 * pause, until the last is answered. The destination changes with the version, so a backend that looks twice
 * sends some frames to where it did not decide to. Frames with a blank checksum change their IP protocol to
 * one that has none. If it is to forge, the source changes as well, to addresses that a lock of the port forbids.
 */
#include <linux/sched.h>

#include "splitfront.h"

#define UDP_LEN 300u

/* Lengths and arrangements: one slot, staged whole; a page in two slots; headers, and more than is staged. */
static const struct {
	unsigned int len, own;
} shapes[] = {{256, 256}, {UDP_LEN, UDP_LEN}, {3000, 600}, {9000, 600}, {9000, 256}, {65000, 4096}};

static void write_version(struct splitfront *s, unsigned char *page, u64 version, bool udp)
{
	unsigned int at;

	WRITE_ONCE(page[5], 1 + (version & 1));
	if (s->forges) {
		WRITE_ONCE(page[TF_MAC_AT], version & 4 ? TF_FORGED_MAC : s->self[5]);
		WRITE_ONCE(page[TF_IP_AT], version & 8 ? TF_FORGED_IP : 1);
	}
	barrier();
	if (udp)
		WRITE_ONCE(page[23], version & 2 ? 17 : 99);
	else
		for (at = TF_FLIP_AT; at < TF_FLIP_END; at += 8)
			WRITE_ONCE(*(u64 *)(page + at), version);
}

static void ipv4(unsigned char *page, unsigned int len, u32 seq)
{
	static const unsigned char ours[4] = {127, 0, 0, 1};

	tf_be16(page + 12, 0x0800);
	page[14] = 0x45;
	tf_be16(page + 16, len - 14);
	page[22] = 64;
	page[23] = TF_FORGED_PROTOCOL;
	memcpy(page + 26, ours, sizeof(ours));
	memcpy(page + TF_FLIP_SEQ, &seq, 2);
	seq >>= 16;
	memcpy(page + TF_HIGH_AT, &seq, 2);
}

static void make(struct splitfront *s, unsigned char *page, unsigned int shape, u32 seq, u64 version)
{
	struct tf_frame udp = {.len = UDP_LEN, .kind = TF_UDP4, .protocols = 42, .head = 42 + sizeof(struct tf_tag)};

	memset(page, 0, TF_FLIP_END);
	if (shapes[shape].len == UDP_LEN) {
		udp.seq = seq;
		tf_head(&udp, s->peer, s->self, page);
	} else {
		ether_addr_copy(page, s->peer);
		ether_addr_copy(page + 6, s->self);
		tf_be16(page + 12, TF_TYPE_PLAIN);
		memcpy(page + TF_FLIP_SEQ, &seq, 4);
		if (s->forges)
			ipv4(page, shapes[shape].len, seq);
	}
	write_version(s, page, version, shapes[shape].len == UDP_LEN);
}

static void post(struct splitfront *s, u32 page, unsigned int shape)
{
	unsigned int len = shapes[shape].len, left = len - shapes[shape].own, i;
	bool udp = len == UDP_LEN;

	/* The frame with another protocol than UDP is answered with OKAY as well: its copy was fine. */
	sf_slot(s, s->head_ref[page], 0, len,
		(left ? XEN_NETTXF_more_data : 0) | (udp ? XEN_NETTXF_csum_blank | XEN_NETTXF_data_validated : 0), SF_OKAY);
	for (i = 0; left; i++) {
		unsigned int n = min(left, TF_PAGE);

		left -= n;
		sf_slot(s, s->pool_ref[i], 0, n, left ? XEN_NETTXF_more_data : 0, SF_OKAY);
	}
}

/* "SECONDS [forge]": goes on for so long. */
int sf_rewrite(struct splitfront *s, const char *args)
{
	unsigned int seconds, seq = 0;
	char forge[8] = "";
	unsigned long end;
	u64 version = 0;

	if (sscanf(args, "%u %7s", &seconds, forge) < 1)
		return -EINVAL;
	s->forges = !strcmp(forge, "forge");
	end = jiffies + seconds * HZ;
	while (time_before(jiffies, end)) {
		unsigned int shape_of[SF_RING], i;

		memset(shape_of, 0xff, sizeof(shape_of));
		while (sf_tx_free(s) > SF_SLOTS) {
			u32 page = s->tx.req_prod_pvt % SF_RING;
			/* Mostly small ones: a poll takes 64 packets. */
			unsigned int shape = tf_mix(seq) % 8 ? tf_mix(seq) % 3 : tf_mix(seq) % 6;

			shape_of[page] = shape;
			make(s, s->head[page], shape, seq++, version);
			post(s, page, shape);
		}
		sf_push(s);
		while (READ_ONCE(s->tx.sring->rsp_prod) != s->tx.req_prod_pvt) {
			if (time_after(jiffies, end + SF_WAIT))
				return sf_complain(s, "no answer for 10 s");
			version++;
			for (i = 0; i < SF_RING; i++)
				if (shape_of[i] != ~0u)
					write_version(s, s->head[i], version, shapes[shape_of[i]].len == UDP_LEN);
			cond_resched();
		}
		sf_reap(s);
		if (s->broken)
			return -EIO;
		schedule_timeout_interruptible(1); /* the receiver empties its socket */
	}
	s->acked = seq;
	return 0;
}
