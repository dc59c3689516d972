// SPDX-License-Identifier: GPL-2.0-only
/* evilfront: lies on the rings. Each has the number of the case it is (docs/security.md). */
#include "evilfront.h"

struct xen_netif_tx_request *evil_post(struct evil *e, u16 offset, u16 size, u16 flags)
{
	struct xen_netif_tx_request *request = RING_GET_REQUEST(&e->tx, e->tx.req_prod_pvt);

	request->gref = e->data_ref;
	request->offset = offset;
	request->size = size;
	request->flags = flags;
	request->id = e->tx.req_prod_pvt++;
	return request;
}

static void post_extra(struct evil *e, u8 type, u8 flags, u16 gso_size, u8 gso_type)
{
	struct xen_netif_extra_info *extra = (void *)RING_GET_REQUEST(&e->tx, e->tx.req_prod_pvt++);

	memset(extra, 0, sizeof(*extra));
	extra->type = type;
	extra->flags = flags;
	extra->u.gso.size = gso_size;
	extra->u.gso.type = gso_type;
}

void evil_push(struct evil *e)
{
	RING_PUSH_REQUESTS(&e->tx);
	notify_remote_via_evtchn(e->port);
}

static void push_raw(struct evil *e, u32 req_prod)
{
	virt_wmb();
	WRITE_ONCE(e->tx.sring->req_prod, req_prod);
	notify_remote_via_evtchn(e->port);
}

static void chain(struct evil *e, unsigned int slots, u16 size)
{
	unsigned int i;

	evil_post(e, 0, slots * size, slots > 1 ? XEN_NETTXF_more_data : 0);
	for (i = 1; i < slots; i++)
		evil_post(e, 0, size, i + 1 < slots ? XEN_NETTXF_more_data : 0);
}

/* Events without work, and work without end. */
static void storm(struct evil *e, bool requests)
{
	unsigned long end = jiffies + e->seconds * HZ;

	while (evil_storming(e, end)) {
		if (requests && !RING_FULL(&e->tx))
			evil_post(e, 0, 60, 0);
		e->tx.rsp_cons = READ_ONCE(e->tx.sring->rsp_prod);
		evil_push(e);
		cond_resched();
	}
}

/* NB-31: receive buffers that are none, or that may not be written to. */
static void rx_buffers(struct evil *e, grant_ref_t ref)
{
	while (!RING_FULL(&e->rx)) {
		struct xen_netif_rx_request *request = RING_GET_REQUEST(&e->rx, e->rx.req_prod_pvt);

		request->id = e->rx.req_prod_pvt++;
		request->gref = ref;
	}
	RING_PUSH_REQUESTS(&e->rx);
	notify_remote_via_evtchn(e->port);
}

/* NB-26: what is the backend's to write is written over all the time, then one honest packet. */
static void scribble(struct evil *e)
{
	unsigned long end = jiffies + HZ / 2;
	struct xen_netif_tx_sring *ring = e->tx.sring;

	for (; evil_storming(e, end); cond_resched()) {
		WRITE_ONCE(ring->rsp_prod, get_random_u32());
		WRITE_ONCE(ring->req_event, get_random_u32());
		WRITE_ONCE(ring->rsp_event, get_random_u32());
		WRITE_ONCE(e->rx.sring->rsp_prod, get_random_u32());
		get_random_bytes(&ring->ring[e->tx.req_prod_pvt & 255], sizeof(ring->ring[0]));
		notify_remote_via_evtchn(e->port);
	}
	evil_post(e, 0, 60, 0);
	evil_push(e);
}

/* NB-20, NB-23: the backend sees the reference, but the grant is gone. */
static void revoked(struct evil *e)
{
	grant_ref_t ref = gnttab_grant_foreign_access(e->xdev->otherend_id, virt_to_gfn(e->data), 1);

	gnttab_end_foreign_access_ref(ref);
	evil_post(e, 0, 60, 0)->gref = ref;
	evil_push(e);
}

/*
 * Everything that costs a packet and not the vif, for as long as asked, with an event for each. Good frames bear
 * the vif's own address on both ends: the switch has all the work with them, and nobody gets them.
 */
static void everything(struct evil *e)
{
	unsigned long end = jiffies + e->seconds * HZ;
	unsigned int n, packets = 0, states = 0;

	memcpy(e->data, e->data + ETH_ALEN, ETH_ALEN);
	for (n = 0; evil_storming(e, end); n++) {
		e->tx.rsp_cons = READ_ONCE(e->tx.sring->rsp_prod);
		if (RING_FREE_REQUESTS(&e->tx) < 24) {
			notify_remote_via_evtchn(e->port); /* an event without work */
			cond_resched();
			continue;
		}
		packets++;
		switch (n % 8) {
		case 0: evil_post(e, 0, 60, 0)->gref = EVIL_BAD_REF; break;
		case 1: evil_post(e, 0, 13, 0); break;
		case 2: chain(e, 20, 20); break;
		case 3: evil_post(e, 0, 100, XEN_NETTXF_more_data); evil_post(e, 0, 4000, 0); break;
		case 4:
			evil_post(e, 0, 60, XEN_NETTXF_extra_info | XEN_NETTXF_csum_blank);
			post_extra(e, 1, 0, 1448, 1);
			break;
		case 5: chain(e, 18, 0); break;
		default: evil_post(e, 0, 1514, 0);
		}
		evil_push(e);
		if (n % 512 == 0) {
			states++;
			evil_state(e, "4"); /* its watch fires, and nothing changes */
		}
		cond_resched();
	}
	pr_info("evilfront: stormed: packets %u states %u\n", packets, states);
}

bool evil_ring_lie(struct evil *e)
{
	u32 prod = e->tx.req_prod_pvt;
	const char *lie = e->lie;
	unsigned int i;

	if (!strcmp(lie, "prod-ahead")) /* NB-01 */
		push_raw(e, prod + 300);
	else if (!strcmp(lie, "prod-far")) /* NB-01 */
		push_raw(e, prod + 0x80000000u);
	else if (!strcmp(lie, "prod-back")) /* NB-02 */
		push_raw(e, prod - 1);
	else if (!strcmp(lie, "cross-page")) /* NB-06 */
		evil_post(e, 4000, 200, 0), evil_push(e);
	else if (!strcmp(lie, "slot-missing")) /* NB-10 */
		evil_post(e, 0, 200, XEN_NETTXF_more_data), evil_push(e);
	else if (!strcmp(lie, "slots-22")) /* NB-11 */
		chain(e, 22, 20), evil_push(e);
	else if (!strcmp(lie, "slots-20")) /* NB-11 */
		chain(e, 20, 20), evil_push(e);
	else if (!strcmp(lie, "extra-missing")) /* NB-15 */
		evil_post(e, 0, 60, XEN_NETTXF_extra_info), evil_push(e);
	else if (!strcmp(lie, "extra-unknown")) /* NB-15 */
		evil_post(e, 0, 60, XEN_NETTXF_extra_info), post_extra(e, 77, 0, 0, 0), evil_push(e);
	else if (!strcmp(lie, "extra-endless")) /* NB-15 */
		evil_post(e, 0, 60, XEN_NETTXF_extra_info), post_extra(e, 1, 1, 1448, 1), evil_push(e);
	else if (!strcmp(lie, "gso-zero")) /* NB-16 */
		evil_post(e, 0, 60, XEN_NETTXF_extra_info), post_extra(e, 1, 0, 0, 1), evil_push(e);
	else if (!strcmp(lie, "gso-no-tcp")) /* NB-17, NB-18 */
		evil_post(e, 0, 60, XEN_NETTXF_extra_info | XEN_NETTXF_csum_blank), post_extra(e, 1, 0, 1448, 1),
			evil_push(e);
	else if (!strcmp(lie, "bad-gref")) /* NB-20 */
		evil_post(e, 0, 60, 0)->gref = EVIL_BAD_REF, evil_push(e);
	else if (!strcmp(lie, "gref-revoked"))
		revoked(e);
	else if (!strcmp(lie, "runt")) /* NB-09 */
		evil_post(e, 0, 13, 0), evil_push(e);
	else if (!strcmp(lie, "size-wrap")) /* NB-07 */
		evil_post(e, 0, 100, XEN_NETTXF_more_data), evil_post(e, 0, 4000, 0), evil_push(e);
	else if (!strcmp(lie, "zero-slots")) /* NB-13 */
		evil_post(e, 0, 60, XEN_NETTXF_more_data), evil_post(e, 0, 0, XEN_NETTXF_more_data),
			evil_post(e, 0, 0, 0), evil_push(e);
	else if (!strcmp(lie, "same-slot")) { /* NB-24 */
		for (i = 0; i < 200; i++)
			evil_post(e, 0, 60, 0)->id = 7;
		evil_push(e);
	} else if (!strcmp(lie, "scribble"))
		scribble(e);
	else if (!strcmp(lie, "rx-ahead")) /* NB-31 */
		WRITE_ONCE(e->rx.sring->req_prod, e->rx.req_prod_pvt + 1000);
	else if (!strcmp(lie, "rx-bad-gref"))
		rx_buffers(e, EVIL_BAD_REF);
	else if (!strcmp(lie, "rx-read-only"))
		rx_buffers(e, e->data_ref);
	else if (!strcmp(lie, "event-storm")) /* NB-45 */
		storm(e, false);
	else if (!strcmp(lie, "packet-storm"))
		storm(e, true);
	else if (!strcmp(lie, "everything"))
		everything(e);
	else
		return false;
	return true;
}
