// SPDX-License-Identifier: GPL-2.0-only
/* evilfront: buffers that the backend keeps mapped, and packets out of and into them. */
#include <linux/slab.h>
#include <xen/mem-reservation.h>

#include "evilfront.h"

/* Of the two directions each: these are not deleted under traffic. */
#define STAY 64u
#define CHANGE 64u
#define MESSAGES 8u /* at least */

static bool to_be_read(unsigned int buffer) { return buffer < EVIL_TX_BUFFERS; }

static grant_ref_t granted(struct evil *e, void *page, bool read_only)
{
	return gnttab_grant_foreign_access(e->xdev->otherend_id, virt_to_gfn(page), read_only);
}

/* To the honest guest of the tests, and to everybody, of a type nobody listens to. */
static void frame(unsigned char *page, unsigned int buffer)
{
	eth_broadcast_addr(page);
	if (buffer % 8)
		memcpy(page, "\x00\x16\x3e\x09\x00\x01", ETH_ALEN);
	memcpy(page + ETH_ALEN, "\x02\x66\x66\x66\x66\x66\x88\xb5", ETH_ALEN + 2);
}

bool evil_buffers_make(struct evil *e)
{
	struct evil_buffers *m = kzalloc(sizeof(*m), GFP_KERNEL);
	unsigned int i;

	if (!m)
		return false;
	m->list = (void *)get_zeroed_page(GFP_KERNEL);
	for (i = 0; i < EVIL_BUFFERS; i++)
		m->page[i] = (void *)get_zeroed_page(GFP_KERNEL);
	if (!m->list || !m->page[EVIL_BUFFERS - 1])
		return false; /* a test guest: what is left is the guest's own loss */
	for (i = 0; i < EVIL_BUFFERS; i++) {
		m->ref[i] = granted(e, m->page[i], to_be_read(i));
		frame(m->page[i], i);
	}
	m->list_ref = granted(e, m->list, false);
	m->list_ro_ref = granted(e, m->list, true);
	e->buffers = m;
	return true;
}

/* NB-73: when the backend has gone, none of them may be mapped. */
void evil_buffers_end(struct evil *e)
{
	struct evil_buffers *m = e->buffers;
	unsigned int i, kept = 0;

	if (!m)
		return;
	for (i = 0; i < EVIL_BUFFERS; i++) {
		if (!gnttab_try_end_foreign_access(m->ref[i]))
			kept++;
		else if (!m->given_away[i])
			free_page((unsigned long)m->page[i]);
	}
	if (gnttab_try_end_foreign_access(m->list_ro_ref) && gnttab_try_end_foreign_access(m->list_ref))
		free_page((unsigned long)m->list);
	else
		kept++;
	pr_info("evilfront: buffers kept %u of %u\n", kept, EVIL_BUFFERS);
	kfree(m);
	e->buffers = NULL;
}

unsigned int evil_buffers_in_use(struct evil *e, unsigned int from, unsigned int count)
{
	struct evil_buffers *m = e->buffers;
	unsigned int i, n = 0;

	for (i = from; i < from + count; i++) {
		if (gnttab_end_foreign_access_ref(m->ref[i]))
			gnttab_grant_foreign_access_ref(m->ref[i], e->xdev->otherend_id, virt_to_gfn(m->page[i]),
							to_be_read(i));
		else
			n++;
	}
	return n;
}

void evil_list(struct evil_buffers *m, unsigned int at, unsigned int buffer, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		m->list[at + i] = (struct evil_entry){.ref = m->ref[buffer + i],
						      .flags = to_be_read(buffer + i) ? EVIL_READ_ONLY : 0,
						      .status = 0xffff};
}

void evil_mode(struct evil *e, const char *name)
{
	pr_info("evilfront: mode %s: wrong %u\n", name, e->buffers->wrong);
	e->buffers->wrong = 0;
}

/* NB-75: gone from the guest's memory while the backend has it mapped. */
static bool give_away(struct evil *e, unsigned int buffer)
{
	struct page *page = virt_to_page(e->buffers->page[buffer]);
	xen_pfn_t frame = xen_page_to_gfn(page);

	e->buffers->given_away[buffer] = true;
	xenmem_reservation_va_mapping_reset(1, &page);
	return xenmem_reservation_decrease(1, &frame) == 1;
}

struct tally {
	unsigned int sent, failed, received, refused, messages, wrong;
};

static void post_rx(struct evil *e, u16 id)
{
	struct xen_netif_rx_request *request = RING_GET_REQUEST(&e->rx, e->rx.req_prod_pvt++);

	request->id = id;
	request->gref = e->buffers->ref[EVIL_TX_BUFFERS + id % EVIL_TX_BUFFERS];
}

static void push_rx(struct evil *e)
{
	RING_PUSH_REQUESTS(&e->rx);
	notify_remote_via_evtchn(e->port);
}

/* What has been answered and what has come; each buffer is posted again. */
static void reap(struct evil *e, struct tally *t)
{
	const RING_IDX tx = READ_ONCE(e->tx.sring->rsp_prod), rx = READ_ONCE(e->rx.sring->rsp_prod);

	virt_rmb();
	for (; e->tx.rsp_cons != tx; e->tx.rsp_cons++)
		t->failed += RING_GET_RESPONSE(&e->tx, e->tx.rsp_cons)->status != XEN_NETIF_RSP_OKAY;
	if (e->rx.rsp_cons == rx)
		return;
	for (; e->rx.rsp_cons != rx; e->rx.rsp_cons++) {
		const struct xen_netif_rx_response answer = *RING_GET_RESPONSE(&e->rx, e->rx.rsp_cons);

		t->received++;
		t->refused += answer.status < 0;
		post_rx(e, answer.id);
	}
	push_rx(e);
}

static void send(struct evil *e, unsigned int buffer, struct tally *t)
{
	static const u16 lengths[] = {60, 255, 256, 257, 1400, 1514};
	const u16 len = lengths[buffer % ARRAY_SIZE(lengths)];

	evil_post(e, 0, len, 0)->gref = e->buffers->ref[buffer];
	t->sent++;
}

/* One packet, and its answer is waited for. */
static void send_one(struct evil *e, unsigned int buffer, struct tally *t)
{
	unsigned long end = jiffies + 10 * HZ;

	send(e, buffer, t);
	evil_push(e);
	while (e->tx.rsp_cons != e->tx.req_prod_pvt && evil_storming(e, end)) {
		usleep_range(200, 1000);
		reap(e, t);
	}
	t->failed += e->tx.rsp_cons != e->tx.req_prod_pvt;
}

/* NB-76: some of the buffers that are in use are deleted, and added again, in turn of both directions. */
static void change_list(struct evil *e, struct tally *t)
{
	const u16 type = t->messages % 2 ? EVIL_ADD_MAPPING : EVIL_DEL_MAPPING;

	evil_list(e->buffers, 0, STAY + (t->messages / 2 % 2 ? EVIL_TX_BUFFERS : 0), CHANGE);
	evil_ask(e, type, 0, e->buffers->list_ref, CHANGE);
	t->messages++;
}

static void under_traffic(struct evil *e, struct tally *t)
{
	unsigned long end = jiffies + e->seconds * HZ, last = end + 20 * HZ;
	struct xen_netif_ctrl_response answer;
	bool asked = false;

	/* On a busy host it takes longer. The last message is waited for. */
	for (; evil_storming(e, end) || ((asked || t->messages < MESSAGES) && evil_storming(e, last));
	     usleep_range(300, 600)) {
		unsigned int n;

		if (asked && evil_answered(e, &answer)) {
			asked = false;
			t->wrong += answer.status != XEN_NETIF_CTRL_STATUS_SUCCESS;
		}
		for (n = 0; n < 32 && !RING_FULL(&e->tx); n++)
			send(e, t->sent % EVIL_TX_BUFFERS, t);
		evil_push(e);
		if (!asked && (evil_storming(e, end) || t->messages < MESSAGES)) {
			change_list(e, t);
			asked = true;
		}
		reap(e, t);
	}
	t->wrong += asked;
}

void evil_map_traffic(struct evil *e)
{
	struct evil_buffers *m = e->buffers;
	struct tally t = {};
	unsigned int i;

	reap(e, &t); /* the honest packet */
	evil_list(m, 0, 0, EVIL_BUFFERS);
	m->wrong += evil_say(e, EVIL_ADD_MAPPING, 0, m->list_ref, EVIL_BUFFERS).status != XEN_NETIF_CTRL_STATUS_SUCCESS;
	for (i = 0; !RING_FULL(&e->rx); i++)
		post_rx(e, i);
	push_rx(e);
	evil_mode(e, "all-mapped");

	/* NB-75 */
	m->wrong += gnttab_end_foreign_access_ref(m->ref[0]) != 0;
	send_one(e, 0, &t);
	m->wrong += t.failed;
	evil_mode(e, "map-then-revoke");

	t.failed = 0;
	m->wrong += !give_away(e, 1);
	send_one(e, 1, &t);
	m->wrong += t.failed;
	evil_mode(e, "map-then-balloon");

	t = (struct tally){};
	under_traffic(e, &t);
	pr_info("evilfront: stormed: sent %u failed %u received %u refused %u messages %u wrong %u\n", t.sent, t.failed,
		t.received, t.refused, t.messages, t.wrong);
	m->wrong += t.failed + t.refused + t.wrong + (t.messages < MESSAGES) + (t.sent < 100);
	evil_mode(e, "del-under-traffic");
}
