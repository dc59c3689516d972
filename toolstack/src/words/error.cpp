// SPDX-License-Identifier: GPL-2.0-only
#include "words/error.hpp"

#include <fmt/format.h>
#include "words/text.hpp"

namespace ringway
{

void reject(std::string_view key, std::string_view value, std::string_view why)
{
	throw Error(Exit::usage, fmt::format("{} {}: {}", key, quote(value), why));
}

} // namespace ringway
