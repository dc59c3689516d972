// SPDX-License-Identifier: GPL-2.0-only
/* Set-up and tear-down in Linux's terms: memory, grants, rings, event channels. Nothing hot. */
#include <linux/interrupt.h>
#include <linux/slab.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/event_channel.h>
#include <xen/page.h>
#include <asm/xen/hypercall.h>

#include "netfront/linux/state.h"
#include "linux/compat.h"

void *host_alloc(u32 bytes)
{
	return kvzalloc(bytes, GFP_KERNEL);
}

void host_free(void *memory)
{
	kvfree(memory);
}

/* --- grants and pages --------------------------------------------------------------------------- */

bool host_refs_alloc(u32 count, u32 *list)
{
	return gnttab_alloc_grant_references(count, list) == 0;
}

u32 host_refs_take(u32 *list)
{
	return gnttab_claim_grant_reference(list);
}

void host_refs_free(u32 list)
{
	gnttab_free_grant_references(list);
}

void host_ref_free(u32 ref)
{
	gnttab_free_grant_reference(ref);
}

void host_grant_end(u32 ref)
{
	gnttab_end_foreign_access(ref, NULL);
}

struct page *host_page_alloc(bool may_sleep)
{
	return alloc_page((may_sleep ? GFP_KERNEL : GFP_ATOMIC) | __GFP_NOWARN | __GFP_ZERO);
}

void host_page_free(struct page *page)
{
	put_page(page);
}

bool host_pool_create(struct queue_host *host)
{
	struct page_pool_params params = {
		.pool_size = 256,
		.nid = NUMA_NO_NODE,
		.dev = &host->vif->dev->dev,
	};

	compat_pool_set_napi(&params, &host->napi);
	host->pool = page_pool_create(&params);
	if (IS_ERR(host->pool))
		goto no_pool;
	if (xdp_rxq_info_reg(&host->xdp_rxq, host->vif->dev, host->number, host->napi.napi_id))
		goto no_rxq;
	if (!xdp_rxq_info_reg_mem_model(&host->xdp_rxq, MEM_TYPE_PAGE_POOL, host->pool))
		return true;
	xdp_rxq_info_unreg(&host->xdp_rxq);
no_rxq:
	page_pool_destroy(host->pool);
no_pool:
	host->pool = NULL;
	return false;
}

/* A page whose grant had to be left to the kernel's custody carries its reference: the pool lets go of it. */
void host_pool_give(struct queue_host *host, struct page *page)
{
	page_pool_put_full_page(host->pool, page, false);
}

void host_pool_destroy(struct queue_host *host)
{
	xdp_rxq_info_unreg(&host->xdp_rxq);
	page_pool_destroy(host->pool);
	host->pool = NULL;
}

/*
 * Not xenbus_setup_ring(), and below not xenbus_alloc_evtchn(): where they fail they tell the backend Closing,
 * and the logic may still do with fewer queues.
 */
void *host_ring_create(struct vif_host *host, u32 *ref)
{
	void *page = (void *)get_zeroed_page(GFP_KERNEL);
	int granted;

	if (!page)
		return NULL;
	granted = gnttab_grant_foreign_access(host->bus->otherend_id, virt_to_gfn(page), 0);
	if (granted < 0) {
		free_page((unsigned long)page);
		return NULL;
	}
	*ref = granted;
	return page;
}

/* Where the backend still has the page mapped, the kernel frees it once it is not. */
void host_ring_destroy(void *page, u32 ref)
{
	gnttab_end_foreign_access(ref, virt_to_page(page));
}

/* --- event channels ----------------------------------------------------------------------------- */

static int bind_one(struct vif_host *vif, irq_handler_t handler, const char *name, void *data,
		    evtchn_port_t *port, unsigned int *irq)
{
	struct evtchn_alloc_unbound alloc = {
		.dom = DOMID_SELF,
		.remote_dom = vif->bus->otherend_id,
	};
	int err = HYPERVISOR_event_channel_op(EVTCHNOP_alloc_unbound, &alloc);

	if (err)
		return err;
	*port = alloc.port;
	err = bind_evtchn_to_irqhandler_lateeoi(*port, handler, 0, name, data);
	if (err < 0) {
		xenbus_free_evtchn(vif->bus, *port);
		*port = 0;
		return err;
	}
	*irq = err;
	return 0;
}

static const char *handle_of(const struct vif_host *vif)
{
	const char *slash = strrchr(vif->bus->nodename, '/');

	return slash ? slash + 1 : "?";
}

int host_events_bind(struct queue_host *host, bool split)
{
	struct vif_host *vif = host->vif;
	const struct interrupt_handlers *handlers = vif->interrupts;
	const char *handle = handle_of(vif);

	snprintf(host->tx_name, sizeof(host->tx_name), "vif%.8s-q%u-tx", handle, host->number);
	snprintf(host->rx_name, sizeof(host->rx_name), "vif%.8s-q%u-rx", handle, host->number);
	if (split && bind_one(vif, handlers->tx, host->tx_name, host, &host->tx_port, &host->tx_irq) == 0) {
		if (bind_one(vif, handlers->rx, host->rx_name, host, &host->rx_port, &host->rx_irq) == 0)
			return 0;
		host_events_unbind(host);
	}
	snprintf(host->tx_name, sizeof(host->tx_name), "vif%.8s-q%u", handle, host->number);
	if (bind_one(vif, handlers->both, host->tx_name, host, &host->tx_port, &host->tx_irq))
		return -ENOSPC;
	host->rx_port = host->tx_port;
	host->rx_irq = host->tx_irq;
	return 0;
}

void host_events_unbind(struct queue_host *host)
{
	if (host->rx_irq && host->rx_irq != host->tx_irq)
		unbind_from_irqhandler(host->rx_irq, host);
	if (host->tx_irq)
		unbind_from_irqhandler(host->tx_irq, host);
	host->tx_irq = host->rx_irq = 0;
	host->tx_port = host->rx_port = 0;
	timer_delete_sync(&host->refill);
}

int host_control_bind(struct vif_host *host)
{
	snprintf(host->control_name, sizeof(host->control_name), "vif%.8s-control", handle_of(host));
	return bind_one(host, host->interrupts->control, host->control_name, host, &host->control_port,
			&host->control_irq);
}

void host_control_unbind(struct vif_host *host)
{
	if (host->control_irq)
		unbind_from_irqhandler(host->control_irq, host);
	host->control_irq = 0;
	host->control_port = 0;
}

void host_control_notify(struct vif_host *host)
{
	notify_remote_via_irq(host->control_irq);
}

void host_control_eoi(struct vif_host *host, bool spurious)
{
	xen_irq_lateeoi(host->control_irq, spurious ? XEN_EOI_FLAG_SPURIOUS : 0);
}

void host_control_later(struct vif_host *host, u32 milliseconds)
{
	mod_delayed_work(system_freezable_wq, &host->control, msecs_to_jiffies(milliseconds));
}

bool host_have_buffers_mapped = true;

bool host_map_buffers(void)
{
	return READ_ONCE(host_have_buffers_mapped);
}
