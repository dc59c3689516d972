// SPDX-License-Identifier: GPL-2.0-only
// Pages of guests that stay mapped: a mapping is the guest's own page.
#include "fake.hpp"

using namespace ringway;
using namespace ringway::test;

guest_devices host_guest_devices(vif_host *dev)
{
	might_sleep("reading XenStore");
	return dev->devices;
}

int host_mapping_take(host_mapping *mapping, u32 count)
{
	might_sleep("addresses for buffers");
	EXPECT_LE(count, HOST_MAPPING_BATCH);
	if (host->mapping_pages_left < count)
		return -ENOMEM;
	host->mapping_pages_left -= count;
	host->live_addresses += count;
	static u8 nowhere[kPageSize];
	for (u32 i = 0; i < count; i++) {
		EXPECT_EQ(mapping[i].bytes, nullptr) << "an address is lost";
		mapping[i].bytes = nowhere;
	}
	return 0;
}

void host_mapping_give_back(host_mapping *mapping, u32 count)
{
	EXPECT_LE(count, HOST_MAPPING_BATCH);
	for (u32 i = 0; i < count; i++) {
		EXPECT_FALSE(mapping[i].mapped) << "an address is given away under a mapping";
		host->live_addresses -= mapping[i].bytes != nullptr;
		host->mapping_pages_left += mapping[i].bytes != nullptr;
		mapping[i].bytes = nullptr;
	}
}

namespace
{
s16 map_one(const vif_host *dev, host_mapping &mapping)
{
	EXPECT_FALSE(mapping.mapped);
	EXPECT_NE(mapping.bytes, nullptr);
	const u64 nth = host->maps++;
	if (const s16 status = host->refuse_map ? host->refuse_map(nth, mapping.ref) : s16{GNTST_okay};
	    status != GNTST_okay)
		return status;
	const u16 domain = dev->guest->domain;
	const auto at = host->grants.find({domain, mapping.ref});
	if (at == host->grants.end())
		return GNTST_bad_gntref;
	if (mapping.writable && at->second.read_only)
		return GNTST_general_error;
	at->second.mapped++;
	mapping.bytes = at->second.page;
	mapping.handle = host->next_handle++;
	host->mappings[mapping.handle] = {domain, mapping.ref, mapping.writable};
	return GNTST_okay;
}
} // namespace

void host_map(vif_host *dev, host_mapping *mapping, u32 count)
{
	might_sleep("mapping");
	EXPECT_LE(count, HOST_MAPPING_BATCH);
	const bool refused = host->refuse_map_batch && host->refuse_map_batch(host->map_batches);
	host->map_batches++;
	for (u32 i = 0; i < count; i++) {
		mapping[i].mapped = !refused && map_one(dev, mapping[i]) == GNTST_okay;
		if (!mapping[i].mapped)
			mapping[i].handle = 0xdead;
	}
}

void host_unmap(vif_host *dev, host_mapping *mapping, u32 count)
{
	might_sleep("unmapping");
	EXPECT_LE(count, HOST_MAPPING_BATCH);
	for (u32 i = 0; i < count; i++) {
		if (!mapping[i].mapped)
			continue;
		const auto at = host->mappings.find(mapping[i].handle);
		ASSERT_NE(at, host->mappings.end()) << "unmapped twice";
		EXPECT_EQ(at->second.domain, dev->guest->domain);
		EXPECT_EQ(at->second.ref, mapping[i].ref);
		EXPECT_EQ(at->second.writable, mapping[i].writable);
		host->grants.at({at->second.domain, at->second.ref}).mapped--;
		host->mappings.erase(at);
		host->unmaps++;
		mapping[i].mapped = false;
	}
}

void ringway::test::check_copy(const void *mapped, size_t bytes, bool write)
{
	if (host->before_copy)
		host->before_copy(mapped, write);
	const auto *from = static_cast<const u8 *>(mapped);
	for (const auto &[handle, mapping] : host->mappings) {
		const u8 *page = host->grants.at({mapping.domain, mapping.ref}).page;
		if (from >= page && from + bytes <= page + kPageSize && (mapping.writable || !write))
			return;
	}
	ADD_FAILURE() << bytes << " bytes that are " << (write ? "written" : "read")
		      << " are not in a page that is mapped for it";
}
