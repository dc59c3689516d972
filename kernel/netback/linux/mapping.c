// SPDX-License-Identifier: GPL-2.0-only
/*
 * mapping.c - pages of a guest that stay mapped: addresses for them, mapping, unmapping.
 *
 * The addresses have no memory behind them (CONFIG_XEN_UNPOPULATED_ALLOC; without it the kernel gives up pages of its
 * own for them). Nothing mapped here leaves netback: no skb has such a page, so nobody but us has to let go of it.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <xen/grant_table.h>
#include <xen/xenbus.h>

#include "netback/linux/state.h"

#define PCI_BACKENDS "/local/domain/0/backend/pci"

/*
 * A grant of a device's registers can be mapped; dom0 must not read them. XenStore refuses a driver domain that looks
 * where it may not read, also for what is not there: only "no such node" says that there are no devices. INVARIANT:
 * nobody else may grant such.
 */
enum guest_devices host_guest_devices(struct vif_host *host)
{
	unsigned int count;
	char guest[8], **devices;

	snprintf(guest, sizeof(guest), "%u", host->xdev->otherend_id);
	devices = xenbus_directory(XBT_NIL, PCI_BACKENDS, guest, &count);
	if (!IS_ERR(devices)) {
		kfree(devices);
		return GUEST_HAS_DEVICES;
	}
	if (PTR_ERR(devices) == -ENOENT)
		return GUEST_HAS_NO_DEVICES;
	pr_info_once(PCI_BACKENDS " cannot be read (%ld): no guest's buffers stay mapped\n", PTR_ERR(devices));
	return GUEST_DEVICES_UNKNOWN;
}

int host_mapping_take(struct host_mapping *mapping, uint32_t count)
{
	struct page *page[HOST_MAPPING_BATCH];
	uint32_t i;
	int err = gnttab_alloc_pages(count, page);

	for (i = 0; !err && i < count; i++)
		mapping[i].bytes = page_address(page[i]);
	return err;
}

void host_mapping_give_back(struct host_mapping *mapping, uint32_t count)
{
	struct page *page[HOST_MAPPING_BATCH];
	uint32_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (mapping[i].bytes)
			page[n++] = virt_to_page(mapping[i].bytes);
		mapping[i].bytes = NULL;
	}
	gnttab_free_pages(n, page);
}

static uint32_t flags_of(const struct host_mapping *mapping)
{
	return GNTMAP_host_map | (mapping->writable ? 0 : GNTMAP_readonly);
}

void host_map(struct vif_host *host, struct host_mapping *mapping, uint32_t count)
{
	struct gnttab_map_grant_ref op[HOST_MAPPING_BATCH];
	struct page *page[HOST_MAPPING_BATCH];
	uint32_t i;

	for (i = 0; i < count; i++) {
		page[i] = virt_to_page(mapping[i].bytes);
		gnttab_set_map_op(&op[i], (unsigned long)mapping[i].bytes, flags_of(&mapping[i]), mapping[i].ref,
				  host->xdev->otherend_id);
	}
	gnttab_map_refs(op, NULL, page, count); /* each operation says how it went; all were refused if the call was */
	for (i = 0; i < count; i++) {
		mapping[i].mapped = op[i].status == GNTST_okay;
		mapping[i].handle = op[i].handle;
	}
	cond_resched();
}

void host_unmap(struct vif_host *host, struct host_mapping *mapping, uint32_t count)
{
	struct gnttab_unmap_grant_ref op[HOST_MAPPING_BATCH];
	struct page *page[HOST_MAPPING_BATCH];
	uint32_t i, n = 0;
	int err;

	for (i = 0; i < count; i++) {
		if (!mapping[i].mapped)
			continue;
		page[n] = virt_to_page(mapping[i].bytes);
		gnttab_set_unmap_op(&op[n], (unsigned long)mapping[i].bytes, flags_of(&mapping[i]), mapping[i].handle);
		op[n++].status = GNTST_general_error;
	}
	if (!n)
		return;
	err = gnttab_unmap_refs(op, NULL, page, n);
	for (i = 0, n = 0; i < count; i++) {
		if (!mapping[i].mapped)
			continue;
		mapping[i].mapped = false;
		if (likely(!err && op[n++].status == GNTST_okay))
			continue;
		/* After a restore of this domain there is nothing to unmap. Nobody else may get the address. */
		mapping[i].bytes = NULL;
		netdev_err_once(host->dev, "a buffer of the guest could not be unmapped (%d): its address is lost\n", err);
	}
	cond_resched();
}
