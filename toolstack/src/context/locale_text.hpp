// SPDX-License-Identifier: GPL-2.0-only
//
// Text for people, as the locale of this process has it. To a terminal that does not read UTF-8, some
// letters' bytes are controls.
#pragma once

#include <cstring>
#include <langinfo.h>
#include <string>
#include "words/name_text.hpp"

namespace ringway
{

inline std::string locale_text(const std::string &text)
{
	return std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? text : ascii_text(text);
}

} // namespace ringway
