// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>
#include "guest_test.hpp"
#include "vif/libxl_config.hpp"

namespace ringway
{

using nlohmann::json;

constexpr const char *uuid = "33011e61-3c32-4519-831e-b3455e4a72e4";

class LibxlConfig : public test::GuestTest
{
protected:
	LibxlConfig() : file("var/lib/xen/userdata-d.3." + std::string(uuid) + ".libxl-json")
	{
		world.store.put("/local/domain/3/vm", std::string("/vm/") + uuid, {0, 3});
		world.add_file(
			file,
			R"({"c_info": {"name": "web"}, "b_info": {"max_memkb": 18446744073709551615}})");
	}
	json config() { return json::parse(std::ifstream(world.root / file)); }
	std::size_t files() const
	{
		std::size_t count = 0;
		for (const auto &entry : std::filesystem::directory_iterator(world.root / "var/lib/xen")) {
			static_cast<void>(entry);
			++count;
		}
		return count;
	}

	std::string file;
};

TEST_F(LibxlConfig, AnAttachedVifIsEntered)
{
	attach_vif("mac=00:16:3e:00:00:01,rate=10Mb/s,vifname=web0,mtu=1400,untrusted");
	EXPECT_EQ(
		config().at("nics").dump(),
		R"([{"bridge":"xenbr0","devid":0,"ifname":"web0","mac":"00:16:3e:00:00:01","mtu":1400,"nictype":"vif",)"
		R"("rate_bytes_per_interval":62500,"rate_interval_usecs":50000,"script":"/etc/xen/scripts/vif-bridge",)"
		R"("trusted":"False"}])");
	EXPECT_EQ(config().at("c_info").at("name"), "web");
	EXPECT_EQ(config().at("b_info").at("max_memkb"), UINT64_MAX);
	EXPECT_EQ(files(), 1u) << "neither lock nor temporary file stays";
	EXPECT_TRUE(world.notes.empty());
}

TEST_F(LibxlConfig, TheVlansAreEntered)
{
	world.links.vlan_bridges.insert("xenbr0");
	attach_vif("mac=00:16:3e:00:00:01,vlan=10p/20");
	EXPECT_EQ(config().at("nics").at(0).at("vlan"), "10p/20");
}

TEST_F(LibxlConfig, TheAddressesOfALockedPortAreEntered)
{
	attach_vif("mac=00:16:3e:00:00:01,ip=192.0.2.7 2001:db8::7");
	EXPECT_EQ(config().at("nics").at(0).at("ip"), "192.0.2.7 2001:db8::7");
}

TEST_F(LibxlConfig, AnEntryOfTheSameNumberIsReplaced)
{
	world.add_file(
		file,
		R"({"nics": [{"devid": 1, "mac": "00:16:3e:00:00:0a"}, {"devid": 0, "mac": "00:16:3e:00:00:0b"}]})");
	attach_vif("mac=00:16:3e:00:00:01");
	ASSERT_EQ(config().at("nics").size(), 2u);
	EXPECT_EQ(config().at("nics").at(0).at("mac"), "00:16:3e:00:00:0a");
	EXPECT_EQ(config().at("nics").at(1).at("mac"), "00:16:3e:00:00:01");
}

TEST_F(LibxlConfig, AFailedAttachIsNotEntered)
{
	world.guests[3] = test::Guest::refuses;
	EXPECT_THROW(attach_vif(""), Error);
	EXPECT_FALSE(config().contains("nics"));
}

TEST_F(LibxlConfig, ADomainOfAnotherToolIsLeftAlone)
{
	world.remove_file(file);
	attach_vif("");
	EXPECT_EQ(files(), 0u);
	EXPECT_TRUE(world.notes.empty());
	world.store.put("/local/domain/3/vm", "/vm/../../etc", {0, 3});
	attach_vif("mac=00:16:3e:00:00:02");
	EXPECT_TRUE(world.notes.empty());
}

TEST_F(LibxlConfig, AFileOfUnknownFormIsLeftAsItIs)
{
	for (const char *text : {"not JSON", "[]", R"({"nics": 1})", "", "\x1b[2J"}) {
		world.add_file(file, text);
		world.notes.clear();
		world.store.drop("/local/domain/3/device/vif");
		world.store.drop("/local/domain/0/backend");
		world.store.drop("/libxl/3/device/vif");
		attach_vif("");
		ASSERT_EQ(world.notes.size(), 1u) << text;
		EXPECT_NE(world.notes.front().find("xl save"), std::string::npos);
		EXPECT_EQ(world.notes.front().find('\x1b'), std::string::npos);
		std::ifstream in(world.root / file);
		EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), text);
		EXPECT_EQ(files(), 1u);
	}
}

TEST_F(LibxlConfig, AHeldLockIsWaitedForWithABound)
{
	const auto lock =
		world.root / ("var/lib/xen/userdata-l.3." + std::string(uuid) + ".domain-userdata-lock");
	const int fd = open(lock.c_str(), O_RDWR | O_CREAT, 0600);
	ASSERT_EQ(flock(fd, LOCK_EX), 0);
	const Millis before = world.clock.time;
	attach_vif("");
	EXPECT_LT(world.clock.time - before, Millis(40000));
	ASSERT_EQ(world.notes.size(), 1u);
	EXPECT_NE(world.notes.front().find("holds the lock"), std::string::npos);
	EXPECT_FALSE(config().contains("nics"));
	EXPECT_TRUE(std::filesystem::exists(lock)) << "the lock is its holder's";
	close(fd);
}

} // namespace ringway
