// SPDX-License-Identifier: GPL-2.0-only
#include "context/store.hpp"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include "context/clock.hpp"

namespace ringway
{

namespace
{

// 2 ms, 4 ms, … 256 ms, then that again: about 3 s in all. A store that loses every race for so long is under
// attack or broken.
constexpr int tries = 20;
constexpr Millis first_pause{2};
constexpr Millis longest_pause{256};

std::string explain(int error_number)
{
	switch (error_number) {
	case ENOSPC:
	case EDQUOT:
		return "a XenStore quota is exhausted; raise it with xenstore-control quota, or remove "
		       "unused "
		       "devices";
	case EACCES:
	case EPERM:
		return "permission denied; run as root in dom0";
	case E2BIG:
		return "too large for XenStore";
	case EIO:
	case EBADF:
	case EPIPE:
	case ECONNRESET:
		return "the connection to xenstored was lost; see 'systemctl status xenstored'";
	default:
		return std::strerror(error_number);
	}
}

bool means_no_store(int error_number)
{
	return error_number == EIO || error_number == EBADF || error_number == EPIPE ||
	       error_number == ECONNRESET;
}

// A transaction of xenstored is no snapshot: what it has not touched yet it sees as others leave it. So a
// node can have been made by somebody else below a directory that this transaction still remembers as absent,
// and removing it is then "invalid". The commit would have failed with EAGAIN anyway.
bool means_conflict(int error_number)
{
	return error_number == EAGAIN || error_number == EINVAL || error_number == EIO;
}

} // namespace

StoreError::StoreError(int error_number, const std::string &what)
    : Error(means_no_store(error_number) ? Exit::host : Exit::failed,
	    fmt::format("XenStore: {}: {}", what, explain(error_number))),
      error_number_(error_number)
{
}

Transaction::~Transaction()
{
	if (open_) {
		store_.abort(txn_);
	}
}

bool Transaction::commit()
{
	open_ = false;
	return store_.commit(txn_);
}

void Transaction::remove_with_empty_parents(const std::string &path, const std::string &stop)
{
	remove(path);
	for (std::string up = path.substr(0, path.rfind('/'));
	     up.size() > stop.size() && up.starts_with(stop + "/"); up = up.substr(0, up.rfind('/'))) {
		const auto value = read(up);
		if (!value) {
			continue;
		}
		if (!value->empty() || !list(up).empty()) {
			return;
		}
		remove(up);
	}
}

void transact(Store &store, Clock &clock, const std::function<void(Transaction &)> &body)
{
	Millis pause = first_pause;
	std::optional<StoreError> last;
	for (int i = 0; i < tries; ++i) {
		Transaction transaction(store); // without a connection, this is where it ends
		try {
			body(transaction);
			last.reset();
			if (transaction.commit()) {
				return;
			}
		} catch (const StoreError &error) {
			if (!means_conflict(error.error_number())) {
				throw;
			}
			last = error;
		}
		clock.sleep(pause);
		pause = std::min(pause * 2, longest_pause);
	}
	if (last && last->error_number() != EAGAIN) {
		throw *last;
	}
	throw Error(Exit::failed, fmt::format("XenStore: {} transactions in a row met a conflict, as "
					      "somebody keeps rewriting the same "
					      "nodes; find out who with xenstore-watch /",
					      tries));
}

} // namespace ringway
