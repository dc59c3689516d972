// SPDX-License-Identifier: GPL-2.0-only
//
// A terminal that is filled with lines. Two implementations: ncurses (world/terminal.hpp) and one for the
// tests.
#pragma once

#include <string>
#include <vector>
#include "context/clock.hpp"

namespace ringway
{

// A character, or one of these.
enum Key : int { key_none = 0, key_escape = 27, key_up = 0x10000, key_down, key_page_up, key_page_down };
class Screen
{
public:
	virtual ~Screen() = default;
	virtual std::size_t height() = 0;
	virtual void show(const std::vector<std::string> &lines) = 0;
	// key_none when none was pressed in that time.
	virtual int key(Millis at_most) = 0;
};

} // namespace ringway
