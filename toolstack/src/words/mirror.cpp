// SPDX-License-Identifier: GPL-2.0-only
#include "words/mirror.hpp"

#include <fmt/format.h>
#include "words/error.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

std::optional<Mirror> parse_mirror(std::string_view value)
{
	if (value == "none") {
		return std::nullopt;
	}
	const auto slash = value.find('/');
	Mirror mirror{std::string(value.substr(0, slash))};
	if (!schema::is_ifname(mirror.device)) {
		reject("mirror", value,
		       "write the device of another port, such as vif3.0, vif3.0/from-guest or "
		       "vif3.0/to-guest, or none");
	}
	if (slash != value.npos) {
		const auto way = value.substr(slash + 1);
		if (way != "from-guest" && way != "to-guest") {
			reject("mirror", value, "after the / write from-guest or to-guest");
		}
		mirror.from_guest = way == "from-guest";
		mirror.to_guest = !mirror.from_guest;
	}
	return mirror;
}

std::string mirror_text(const Mirror &mirror)
{
	const char *way = mirror.from_guest && mirror.to_guest ? ""
			  : mirror.from_guest                  ? "/from-guest"
							       : "/to-guest";
	return mirror.device + way;
}

} // namespace ringway
