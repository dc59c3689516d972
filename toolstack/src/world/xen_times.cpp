// SPDX-License-Identifier: GPL-2.0-only
#include "world/xen_times.hpp"

extern "C" {
#include <xenstat.h>
}
#include "words/error.hpp"

namespace ringway
{

void LibXenTimes::Close::operator()(xenstat_handle *handle) const
{
	xenstat_uninit(handle);
}

LibXenTimes::LibXenTimes() : handle_(xenstat_init())
{
	if (!handle_) {
		throw Error(Exit::host, "Xen does not say what domains cost: is /dev/xen/privcmd there?");
	}
}

DomainTimes LibXenTimes::now()
{
	xenstat_node *node = xenstat_get_node(handle_.get(), 0);
	if (node == nullptr) {
		throw Error(Exit::failed, "Xen does not say what domains cost; see 'xl list'");
	}
	DomainTimes out;
	for (unsigned i = 0; i < xenstat_node_num_domains(node); ++i) {
		xenstat_domain *domain = xenstat_node_domain_by_index(node, i);
		out[xenstat_domain_id(domain)] = xenstat_domain_cpu_ns(domain);
	}
	xenstat_free_node(node);
	return out;
}

} // namespace ringway
