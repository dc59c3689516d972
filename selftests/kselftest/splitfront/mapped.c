// SPDX-License-Identifier: GPL-2.0-only
/* splitfront: has its buffers mapped by the backend, which need not copy by grants then. */
#include <linux/delay.h>

#include "splitfront.h"

/* netif.h of Linux lacks these. */
#define ADD_MAPPING 9
#define READ_ONLY 1

struct entry {
	u32 ref;
	u16 flags, status;
};

/* Before connecting; a backend without a control ring gets none. */
int sf_control_open(struct splitfront *s)
{
	const char *fe = s->xdev->nodename;
	struct xen_netif_ctrl_sring *ring;
	grant_ref_t ref;

	if (!xenbus_read_unsigned(s->xdev->otherend, "feature-ctrl-ring", 0))
		return 0;
	ring = sf_granted_page(s, &ref, 0);
	if (!ring || xenbus_alloc_evtchn(s->xdev, &s->ctrl_port))
		return -ENOMEM;
	SHARED_RING_INIT(ring);
	FRONT_RING_INIT(&s->ctrl, ring, XEN_PAGE_SIZE);
	return xenbus_printf(XBT_NIL, fe, "ctrl-ring-ref", "%u", ref) ?:
	       xenbus_printf(XBT_NIL, fe, "event-channel-ctrl", "%u", s->ctrl_port);
}

/* "": all pages that frames are sent from, and as many receive buffers as the list has room for. */
int sf_map(struct splitfront *s)
{
	const unsigned int most = TF_PAGE / sizeof(struct entry);
	struct xen_netif_ctrl_request *request;
	unsigned int i, n = 0;
	struct entry *list;
	grant_ref_t ref;

	list = s->ctrl_port ? sf_granted_page(s, &ref, 0) : NULL;
	if (!list)
		return sf_complain(s, "no control ring, or no memory");
	for (i = 0; i < SF_RING; i++)
		list[n++] = (struct entry){.ref = s->head_ref[i], .flags = READ_ONLY};
	for (i = 0; i < TF_POOL / TF_PAGE; i++)
		list[n++] = (struct entry){.ref = s->pool_ref[i], .flags = READ_ONLY};
	for (i = 0; i < SF_RING && n < most; i++)
		list[n++] = (struct entry){.ref = s->buffer_ref[i]};
	request = RING_GET_REQUEST(&s->ctrl, s->ctrl.req_prod_pvt++);
	request->id = 0;
	request->type = ADD_MAPPING;
	request->data[0] = 0;
	request->data[1] = ref;
	request->data[2] = n;
	RING_PUSH_REQUESTS(&s->ctrl);
	notify_remote_via_evtchn(s->ctrl_port);
	for (i = 0; i < 1000 && s->ctrl.sring->rsp_prod == s->ctrl.rsp_cons; i++)
		msleep(10);
	if (s->ctrl.sring->rsp_prod == s->ctrl.rsp_cons)
		return sf_complain(s, "no answer for 10 s");
	virt_rmb();
	i = RING_GET_RESPONSE(&s->ctrl, s->ctrl.rsp_cons++)->status;
	return i ? sf_complain(s, "%u buffers are not mapped: status %u", n, i) : 0;
}
