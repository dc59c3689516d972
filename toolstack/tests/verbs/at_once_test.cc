// SPDX-License-Identifier: GPL-2.0-only
// Two commands on one vif or bridge at once: the second runs before each call of the first. What comes of it
// is what comes of one after the other, or of one of them alone, and the other one says that it failed.
#include <set>
#include "fake/calls.hpp"
#include "verbs/commands.hpp"
#include "verbs/limit.hpp"
#include "verbs/one_try.hpp"
#include "verbs/vif_ensure.hpp"

namespace ringway
{

using test::Step;
using test::Try;

namespace
{

void prepare(Try &one)
{
	one.world.add_domain(4, "db");
}

// Whether it did what it was asked for.
bool succeeds(Try &one, Step step, std::string &said)
{
	try {
		step(one);
		return true;
	} catch (const Error &error) {
		said = error.what();
		return false;
	}
}

std::string after(std::initializer_list<Step> steps)
{
	Try one;
	prepare(one);
	std::string said;
	for (const Step step : steps) {
		(void)succeeds(one, step, said);
	}
	return one.outcome();
}

struct Outcomes {
	std::string none, first, second;
	std::set<std::string> both;
};

// False: the first has less calls than that.
bool meet_at(Step first, Step second, int position, const Outcomes &outcomes)
{
	Try one;
	prepare(one);
	int calls = 0;
	bool second_did = false;
	std::string first_said, second_said;
	bool first_did = false;
	{
		const test::BeforeEachCall meet([&] {
			// Within a transaction, the first sees nothing of the second.
			if (one.world.store.open_transactions() == 0 && ++calls == position) {
				const Millis now = one.world.clock.time;
				second_did = succeeds(one, second, second_said);
				one.world.clock.time = now; // it waited elsewhere
			}
		});
		first_did = succeeds(one, first, first_said);
	}
	if (calls < position) {
		return false;
	}
	const std::string now = one.outcome();
	const bool right = first_did && second_did ? outcomes.both.contains(now)
						   : now == (first_did    ? outcomes.first
							     : second_did ? outcomes.second
									  : outcomes.none);
	EXPECT_TRUE(right) << "before call " << position << "\nthe first: " << first_did << ' ' << first_said
			   << "\nthe second: " << second_did << ' ' << second_said
			   << "\nfrom the first alone:\n"
			   << Try::differences(outcomes.first, now) << "\nfrom the second alone:\n"
			   << Try::differences(outcomes.second, now) << "\nfrom one after the other:\n"
			   << Try::differences(*outcomes.both.begin(), now);
	EXPECT_EQ(one.world.store.open_transactions(), 0u);
	EXPECT_TRUE(one.world.store.watched.empty());
	return !testing::Test::HasFailure();
}

void expect_in_some_order(Step first, Step second)
{
	const Outcomes outcomes{
		after({}), after({first}), after({second}), {after({first, second}), after({second, first})}};
	int position = 1;
	while (meet_at(first, second, position, outcomes)) {
		++position;
	}
	EXPECT_GT(position, 5);
}

void attach_two(Try &t)
{
	vif_attach(t.context, {}, "web", VifSpec::parse("mac=00:16:3e:00:00:02,bridge=xenbr1"), {});
}

void attach_for_db(Try &t)
{
	vif_attach(t.context, {}, "db", VifSpec::parse("mac=00:16:3e:00:00:01,bridge=xenbr1"), {});
}

void ensure_two(Try &t)
{
	vif_ensure(t.context, {}, "web", VifSpec::parse("mac=00:16:3e:00:00:02,bridge=xenbr1"), {});
}

void move_it(Try &t)
{
	vif_ensure(t.context, {}, "web", VifSpec::parse("mac=00:16:3e:00:00:01,bridge=xenbr1"), {});
}

void isolate(Try &t)
{
	vif_set(t.context, {}, "web", "0", {"isolated=on"});
}

void limit_floods(Try &t)
{
	vif_set(t.context, {}, "web", "0", {"broadcast=100"});
}

void limit_rate(Try &t)
{
	vif_limit(t.context, {}, "web", "0", {"rate=1Mb/s"});
}

void limit_packets(Try &t)
{
	vif_limit(t.context, {}, "web", "0", {"pps=100"});
}

void limit_rate_otherwise(Try &t)
{
	vif_limit(t.context, {}, "web", "0", {"rate=2Mb/s", "rx-pps=7"});
}

void set_port(Try &t)
{
	bridge_port(t.bridge, {}, "eth0", {"isolated=on", "fdb_max=3"});
}

void set_port_otherwise(Try &t)
{
	bridge_port(t.bridge, {}, "eth0", {"broadcast=100", "loop_block=5"});
}

void apply_of(Try &t, const char *text)
{
	const Applied done = t.apply_text(text);
	if (done.code != Exit::ok) {
		throw Error(done.code, done.answer.text);
	}
}

void apply_vif(Try &t)
{
	apply_of(t, "[[vif]]\nguest = \"web\"\nmac = \"00:16:3e:00:00:01\"\nmulticast = 50\nrx-pps = 9\n");
}

void apply_new_vif(Try &t)
{
	apply_of(t, "[[vif]]\nguest = \"web\"\nmac = \"00:16:3e:00:00:02\"\nbridge = \"xenbr1\"\n");
}

void apply_port(Try &t)
{
	apply_of(t, "[[uplink]]\ndevice = \"eth0\"\nbridge = \"xenbr0\"\nmulticast = 50\n");
}

void apply_bridge(Try &t)
{
	apply_of(t, "[[bridge]]\nname = \"xenbr2\"\nageing_time = 9\n");
}

void take_away(Try &t)
{
	vif_detach(t.context, {}, "web", "0", {});
}

// As xl does it, in the end.
void xl_takes_away(Try &t)
{
	for (const char *path :
	     {"/local/domain/3/device/vif/0", "/local/domain/0/backend/vif/3/0", "/libxl/3/device/vif/0"}) {
		t.world.store.drop(path);
	}
}

void add_bridge_one(Try &t)
{
	bridge_add(t.bridge, {}, "xenbr2", {"ports=eth1"});
}

void add_bridge_two(Try &t)
{
	bridge_add(t.bridge, {}, "xenbr2", {"ageing_time=7"});
}

} // namespace

// CL-32
TEST(AtOnce, OneAfterTheOther)
{
	const std::pair<Step, Step> pairs[] = {
		{attach_two, attach_two},
		{attach_two, ensure_two},
		{ensure_two, attach_two},
		{isolate, limit_floods},
		{isolate, take_away},
		{take_away, isolate},
		{take_away, take_away},
		{move_it, isolate},
		{isolate, move_it},
		{move_it, take_away},
		{move_it, attach_for_db},
		{attach_for_db, move_it},
		{add_bridge_one, add_bridge_two},
		{isolate, xl_takes_away},
		{take_away, xl_takes_away},
		{move_it, xl_takes_away},
		{limit_rate, limit_packets},
		{limit_rate, limit_rate_otherwise},
		{take_away, limit_rate},
		{move_it, limit_rate},
		{set_port, set_port_otherwise},
		{apply_vif, isolate},
		{apply_vif, limit_rate},
		{apply_vif, take_away},
		{apply_vif, apply_vif},
		{attach_two, apply_new_vif},
		{set_port, apply_port},
		{apply_bridge, add_bridge_one},
	};
	int number = 0;
	for (const auto &[first, second] : pairs) {
		SCOPED_TRACE(fmt::format("pair {}", number++));
		expect_in_some_order(first, second);
		if (HasFailure()) {
			return;
		}
	}
}

} // namespace ringway
