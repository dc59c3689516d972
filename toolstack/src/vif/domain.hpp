// SPDX-License-Identifier: GPL-2.0-only
//
// From what the user typed to a domain, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include "context/store.hpp"

namespace ringway
{

struct Domain {
	unsigned id = 0;
	std::string name; // empty when the domain is gone and only its record is left
	std::string vm;   // path of its UUID: another value means another domain with the same number
};

std::string domain_path(unsigned id);

// By its name alone, which may be a number. Nothing: no such domain is running.
std::optional<Domain> find_domain_named(Store &store, std::string_view name);
// A number or a name. Throws Error (absent).
Domain find_domain(Store &store, std::string_view text);
// As find_domain, but a number is also good when only the toolstack's record of the domain is left.
Domain find_domain_or_record(Store &store, std::string_view text);
// Is it still the same one, alive, inside this transaction?
void expect_same_domain(Transaction &transaction, const Domain &domain);
std::string describe(const Domain &domain);

} // namespace ringway
