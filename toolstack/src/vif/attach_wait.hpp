// SPDX-License-Identifier: GPL-2.0-only
//
// Waiting for the two ends of a vif that was just made. All of it throws Error: when the time is over, when
// an end closes, when the domain goes, and when a signal asks to stop.
#pragma once

#include "context/context.hpp"
#include "vif/domain.hpp"
#include "vif/record.hpp"

namespace ringway
{

// The guest may still be at an earlier vif of this number. The nodes of that one are the nodes of this one.
// So a guest that looks late never learns that the earlier one is gone, and lets this one stand; or it learns
// that just before this one is made, and closes this one in its place. All it needs is to find no nodes for a
// moment.
class AtEarlierVif : public Error
{
public:
	using Error::Error;
};

// Until the backend has its device and waits for the guest.
void wait_for_backend(Context &context, const Domain &domain, const Record &record, const Deadline &deadline);

// Until the guest does something. A guest without a driver looks as one does that looks late: AtEarlierVif.
void wait_for_move(Context &context, const Domain &domain, const Record &record, const Deadline &deadline);

// Until both ends are connected.
void wait_connected(Context &context, const Domain &domain, const Record &record, const Deadline &deadline);

} // namespace ringway
