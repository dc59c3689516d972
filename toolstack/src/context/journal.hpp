// SPDX-License-Identifier: GPL-2.0-only
//
// The system's journal, where an administrator finds who changed what. Two implementations: journald's
// (world/sys_journal.hpp) and a list for the tests.
#pragma once

#include <string>
#include <vector>

namespace ringway
{

// One command's change, said when it is done.
struct JournalEntry {
	std::string message; // one line, in the words of a command line: "vif set web 0 isolated=on"
	std::string verb;    // "vif set"
	std::string domain = {}, vif = {}, bridge = {}; // "web", "3.0", "xenbr0"; empty: it is about none
	std::vector<std::string> changes = {};          // each as the message has it, but in full
	bool warning = false;                           // a part of it could not be done
};

class Journal
{
public:
	virtual ~Journal() = default;
	// A journal that is not there, is full or hangs is no reason to fail, or to wait for.
	virtual void say(const JournalEntry &entry) noexcept = 0;
};

// NAME=VALUE, as journald takes them. sudo_uid: who typed 'sudo', or empty.
std::vector<std::string> journal_fields(const JournalEntry &entry, unsigned uid, const std::string &sudo_uid);

} // namespace ringway
