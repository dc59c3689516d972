// SPDX-License-Identifier: GPL-2.0-only
//
// A change of the network that one may lose one's own connection by. It is made by a process that does not
// belong to the terminal, and undone unless somebody confirms it. A second process watches the first: when
// either is killed, the other one undoes.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include "context/file_lock.hpp"
#include "words/error.hpp"

namespace ringway
{

using Say = std::function<void(const std::string &)>; // a line for the user, and for the log

struct GuardedChange {
	std::function<void(const Say &)> change; // throws where it fails
	std::function<void(const Say &)> undo;   // throws where it fails
	std::function<void()> keep;              // confirmed: so it is after a reboot, too; throws as well
	std::function<void()> finish;            // confirmed, or undone
	std::filesystem::path asks;              // a file that is there while it waits to be confirmed,
	std::filesystem::path confirmed;         // the one by which somebody does so,
	std::filesystem::path refused;           // and the one by which somebody has it undone at once
	std::filesystem::path outcome;           // has the exit code in the end
	std::filesystem::path log;
	unsigned seconds = 60; // to confirm it; 0: it need not be
};

// Held from the plan until the change is confirmed or undone, by every process that works on it.
class ChangeLock
{
public:
	// Throws Error (conflict) when somebody else still holds it after that time.
	explicit ChangeLock(const std::filesystem::path &file, Millis timeout = Millis(0));
	ChangeLock(ChangeLock &&) = default;

private:
	std::unique_ptr<Descriptor> descriptor_;
};

// The exit code for the user: ok, failed (it was undone) or half_done. Returns in the user's process only.
int run_guarded(const GuardedChange &change);

// What the outcome says, as soon as it does; half_done if it does not within that time.
Exit wait_for_outcome(const std::filesystem::path &outcome, Millis timeout);

} // namespace ringway
