// SPDX-License-Identifier: GPL-2.0-only
#include "vif/attach_wait.hpp"

#include <fmt/format.h>
extern "C" {
#include <xen/io/xenbus.h>
}
#include "vif/state.hpp"

namespace ringway
{

namespace
{

constexpr const char *guest_hint = "is netfront loaded in the guest? Use --timeout to wait longer, or "
				   "--no-wait not to wait for the guest";

std::string why(Context &context, const Record &record)
{
	const std::string backend = backend_error(context.store, record);
	const std::string frontend = frontend_error(context.store, record);
	std::string out =
		fmt::format("backend {}, guest {}", state_name(backend_state(context.store, record)),
			    state_name(frontend_state(context.store, record)));
	out += backend.empty() ? "" : fmt::format("; backend says '{}'", backend);
	return out + (frontend.empty() ? "" : fmt::format("; guest says '{}'", frontend));
}

std::string timed_out(Context &context, const Record &record, std::string_view hint)
{
	return fmt::format("{}: timed out ({}); {}", record.text(), why(context, record), hint);
}

[[noreturn]] void refuse_closed(Context &context, const Record &record)
{
	const auto guest = frontend_state(context.store, record);
	if ((guest == XenbusStateClosing || guest == XenbusStateClosed) &&
	    backend_error(context.store, record).empty() && frontend_error(context.store, record).empty()) {
		throw AtEarlierVif(
			Exit::failed,
			fmt::format(
				"{}: the guest closed the vif ({}); see its kernel's messages, and try again",
				record.text(), why(context, record)));
	}
	throw Error(Exit::failed, fmt::format("{}: the backend driver closed the vif ({}); see 'dmesg'",
					      record.text(), why(context, record)));
}

// A backend that closes, or a domain that goes, ends the wait at once.
bool reaches(Context &context, const Domain &domain, const Record &record, const Deadline &deadline,
	     XenbusState wanted)
{
	return wait_backend(context, record, deadline, true, [&](std::optional<unsigned> state) {
		if (!context.store.introduced(domain.id)) {
			throw Error(Exit::absent,
				    fmt::format("domain {}: it went away while the vif was being attached",
						describe(domain)));
		}
		if (!state || *state == XenbusStateClosing || *state == XenbusStateClosed) {
			refuse_closed(context, record);
		}
		return *state == wanted || *state == XenbusStateConnected;
	});
}

} // namespace

void wait_for_backend(Context &context, const Domain &domain, const Record &record, const Deadline &deadline)
{
	if (!reaches(context, domain, record, deadline, XenbusStateInitWait)) {
		throw Error(Exit::timeout,
			    timed_out(context, record, "check the backend driver with 'ringway check'"));
	}
}

void wait_for_move(Context &context, const Domain &domain, const Record &record, const Deadline &deadline)
{
	if (!reaches(context, domain, record, deadline, XenbusStateConnected) &&
	    backend_state(context.store, record) == XenbusStateInitWait &&
	    frontend_state(context.store, record) == XenbusStateInitialising) {
		throw AtEarlierVif(Exit::timeout, timed_out(context, record, guest_hint));
	}
}

void wait_connected(Context &context, const Domain &domain, const Record &record, const Deadline &deadline)
{
	if (!reaches(context, domain, record, deadline, XenbusStateConnected)) {
		throw Error(Exit::timeout, timed_out(context, record, guest_hint));
	}
}

} // namespace ringway
