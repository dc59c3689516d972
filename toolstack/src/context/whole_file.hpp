// SPDX-License-Identifier: GPL-2.0-only
//
// A file that is there as a whole or not at all, whenever somebody reads it and whenever power fails.
#pragma once

#include <filesystem>
#include <string>

namespace ringway
{

// Throws Error: `what` went wrong with the file, and why, of errno.
[[noreturn]] void fail_at(const std::string &what, const std::filesystem::path &file, int error);
// False where nobody may look, too.
bool is_there(const std::filesystem::path &file);

// On the disk when it returns, or else as before. Throws Error that names the file.
void replace_file(const std::filesystem::path &file, const std::string &text, unsigned mode);
// Not being there is fine. Throws Error.
void remove_file(const std::filesystem::path &file);
// One folder, for root alone, below one that may have to be made too. Throws Error.
void make_folder(const std::filesystem::path &folder);

} // namespace ringway
