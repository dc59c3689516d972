// SPDX-License-Identifier: GPL-2.0-only
//
// One failure type for the whole command: the exit code, and one line that names the offending value and what
// to do.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace ringway
{

// Documented in ringway(8); scripts depend on them.
enum class Exit : int {
	ok = 0,
	failed = 1,    // the kernel, the guest or XenStore refused
	usage = 2,     // the command line or the vifspec is wrong
	host = 3,      // not root, no Xen, no backend driver, no xenstored
	absent = 4,    // domain, vif or bridge does not exist
	conflict = 5,  // name, address or number already in use
	timeout = 6,   // somebody did not answer in time
	half_done = 7, // a change of the host could not be undone: 'ringway use --undo'
};

class Error : public std::runtime_error
{
public:
	Error(Exit code, const std::string &message) : std::runtime_error(message), code_(code) {}
	Exit code() const { return code_; }

private:
	Exit code_;
};

// Throws Error (usage): "KEY 'VALUE': WHY", the value escaped.
[[noreturn]] void reject(std::string_view key, std::string_view value, std::string_view why);

} // namespace ringway
