// SPDX-License-Identifier: GPL-2.0-only
/* evilfront: lies on the control ring. Each has the number of the case it is (docs/security.md). */
#include "evilfront.h"

/* The ring is there for lies that need it: other frontends of the tests have none. */
int evil_ctrl_open(struct evil *e)
{
	struct xen_netif_ctrl_sring *ring;
	const char *fe = e->xdev->nodename;
	grant_ref_t ref;

	if (strncmp(e->lie, "ctrl-", 5) && strncmp(e->lie, "map-", 4))
		return 0;
	ring = (void *)get_zeroed_page(GFP_KERNEL);
	if (!ring || xenbus_alloc_evtchn(e->xdev, &e->ctrl_port))
		return -ENOMEM;
	SHARED_RING_INIT(ring);
	FRONT_RING_INIT(&e->ctrl, ring, XEN_PAGE_SIZE);
	ref = gnttab_grant_foreign_access(e->xdev->otherend_id, virt_to_gfn(ring), 0);
	return xenbus_printf(XBT_NIL, fe, "ctrl-ring-ref", "%u", ref) ?:
	       xenbus_printf(XBT_NIL, fe, "event-channel-ctrl", "%u", e->ctrl_port);
}

static void post(struct evil *e, u16 type, u32 x, u32 y, u32 z)
{
	struct xen_netif_ctrl_request *request = RING_GET_REQUEST(&e->ctrl, e->ctrl.req_prod_pvt);

	request->id = e->ctrl.req_prod_pvt++;
	request->type = type;
	request->data[0] = x;
	request->data[1] = y;
	request->data[2] = z;
}

static void push(struct evil *e)
{
	RING_PUSH_REQUESTS(&e->ctrl);
	notify_remote_via_evtchn(e->ctrl_port);
}

void evil_ask(struct evil *e, u16 type, u32 x, u32 y, u32 z)
{
	post(e, type, x, y, z);
	push(e);
}

bool evil_answered(struct evil *e, struct xen_netif_ctrl_response *answer)
{
	if (READ_ONCE(e->ctrl.sring->rsp_prod) == e->ctrl.rsp_cons)
		return false;
	virt_rmb();
	*answer = *RING_GET_RESPONSE(&e->ctrl, e->ctrl.rsp_cons++);
	return true;
}

struct xen_netif_ctrl_response evil_say(struct evil *e, u16 type, u32 x, u32 y, u32 z)
{
	struct xen_netif_ctrl_response answer = {.status = EVIL_NO_ANSWER};
	unsigned long end = jiffies + 60 * HZ;

	evil_ask(e, type, x, y, z);
	while (!evil_answered(e, &answer) && evil_storming(e, end))
		usleep_range(200, 1000);
	return answer;
}

static u32 say(struct evil *e, u16 type, u32 x, u32 y, u32 z) { return evil_say(e, type, x, y, z).status; }

/* NB-47: what must be refused, each by name. XSA-270 is a table whose place and length wrap. */
static unsigned int refused(struct evil *e)
{
	const u32 no = XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED, bad = XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER;
	const u32 page = e->data_ref; /* begins with 0xffffffff: a queue that nobody has */
	const struct {
		u16 type;
		u32 x, y, z, status;
	} messages[] = {
		{XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 1, 0, 0, 0},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 128, 0, 0, 0},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, page, 128, 0xffffff80, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, page, 0xffffff80, 128, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, page, 0x40000000, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, page, 1, 128, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, page, 129, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, page, 1, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING, 0x00fffff0, 1, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 129, 0, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_MAPPING_SIZE, 0xffffffff, 0, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, page, 41, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, page, 0xffffffff, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, 0x00fffff0, 40, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_KEY, page, 40, 0, 0},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 0x10, 0, 0, bad},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, 0xf, 0, 0, 0},
		{XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 2, 0, 0, bad},
		{0, 0, 0, 0, no},
		{255, 0xffffffff, 0xffffffff, 0xffffffff, no},
		{0xffff, 0, 0, 0, no},
	};
	unsigned int i, wrong = 0;

	for (i = 0; i < ARRAY_SIZE(messages); i++) {
		const u32 status = say(e, messages[i].type, messages[i].x, messages[i].y, messages[i].z);

		if (status == messages[i].status)
			continue;
		pr_info("evilfront: message %u is answered %u, not %u\n", i, status, messages[i].status);
		wrong++;
	}
	return wrong;
}

/*
 * NB-46, NB-48: messages as fast as they are taken, of any content or all of them good, and more events than
 * messages.
 */
static unsigned int storm(struct evil *e, bool any)
{
	unsigned long end = jiffies + e->seconds * HZ;
	unsigned int n = 0;

	for (; evil_storming(e, end); cond_resched()) {
		e->ctrl.rsp_cons = READ_ONCE(e->ctrl.sring->rsp_prod);
		while (!RING_FULL(&e->ctrl)) {
			n++;
			if (any)
				post(e, get_random_u32() % 12, n % 2 ? e->data_ref : get_random_u32(), get_random_u32() % 300,
				     get_random_u32());
			else
				post(e, XEN_NETIF_CTRL_TYPE_SET_HASH_FLAGS, n & 0xf, 0, 0);
		}
		push(e);
	}
	return n;
}

bool evil_ctrl_lie(struct evil *e)
{
	unsigned int wrong;

	if (!strcmp(e->lie, "ctrl-ahead")) { /* NB-46 */
		WRITE_ONCE(e->ctrl.sring->req_prod, e->ctrl.req_prod_pvt + 1000);
		notify_remote_via_evtchn(e->ctrl_port);
	} else if (!strcmp(e->lie, "ctrl-bogus")) {
		wrong = refused(e);
		pr_info("evilfront: stormed: messages %u wrong %u\n", storm(e, true), wrong);
	} else if (!strcmp(e->lie, "ctrl-storm")) {
		say(e, XEN_NETIF_CTRL_TYPE_SET_HASH_ALGORITHM, 1, 0, 0);
		pr_info("evilfront: stormed: messages %u\n", storm(e, false));
	} else {
		return false;
	}
	return true;
}
