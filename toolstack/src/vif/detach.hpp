// SPDX-License-Identifier: GPL-2.0-only
//
// Taking a vif away, whether the guest helps, lies, hangs or is dead.
//
//   1. ask      online=0, state=Closing in the backend directory; the backend closes and lets go
//   2. force    past the time-out, the guest's directory is removed: to the backend the guest is gone
//   3. remove   both ends and the record, in one transaction, with directories this leaves empty
#pragma once

#include <functional>
#include <string_view>
#include "context/context.hpp"
#include "vif/record.hpp"

namespace ringway
{

struct DetachOptions {
	Millis timeout{10000}; // libxl's LIBXL_DESTROY_TIMEOUT
};

struct DetachResult {
	Record record;
	bool forced = false;
};

DetachResult detach(Context &context, std::string_view domain, std::string_view vif,
		    const DetachOptions &options);

// The same for a vif already found; returns whether force was needed. Never stopped by a signal. last: when
// the backend has let go, while the record is still there.
bool remove_vif(Context &context, const Record &record, Millis timeout,
		const std::function<void()> &last = {});

} // namespace ringway
