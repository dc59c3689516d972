// SPDX-License-Identifier: GPL-2.0-only
#include "fake/world.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <sys/utsname.h>
#include "xenstore_schema.hpp"

namespace ringway::test
{

namespace fs = std::filesystem;

std::string uuid_of(unsigned domid)
{
	return fmt::format("{:08x}-0000-4000-8000-000000000000", domid);
}

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

std::string World::policy_file(unsigned domid)
{
	return fmt::format("var/lib/ringway/policy/{}.00:16:3e:00:00:01.json", uuid_of(domid));
}

void World::load_driver(const std::string &module)
{
	fs::create_directories(root / "sys/module" / module);
	fs::create_directories(root / "sys/bus/xen-backend/drivers/vif");
	fs::create_directories(root / "sys/bus/xen-backend/devices");
	fs::remove(root / "sys/bus/xen-backend/drivers/vif/module");
	fs::create_symlink(root / "sys/module" / module, root / "sys/bus/xen-backend/drivers/vif/module");
}

std::string World::module_path(const std::string &name)
{
	struct utsname names {
	};
	uname(&names);
	return fmt::format("lib/modules/{}/updates/{}.ko", names.release, name);
}

void World::add_module(const std::string &name, const std::string &version, const std::string &build)
{
	const std::filesystem::path file = module_path(name);
	add_file(file.parent_path().parent_path() / "modules.dep", fmt::format("updates/{}.ko:\n", name));
	using namespace std::string_literals;
	add_file(file, "\x7f"
		       "ELF\0srcversion=9.9\0version="s +
			       version + "\0license=GPL\0"s + build);
}

void World::add_domain(unsigned id, const std::string &name, Guest guest)
{
	const std::string path = fmt::format("/local/domain/{}", id);
	guests[id] = guest;
	store.put(path, "", {0, id});
	store.put(path + "/name", name, {0, id});
	store.put(path + "/vm", fmt::format("/vm/{}", uuid_of(id)), {0, id});
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
		[this](const std::string &line) { notes.push_back(line); },
		journal};
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
