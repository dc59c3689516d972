// SPDX-License-Identifier: GPL-2.0-only
//
// The journal of this system, by libsystemd.
#pragma once

#include <filesystem>
#include "context/journal.hpp"

namespace ringway
{

class SysJournal : public Journal
{
public:
	void say(const JournalEntry &entry) noexcept override;
};

// Whether somebody reads at this socket, or will within a moment: libsystemd waits for a journal that hangs,
// and Xen's scripts, who run this command, would wait with it.
bool is_read(const std::filesystem::path &socket);

} // namespace ringway
