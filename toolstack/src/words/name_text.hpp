// SPDX-License-Identifier: GPL-2.0-only
//
// Names that people chose, such as domains', in the letters of any language.
#pragma once

#include <string>
#include <string_view>

namespace ringway
{

bool is_utf8(std::string_view text);

// HOSTILE: who rents a guest may have chosen its name. As escape(), but letters stay that are no ASCII. What
// is no UTF-8, and what is no letter to a terminal (controls, what turns the direction of writing round,
// blanks that nobody sees), comes out as \xNN. Takes at most so many columns.
std::string name_text(std::string_view text, std::size_t max = 256);

// A whole message, of any length, parts of which are escaped already: the same, but a backslash stays one.
std::string message_text(std::string_view text);

// Columns of a terminal that it takes.
std::size_t columns(std::string_view utf8);

// A column of a table: the name cut, or filled up with blanks.
std::string name_cell(std::string_view text, std::size_t width);

// For who does not read UTF-8: all that is no ASCII as \xNN.
std::string ascii_text(std::string_view text);

} // namespace ringway
