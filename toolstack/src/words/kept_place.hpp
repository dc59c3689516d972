// SPDX-License-Identifier: GPL-2.0-only
//
// The file of what was placed: which CPU serves a queue, and which did before.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringway
{

struct KeptPlace {
	std::string uuid, mac; // of the guest and its vif, which a reboot leaves as they are
	unsigned queue = 0;
	unsigned cpu = 0;
	std::string before; // CPUs, as the kernel writes them; empty: not known
	// Its polls have threads of their own, on the same CPU.
	bool threads = false;
	std::string threads_before = {}; // their CPUs before; empty: there were none

	bool same_queue(const KeptPlace &other) const
	{
		return uuid == other.uuid && mac == other.mac && queue == other.queue;
	}
	bool operator==(const KeptPlace &) const = default;
};

std::string kept_places_text(const std::vector<KeptPlace> &places);
// Throws Error that names the file and says what to do.
std::vector<KeptPlace> parse_kept_places(std::string_view text, const std::string &file);

} // namespace ringway
