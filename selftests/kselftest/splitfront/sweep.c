// SPDX-License-Identifier: GPL-2.0-only
/*
 * splitfront, sweep: frames first..last in slots as frontends make them, and as they might.
 *
 * The first bytes of a frame (`own` of them, the headers at least) lie in a page of the frame's own, the rest
 * in the pool's pages: no slot crosses a page. Within that the arrangement says how long slots are.
 */
#include "splitfront.h"

enum arrangement {
	ONE,	/* as few slots as it goes; one, if the frame fits a page */
	HEADERS, /* headers, then page by page */
	PAGE_END, /* the first slot ends where its page does */
	MANY,	/* all 18 slots, of about the same length */
	CRUMBS, /* an Ethernet header, single bytes, an empty slot, the rest */
	RANDOM,
	ARRANGEMENTS
};

struct shape {
	enum arrangement how;
	unsigned int own, offset; /* in the frame's own page */
	u64 random;
};

/* With how == ARRANGEMENTS each pass over the sizes gives a frame of the same size the next arrangement. */
static struct shape shape_of(const struct tf_job *job, const struct tf_frame *f, unsigned int how)
{
	const unsigned int sizes = tf_sizes(job);
	struct shape shape = {.random = tf_mix(f->random)};
	unsigned int least = min(f->head, f->len);

	shape.how = how < ARRANGEMENTS ? how : (f->seq / sizes + f->seq % sizes) % ARRANGEMENTS;
	shape.own = least;
	switch (shape.how) {
	case ONE:
		shape.own = min(f->len, TF_PAGE);
		break;
	case PAGE_END:
		shape.own = min(f->len, least + (unsigned int)(shape.random >> 8) % (TF_PAGE - least));
		shape.offset = TF_PAGE - shape.own;
		break;
	case RANDOM:
		shape.own = min(f->len, least + (unsigned int)(shape.random >> 8) % 200);
		shape.offset = (shape.random >> 32) % (TF_PAGE - shape.own);
		break;
	default:
		break;
	}
	return shape;
}

/* Slots that the bytes from `at` on need at least. */
static unsigned int least_slots(const struct tf_frame *f, const struct shape *shape, unsigned int at)
{
	unsigned int n = at < shape->own, from = max(at, shape->own);

	if (f->len > from)
		n += ((f->start + from - f->head) % TF_PAGE + f->len - from + TF_PAGE - 1) / TF_PAGE;
	return n;
}

/* How long the arrangement would like slot i to be; 0 is an answer. */
static unsigned int wish(const struct tf_frame *f, struct shape *shape, unsigned int i, unsigned int at)
{
	switch (shape->how) {
	case MANY:
		return i ? max(1u, (f->len - at) / (SF_SLOTS - i)) : ETH_HLEN;
	case CRUMBS:
		return i == 0 ? ETH_HLEN : i < 4 ? 1 : i == 4 ? 0 : TF_PAGE;
	case RANDOM:
		shape->random = tf_mix(shape->random);
		return max(i ? 1u : ETH_HLEN, (unsigned int)(shape->random >> 20) % (1u << (shape->random % 13)));
	default:
		return TF_PAGE;
	}
}

struct slot {
	grant_ref_t ref;
	unsigned int offset, size;
};

static unsigned int cut(struct splitfront *s, const struct tf_frame *f, struct shape *shape, u32 page, struct slot *out)
{
	unsigned int at = 0, n = 0;

	while (at < f->len) {
		unsigned int want = wish(f, shape, n, at), room, where;

		if (at < shape->own) {
			room = shape->own - at;
			out[n].ref = s->head_ref[page];
			out[n].offset = shape->offset + at;
		} else {
			where = (f->start + at - f->head) % TF_POOL;
			room = min(f->len - at, TF_PAGE - where % TF_PAGE);
			out[n].ref = s->pool_ref[where / TF_PAGE];
			out[n].offset = where % TF_PAGE;
		}
		want = min(want, room);
		/* The slots behind this one must do for the rest. */
		if (n + 1 + least_slots(f, shape, at + want) > SF_SLOTS)
			want = room;
		out[n++].size = want;
		at += want;
	}
	return n;
}

static void send(struct splitfront *s, const struct tf_job *job, const struct tf_frame *f, unsigned int how, bool bad)
{
	struct shape shape = shape_of(job, f, how);
	u32 page = s->tx.req_prod_pvt % SF_RING; /* free, as the slot of that number is */
	unsigned char *own = s->head[page] + shape.offset, head[sizeof(struct tf_tag) + 74];
	struct slot slot[SF_SLOTS];
	unsigned int i, n;
	u16 flags = f->kind == TF_PLAIN ? 0 : XEN_NETTXF_csum_blank | XEN_NETTXF_data_validated;

	tf_head(f, s->peer, s->self, head);
	if (bad)
		tf_be16(head + 12, TF_TYPE_OTHER), flags = 0;
	memcpy(own, head, min(f->head, f->len));
	for (i = f->head; i < shape.own; i++)
		own[i] = s->pool[(f->start + i - f->head) % TF_POOL];
	n = cut(s, f, &shape, page, slot);
	if (bad) {
		i = (shape.random >> 5) % n;
		slot[slot[i].size ? i : 0].ref = SF_BAD_REF; /* nobody looks at an empty slot's */
	}
	for (i = 0; i < n; i++) {
		u16 more = i + 1 < n ? XEN_NETTXF_more_data : 0;

		if (i == 0 && f->gso && !bad)
			more |= XEN_NETTXF_extra_info;
		sf_slot(s, slot[i].ref, slot[i].offset, i ? slot[i].size : f->len, (i ? 0 : flags) | more,
			bad ? SF_ERROR : SF_OKAY);
		if (more & XEN_NETTXF_extra_info)
			sf_gso(s, f->kind == TF_TCP4 ? XEN_NETIF_GSO_TYPE_TCPV4 : XEN_NETIF_GSO_TYPE_TCPV6, TF_MSS);
	}
}

/* "COUNT FIRST LAST KINDS SEED HOW WINDOW BAD": HOW is an arrangement, or more for all of them in turn; WINDOW
 * is how many frames the receiver may not have seen yet; with BAD, every so many frames a bad one goes ahead. */
int sf_sweep(struct splitfront *s, const char *args)
{
	struct tf_job job;
	unsigned int how, window, bad, seq, burst = 0;

	if (sscanf(args, "%u %u %u %u %u %u %u %u", &job.count, &job.first, &job.last, &job.kinds, &job.seed, &how,
		   &window, &bad) != 8 ||
	    (job.first && job.first < TF_MIN) || job.last > TF_MAX || job.first > job.last || !window)
		return -EINVAL;
	s->acked = 0;
	s->bad_buffers = bad;
	for (seq = 0; seq < job.count; seq++) {
		struct tf_frame f = tf_frame_of(&job, seq);

		if (sf_wait(s, sf_tx_free(s) >= 2 * SF_SLOTS + 2 && seq - s->acked < window))
			return -EIO;
		if (bad && f.random % bad == 0)
			send(s, &job, &f, how, true);
		send(s, &job, &f, how, false);
		if (!burst--) {
			sf_push(s);
			burst = (f.random >> 50) % 64;
		}
	}
	return sf_wait(s, s->acked == job.count && sf_tx_free(s) == SF_RING);
}
