// SPDX-License-Identifier: GPL-2.0-only
/*
 * evilfront: lies about buffers that the backend is to keep mapped. Each has the number of the case it is
 * (docs/security.md), and a line of the log of its own:
 *
 *	evilfront: mode NAME: wrong N
 *
 * What is wrong is an answer that is not netif.h's, or a buffer that stays mapped although the message was refused.
 */
#include "evilfront.h"

#define OKAY XEN_NETIF_CTRL_STATUS_SUCCESS
#define BAD XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER

static struct xen_netif_ctrl_response expect(struct evil *e, u16 type, u32 queue, u32 list, u32 count, u32 status)
{
	struct xen_netif_ctrl_response answer = evil_say(e, type, queue, list, count);

	if (answer.status != status) {
		pr_info("evilfront: message %u about %u entries is answered %u, not %u\n", type, count, answer.status,
			status);
		e->buffers->wrong++;
	}
	return answer;
}

static void add(struct evil *e, u32 count, u32 status)
{
	expect(e, EVIL_ADD_MAPPING, 0, e->buffers->list_ref, count, status);
}

/* So many of the list were mapped, and are no longer. */
static void del(struct evil *e, u32 count, u32 went)
{
	if (expect(e, EVIL_DEL_MAPPING, 0, e->buffers->list_ref, count, OKAY).data != went)
		e->buffers->wrong++;
}

/* NB-68 */
static void dup(struct evil *e)
{
	struct evil_buffers *m = e->buffers;

	evil_list(m, 0, 0, 8);
	add(e, 8, OKAY);
	add(e, 8, BAD);
	evil_list(m, 0, 20, 1);
	evil_list(m, 1, 3, 1);
	add(e, 2, BAD);
	e->buffers->wrong += evil_buffers_in_use(e, 20, 1);
	evil_list(m, 0, 0, 8);
	del(e, 8, 8);
}

/* NB-68 */
static void twice_in_list(struct evil *e)
{
	evil_list(e->buffers, 0, 0, 8);
	evil_list(e->buffers, 6, 2, 1);
	add(e, 8, BAD);
}

/* NB-68: lists that are longer than a page, or none. */
static void too_long(struct evil *e)
{
	static const u32 counts[] = {513, 0, 0x20000001, 0xffffffff};
	unsigned int i;

	evil_list(e->buffers, 0, 0, 512);
	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		expect(e, EVIL_ADD_MAPPING, 0, e->buffers->list_ref, counts[i], BAD);
		expect(e, EVIL_DEL_MAPPING, 0, e->buffers->list_ref, counts[i], BAD);
	}
}

/* NB-68: the vif has one queue. */
static void no_queue(struct evil *e)
{
	static const u32 queues[] = {1, 255, 0xffffffff};
	unsigned int i;
	u16 type;

	evil_list(e->buffers, 0, 0, 8);
	for (i = 0; i < ARRAY_SIZE(queues); i++)
		for (type = EVIL_GET_MAPPING_SIZE; type <= EVIL_DEL_MAPPING; type++)
			expect(e, type, queues[i], e->buffers->list_ref, 8, BAD);
}

/* NB-68: a reference, and a list, that nobody granted. */
static void bogus(struct evil *e)
{
	evil_list(e->buffers, 0, 0, 8);
	e->buffers->list[4].ref = EVIL_BAD_REF;
	add(e, 8, BAD);
	expect(e, EVIL_ADD_MAPPING, 0, EVIL_BAD_REF, 8, BAD);
	expect(e, EVIL_DEL_MAPPING, 0, EVIL_BAD_REF, 8, BAD);
}

/* NB-68: to be written, of what was granted to be read. */
static void rw_of_ro(struct evil *e)
{
	evil_list(e->buffers, 0, 0, 8);
	e->buffers->list[7].flags = 0;
	add(e, 8, BAD);
}

/* NB-68 */
static void unknown_flags(struct evil *e)
{
	unsigned int bit;

	for (bit = 1; bit < 16; bit++) {
		evil_list(e->buffers, 0, 0, 8);
		e->buffers->list[3].flags |= 1u << bit;
		add(e, 8, BAD);
	}
}

/* NB-68: what became of each entry cannot be written to the list. All of them go, and the message says how many. */
static void list_read_only(struct evil *e)
{
	struct evil_buffers *m = e->buffers;

	evil_list(m, 0, 0, 40);
	expect(e, EVIL_ADD_MAPPING, 0, m->list_ro_ref, 40, OKAY);
	if (expect(e, EVIL_DEL_MAPPING, 0, m->list_ro_ref, 40, BAD).data != 40)
		m->wrong++;
}

/* NB-69: longer than a batch of the hypervisor's. */
static void nth_bad(struct evil *e)
{
	unsigned int n;

	for (n = 0; n < 33; n++) {
		evil_list(e->buffers, 0, 0, 33);
		e->buffers->list[n].ref = EVIL_BAD_REF;
		add(e, 33, BAD);
	}
	evil_list(e->buffers, 0, 0, 512);
	e->buffers->list[511].ref = EVIL_BAD_REF;
	add(e, 512, BAD);
}

/*
 * NB-70: these references have one place in the backend's table by each of its multipliers, which are odd multiples of
 * this one (core/gref_map.hpp).
 */
static void collide(struct evil *e)
{
	const u32 multiplier = 0x9e3779b1u;
	u32 i, inverse = 1;

	for (i = 0; i < 5; i++)
		inverse *= 2 - multiplier * inverse;
	evil_list(e->buffers, 0, 0, 512);
	for (i = 0; i < 9; i++)
		e->buffers->list[i] = (struct evil_entry){.ref = inverse * (i + 1)};
	add(e, 9, BAD);
	add(e, 512, BAD);
	/* It harms its own list only, and only that one. */
	evil_list(e->buffers, 0, 0, 512);
	add(e, 512, OKAY);
	del(e, 512, 512);
}

/* NB-76: what was never added, what is none, and what has gone already. */
static void del_unknown(struct evil *e)
{
	static const u16 became[] = {BAD, OKAY, BAD, BAD, OKAY};
	struct evil_buffers *m = e->buffers;
	unsigned int i;

	evil_list(m, 0, 0, 4);
	add(e, 4, OKAY);
	evil_list(m, 0, 10, 1);
	evil_list(m, 1, 1, 1);
	m->list[2].ref = EVIL_BAD_REF;
	evil_list(m, 3, 1, 1);
	evil_list(m, 4, 3, 1);
	del(e, 5, 2);
	for (i = 0; i < ARRAY_SIZE(became); i++)
		m->wrong += m->list[i].status != became[i];
	del(e, 5, 0);
	evil_list(m, 0, 0, 4);
	del(e, 4, 2);
}

static const struct {
	const char *name;
	void (*tell)(struct evil *e);
} modes[] = {
	{"map-dup", dup},
	{"map-twice-in-list", twice_in_list},
	{"map-513", too_long},
	{"map-queue", no_queue},
	{"map-bogus", bogus},
	{"map-rw-of-ro", rw_of_ro},
	{"map-flags", unknown_flags},
	{"map-list-ro", list_read_only},
	{"map-nth-bad", nth_bad},
	{"map-collide", collide},
	{"del-unknown", del_unknown},
};

/* Each of them leaves nothing mapped. NB-73: in the end, all buffers stay mapped when the vif closes. */
static void lists(struct evil *e)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		modes[i].tell(e);
		e->buffers->wrong += evil_buffers_in_use(e, 0, EVIL_BUFFERS);
		evil_mode(e, modes[i].name);
	}
	if (expect(e, EVIL_GET_MAPPING_SIZE, 0, 0, 0, OKAY).data < EVIL_BUFFERS)
		e->buffers->wrong++;
	evil_list(e->buffers, 0, 0, EVIL_BUFFERS);
	add(e, EVIL_BUFFERS, OKAY);
	evil_mode(e, "all-mapped");
}

/* NB-72: all buffers come and go, as fast as that is done. */
static void storm(struct evil *e)
{
	unsigned long end = jiffies + e->seconds * HZ;
	struct xen_netif_ctrl_response answer;
	unsigned int asked = 0, answers = 0;

	evil_list(e->buffers, 0, 0, EVIL_BUFFERS);
	for (; evil_storming(e, end); usleep_range(200, 1000)) {
		while (evil_answered(e, &answer))
			answers++;
		while (!RING_FULL(&e->ctrl))
			evil_ask(e, asked++ % 2 ? EVIL_DEL_MAPPING : EVIL_ADD_MAPPING, 0, e->buffers->list_ref, EVIL_BUFFERS);
	}
	pr_info("evilfront: stormed: messages %u answers %u seconds %u\n", asked, answers, e->seconds);
}

bool evil_map_lie(struct evil *e)
{
	void (*const tell)(struct evil *e) = !strcmp(e->lie, "map-lists")     ? lists
					     : !strcmp(e->lie, "map-storm")   ? storm
					     : !strcmp(e->lie, "map-traffic") ? evil_map_traffic
									      : NULL;

	if (!tell)
		return false;
	if (evil_buffers_make(e))
		tell(e);
	else
		pr_err("evilfront: no memory for buffers\n");
	return true;
}
