// SPDX-License-Identifier: GPL-2.0-only
// A command is killed at each of its calls to XenStore, to the kernel and to the disk, and run again:
// nothing is lost, and nothing stays half done.
#include <csignal>
#include <filesystem>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>
#include "fake/calls.hpp"
#include "verbs/check.hpp"
#include "verbs/commands.hpp"
#include "verbs/limit.hpp"
#include "verbs/metrics.hpp"
#include "verbs/one_try.hpp"
#include "verbs/vif_ensure.hpp"
#include "vif/in_force.hpp"
#include "vif/policy.hpp"
#include "vif/wanted_policy.hpp"

namespace ringway
{

namespace fs = std::filesystem;
using test::Step;
using test::Try;

namespace
{

// XenStore, kernel and disk go on; the process that had files, locks, transactions and watches does not.
void outlive_the_command(Try &one)
{
	const fs::path left = one.world.root.string() + "-left";
	fs::copy(one.world.root, left, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
	one.world.root = left;
	one.world.host = Host(left);
	one.world.store.hang_up();
}

// What is wrong in a world where the command is killed now. The world is a copy in another process, so that
// nothing of the command's own is left, and goes on to the next call here.
std::string killed_now(Try &one, const std::function<std::string()> &look)
{
	std::array<int, 2> ends{};
	if (pipe(ends.data()) != 0) {
		return "no pipe";
	}
	const pid_t child = fork();
	if (child == 0) {
		outlive_the_command(one);
		const std::string wrong = look();
		fs::remove_all(one.world.root);
		[[maybe_unused]] const auto said = write(ends[1], wrong.data(), wrong.size());
		_exit(testing::Test::HasFailure() ? 2 : 0);
	}
	close(ends[1]);
	std::string wrong;
	std::array<char, 4096> buffer{};
	for (ssize_t got = 0; (got = read(ends[0], buffer.data(), buffer.size())) > 0;) {
		wrong.append(buffer.data(), static_cast<std::size_t>(got));
	}
	close(ends[0]);
	int status = 0;
	waitpid(child, &status, 0);
	return wrong +
	       (WIFEXITED(status) && WEXITSTATUS(status) == 0 ? "" : "it crashed"); // a sanitizer exits
}

struct Killed {
	Step prepare, run;
	// What must hold at each moment, besides. Says what does not.
	std::string (*always)(Try &) = [](Try &) { return std::string(); };
	int moments = 3; // at least, that differ
};

std::string run_again(Try &one, const Killed &verb, const std::string &after)
{
	std::string wrong = verb.always(one);
	std::string said;
	try {
		verb.run(one);
	} catch (const Error &error) { // it is done already
		said = fmt::format("\nrefused: {}\n", error.what());
		if (error.code() != Exit::conflict && error.code() != Exit::absent) {
			wrong += "refused";
		}
	}
	wrong += Try::differences(after, one.outcome());
	return wrong.empty() ? "" : wrong + said;
}

void expect_survives(const Killed &verb)
{
	Try untouched, done, one;
	for (Try *each : {&untouched, &done, &one}) {
		verb.prepare(*each);
	}
	verb.run(done);
	const std::string before = untouched.outcome(), after = done.outcome();
	EXPECT_NE(before, after);
	int calls = 0, tried = 0;
	std::string last;
	{
		const test::BeforeEachCall kill([&] {
			++calls;
			const std::string now = one.outcome() + one.files("run");
			if (testing::Test::HasFailure() || now == last) {
				return; // as at the call before
			}
			last = now;
			++tried;
			const std::string wrong =
				killed_now(one, [&] { return run_again(one, verb, after); });
			EXPECT_EQ(wrong, "") << "killed before call " << calls;
		});
		verb.run(one);
	}
	EXPECT_EQ(one.outcome(), after);
	EXPECT_GE(tried, verb.moments) << "of " << calls << " calls";
}

void nothing_happens(Try &) {}

// No port is up without the locks that it should have.
std::string locked_when_up(Try &one)
{
	std::string wrong;
	for (const Record &record : list_records(one.world.store)) {
		const auto link = one.world.links.find(
			one.world.host.vif_device(record.domid, record.devid).value_or(""));
		if (link && link->up && link->master != 0) {
			wrong += fmt::format("{}", fmt::join(policy_drift(one.context, record), "\n"));
		}
	}
	return wrong;
}

Step ensure(const char *spec)
{
	static std::string now;
	now = spec;
	return [](Try &t) { vif_ensure(t.context, {}, "web", VifSpec::parse(now), {}); };
}

Step apply(const char *text)
{
	static std::string now;
	now = text;
	return [](Try &t) {
		const Applied done = t.apply_text(now);
		if (done.code != Exit::ok) {
			throw Error(done.code, done.answer.text);
		}
	};
}

} // namespace

// CL-31
TEST(Kill, Attach)
{
	expect_survives({nothing_happens,
			 [](Try &t) {
				 vif_attach(t.context, {}, "web",
					    VifSpec::parse("mac=00:16:3e:00:00:02,vifname=two,rate=1Mb/s,"
							   "vlan=10,ip=192.0.2.7"),
					    {});
			 },
			 locked_when_up});
}

TEST(Kill, AttachEnsure)
{
	expect_survives({nothing_happens,
			 ensure("mac=00:16:3e:00:00:02,bridge=xenbr1,rate=1Mb/s,ip=192.0.2.7"),
			 locked_when_up});
}

// CL-31
TEST(Kill, AttachEnsureOfOneThatIsThere)
{
	expect_survives({[](Try &t) {
				 update_policy(t.context, *read_record(t.world.store, 3, 0),
					       {"isolated=on", "vlan=5"});
			 },
			 ensure("mac=00:16:3e:00:00:01,bridge=xenbr1,rate=1Mb/s,ip=192.0.2.7")});
}

// CL-31
TEST(Kill, Detach)
{
	expect_survives(
		{[](Try &t) { update_policy(t.context, *read_record(t.world.store, 3, 0), {"isolated=on"}); },
		 [](Try &t) { vif_detach(t.context, {}, "web", "0", {}); }});
}

TEST(Kill, Set)
{
	expect_survives({nothing_happens, [](Try &t) {
				 vif_set(t.context, {}, "web", "0",
					 {"isolated=on", "mac_lock=on", "ip=192.0.2.7", "broadcast=100",
					  "vlan=10", "carrier=off"});
			 }});
}

TEST(Kill, SetBack)
{
	expect_survives({[](Try &t) {
				 update_policy(t.context, *read_record(t.world.store, 3, 0),
					       {"isolated=on", "vlan=10"});
			 },
			 [](Try &t) {
				 vif_set(t.context, {}, "web", "0", {"isolated=off", "vlan=none"});
			 }});
}

// CL-31
TEST(Kill, BridgeAdd)
{
	expect_survives({nothing_happens, [](Try &t) {
				 bridge_add(t.bridge, {}, "xenbr2",
					    {"address=00:16:3e:00:00:09", "ports=eth1", "fdb_max=99"});
			 }});
}

TEST(Kill, Rules)
{
	expect_survives({nothing_happens,
			 [](Try &t) { vif_rules(t.context, {}, "web", "0", "default drop from-guest\n"); }});
}

TEST(Kill, Limit)
{
	expect_survives({nothing_happens, [](Try &t) {
				 vif_limit(t.context, {}, "web", "0", {"rate=1Mb/s", "rx-pps=100"});
			 }});
}

TEST(Kill, CheckFix)
{
	expect_survives({[](Try &t) {
				 update_policy(t.context, *read_record(t.world.store, 3, 0), {"isolated=on"});
				 t.world.links.at("vif3.0").master = 0;
				 t.world.links.policies.erase("vif3.0");
			 },
			 [](Try &t) { check_vifs(t.context, true); }, locked_when_up});
}

TEST(Kill, BridgeFlush)
{
	expect_survives({[](Try &t) {
				 t.bridges.table.push_back(
					 {Mac::parse("00:16:3e:00:00:07"), "eth0", 0, "learned", false, 0});
			 },
			 [](Try &t) { bridge_flush(t.bridge, {}, "xenbr0", ""); },
			 [](Try &) { return std::string(); }, 1});
}

TEST(Kill, Metrics)
{
	expect_survives(
		{[](Try &t) { t.world.add_file("var/lib/prometheus/x.prom", "old\n"); },
		 [](Try &t) { metrics_into(t.context, {}, t.world.root / "var/lib/prometheus/x.prom"); }});
}

TEST(Kill, BridgeSet)
{
	expect_survives({nothing_happens, [](Try &t) {
				 bridge_set(t.bridge, {}, "xenbr0", {"ageing_time=7"});
				 bridge_port(t.bridge, {}, "eth0", {"isolated=on", "fdb_max=3"});
			 }});
}

TEST(Kill, ApplyBridge)
{
	expect_survives(
		{nothing_happens, apply("[[bridge]]\nname = \"xenbr0\"\naddress = \"00:16:3e:00:00:09\"\n"
					"ageing_time = 60\n"
					"[[bridge]]\nname = \"xenbr2\"\naddress = \"00:16:3e:00:00:0a\"\n"
					"[[uplink]]\ndevice = \"eth1\"\nbridge = \"xenbr2\"\n"
					"isolated = true\nfdb_max = 9\n")});
}

TEST(Kill, ApplyVif)
{
	expect_survives({nothing_happens,
			 apply("[[vif]]\nguest = \"web\"\nmac = \"00:16:3e:00:00:01\"\nbridge = \"xenbr1\"\n"
			       "broadcast = 100\nrate = \"1Mb/s\"\n"
			       "[[vif]]\nguest = \"web\"\nmac = \"00:16:3e:00:00:02\"\nmulticast = 50\n"
			       "vlan = 10\n")});
}

} // namespace ringway
