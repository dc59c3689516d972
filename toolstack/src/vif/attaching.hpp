// SPDX-License-Identifier: GPL-2.0-only
//
// A vif while it is being attached. A file of its own says so, in /run/ringway, which whoever attaches holds:
// one that nobody holds is that of a command that was killed, and its vif is none yet.
#pragma once

#include <optional>
#include "context/context.hpp"
#include "context/file_lock.hpp"
#include "vif/domain.hpp"
#include "vif/record.hpp"

namespace ringway
{

// Whoever gives an address a place on a bridge: one at a time.
FileLock attach_turn(Context &context);

class Attaching
{
public:
	// Before the vif is in XenStore. Again when its number is another one now.
	void begin(Context &context, unsigned domid, unsigned devid, const Mac &mac);

private:
	std::optional<FileLock> lock_;
	unsigned devid_ = 0;
};

// The vif goes, and whatever is kept of it elsewhere; a signal does not stop that. Throws Error when the vif
// cannot be removed.
void take_back(Context &context, const Record &record, const Domain &domain, Millis timeout);

// A killed command began to attach it and did not get as far as its port.
bool is_half_attached(Context &context, const Record &record);

// Another command attaches it now: returns when it is done with it. Throws Error when that takes too long.
void wait_while_attaching(Context &context, const Record &record);

// Removes all that are half attached, with a note for each. Whoever calls it has the turn.
void remove_half_attached(Context &context);

} // namespace ringway
