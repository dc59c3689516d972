// SPDX-License-Identifier: GPL-2.0-only
#include "fake.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include "xenstore_schema.hpp"

namespace ringway::test
{

namespace fs = std::filesystem;

// --- XenStore
// -------------------------------------------------------------------------------------------------------------

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
	for (const auto &[name, node] : view(txn)) {
		if (name.starts_with(path + "/")) {
			const auto rest = name.substr(path.size() + 1);
			names.insert(rest.substr(0, rest.find('/')));
		}
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
	clock_.time += at_most;
	changed();
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

// --- links
// ----------------------------------------------------------------------------------------------------------------

int FakeLinks::add(const std::string &name, const std::string &kind, bool up, unsigned mtu)
{
	Link link;
	link.index = next_++;
	link.name = name;
	link.kind = kind;
	link.up = up;
	link.mtu = mtu;
	all.push_back(link);
	return link.index;
}

std::optional<Link> FakeLinks::find(const std::string &name)
{
	const auto found =
		std::find_if(all.begin(), all.end(), [&](const Link &l) { return l.name == name; });
	return found == all.end() ? std::nullopt : std::optional(*found);
}

std::optional<Link> FakeLinks::find(int index)
{
	const auto found =
		std::find_if(all.begin(), all.end(), [&](const Link &l) { return l.index == index; });
	return found == all.end() ? std::nullopt : std::optional(*found);
}

Link &FakeLinks::change(const Link &link, const std::string &what)
{
	if (++changes == fail_at) {
		throw Error(Exit::failed, fmt::format("device {}: {} failed: injected", link.name, what));
	}
	const auto found =
		std::find_if(all.begin(), all.end(), [&](const Link &l) { return l.index == link.index; });
	if (found == all.end()) {
		throw Error(Exit::failed, fmt::format("device {}: {} failed: it is gone", link.name, what));
	}
	return *found;
}

void FakeLinks::rename(const Link &link, const std::string &name)
{
	Link &it = change(link, "renaming");
	if (renamed) {
		renamed(it.name, name);
	}
	it.name = name;
}

void FakeLinks::set_mac(const Link &link, const Mac &mac)
{
	change(link, "address").mac = mac;
}

void FakeLinks::set_mtu(const Link &link, unsigned mtu)
{
	change(link, "mtu").mtu = mtu;
}

void FakeLinks::set_master(const Link &link, const Link &bridge)
{
	change(link, "joining").master = bridge.index;
}

void FakeLinks::set_up(const Link &link, bool up)
{
	change(link, "up").up = up;
}

void FakeLinks::set_vlan(const Link &link, const Vlan &vlan)
{
	vlans[change(link, "vlan").name] = vlan;
}

void FakeLinks::set_policy(const Link &link, const PortPolicy &policy)
{
	if (on_policy) {
		on_policy();
	}
	policies[change(link, "policy").name] = policy;
}

CountedRules FakeLinks::rules(const Link &link)
{
	CountedRules counted;
	if (const auto at = policies.find(link.name); at != policies.end()) {
		counted.rules = at->second.rules;
	}
	for (const Way way : ways) {
		counted.of(way) = {std::vector(counted.rules.of(way).rules.size(), hits), hits + 1, hits + 2};
	}
	return counted;
}

// --- the world
// ------------------------------------------------------------------------------------------------------------

World::World()
    : root([] {
	      std::string name = fs::temp_directory_path() / "ringway-test-XXXXXX";
	      if (mkdtemp(name.data()) == nullptr) {
		      throw std::runtime_error("no temporary directory");
	      }
	      return fs::path(name);
      }()),
      host(root)
{
	add_file("sys/hypervisor/type", "xen\n");
	add_file("proc/xen/capabilities", "control_d\n");
	load_driver("ringway_netback");
	links.add("lo", "");
	links.add("xenbr0", "brlite");
	links.renamed = [this](const std::string &from, const std::string &to) {
		for (const auto &device : fs::directory_iterator(root / "sys/bus/xen-backend/devices")) {
			if (fs::exists(device.path() / "net" / from)) {
				fs::rename(device.path() / "net" / from, device.path() / "net" / to);
			}
		}
	};
	store.put("/local/domain/0/name", "Domain-0");
	store.react = [this] { react(); };
}

World::~World()
{
	std::error_code ignored;
	fs::remove_all(root, ignored);
}

void World::add_file(const std::string &path, const std::string &text)
{
	fs::create_directories((root / path).parent_path());
	std::ofstream(root / path) << text;
}

void World::remove_file(const std::string &path)
{
	fs::remove_all(root / path);
}

void World::load_driver(const std::string &module)
{
	fs::create_directories(root / "sys/module" / module);
	fs::create_directories(root / "sys/bus/xen-backend/drivers/vif");
	fs::create_directories(root / "sys/bus/xen-backend/devices");
	fs::remove(root / "sys/bus/xen-backend/drivers/vif/module");
	fs::create_symlink(root / "sys/module" / module, root / "sys/bus/xen-backend/drivers/vif/module");
}

void World::add_domain(unsigned id, const std::string &name, Guest guest)
{
	const std::string path = fmt::format("/local/domain/{}", id);
	guests[id] = guest;
	store.put(path, "", {0, id});
	store.put(path + "/name", name, {0, id});
	store.put(path + "/vm", fmt::format("/vm/uuid-of-{}", name), {0, id});
	store.put(path + "/device", "", {0, id});
	store.put(fmt::format("/libxl/{}/device", id), "");
}

Context World::context()
{
	return {store,
		links,
		host,
		clock,
		[] {
			return std::array<std::uint8_t, 3>{0xff, 2, 3};
		},
		[this](const std::string &line) { notes.push_back(line); }};
}

void World::react()
{
	if (!backend_alive) {
		return;
	}
	std::set<std::pair<unsigned, unsigned>> vifs;
	for (const auto &[path, node] : store.tree) {
		unsigned domid = 0;
		unsigned devid = 0;
		if (std::sscanf(path.c_str(), "/local/domain/0/backend/vif/%u/%u/state", &domid, &devid) ==
		    2) {
			vifs.insert({domid, devid});
		}
	}
	for (const auto &[domid, devid] : vifs) {
		react_to(domid, devid);
	}
	remove_orphans();
}

// The driver and the guest, in the order that xenbus gives them. Values are compared as the kernel does: as
// numbers.
void World::react_to(unsigned domid, unsigned devid)
{
	const std::string back = schema::backend::path(0, domid, devid);
	const std::string front = schema::frontend::path(domid, devid);
	const std::string device = fmt::format("sys/bus/xen-backend/devices/vif-{}-{}", domid, devid);
	const std::string name = fmt::format("vif{}.{}", domid, devid);
	const auto is = [&](const std::string &path, const char *value) { return store.get(path) == value; };
	const Guest guest = guests.contains(domid) ? guests[domid] : Guest::silent;

	if (is(back + "/state", "1")) {
		store.put(back + "/feature-sg", "1", {0, domid});
		store.put(back + "/feature-gso-tcpv4", "1", {0, domid});
		if (makes_devices && !links.find(name)) {
			fs::create_directories(root / device / "net" / name);
			links.add(name, "", false);
		}
		store.put(back + "/state", "2", {0, domid});
	}
	if (is(back + "/state", "2") && is(front + "/state", "1") && guest != Guest::silent) {
		store.put(front + "/feature-sg", "1", {domid, 0});
		store.put(front + "/tx-ring-ref", "8", {domid, 0});
		store.put(front + "/state", guest == Guest::connects ? "4" : "6", {domid, 0});
	}
	if (is(back + "/state", "2") && is(front + "/state", "6")) {
		store.put(fmt::format("/local/domain/0/error/backend/vif/{}/{}/error", domid, devid),
			  "22 \x1b[31mbad", {0, {}});
		store.put(back + "/state", "6", {0, domid});
	}
	if (is(back + "/state", "2") && is(front + "/state", "4") &&
	    is(back + "/hotplug-status", "connected")) {
		store.put(back + "/state", "4", {0, domid});
	}
	const bool let_go = guest != Guest::silent || !store.has(front + "/state");
	if (is(back + "/state", "5") && is(back + "/online", "0") && let_go) {
		if (store.has(front + "/state")) {
			store.put(front + "/state", "6", {domid, 0});
		}
		store.put(back + "/state", "6", {0, domid});
	}
}

void World::remove_orphans()
{
	for (const auto &entry : fs::directory_iterator(root / "sys/bus/xen-backend/devices")) {
		unsigned domid = 0;
		unsigned devid = 0;
		if (std::sscanf(entry.path().filename().c_str(), "vif-%u-%u", &domid, &devid) != 2 ||
		    store.has(schema::backend::path(0, domid, devid) + "/state")) {
			continue;
		}
		for (const auto &net : fs::directory_iterator(entry.path() / "net")) {
			std::erase_if(links.all,
				      [&](const Link &l) { return l.name == net.path().filename(); });
		}
		fs::remove_all(entry.path());
	}
}

} // namespace ringway::test
