// SPDX-License-Identifier: GPL-2.0-only
#include "fake/store.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "fake/calls.hpp"

namespace ringway::test
{

namespace
{

std::string parent(const std::string &path)
{
	return path.substr(0, path.rfind('/'));
}

void set(Tree &tree, const std::string &path, const std::string &value)
{
	for (std::string up = parent(path); !up.empty(); up = parent(up)) {
		tree.try_emplace(up);
	}
	// Like xenstored: a new node inherits its directory's permissions.
	const auto above = tree.find(parent(path));
	auto [node, fresh] = tree.try_emplace(path);
	node->second.value = value;
	if (fresh && above != tree.end()) {
		node->second.access = above->second.access;
	}
}

void erase(Tree &tree, const std::string &path)
{
	std::erase_if(tree, [&](const auto &item) {
		return item.first == path || item.first.starts_with(path + "/");
	});
}

} // namespace

std::string difference(const Tree &before, const Tree &after)
{
	std::string out;
	for (const auto &[path, node] : before) {
		const auto found = after.find(path);
		if (found == after.end()) {
			out += fmt::format("- {}\n", path);
		} else if (found->second != node) {
			out += fmt::format("~ {} = {} (was {})\n", path, found->second.value, node.value);
		}
	}
	for (const auto &[path, node] : after) {
		out += before.contains(path) ? "" : fmt::format("+ {}\n", path);
	}
	return out;
}

void FakeStore::step(const std::string &what)
{
	call();
	++operations;
	if (fail_always != 0) {
		throw StoreError(fail_always, what);
	}
	if (fail_at > 0 && --fail_at == 0) {
		throw StoreError(fail_with, what);
	}
}

Tree &FakeStore::view(Txn txn)
{
	return txn == none ? tree : transactions_.at(txn).tree;
}

void FakeStore::changed()
{
	++generation_;
	if (react && !reacting_) {
		reacting_ = true;
		react();
		reacting_ = false;
	}
}

std::optional<std::string> FakeStore::read(Txn txn, const std::string &path)
{
	step("read " + path);
	const Tree &from = view(txn);
	const auto found = from.find(path);
	return found == from.end() ? std::nullopt : std::optional(found->second.value);
}

std::vector<std::string> FakeStore::list(Txn txn, const std::string &path)
{
	step("list " + path);
	std::set<std::string> names;
	const Tree &from = view(txn);
	const std::string inside = path + "/";
	for (auto at = from.lower_bound(inside); at != from.end() && at->first.starts_with(inside); ++at) {
		const auto rest = at->first.substr(inside.size());
		names.insert(rest.substr(0, rest.find('/')));
	}
	return {names.begin(), names.end()};
}

void FakeStore::write(Txn txn, const std::string &path, const std::string &value)
{
	step("write " + path);
	set(view(txn), path, value);
	if (txn == none) {
		changed();
	}
}

void FakeStore::make_directory(Txn txn, const std::string &path)
{
	step("create " + path);
	if (!view(txn).contains(path)) {
		set(view(txn), path, "");
	}
}

void FakeStore::remove(Txn txn, const std::string &path)
{
	step("remove " + path);
	erase(view(txn), path);
	if (txn == none) {
		changed();
	}
}

void FakeStore::set_access(Txn txn, const std::string &path, const NodeAccess &access)
{
	step("set permissions of " + path);
	view(txn).at(path).access = access;
}

Store::Txn FakeStore::begin()
{
	step("begin");
	transactions_[next_] = {tree, generation_};
	return next_++;
}

bool FakeStore::commit(Txn txn)
{
	const Pending pending = std::move(transactions_.at(txn));
	transactions_.erase(txn);
	step("commit");
	if (conflicts > 0 || pending.generation != generation_) {
		conflicts = std::max(0, conflicts - 1);
		return false;
	}
	tree = pending.tree;
	changed();
	return true;
}

void FakeStore::abort(Txn txn) noexcept
{
	transactions_.erase(txn);
}

bool FakeStore::introduced(unsigned domid)
{
	step("introduced");
	return !dead.contains(domid) && has(fmt::format("/local/domain/{}/name", domid));
}

void FakeStore::watch(const std::string &path)
{
	step("watch " + path);
	watched.insert(path);
}

void FakeStore::unwatch(const std::string &path) noexcept
{
	watched.erase(watched.find(path));
}

void FakeStore::wait(std::chrono::milliseconds at_most)
{
	call();
	clock_.time += at_most;
	changed();
}

void FakeStore::hang_up()
{
	transactions_.clear();
	watched.clear();
	reacting_ = false;
}

void FakeStore::put(const std::string &path, const std::string &value, NodeAccess access)
{
	set(tree, path, value);
	tree[path].access = access;
	changed();
}

std::string FakeStore::get(const std::string &path) const
{
	const auto found = tree.find(path);
	return found == tree.end() ? "(absent)" : found->second.value;
}

void FakeStore::drop(const std::string &path)
{
	erase(tree, path);
	changed();
}

} // namespace ringway::test
