// SPDX-License-Identifier: GPL-2.0-only
#include "vif/state.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

// A driver domain may fire watches as fast as it can write: look at most this often.
constexpr Millis calm{5};
// Not everything that ends a wait fires a watch (xenstored gone, domain dead): look at least this often.
constexpr Millis heartbeat{500};

std::optional<unsigned> read_state(Store &store, const std::string &directory, const schema::Node &node)
{
	const auto value = store.read(Store::none, node_path(directory, node));
	if (!value || !schema::valid(node, *value)) {
		return std::nullopt;
	}
	return static_cast<unsigned>(*schema::parse_uint(*value));
}

} // namespace

std::optional<unsigned> backend_state(Store &store, const Record &record)
{
	return read_state(store, record.backend_path(), schema::backend::state);
}

std::optional<unsigned> frontend_state(Store &store, const Record &record)
{
	return read_state(store, record.frontend_path(), schema::frontend::state);
}

std::string state_name(std::optional<unsigned> state)
{
	constexpr std::array<const char *, schema::backend::state.max + 1> names = {
		"unknown", "initialising", "initwait",      "initialised",  "connected",
		"closing", "closed",       "reconfiguring", "reconfigured",
	};
	return state && *state < names.size() ? names[*state] : "absent";
}

std::string backend_error(Store &store, const Record &record)
{
	const std::string path = schema::backend_error::path(record.backend, record.domid, record.devid);
	return escape(store.read(Store::none, path + "/error").value_or(""));
}

std::string frontend_error(Store &store, const Record &record)
{
	return escape(
		store.read(Store::none, schema::frontend_error::path(record.domid, record.devid) + "/error")
			.value_or(""));
}

bool wait_backend(Context &context, const Record &record, const Deadline &deadline, bool stoppable,
		  const std::function<bool(std::optional<unsigned>)> &done)
{
	const WatchGuard watch(context.store, record.backend_path() + "/state");
	while (!done(backend_state(context.store, record))) {
		if (stoppable && context.clock.interrupted()) {
			throw Error(Exit::failed, fmt::format("{}: interrupted by a signal", record.text()));
		}
		if (deadline.over()) {
			return false;
		}
		context.clock.sleep(std::min(calm, deadline.left()));
		context.store.wait(std::min(heartbeat, deadline.left()));
	}
	return true;
}

} // namespace ringway
