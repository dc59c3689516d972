// SPDX-License-Identifier: GPL-2.0-only
/* evilback: honest answers, and the lies. Each of these has the number of the case it is (docs/security.md). */
#include <linux/random.h>
#include <xen/events.h>
#include <xen/grant_table.h>

#include "evilback.h"

/* The next request of the guest's, which sends all the time. */
static bool next_tx(struct evil *e, struct xen_netif_tx_request *request)
{
	unsigned long end = jiffies + 10 * HZ;

	while (!RING_HAS_UNCONSUMED_REQUESTS(&e->tx)) {
		if (!evil_still(e, end))
			return false;
		msleep(1);
	}
	RING_COPY_REQUEST(&e->tx, e->tx.req_cons++, request);
	return true;
}

static void answer_tx(struct evil *e, u16 id, s16 status)
{
	struct xen_netif_tx_response *response = RING_GET_RESPONSE(&e->tx, e->tx.rsp_prod_pvt++);

	response->id = id;
	response->status = status;
}

static void push_tx(struct evil *e)
{
	RING_PUSH_RESPONSES(&e->tx);
	notify_remote_via_irq(e->irq);
}

void evil_serve(struct evil *e)
{
	struct xen_netif_tx_request request;

	evil_control(e);
	while (RING_HAS_UNCONSUMED_REQUESTS(&e->tx)) {
		RING_COPY_REQUEST(&e->tx, e->tx.req_cons++, &request);
		answer_tx(e, request.id, XEN_NETIF_RSP_OKAY);
	}
	e->tx.sring->req_event = e->tx.req_cons + 1;
	if (e->tx.rsp_prod_pvt != e->tx.sring->rsp_prod)
		push_tx(e);
	msleep(2);
}

/* NF-01: an id that is none, or the same one twice. */
static void tx_id(struct evil *e, bool twice)
{
	struct xen_netif_tx_request a, b;

	if (!next_tx(e, &a) || !next_tx(e, &b))
		return;
	answer_tx(e, twice ? a.id : 60000, XEN_NETIF_RSP_OKAY);
	answer_tx(e, a.id, XEN_NETIF_RSP_OKAY);
	push_tx(e);
}

static void tx_no_id(struct evil *e) { tx_id(e, false); }
static void tx_twice(struct evil *e) { tx_id(e, true); }

/* Each packet of a second failed. */
static void tx_errors(struct evil *e)
{
	unsigned long end = jiffies + HZ;
	struct xen_netif_tx_request request;

	while (evil_still(e, end) && next_tx(e, &request)) {
		answer_tx(e, request.id, XEN_NETIF_RSP_ERROR);
		push_tx(e);
	}
}

/* NF-02: the answers' index is beyond what was asked for, or goes back. */
static void set_index(struct evil *e, RING_IDX *rsp_prod, RING_IDX value)
{
	virt_wmb();
	WRITE_ONCE(*rsp_prod, value);
	notify_remote_via_irq(e->irq);
}

static void tx_ahead(struct evil *e) { set_index(e, &e->tx.sring->rsp_prod, READ_ONCE(e->tx.sring->req_prod) + 2); }
static void tx_far(struct evil *e) { set_index(e, &e->tx.sring->rsp_prod, e->tx.rsp_prod_pvt + 0x80000000u); }
static void tx_back(struct evil *e) { set_index(e, &e->tx.sring->rsp_prod, e->tx.rsp_prod_pvt - 1); }
static void rx_ahead(struct evil *e) { set_index(e, &e->rx.sring->rsp_prod, READ_ONCE(e->rx.sring->req_prod) + 2); }
static void rx_back(struct evil *e) { set_index(e, &e->rx.sring->rsp_prod, e->rx.rsp_prod_pvt - 1); }

static bool answer_rx(struct evil *e, u16 offset, s16 status, u16 flags)
{
	struct xen_netif_rx_request request;
	struct xen_netif_rx_response *response;

	if (!RING_HAS_UNCONSUMED_REQUESTS(&e->rx))
		return false;
	RING_COPY_REQUEST(&e->rx, e->rx.req_cons++, &request);
	response = RING_GET_RESPONSE(&e->rx, e->rx.rsp_prod_pvt++);
	response->id = request.id;
	response->offset = offset;
	response->flags = flags;
	response->status = status;
	return true;
}

static void push_rx(struct evil *e)
{
	RING_PUSH_RESPONSES(&e->rx);
	notify_remote_via_irq(e->irq);
	msleep(20); /* for new buffers */
}

/* NF-05, NF-06, NF-29: lengths and offsets that are none, twice each buffer that there is. */
static void rx_lengths(struct evil *e)
{
	static const s16 statuses[] = {-1, 0, 1, 13, 14, 4095, 32767, -32768};
	static const u16 offsets[] = {0, 1, 4000, 4095, 4096, 65535};
	unsigned int n;

	for (n = 0; n < 512 && !READ_ONCE(e->over); n++) {
		answer_rx(e, offsets[n % ARRAY_SIZE(offsets)], statuses[n % ARRAY_SIZE(statuses)], 0);
		if (n % 16 == 15)
			push_rx(e);
	}
}

/* NF-07: chains of any length, the last one cut off by the end of what there is. */
static void rx_chains(struct evil *e)
{
	unsigned int slots, i;

	for (slots = 2; slots < 64 && !READ_ONCE(e->over); slots++) {
		for (i = 0; i < slots; i++)
			answer_rx(e, 0, 1000, i + 1 < slots || slots % 8 == 0 ? XEN_NETRXF_more_data : 0);
		push_rx(e);
	}
	while (answer_rx(e, 0, 4000, XEN_NETRXF_more_data))
		;
	push_rx(e);
}

/* NF-08: extra infos nobody asked for, without end, and missing ones. */
static void rx_extras(struct evil *e)
{
	unsigned int n;

	for (n = 0; n < 200 && !READ_ONCE(e->over); n++) {
		answer_rx(e, 0, 100, XEN_NETRXF_extra_info);
		if (n % 4 && RING_HAS_UNCONSUMED_REQUESTS(&e->rx)) {
			get_random_bytes(RING_GET_RESPONSE(&e->rx, e->rx.rsp_prod_pvt++), sizeof(struct xen_netif_extra_info));
			e->rx.req_cons++;
		}
		push_rx(e);
	}
}

/* NF-11, NF-12 */
static void tx_mapped(struct evil *e)
{
	struct xen_netif_tx_request request;

	if (!next_tx(e, &request) || !evil_keep(e, request.gref, GNTMAP_readonly))
		return;
	answer_tx(e, request.id, XEN_NETIF_RSP_OKAY);
	push_tx(e);
}

static void rx_mapped(struct evil *e)
{
	struct xen_netif_rx_request request;

	if (!RING_HAS_UNCONSUMED_REQUESTS(&e->rx))
		return;
	RING_COPY_REQUEST(&e->rx, e->rx.req_cons, &request);
	if (!evil_keep(e, request.gref, 0))
		return;
	answer_rx(e, 0, 1500, 0);
	push_rx(e);
}

void evil_send(struct evil *e)
{
	if (!answer_rx(e, 0, 200, 0))
		return;
	e->sent++;
	push_rx(e);
}

/* NF-03: what the guest reads is written over while it does. */
static void scribble(struct evil *e)
{
	unsigned long end = jiffies + HZ;

	for (; evil_still(e, end); cond_resched()) {
		get_random_bytes(&e->tx.sring->ring[get_random_u32() % 256], sizeof(e->tx.sring->ring[0]));
		get_random_bytes(&e->rx.sring->ring[get_random_u32() % 256], sizeof(e->rx.sring->ring[0]));
		WRITE_ONCE(e->tx.sring->rsp_prod, e->tx.rsp_prod_pvt + get_random_u32() % 4);
		WRITE_ONCE(e->rx.sring->rsp_prod, e->rx.rsp_prod_pvt + get_random_u32() % 4);
		WRITE_ONCE(e->tx.sring->req_event, get_random_u32());
		notify_remote_via_irq(e->irq);
	}
}

/* NF-16: events without answers. */
static void event_storm(struct evil *e)
{
	unsigned long end = jiffies + 2 * HZ;

	for (; evil_still(e, end); cond_resched())
		notify_remote_via_irq(e->irq);
}

/* NF-18: states in any order, and words that are none. */
static void states(struct evil *e)
{
	unsigned int n;

	for (n = 0; n < 200 && !READ_ONCE(e->over); n++) {
		if (n % 10)
			xenbus_printf(XBT_NIL, e->xdev->nodename, "state", "%u", get_random_u32() % 10);
		else
			xenbus_printf(XBT_NIL, e->xdev->nodename, "state", "%s", n % 20 ? "-1" : "nonsense");
		msleep(5);
	}
}

/* NF-28: back.c answers "tx-silent" no more. */
static void nothing(struct evil *e) {}

static const struct {
	const char *name;
	void (*tell)(struct evil *e);
} lies[] = {
	{"none", nothing},
	{"tx-silent", nothing},
	{"tx-ahead", tx_ahead},
	{"tx-far", tx_far},
	{"tx-back", tx_back},
	{"tx-no-id", tx_no_id},
	{"tx-twice", tx_twice},
	{"tx-errors", tx_errors},
	{"tx-mapped", tx_mapped},
	{"rx-ahead", rx_ahead},
	{"rx-back", rx_back},
	{"rx-lengths", rx_lengths},
	{"rx-chains", rx_chains},
	{"rx-extras", rx_extras},
	{"rx-mapped", rx_mapped},
	{"map-says-yes", nothing},
	{"map-silent", nothing},
	{"map-size-0", nothing},
	{"map-size-huge", nothing},
	{"map-answer-twice", evil_answer_twice},
	{"map-wrong-id", evil_wrong_id},
	{"map-kept", nothing},
	{"map-write-late", evil_write_late},
	{"scribble", scribble},
	{"event-storm", event_storm},
	{"states", states},
};

bool evil_lie(struct evil *e)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(lies); i++)
		if (!strcmp(e->lie, lies[i].name)) {
			lies[i].tell(e);
			return true;
		}
	return false;
}
