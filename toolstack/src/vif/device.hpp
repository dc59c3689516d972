// SPDX-License-Identifier: GPL-2.0-only
//
// A vif's network device on this host.
#pragma once

#include <optional>
#include "context/context.hpp"
#include "vif/record.hpp"

namespace ringway
{

// None: its backend is another domain, or it is not there (yet).
std::optional<Link> device_of(Context &context, const Record &record);

// The same where there must be one. `elsewhere`: what to do about a vif of another backend. Throws Error.
Link must_have_device(Context &context, const Record &record, const char *elsewhere);

} // namespace ringway
