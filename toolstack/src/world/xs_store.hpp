// SPDX-License-Identifier: GPL-2.0-only
//
// Store over libxenstore. A xenstored that accepts a connection but never answers would hang any caller of
// libxenstore for ever, so each request runs under an alarm that ends the command with a line on stderr.
#pragma once

#include <memory>
#include "context/store.hpp"
#include "context/watches.hpp"

struct xs_handle;

namespace ringway
{

class XsStore : public Store, public Watches
{
public:
	// Throws Error (host) when xenstored cannot be reached.
	XsStore();
	// Whether that line is JSON, as all errors of this command are.
	static void report_as_json(bool json);

	std::optional<std::string> read(Txn txn, const std::string &path) override;
	std::vector<std::string> list(Txn txn, const std::string &path) override;
	void write(Txn txn, const std::string &path, const std::string &value) override;
	void make_directory(Txn txn, const std::string &path) override;
	void remove(Txn txn, const std::string &path) override;
	void set_access(Txn txn, const std::string &path, const NodeAccess &access) override;
	Txn begin() override;
	bool commit(Txn txn) override;
	void abort(Txn txn) noexcept override;
	bool introduced(unsigned domid) override;
	void watch(const std::string &path) override;
	void unwatch(const std::string &path) noexcept override;
	void wait(std::chrono::milliseconds at_most) override;
	std::vector<std::string> fired() override;
	int descriptor() const override;

private:
	struct Close {
		void operator()(xs_handle *handle) const;
	};
	std::unique_ptr<xs_handle, Close> handle_;
};

} // namespace ringway
