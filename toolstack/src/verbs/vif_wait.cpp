// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/vif_wait.hpp"

#include <fmt/format.h>
#include "verbs/rows.hpp"
#include "vif/state.hpp"
#include "words/error.hpp"

namespace ringway
{

namespace
{

constexpr unsigned connected = 4, closing = 5, closed = 6; // XenbusState

std::string states(Context &context, const Record &record)
{
	std::string error = backend_error(context.store, record);
	if (error.empty()) {
		error = frontend_error(context.store, record);
	}
	return fmt::format("backend {}, guest {}{}", state_name(backend_state(context.store, record)),
			   state_name(frontend_state(context.store, record)),
			   error.empty() ? "" : ": " + error);
}

} // namespace

Answer vif_wait(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		Millis timeout)
{
	const Record record = find_vif(context.store, domain, vif);
	const Deadline deadline(context.clock, timeout);
	const bool over = wait_backend(context, record, deadline, true, [&](std::optional<unsigned> state) {
		if (!read_record(context.store, record.domid, record.devid)) {
			throw Error(Exit::absent,
				    fmt::format("{}: it was detached meanwhile", record.text()));
		}
		if (state == closing || state == closed) {
			throw Error(Exit::failed,
				    fmt::format("{}: it closed ({}); see 'dmesg' here and in the guest",
						record.text(), states(context, record)));
		}
		return state == connected;
	});
	if (!over) {
		throw Error(Exit::timeout,
			    fmt::format("{}: not connected in time ({}); is netfront loaded in the guest?",
					record.text(), states(context, record)));
	}
	const VifRow row =
		make_row(context, read_record(context.store, record.domid, record.devid).value_or(record));
	return {to_json(row, output.stats), show_text(row, output.stats)};
}

} // namespace ringway
