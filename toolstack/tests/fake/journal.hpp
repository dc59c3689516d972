// SPDX-License-Identifier: GPL-2.0-only
//
// What was said in the journal.
#pragma once

#include <vector>
#include "context/journal.hpp"

namespace ringway::test
{

class FakeJournal : public Journal
{
public:
	void say(const JournalEntry &entry) noexcept override { entries.push_back(entry); }

	std::vector<JournalEntry> entries;
};

} // namespace ringway::test
