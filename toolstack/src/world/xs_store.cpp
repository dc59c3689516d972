// SPDX-License-Identifier: GPL-2.0-only
#include "world/xs_store.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <poll.h>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
extern "C" {
#include <xenstore.h>
#include <xenstore_lib.h>
}

namespace ringway
{

namespace
{

constexpr unsigned answer_seconds = 10;
constexpr const char *watch_token = "ringway";
// HOSTILE: whoever may write below a watch can fire it as fast as this command reads.
constexpr std::size_t most_at_once = 4096;

// Whether this command changed something already.
volatile std::sig_atomic_t committed = 0, as_json = 0;

void write_error(std::string_view text)
{
	const auto ignored = ::write(STDERR_FILENO, text.data(), text.size());
	static_cast<void>(ignored);
}

// libxenstore waits inside a lock, so nothing can be undone from here on; all that is left is to say so.
void no_answer(int)
{
	constexpr std::string_view text = "xenstored does not answer; see 'systemctl status xenstored'";
	constexpr std::string_view half_done =
		"xenstored does not answer, and what was begun is left half done; see 'systemctl status "
		"xenstored', and run 'ringway check' when it answers";
	static_assert(static_cast<int>(Exit::host) == 3);
	write_error(as_json != 0 ? "{\"error\":{\"exit\":3,\"kind\":\"host\",\"message\":\"" : "ringway: ");
	write_error(committed != 0 ? half_done : text);
	write_error(as_json != 0 ? "\"}}\n" : "\n");
	_exit(static_cast<int>(Exit::host));
}

class Alarm
{
public:
	Alarm() { alarm(answer_seconds); }
	~Alarm() { alarm(0); }
	Alarm(const Alarm &) = delete;
	Alarm &operator=(const Alarm &) = delete;
};

struct Free {
	void operator()(void *memory) const { std::free(memory); }
};

template <typename T>
using Owned = std::unique_ptr<T, Free>;

[[noreturn]] void fail(const char *verb, const std::string &path)
{
	const int error_number = errno;
	throw StoreError(error_number, fmt::format("{} {}", verb, path));
}

// A socket that nobody listens on: libxenstore would go on to the kernel's device, which waits for xenstored
// without end.
bool refused(const char *path)
{
	sockaddr_un address{};
	const std::string_view name = path;
	if (name.size() >= sizeof(address.sun_path)) {
		return false;
	}
	address.sun_family = AF_UNIX;
	name.copy(address.sun_path, name.size());
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return false;
	}
	const bool out = connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof(address)) != 0 &&
			 (errno == ECONNREFUSED || errno == EACCES);
	close(fd);
	return out;
}

} // namespace

void XsStore::Close::operator()(xs_handle *handle) const
{
	xs_close(handle);
}

XsStore::XsStore()
{
	struct sigaction action {
	};
	action.sa_handler = no_answer;
	sigaction(SIGALRM, &action, nullptr);
	const Alarm alarm;
	if (!refused(xs_daemon_socket())) {
		handle_.reset(xs_open(0));
	}
	if (!handle_) {
		throw Error(Exit::host, fmt::format("cannot connect to xenstored at {}; start it with "
						    "'systemctl start xenstored'",
						    xs_daemon_socket()));
	}
}

void XsStore::report_as_json(bool json)
{
	as_json = json ? 1 : 0;
}

std::optional<std::string> XsStore::read(Txn txn, const std::string &path)
{
	const Alarm alarm;
	unsigned length = 0;
	const Owned<char> value(static_cast<char *>(xs_read(handle_.get(), txn, path.c_str(), &length)));
	if (!value) {
		if (errno == ENOENT) {
			return std::nullopt;
		}
		fail("read", path);
	}
	return std::string(value.get(), length);
}

std::vector<std::string> XsStore::list(Txn txn, const std::string &path)
{
	const Alarm alarm;
	unsigned count = 0;
	const Owned<char *> names(xs_directory(handle_.get(), txn, path.c_str(), &count));
	if (!names) {
		if (errno == ENOENT) {
			return {};
		}
		fail("list", path);
	}
	return {names.get(), names.get() + count};
}

void XsStore::write(Txn txn, const std::string &path, const std::string &value)
{
	const Alarm alarm;
	if (!xs_write(handle_.get(), txn, path.c_str(), value.data(), static_cast<unsigned>(value.size()))) {
		fail("write", path);
	}
}

void XsStore::make_directory(Txn txn, const std::string &path)
{
	const Alarm alarm;
	if (!xs_mkdir(handle_.get(), txn, path.c_str())) {
		fail("create", path);
	}
}

void XsStore::remove(Txn txn, const std::string &path)
{
	const Alarm alarm;
	if (!xs_rm(handle_.get(), txn, path.c_str()) && errno != ENOENT) {
		fail("remove", path);
	}
}

void XsStore::set_access(Txn txn, const std::string &path, const NodeAccess &access)
{
	const Alarm alarm;
	std::array<xs_permissions, 2> permissions{};
	permissions[0].id = access.owner;
	permissions[0].perms = XS_PERM_NONE;
	permissions[1].id = access.reader.value_or(0);
	permissions[1].perms = XS_PERM_READ;
	if (!xs_set_permissions(handle_.get(), txn, path.c_str(), permissions.data(),
				access.reader ? 2 : 1)) {
		fail("set permissions of", path);
	}
}

Store::Txn XsStore::begin()
{
	const Alarm alarm;
	const xs_transaction_t txn = xs_transaction_start(handle_.get());
	if (txn == XBT_NULL) {
		fail("start a transaction", "");
	}
	return txn;
}

bool XsStore::commit(Txn txn)
{
	const Alarm alarm;
	if (xs_transaction_end(handle_.get(), txn, false)) {
		committed = 1;
		return true;
	}
	if (errno != EAGAIN) {
		fail("commit a transaction", "");
	}
	return false;
}

void XsStore::abort(Txn txn) noexcept
{
	const Alarm alarm;
	xs_transaction_end(handle_.get(), txn, true);
}

bool XsStore::introduced(unsigned domid)
{
	const Alarm alarm;
	return xs_is_domain_introduced(handle_.get(), domid);
}

void XsStore::watch(const std::string &path)
{
	const Alarm alarm;
	if (!xs_watch(handle_.get(), path.c_str(), watch_token)) {
		fail("watch", path);
	}
}

void XsStore::unwatch(const std::string &path) noexcept
{
	const Alarm alarm;
	xs_unwatch(handle_.get(), path.c_str(), watch_token);
}

void XsStore::wait(std::chrono::milliseconds at_most)
{
	pollfd event{descriptor(), POLLIN, 0};
	poll(&event, 1, static_cast<int>(at_most.count()));
	fired();
}

std::vector<std::string> XsStore::fired()
{
	std::vector<std::string> paths;
	while (paths.size() < most_at_once) {
		const Owned<char *> fired{xs_check_watch(handle_.get())};
		if (!fired) {
			break;
		}
		paths.emplace_back(fired.get()[XS_WATCH_PATH]);
	}
	return paths;
}

int XsStore::descriptor() const
{
	return xs_fileno(handle_.get());
}

} // namespace ringway
