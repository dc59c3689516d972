// SPDX-License-Identifier: GPL-2.0-only
/* splitfront's rings: slots out, responses and acknowledgements in, each looked at. */
#include <linux/slab.h>

#include "splitfront.h"

int sf_complain(struct splitfront *s, const char *format, ...)
{
	va_list args;

	if (s->broken)
		return -EIO;
	va_start(args, format);
	vsnprintf(s->what, sizeof(s->what), format, args);
	va_end(args);
	s->broken = true;
	return -EIO;
}

void *sf_granted_page(struct splitfront *s, grant_ref_t *ref, int readonly)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	int got;

	if (!page)
		return NULL;
	got = gnttab_grant_foreign_access(s->xdev->otherend_id, virt_to_gfn(page), readonly);
	if (got < 0)
		return NULL;
	*ref = got;
	return page;
}

/* A test guest: what is left when something fails is the guest's own loss. */
int sf_rings_make(struct splitfront *s)
{
	struct xen_netif_tx_sring *tx = sf_granted_page(s, &s->tx_ref, 0);
	struct xen_netif_rx_sring *rx = sf_granted_page(s, &s->rx_ref, 0);
	unsigned int i;

	s->pool = kmalloc(TF_POOL, GFP_KERNEL); /* page aligned: a power of two */
	if (!tx || !rx || !s->pool)
		return -ENOMEM;
	for (i = 0; i < TF_POOL; i++)
		s->pool[i] = tf_pool_byte(i);
	for (i = 0; i < TF_POOL / TF_PAGE; i++)
		s->pool_ref[i] = gnttab_grant_foreign_access(s->xdev->otherend_id, virt_to_gfn(s->pool + i * TF_PAGE), 1);
	for (i = 0; i < SF_RING; i++) {
		s->head[i] = sf_granted_page(s, &s->head_ref[i], 1);
		s->buffer[i] = sf_granted_page(s, &s->buffer_ref[i], 0);
		if (!s->head[i] || !s->buffer[i])
			return -ENOMEM;
	}
	SHARED_RING_INIT(tx);
	FRONT_RING_INIT(&s->tx, tx, XEN_PAGE_SIZE);
	SHARED_RING_INIT(rx);
	FRONT_RING_INIT(&s->rx, rx, XEN_PAGE_SIZE);
	return 0;
}

unsigned int sf_tx_free(struct splitfront *s) { return RING_FREE_REQUESTS(&s->tx); }

void sf_slot(struct splitfront *s, grant_ref_t ref, unsigned int offset, unsigned int size, u16 flags, u8 expect)
{
	struct xen_netif_tx_request *request = RING_GET_REQUEST(&s->tx, s->tx.req_prod_pvt);

	request->gref = ref;
	request->offset = offset;
	request->size = size;
	request->flags = flags;
	request->id = s->tx.req_prod_pvt;
	s->expect[s->tx.req_prod_pvt++ % SF_RING] = expect;
}

void sf_gso(struct splitfront *s, unsigned int type, unsigned int size)
{
	struct xen_netif_extra_info *extra = (void *)RING_GET_REQUEST(&s->tx, s->tx.req_prod_pvt);

	memset(extra, 0, sizeof(*extra));
	extra->type = XEN_NETIF_EXTRA_TYPE_GSO;
	extra->u.gso.size = size;
	extra->u.gso.type = type;
	s->expect[s->tx.req_prod_pvt++ % SF_RING] = SF_NULL;
}

void sf_push(struct splitfront *s)
{
	int notify;

	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&s->tx, notify);
	if (notify)
		notify_remote_via_irq(s->irq);
}

/* Buffers and requests go by the same number: the backend answers in order. */
void sf_rx_post(struct splitfront *s)
{
	int notify;

	while (s->rx.req_prod_pvt - s->rx.rsp_cons < SF_RX_BUFFERS) {
		struct xen_netif_rx_request *request = RING_GET_REQUEST(&s->rx, s->rx.req_prod_pvt);
		u32 i = s->rx.req_prod_pvt++;

		request->id = i;
		request->gref = s->bad_buffers && i % s->bad_buffers == 0 ? SF_BAD_REF : s->buffer_ref[i % SF_RING];
	}
	RING_PUSH_REQUESTS_AND_CHECK_NOTIFY(&s->rx, notify);
	if (notify)
		notify_remote_via_irq(s->irq);
}

static void tx_response(struct splitfront *s, u32 i)
{
	struct xen_netif_tx_response r = *RING_GET_RESPONSE(&s->tx, i);
	u8 expect = s->expect[i % SF_RING];

	if (expect == SF_NULL ? r.status != XEN_NETIF_RSP_NULL : r.id != (u16)i)
		sf_complain(s, "slot %u: response of id %u, status %d", i, r.id, r.status);
	else if (expect == SF_OKAY && r.status != XEN_NETIF_RSP_OKAY)
		sf_complain(s, "slot %u: status %d of a frame that was right", i, r.status);
	else if (expect == SF_ERROR && r.status != XEN_NETIF_RSP_ERROR)
		sf_complain(s, "slot %u: status %d of a frame with a bad reference", i, r.status);
	s->errors += expect == SF_ERROR;
}

static void rx_response(struct splitfront *s, u32 i)
{
	struct xen_netif_rx_response r = *RING_GET_RESPONSE(&s->rx, i);
	const unsigned char *data = s->buffer[i % SF_RING];
	u32 seen;

	if (r.id != (u16)i)
		sf_complain(s, "buffer %u: response of id %u", i, r.id);
	if (r.status < 0) {
		s->refused++;
		return;
	}
	if (r.status < 18 || data[12] != TF_TYPE_OTHER >> 8 || data[13] != (TF_TYPE_OTHER & 0xff))
		return; /* a broadcast, say */
	memcpy(&seen, data + 14, 4);
	if ((s32)(seen - s->acked) > 0)
		s->acked = seen;
}

/* One at a time: the job and the wait in it are the same thread. */
void sf_reap(struct splitfront *s)
{
	int more;

	do {
		u32 end = READ_ONCE(s->tx.sring->rsp_prod);

		virt_rmb();
		if (end - s->tx.rsp_cons > s->tx.req_prod_pvt - s->tx.rsp_cons) {
			sf_complain(s, "responses %u, requests %u", end, s->tx.req_prod_pvt);
			return;
		}
		while (s->tx.rsp_cons != end)
			tx_response(s, s->tx.rsp_cons++);
		RING_FINAL_CHECK_FOR_RESPONSES(&s->tx, more);
	} while (more);
	do {
		u32 end = READ_ONCE(s->rx.sring->rsp_prod);

		virt_rmb();
		while (s->rx.rsp_cons != end)
			rx_response(s, s->rx.rsp_cons++);
		sf_rx_post(s);
		RING_FINAL_CHECK_FOR_RESPONSES(&s->rx, more);
	} while (more);
}
