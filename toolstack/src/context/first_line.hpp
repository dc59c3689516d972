// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace ringway
{

// As the kernel's small files are read, without the line's end. Empty when the file is not there.
inline std::string first_line(const std::filesystem::path &file)
{
	std::ifstream in(file);
	std::string line;
	std::getline(in, line);
	return line;
}

} // namespace ringway
