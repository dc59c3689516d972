// SPDX-License-Identifier: GPL-2.0-only
//
// Everything that can be known to fail before an attach touches anything.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include "context/context.hpp"
#include "vif/domain.hpp"
#include "words/ip_lock.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

struct AttachChecked {
	Domain domain;
	Domain backend;
	bool backend_here = true; // the backend runs where this command runs
	unsigned mtu = 0;
	std::string script;
	VifSpec spec;
	std::optional<IpLock> ip_lock; // of a brlite port
};

// Throws Error that names the offending value and what to do.
AttachChecked check_attach(Context &context, std::string_view domain, const VifSpec &spec);

// The address that was asked for, or one at random: nobody else has it on this bridge. That holds until the
// vif is entered only under the lock that attach() takes. Throws Error (conflict).
void settle_mac(Context &context, AttachChecked &checked);

// Where the vifspec names no bridge, or no backend: the host's defaults.
void settle_defaults(const Host &host, VifSpec &spec);

} // namespace ringway
