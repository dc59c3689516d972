// SPDX-License-Identifier: GPL-2.0-only
//
// The XenbusState of a vif's two ends, and waiting for the backend's with a bound.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include "context/context.hpp"
#include "vif/record.hpp"

namespace ringway
{

// nullopt: no such node, or not a state. HOSTILE: the guest writes its own, a driver domain the backend's.
std::optional<unsigned> backend_state(Store &store, const Record &record);
std::optional<unsigned> frontend_state(Store &store, const Record &record);
std::string state_name(std::optional<unsigned> state);
// The driver's own words, escaped; empty when there are none.
std::string backend_error(Store &store, const Record &record);
std::string frontend_error(Store &store, const Record &record);

// Watches the backend's state, which the guest cannot write, until done(state) or the deadline; returns
// done's last answer. Throws Error when a signal asks to stop and stoppable is set.
bool wait_backend(Context &context, const Record &record, const Deadline &deadline, bool stoppable,
		  const std::function<bool(std::optional<unsigned>)> &done);

} // namespace ringway
