/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages, each with a number, some of them mapped from other domains. */
#pragma once
#include <cstdint>
#include <map>

struct page;
struct xen_page_foreign {
	uint16_t domid;
	uint32_t gref;
};
inline std::map<const page *, xen_page_foreign> foreign_pages;

#define XEN_PAGE_SIZE 4096u
inline uint32_t xen_offset_in_page(const void *at) { return reinterpret_cast<uintptr_t>(at) % XEN_PAGE_SIZE; }
inline uint64_t virt_to_gfn(const void *at) { return reinterpret_cast<uintptr_t>(at) / XEN_PAGE_SIZE; }
inline const page *virt_to_page(const void *at)
{
	return reinterpret_cast<const page *>(reinterpret_cast<uintptr_t>(at) - xen_offset_in_page(at));
}
inline const xen_page_foreign *xen_page_foreign(const page *of)
{
	const auto at = foreign_pages.find(of);
	return at == foreign_pages.end() ? nullptr : &at->second;
}
