// SPDX-License-Identifier: GPL-2.0-only
#include "world/sys_journal.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <systemd/sd-journal.h>
#include <unistd.h>
#include "context/file_lock.hpp"

namespace ringway
{

namespace
{

constexpr const char *journal_socket = "/run/systemd/journal/socket";
constexpr int longest_wait = 200; // ms: who reads at all empties its queue by then

} // namespace

bool is_read(const std::filesystem::path &path)
{
	sockaddr_un address{};
	const std::string name = path.string();
	if (name.size() >= sizeof(address.sun_path)) {
		return false;
	}
	address.sun_family = AF_UNIX;
	std::copy(name.begin(), name.end(), address.sun_path);
	const Descriptor out(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (out.get() < 0 ||
	    connect(out.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0) {
		return false;
	}
	pollfd room{out.get(), POLLOUT, 0};
	return poll(&room, 1, longest_wait) == 1 && (room.revents & POLLOUT) != 0;
}

void SysJournal::say(const JournalEntry &entry) noexcept
{
	try {
		if (!is_read(journal_socket)) {
			return;
		}
		const char *sudo = std::getenv("SUDO_UID");
		auto fields = journal_fields(entry, getuid(), sudo == nullptr ? "" : sudo);
		std::vector<iovec> parts;
		parts.reserve(fields.size());
		for (std::string &field : fields) {
			parts.push_back({field.data(), field.size()});
		}
		static_cast<void>(sd_journal_sendv(parts.data(), static_cast<int>(parts.size())));
	} catch (const std::exception &) { // what was to be done is done
	}
}

} // namespace ringway
