// SPDX-License-Identifier: GPL-2.0-only
#include "world/terminal.hpp"

#include <cstdio>
#include <curses.h>
#include <unistd.h>
#include "context/locale_text.hpp"
#include "words/error.hpp"

namespace ringway
{

Terminal::Terminal()
{
	// Without a terminal to read keys from there would be no end of keys.
	const bool both = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
	SCREEN *made = both ? newterm(nullptr, stdout, stdin) : nullptr;
	if (made == nullptr) {
		throw Error(Exit::usage,
			    "top: standard input or output is no terminal, or TERM does not name it; use -b");
	}
	screen_ = reinterpret_cast<Handle *>(made);
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
}

Terminal::~Terminal()
{
	endwin();
	delscreen(reinterpret_cast<SCREEN *>(screen_));
}

std::size_t Terminal::height()
{
	return static_cast<std::size_t>(LINES > 0 ? LINES : 1);
}

void Terminal::show(const std::vector<std::string> &lines)
{
	erase();
	for (std::size_t i = 0; i < lines.size(); ++i) {
		const bool names = i == 1;
		if (names) {
			attron(A_REVERSE);
		}
		mvaddnstr(static_cast<int>(i), 0, locale_text(lines[i]).c_str(), COLS);
		if (names) {
			attroff(A_REVERSE);
		}
	}
	refresh();
}

int Terminal::key(Millis at_most)
{
	timeout(static_cast<int>(at_most.count()));
	switch (const int got = getch()) {
	case ERR:
	case KEY_RESIZE:
		return key_none;
	case KEY_UP:
		return key_up;
	case KEY_DOWN:
		return key_down;
	case KEY_PPAGE:
		return key_page_up;
	case KEY_NPAGE:
		return key_page_down;
	case KEY_BACKSPACE:
		return '\b';
	default:
		return got;
	}
}

} // namespace ringway
