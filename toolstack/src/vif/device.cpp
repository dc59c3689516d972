// SPDX-License-Identifier: GPL-2.0-only
#include "vif/device.hpp"

#include <fmt/format.h>

namespace ringway
{

std::optional<Link> device_of(Context &context, const Record &record)
{
	const auto name =
		record.backend == 0 ? context.host.vif_device(record.domid, record.devid) : std::nullopt;
	return name ? context.links.find(*name) : std::nullopt;
}

Link must_have_device(Context &context, const Record &record, const char *elsewhere)
{
	if (record.backend != 0) {
		throw Error(Exit::usage, fmt::format("{}: its backend is domain {}: {}", record.text(),
						     record.backend, elsewhere));
	}
	const auto link = device_of(context, record);
	if (!link) {
		throw Error(Exit::absent,
			    fmt::format("{}: it has no network device here; see 'ringway vif show {} {}'",
					record.text(), record.domid, record.devid));
	}
	return *link;
}

} // namespace ringway
