// SPDX-License-Identifier: GPL-2.0-only
//
// Everything that can be known to fail before an attach touches anything.
#pragma once

#include <string>
#include <string_view>
#include "context.hpp"
#include "domain.hpp"
#include "vifspec.hpp"

namespace ringway
{

struct AttachChecked {
	Domain domain;
	Domain backend;
	bool backend_here = true; // the backend runs where this command runs
	unsigned mtu = 0;
	std::string script;
	VifSpec spec; // mac filled in
};

// Throws Error that names the offending value and what to do.
AttachChecked check_attach(Context &context, std::string_view domain, const VifSpec &spec);

// That nobody else has the address on this bridge. Holds until the vif is entered only under the lock that
// attach() takes.
void check_mac(Context &context, const VifSpec &spec);

} // namespace ringway
