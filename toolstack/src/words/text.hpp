// SPDX-License-Identifier: GPL-2.0-only
//
// Text that others wrote: splitting it, and printing it so that it cannot reach the terminal as anything but
// text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringway
{

// HOSTILE: for every string a guest, a driver domain or a user can choose. Control characters, escapes,
// quotes' backslash and everything beyond ASCII come out as \xNN; long text is cut.
std::string escape(std::string_view text, std::size_t max = 256);

// 'text' as error messages name values: quoted, in its own letters where name_text() leaves them.
std::string quote(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);

} // namespace ringway
