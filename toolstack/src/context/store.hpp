// SPDX-License-Identifier: GPL-2.0-only
//
// XenStore as the tool sees it: a tree of small texts with permissions, transactions and watches. Two
// implementations: libxenstore (xs_store.hpp) and an in-memory tree for the tests.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>
#include "schema_types.hpp"
#include "words/error.hpp"

namespace ringway
{

class Clock;

// Who may do what: the owner has both, reader has read, everybody else nothing.
struct NodeAccess {
	unsigned owner = 0;
	std::optional<unsigned> reader;
	bool operator==(const NodeAccess &) const = default;
};

class StoreError : public Error
{
public:
	StoreError(int error_number, const std::string &what);
	int error_number() const { return error_number_; }

private:
	int error_number_;
};

class Store
{
public:
	using Txn = std::uint32_t;
	static constexpr Txn none = 0;

	virtual ~Store() = default;
	// Every call throws StoreError, except that what is absent reads as nullopt, lists as empty and is
	// gone when removed.
	virtual std::optional<std::string> read(Txn txn, const std::string &path) = 0;
	virtual std::vector<std::string> list(Txn txn, const std::string &path) = 0;
	virtual void write(Txn txn, const std::string &path, const std::string &value) = 0;
	virtual void make_directory(Txn txn, const std::string &path) = 0;
	virtual void remove(Txn txn, const std::string &path) = 0;
	virtual void set_access(Txn txn, const std::string &path, const NodeAccess &access) = 0;
	virtual Txn begin() = 0;
	virtual bool commit(Txn txn) = 0; // false: somebody else changed what was read, start again
	virtual void abort(Txn txn) noexcept = 0;
	virtual bool introduced(unsigned domid) = 0;
	virtual void watch(const std::string &path) = 0;
	virtual void unwatch(const std::string &path) noexcept = 0;
	// Returns when a watch fired or the time is over; which, the caller finds out by reading.
	virtual void wait(std::chrono::milliseconds at_most) = 0;
};

// One try of a transaction; gone without commit() means nothing happened.
class Transaction
{
public:
	explicit Transaction(Store &store) : store_(store), txn_(store.begin()) {}
	~Transaction();
	Transaction(const Transaction &) = delete;
	Transaction &operator=(const Transaction &) = delete;

	std::optional<std::string> read(const std::string &path) { return store_.read(txn_, path); }
	std::vector<std::string> list(const std::string &path) { return store_.list(txn_, path); }
	void write(const std::string &path, const std::string &value) { store_.write(txn_, path, value); }
	void make_directory(const std::string &path) { store_.make_directory(txn_, path); }
	void remove(const std::string &path) { store_.remove(txn_, path); }
	void set_access(const std::string &path, const NodeAccess &access)
	{
		store_.set_access(txn_, path, access);
	}
	bool commit();
	// Removes path, then each parent that this left without children and value, down to but not including
	// stop.
	void remove_with_empty_parents(const std::string &path, const std::string &stop);

private:
	Store &store_;
	Store::Txn txn_;
	bool open_ = true;
};

// Runs body until its transaction commits, with growing pauses, a bounded number of times.
void transact(Store &store, Clock &clock, const std::function<void(Transaction &)> &body);

// Where a node of a directory is.
inline std::string node_path(const std::string &directory, const schema::Node &node)
{
	return directory + "/" + std::string(node.name);
}

// Keeps a watch for as long as it lives.
class WatchGuard
{
public:
	WatchGuard(Store &store, std::string path) : store_(store), path_(std::move(path))
	{
		store_.watch(path_);
	}
	~WatchGuard() { store_.unwatch(path_); }
	WatchGuard(const WatchGuard &) = delete;
	WatchGuard &operator=(const WatchGuard &) = delete;

private:
	Store &store_;
	std::string path_;
};

} // namespace ringway
