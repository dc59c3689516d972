// SPDX-License-Identifier: GPL-2.0-only
#include "vif/carrier.hpp"

#include <fmt/format.h>
#include "xenstore_schema.hpp"

namespace ringway
{

namespace be = schema::backend;

std::optional<bool> take_carrier(std::vector<std::string> &words)
{
	constexpr std::string_view key = "carrier=";
	std::optional<bool> found;
	for (auto word = words.begin(); word != words.end();) {
		if (!word->starts_with(key)) {
			++word;
			continue;
		}
		const std::string value = word->substr(key.size());
		if (found) {
			throw Error(Exit::usage, "carrier: given twice; keep one");
		}
		if (value != "on" && value != "off") {
			reject("carrier", value, "write on or off");
		}
		found = value == "on";
		word = words.erase(word);
	}
	return found;
}

void set_carrier(Context &context, const Record &record, bool on)
{
	const std::string state = node_path(record.backend_path(), be::state);
	const std::string path = node_path(record.backend_path(), be::carrier);
	transact(context.store, context.clock, [&](Transaction &transaction) {
		// INVARIANT: nothing is written where a vif was: a node there would outlive it.
		if (!transaction.read(state)) {
			throw Error(Exit::absent,
				    fmt::format("{}: it was detached in the meantime", record.text()));
		}
		transaction.write(path, on ? "1" : "0");
		transaction.set_access(path, {record.backend, record.domid});
	});
}

} // namespace ringway
