// SPDX-License-Identifier: GPL-2.0-only
// Each call to XenStore, to the kernel and to the disk fails once, at each position of each verb: what the
// verb was for is then done as a whole or not at all, and what is said names what failed.
#include <cerrno>
#include <cstring>
#include "fake/calls.hpp"
#include "verbs/commands.hpp"
#include "verbs/limit.hpp"
#include "verbs/metrics.hpp"
#include "verbs/one_try.hpp"
#include "verbs/place_fixture.hpp"
#include "verbs/vif_ensure.hpp"
#include "vif/in_force.hpp"
#include "vif/policy.hpp"

namespace ringway
{

using test::Step;
using test::Try;

namespace
{

struct Faults {
	Step prepare, run;
	bool again = false; // what failed is finished by running it again
};

enum class Fault { xenstore, kernel, disk };
constexpr const char *fault_names[] = {"xenstore", "kernel", "disk"};

struct Failed {
	bool fired = false; // there are as many positions as that
	bool failed = false;
	std::string said;
};

Failed run_with_fault(Try &one, Step run, Fault kind, int position, int error)
{
	one.world.links.changes = 0;
	const int first = one.world.store.operations;
	one.world.links.fail_at = kind == Fault::kernel ? position : 0;
	one.world.store.fail_at = kind == Fault::xenstore ? position : 0;
	one.world.store.fail_with = error;
	const test::DiskFault disk(kind == Fault::disk ? position : 0, error);
	Failed out;
	try {
		run(one);
	} catch (const Error &failure) {
		out.failed = true;
		out.said = failure.what();
	}
	out.fired = kind == Fault::kernel     ? one.world.links.changes >= position
		    : kind == Fault::xenstore ? one.world.store.operations - first >= position
					      : disk.fired();
	one.world.links.fail_at = one.world.store.fail_at = 0;
	return out;
}

// False: there are less positions than that.
bool fails_at(const Faults &verb, Fault kind, int error, int position, const std::string &before,
	      const std::string &after, const std::set<std::string> &libxl)
{
	Try one;
	verb.prepare(one);
	const Failed result = run_with_fault(one, verb.run, kind, position, error);
	SCOPED_TRACE(fmt::format("{} call {} ({}): {}", fault_names[static_cast<int>(kind)], position,
				 std::strerror(error),
				 result.failed ? "refused: " + result.said : "went on"));
	if (kind == Fault::disk && result.failed) {
		EXPECT_NE(result.said.find(std::strerror(error)), std::string::npos);
	}
	if (result.failed && verb.again && one.outcome_but_libxl() != after) {
		verb.run(one);
	}
	const std::string now = one.outcome_but_libxl();
	EXPECT_TRUE(now == after || (result.failed && now == before))
		<< "beside before:\n"
		<< Try::differences(before, now) << "beside after:\n"
		<< Try::differences(after, now);
	EXPECT_TRUE(libxl.contains(one.files("var/lib/xen"))) << one.files("var/lib/xen");
	EXPECT_EQ(one.world.store.open_transactions(), 0u);
	EXPECT_TRUE(one.world.store.watched.empty());
	return result.fired;
}

void expect_whole(const Faults &verb)
{
	Try untouched, done;
	verb.prepare(untouched);
	verb.prepare(done);
	verb.run(done);
	const std::string before = untouched.outcome_but_libxl(), after = done.outcome_but_libxl();
	const std::set<std::string> libxl = {untouched.files("var/lib/xen"), done.files("var/lib/xen")};
	EXPECT_NE(before, after);
	for (const auto &[kind, error] : {std::pair(Fault::xenstore, EIO), std::pair(Fault::kernel, EIO),
					  std::pair(Fault::disk, EIO), std::pair(Fault::disk, ENOSPC)}) {
		int position = 1;
		while (position < 2000 && fails_at(verb, kind, error, position, before, after, libxl) &&
		       !testing::Test::HasFailure()) {
			++position;
		}
		EXPECT_LT(position, 2000);
	}
}

void nothing(Try &) {}

} // namespace

TEST(Fault, Attach)
{
	expect_whole({nothing, [](Try &t) {
			      vif_attach(
				      t.context, {}, "web",
				      VifSpec::parse("mac=00:16:3e:00:00:02,vifname=two,rate=1Mb/s,vlan=10,"
						     "ip=192.0.2.7"),
				      {});
		      }});
}

// CL-10
TEST(Fault, AttachEnsure)
{
	expect_whole({nothing, [](Try &t) {
			      vif_ensure(t.context, {}, "web",
					 VifSpec::parse("mac=00:16:3e:00:00:01,bridge=xenbr1,rate=1Mb/s,"
							"ip=192.0.2.7"),
					 {});
		      }});
}

TEST(Fault, Detach)
{
	expect_whole({nothing,
		      [](Try &t) {
			      if (read_record(t.world.store, 3, 0)) {
				      vif_detach(t.context, {}, "web", "0", {});
			      }
		      },
		      true});
}

// CL-10
TEST(Fault, Set)
{
	expect_whole({nothing, [](Try &t) {
			      vif_set(t.context, {}, "web", "0",
				      {"isolated=on", "mac_lock=on", "ip=192.0.2.7", "broadcast=100",
				       "vlan=10", "carrier=off"});
		      }});
}

TEST(Fault, SetAgain)
{
	expect_whole({[](Try &t) {
			      update_policy(t.context, *read_record(t.world.store, 3, 0), {"isolated=on"});
			      t.world.links.policies["vif3.0"].isolated = false;
		      },
		      [](Try &t) { vif_set(t.context, {}, "web", "0", {}); }});
}

TEST(Fault, Rules)
{
	expect_whole(
		{nothing, [](Try &t) { vif_rules(t.context, {}, "web", "0", "default drop from-guest\n"); }});
}

TEST(Fault, Limit)
{
	expect_whole({nothing, [](Try &t) {
			      vif_limit(t.context, {}, "web", "0", {"rate=1Mb/s", "rx-pps=100"});
		      }});
}

TEST(Fault, CheckFix)
{
	expect_whole({[](Try &t) { t.world.links.at("vif3.0").master = 0; },
		      [](Try &t) { mend_policy(t.context, *read_record(t.world.store, 3, 0)); }});
}

TEST(Fault, BridgeAdd)
{
	expect_whole({nothing, [](Try &t) {
			      bridge_add(t.bridge, {}, "xenbr2", {"address=00:16:3e:00:00:09", "ports=eth1"});
		      }});
}

TEST(Fault, BridgeSet)
{
	expect_whole({nothing, [](Try &t) { bridge_set(t.bridge, {}, "xenbr0", {"ageing_time=7"}); }});
}

TEST(Fault, BridgePort)
{
	expect_whole({nothing, [](Try &t) {
			      bridge_port(t.bridge, {}, "eth0", {"isolated=on", "fdb_max=3"});
		      }});
}

TEST(Fault, PlaceApply)
{
	const Step prepare = [](Try &t) {
		t.attach_vif("mac=00:16:3e:00:00:02");
		test::add_queues(t.world, t.threads);
	};
	expect_whole({prepare, [](Try &t) { place(t.context, t.threads, {}, {.apply = true}); }});
}

TEST(Fault, Metrics)
{
	const Step write = [](Try &t) {
		metrics_into(t.context, {}, t.world.root / "var/lib/prometheus/x.prom");
	};
	expect_whole({[](Try &t) {
			      t.world.add_file("var/lib/prometheus/x.prom", "old\n");
			      t.world.links.count = [](const std::string &) {
				      return std::vector<Counter>{{"from_guest_packets", 7}};
			      };
		      },
		      write});
	expect_whole({[](Try &t) { // there is none yet
			      std::filesystem::create_directories(t.world.root / "var/lib/prometheus");
		      },
		      write});
}

TEST(Fault, Apply)
{
	const auto text_of = [](const char *text) {
		static std::string now;
		now = text;
		return [](Try &t) {
			const Applied done = t.apply_text(now);
			if (done.code != Exit::ok) {
				throw Error(done.code, done.answer.text);
			}
		};
	};
	for (const char *text :
	     {"[[bridge]]\nname = \"xenbr0\"\naddress = \"00:16:3e:00:00:09\"\nageing_time = 60\n",
	      "[[bridge]]\nname = \"xenbr2\"\naddress = \"00:16:3e:00:00:0a\"\n",
	      "[[uplink]]\ndevice = \"eth1\"\nbridge = \"xenbr0\"\nisolated = true\nfdb_max = 9\n",
	      "[[vif]]\nguest = \"web\"\nmac = \"00:16:3e:00:00:01\"\nbridge = \"xenbr1\"\nbroadcast = 100\n"
	      "rate = \"1Mb/s\"\n",
	      "[[vif]]\nguest = \"web\"\nmac = \"00:16:3e:00:00:02\"\nmulticast = 50\nvlan = 10\n"}) {
		expect_whole({nothing, text_of(text)});
	}
}

} // namespace ringway
