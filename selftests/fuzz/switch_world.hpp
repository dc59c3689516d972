// SPDX-License-Identifier: GPL-2.0-only
//
// A real switch beside the fake kernel's idea of a port. Both call their port brlite_port, so they live in
// files of their own and meet here, by numbers.
#pragma once
#include "core/types.hpp"

namespace ringway::fuzz
{
struct Judged {
	u8 action, reason;
	u16 flags;
	u32 port; // number, where there is one
};

class SwitchWorld
{
	struct Inside;
	Inside *inside_;

public:
	static constexpr u32 kPorts = 3;
	static constexpr u32 kLimit = 8, kPortLimit = 4;

	SwitchWorld();
	~SwitchWorld();
	SwitchWorld(const SwitchWorld &) = delete;
	// Ports are 0 to kPorts - 1.
	Judged judge(u32 in, const void *data, u32 len, u16 staged, u16 flags);
	void pass(u32 seconds); // time, and what is too old by then is forgotten
	bool within_limits() const;
};
} // namespace ringway::fuzz
