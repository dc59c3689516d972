// SPDX-License-Identifier: GPL-2.0-only
//
// The terminal as a Screen, by ncurses.
#pragma once

#include "context/screen.hpp"

namespace ringway
{

class Terminal : public Screen
{
public:
	// Throws Error when standard output is no terminal, or one that ncurses does not know.
	Terminal();
	~Terminal() override;
	Terminal(const Terminal &) = delete;
	Terminal &operator=(const Terminal &) = delete;

	std::size_t height() override;
	void show(const std::vector<std::string> &lines) override;
	int key(Millis at_most) override;

private:
	struct Handle; // ncurses' header defines macros that nobody else should meet
	Handle *screen_;
};

} // namespace ringway
