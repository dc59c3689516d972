/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frames that splitfront sends and framecheck expects. Both ends derive every byte of frame `seq` from the
 * job and the two addresses, so the receiver knows what is right without asking the sender:
 *
 *	protocol headers of its kind | tag | a window of the pool
 *
 * The pool is random bytes that repeat after TF_POOL; each frame's window begins elsewhere, so a frame that
 * is shifted, cut short or mixed up with another one cannot look right. A frame too short for its tag bears
 * the tag's first bytes.
 */
#ifndef TESTFRAME_H
#define TESTFRAME_H

#define TF_PAGE 4096u
#define TF_POOL (64 * TF_PAGE)
#define TF_MIN 14u	/* an Ethernet header */
#define TF_MAX 65535u	/* the ring's size field has 16 bits */
#define TF_MSS 1448u

/* Both types are for local experiments (IEEE 802). The second is what must not arrive, and the receiver's word back. */
#define TF_TYPE_PLAIN 0x88b5u
#define TF_TYPE_OTHER 0x88b6u

/* PLAIN has no flags. The others have a blank checksum, TCP is GSO too if it is longer than a segment. */
enum tf_kind { TF_PLAIN, TF_UDP4, TF_TCP4, TF_UDP6, TF_TCP6, TF_KINDS };

/*
 * Sizes are first..last, or with first = 0 those around the ends of pages. They come in steps of a prime, so
 * that large and small ones are neighbours.
 */
#define TF_EDGE 8u /* bytes on either side of a page's end */
struct tf_job {
	unsigned int count, first, last;
	unsigned int kinds; /* 0: plain frames only */
	unsigned int seed;  /* 0: every size in turn; otherwise drawn */
};

struct tf_frame {
	unsigned int seq, len, start; /* start: of the window */
	unsigned int kind, gso;
	unsigned int protocols, head; /* bytes of protocol headers; and of the tag as well */
	unsigned long long random;    /* what is left to the sender: slots */
};

struct tf_tag {
	unsigned int seq, start, len, sum;
};

static inline unsigned long long tf_mix(unsigned long long x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

static inline unsigned char tf_pool_byte(unsigned int at)
{
	return (unsigned char)(tf_mix(at / 8) >> (8 * (at % 8)));
}

static inline unsigned int tf_sizes(const struct tf_job *job)
{
	return job->first ? job->last - job->first + 1 : 16 * 2 * TF_EDGE;
}

static inline unsigned int tf_size(const struct tf_job *job, unsigned int i)
{
	unsigned int len = job->first + i;

	if (!job->first)
		len = (1 + i / (2 * TF_EDGE)) * TF_PAGE - TF_EDGE + i % (2 * TF_EDGE);
	return len < TF_MAX ? len : TF_MAX;
}

static inline struct tf_frame tf_frame_of(const struct tf_job *job, unsigned int seq)
{
	static const unsigned int protocols[TF_KINDS] = {14, 42, 54, 62, 74};
	const unsigned int sizes = tf_sizes(job);
	struct tf_frame f;

	f.random = tf_mix(((unsigned long long)job->seed << 32) | seq);
	f.seq = seq;
	f.len = tf_size(job, (unsigned int)(job->seed ? (f.random >> 8) % sizes : seq * 7919ull % sizes));
	f.kind = job->kinds ? (unsigned int)(f.random >> 40) % TF_KINDS : (unsigned int)TF_PLAIN;
	if (f.len < protocols[f.kind] + sizeof(struct tf_tag))
		f.kind = TF_PLAIN;
	f.protocols = protocols[f.kind];
	f.gso = (f.kind == TF_TCP4 || f.kind == TF_TCP6) && f.len > f.protocols + TF_MSS;
	f.head = f.protocols + (unsigned int)sizeof(struct tf_tag);
	/* Half of the windows begin with a page. */
	f.start = (unsigned int)(f.random >> 16) & (f.random >> 63 ? TF_POOL - 1 : TF_POOL - TF_PAGE);
	return f;
}

static inline void tf_be16(unsigned char *at, unsigned int value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

/* Protocol headers and tag, f->head bytes, whatever the frame's length. */
static inline void tf_head(const struct tf_frame *f, const unsigned char *to, const unsigned char *from,
			   unsigned char *out)
{
	const unsigned int ip = f->kind == TF_UDP4 || f->kind == TF_TCP4 ? 20 : 40;
	const int udp = f->kind == TF_UDP4 || f->kind == TF_UDP6;
	struct tf_tag tag = {f->seq, f->start, f->len, 0};
	unsigned char *l4 = out + 14 + ip;
	unsigned int i;

	for (i = 0; i < f->head; i++)
		out[i] = 0;
	for (i = 0; i < 6; i++) {
		out[i] = to[i];
		out[6 + i] = from[i];
	}
	tf_be16(out + 12, f->kind == TF_PLAIN ? TF_TYPE_PLAIN : ip == 20 ? 0x0800 : 0x86dd);
	if (f->kind != TF_PLAIN && ip == 20) {
		out[14] = 0x45;
		tf_be16(out + 16, f->len - 14);
		out[22] = 64;
		out[23] = udp ? 17 : 6;
		out[26] = out[30] = 127;
		out[29] = 1;
		out[33] = 2;
	} else if (f->kind != TF_PLAIN) {
		out[14] = 0x60;
		tf_be16(out + 18, f->len - 54);
		out[20] = udp ? 17 : 6;
		out[21] = 64;
		out[22] = out[38] = 0xfd;
		out[37] = 1;
		out[53] = 2;
	}
	if (f->kind != TF_PLAIN) {
		tf_be16(l4, 9);
		tf_be16(l4 + 2, 9);
		if (udp)
			tf_be16(l4 + 4, f->len - 14 - ip);
		else
			l4[12] = 0x50, l4[13] = 0x10;
	}
	tag.sum = (unsigned int)tf_mix(((unsigned long long)tag.seq << 32) ^ tag.start ^ tag.len);
	__builtin_memcpy(out + f->protocols, &tag, sizeof(tag));
}

/*
 * Frames that change under way: from offset 32 to 256 lie 28 words of 8 bytes, and all hold the same version;
 * the last byte of the destination is 1 + version % 2. The sender writes a new version over them from
 * the first byte to the last, so whoever copies them in one go sees at most one step, by one, downwards.
 */
#define TF_FLIP_AT 32u
#define TF_FLIP_END 256u
#define TF_FLIP_SEQ 24u /* offset of the sequence number */

/*
 * Forged ones are IPv4 of a protocol for experiments, with halves of the sequence number in the identification and
 * in the checksum. With some versions the last byte of their source is not the sender's, of the MAC or the IP address.
 */
#define TF_FORGED_PROTOCOL 253u
#define TF_FORGED_MAC 0x77u
#define TF_FORGED_IP 77u
#define TF_MAC_AT 11u
#define TF_IP_AT 29u
#define TF_HIGH_AT 18u

#endif
