// SPDX-License-Identifier: GPL-2.0-only
/* evilback: one page of the guest's that is mapped and kept. */
#include <xen/grant_table.h>

#include "evilback.h"

/* NF-11, NF-12: a page of the guest's stays mapped after the answer to it. */
bool evil_keep(struct evil *e, grant_ref_t ref, u32 access)
{
	struct gnttab_map_grant_ref map;
	phys_addr_t where;

	if (gnttab_alloc_pages(1, &e->kept)) {
		e->kept = NULL;
		return false;
	}
	where = (phys_addr_t)pfn_to_kaddr(page_to_pfn(e->kept));
	gnttab_set_map_op(&map, where, GNTMAP_host_map | access, ref, e->xdev->otherend_id);
	if (gnttab_map_refs(&map, NULL, &e->kept, 1) || map.status) {
		pr_err("evilback: grant %u cannot be mapped: %d\n", ref, map.status);
		gnttab_free_pages(1, &e->kept);
		e->kept = NULL;
		return false;
	}
	e->kept_handle = map.handle;
	return true;
}

void evil_let_go(struct evil *e)
{
	struct gnttab_unmap_grant_ref unmap;

	if (!e->kept)
		return;
	gnttab_set_unmap_op(&unmap, (phys_addr_t)pfn_to_kaddr(page_to_pfn(e->kept)), GNTMAP_host_map, e->kept_handle);
	gnttab_unmap_refs(&unmap, NULL, &e->kept, 1);
	gnttab_free_pages(1, &e->kept);
}
