// SPDX-License-Identifier: GPL-2.0-only
/*
 * evilback: the control ring, by which a guest asks to have its buffers mapped. It is there for the lies about that
 * alone, whose names begin with "map-".
 */
#include <linux/random.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/grant_table.h>

#include "evilback.h"

#define GET_MAPPING_SIZE 8
#define ADD_MAPPING 9
#define MOST 512

struct entry {
	u32 ref;
	u16 flags, status;
};

bool evil_maps(const struct evil *e) { return !strncmp(e->lie, "map-", 4); }

static bool lie_is(const struct evil *e, const char *name) { return !strcmp(e->lie, name); }

static bool maps_indeed(const struct evil *e) { return lie_is(e, "map-kept") || lie_is(e, "map-write-late"); }

/* These lies are about what the guest has listed. */
bool evil_wants_list(const struct evil *e)
{
	return maps_indeed(e) || lie_is(e, "map-says-yes") || lie_is(e, "map-size-huge");
}

static irqreturn_t event(int irq, void *dev)
{
	xen_irq_lateeoi(irq, 0);
	return IRQ_HANDLED;
}

int evil_control_connect(struct evil *e)
{
	evtchn_port_t port;
	grant_ref_t ref;
	void *page;
	int err;

	if (!evil_maps(e) || xenbus_scanf(XBT_NIL, e->xdev->otherend, "ctrl-ring-ref", "%u", &ref) != 1 ||
	    xenbus_scanf(XBT_NIL, e->xdev->otherend, "event-channel-ctrl", "%u", &port) != 1)
		return 0;
	err = xenbus_map_ring_valloc(e->xdev, &ref, 1, &page);
	if (err)
		return err;
	BACK_RING_INIT(&e->ctrl, (struct xen_netif_ctrl_sring *)page, XEN_PAGE_SIZE);
	e->ctrl_irq = bind_interdomain_evtchn_to_irqhandler_lateeoi(e->xdev, port, event, 0, "evilback-ctrl", e);
	if (e->ctrl_irq < 0) {
		xenbus_unmap_ring_vfree(e->xdev, page);
		return e->ctrl_irq;
	}
	e->control = true;
	return 0;
}

void evil_control_disconnect(struct evil *e)
{
	if (!e->control)
		return;
	e->control = false;
	unbind_from_irqhandler(e->ctrl_irq, e);
	xenbus_unmap_ring_vfree(e->xdev, e->ctrl.sring);
	if (!lie_is(e, "map-kept"))
		evil_unmap(e);
}

static void answer(struct evil *e, u16 id, u16 type, u32 status, u32 data)
{
	struct xen_netif_ctrl_response *response = RING_GET_RESPONSE(&e->ctrl, e->ctrl.rsp_prod_pvt++);

	*response = (struct xen_netif_ctrl_response){.id = id, .type = type, .status = status, .data = data};
	RING_PUSH_RESPONSES(&e->ctrl);
	notify_remote_via_irq(e->ctrl_irq);
}

/* NF-40: what an honest backend would unmap before it shows Closed. */
void evil_unmap(struct evil *e)
{
	struct gnttab_unmap_grant_ref *unmap = e->mapped ? kvcalloc(e->mapped, sizeof(*unmap), GFP_KERNEL) : NULL;
	unsigned int i;

	if (!unmap)
		return;
	for (i = 0; i < e->mapped; i++)
		gnttab_set_unmap_op(&unmap[i], (phys_addr_t)pfn_to_kaddr(page_to_pfn(e->pages[i])), e->access[i],
				    e->handles[i]);
	if (gnttab_unmap_refs(unmap, NULL, e->pages, e->mapped))
		pr_err("evilback: buffers cannot be unmapped\n");
	gnttab_free_pages(e->mapped, e->pages);
	e->mapped = 0;
	kvfree(unmap);
}

static bool map_list(struct evil *e, const struct entry *list, u32 count)
{
	struct gnttab_map_grant_ref *map = kvcalloc(count, sizeof(*map), GFP_KERNEL);
	bool all = map && !gnttab_alloc_pages(count, e->pages);
	u32 i;

	if (!all) {
		kvfree(map);
		return false;
	}
	for (i = 0; i < count; i++) {
		e->access[i] = GNTMAP_host_map | (list[i].flags & 1 ? GNTMAP_readonly : 0);
		gnttab_set_map_op(&map[i], (phys_addr_t)pfn_to_kaddr(page_to_pfn(e->pages[i])), e->access[i],
				  list[i].ref, e->xdev->otherend_id);
	}
	e->mapped = count;
	all = !gnttab_map_refs(map, NULL, e->pages, count);
	for (i = 0; i < count; i++) {
		all = all && !map[i].status;
		e->handles[i] = map[i].status ? INVALID_GRANT_HANDLE : map[i].handle;
	}
	kvfree(map);
	if (!all)
		pr_err("evilback: not all of %u buffers can be mapped\n", count);
	return all;
}

static bool add(struct evil *e, grant_ref_t ref, u32 count)
{
	void *list = (void *)get_zeroed_page(GFP_KERNEL);
	struct gnttab_copy copy = {
		.source = {.u.ref = ref, .domid = e->xdev->otherend_id},
		.dest = {.u.gmfn = virt_to_gfn(list), .domid = DOMID_SELF},
		.len = count * sizeof(struct entry),
		.flags = GNTCOPY_source_gref,
	};
	bool mapped;

	gnttab_batch_copy(&copy, 1);
	mapped = count <= MOST && copy.status == GNTST_okay && map_list(e, list, count);
	free_page((unsigned long)list);
	return mapped;
}

/* NF-39: "map-silent" takes messages and says nothing. The lies about answers leave theirs for evil_lie(). */
void evil_control(struct evil *e)
{
	struct xen_netif_ctrl_request request;
	u32 size = lie_is(e, "map-size-0") ? 0 : lie_is(e, "map-size-huge") ? U32_MAX : MOST;
	bool good = true;

	if (!e->control || lie_is(e, "map-answer-twice") || lie_is(e, "map-wrong-id"))
		return;
	while (RING_HAS_UNCONSUMED_REQUESTS(&e->ctrl)) {
		RING_COPY_REQUEST(&e->ctrl, e->ctrl.req_cons++, &request);
		if (lie_is(e, "map-silent"))
			continue;
		if (request.type == ADD_MAPPING)
			e->listed = request.data[2];
		if (request.type == ADD_MAPPING && maps_indeed(e))
			good = add(e, request.data[1], request.data[2]);
		answer(e, request.id, request.type,
		       good ? XEN_NETIF_CTRL_STATUS_SUCCESS : XEN_NETIF_CTRL_STATUS_INVALID_PARAMETER,
		       request.type == GET_MAPPING_SIZE ? size : 0);
	}
	e->ctrl.sring->req_event = e->ctrl.req_cons + 1;
}

/* NF-43 */
static void answer_wrong(struct evil *e, u16 off, bool twice)
{
	struct xen_netif_ctrl_request request;

	if (!e->control || !RING_HAS_UNCONSUMED_REQUESTS(&e->ctrl))
		return;
	RING_COPY_REQUEST(&e->ctrl, e->ctrl.req_cons++, &request);
	answer(e, request.id + off, request.type, XEN_NETIF_CTRL_STATUS_NOT_SUPPORTED, 0);
	if (!twice)
		return;
	msleep(50); /* the first one is taken */
	answer(e, request.id, request.type, XEN_NETIF_CTRL_STATUS_SUCCESS, MOST);
}

void evil_answer_twice(struct evil *e) { answer_wrong(e, 0, true); }
void evil_wrong_id(struct evil *e) { answer_wrong(e, 1, false); }

/*
 * NF-40: what stays mapped is written over for longer than the guest waits for nothing. If it has another use for one
 * of these pages by then, it will notice.
 */
void evil_write_kept(struct evil *e)
{
	unsigned long end = jiffies + 3 * HZ;
	unsigned int i;

	if (!e->mapped)
		return;
	for (; time_before(jiffies, end); msleep(50))
		for (i = 0; i < e->mapped; i++)
			if (!(e->access[i] & GNTMAP_readonly))
				memset(page_address(e->pages[i]), 0x5a, PAGE_SIZE);
	pr_info("evilback: %s: %u buffers kept\n", e->lie, e->mapped);
}

/* NF-41: the receiver's buffers are written over, for a second. */
void evil_write_late(struct evil *e)
{
	unsigned long end = jiffies + HZ;
	unsigned int i;

	for (; evil_still(e, end); cond_resched()) {
		evil_send(e);
		for (i = 0; i < e->mapped; i++)
			if (!(e->access[i] & GNTMAP_readonly))
				get_random_bytes(page_address(e->pages[i]), 256);
	}
}
