// SPDX-License-Identifier: GPL-2.0-only
#include "guest_test.hpp"
#include "vif/attribution.hpp"

namespace ringway
{

// A kernel of a few functions, each 0x100 long, in the order below.
class Attribution : public test::GuestTest
{
protected:
	Attribution()
	{
		std::string text = "0000000000000000 A fixed_percpu_data\nffffffff80fff000 D jiffies\n";
		for (const auto &[name, module] : names) {
			text += fmt_line(name, module);
		}
		world.add_file("proc/kallsyms", text);
		world.add_file("proc/modules", "ringway_netback 4096 1 - Live 0xffffffff81000000 (OE)\n"
					       "bridge_lite 4096 0 - Live 0x0000000000000000\n");
		symbols = KernelSymbols(world.root);
	}
	std::string fmt_line(const std::string &name, const std::string &module)
	{
		char line[128];
		std::snprintf(line, sizeof(line), "%lx t %s%s\n", at(name), name.c_str(),
			      module.empty() ? "" : ("\t[" + module + "]").c_str());
		return line;
	}
	std::uint64_t at(const std::string &name) const
	{
		std::uint64_t out = 0xffffffff81000000;
		for (const auto &one : names) {
			if (one.first == name) {
				return out;
			}
			out += 0x100;
		}
		ADD_FAILURE() << name;
		return 0;
	}
	// Innermost first.
	std::string part(const std::vector<std::string> &functions)
	{
		PerfSample sample;
		sample.in_kernel = true;
		sample.address = at(functions[0]) + 0x20;
		for (std::size_t i = 1; i < functions.size(); ++i) {
			sample.callers.push_back(at(functions[i]) + 0x20);
		}
		return part_name(part_of(sample, symbols, {"e1000e"}));
	}

	const std::vector<std::pair<std::string, std::string>> names = {
		{"_ZN7ringway7netback5Queue4pollEv", "ringway_netback"},
		{"xenvif_tx_action", "xen_netback"},
		{"brlite_forward", "bridge_lite"},
		{"br_handle_frame", "bridge"},
		{"e1000_clean", "e1000e"},
		{"igb_poll", "igb"},
		{"__xen_hypercall_pv", ""},
		{"xen_hypercall_pv", ""},
		{"gnttab_batch_copy", ""},
		{"notify_remote_via_irq", ""},
		{"_ZN12_GLOBAL__N_111stage_batchILb0EEEvRN7ringway7netback4LaneE.lto_priv.0",
		 "ringway_netback"},
		{"xen_force_evtchn_callback", ""},
		{"xen_safe_halt", ""},
		{"netif_receive_skb", ""},
		{"memcpy", ""},
		{"_raw_spin_lock", ""},
		{"xen_hypercall_grant_table_op", ""},
		{"xen_irq_lateeoi", ""},
		{"default_idle_call", ""},
	};
	KernelSymbols symbols{"/nonexistent"};
};

TEST_F(Attribution, ByModuleAndByFunction)
{
	EXPECT_EQ(part({"_ZN7ringway7netback5Queue4pollEv", "netif_receive_skb"}), "netback");
	EXPECT_EQ(part({"xenvif_tx_action"}), "netback");
	EXPECT_EQ(part({"brlite_forward", "_ZN7ringway7netback5Queue4pollEv"}), "switch");
	EXPECT_EQ(part({"br_handle_frame"}), "switch");
	EXPECT_EQ(part({"e1000_clean"}), "nic");
	EXPECT_EQ(part({"igb_poll"}), "linux"); // drives no port
	EXPECT_EQ(part({"netif_receive_skb", "xenvif_tx_action"}), "linux");
	EXPECT_EQ(part({"notify_remote_via_irq", "xenvif_tx_action"}), "events");
	EXPECT_EQ(part({"xen_irq_lateeoi"}), "events");
	EXPECT_EQ(part({"default_idle_call"}), "idle");
}

TEST_F(Attribution, WhatEverybodyUsesIsItsCallers)
{
	EXPECT_EQ(part({"memcpy", "e1000_clean"}), "nic");
	EXPECT_EQ(part({"_raw_spin_lock", "brlite_forward"}), "switch");
	EXPECT_EQ(part({"memcpy", "netif_receive_skb", "xenvif_tx_action"}), "linux");
	EXPECT_EQ(part({"memcpy"}), "linux");
}

TEST_F(Attribution, HypercallsAreWhatTheyAreFor)
{
	EXPECT_EQ(part({"__xen_hypercall_pv", "gnttab_batch_copy", "xenvif_tx_action"}), "grant_copies");
	EXPECT_EQ(part({"xen_hypercall_grant_table_op", "xenvif_tx_action"}), "grant_copies");
	EXPECT_EQ(part({"__xen_hypercall_pv", "_ZN7ringway7netback5Queue4pollEv"}), "grant_copies");
	EXPECT_EQ(part({"__xen_hypercall_pv", "notify_remote_via_irq", "_ZN7ringway7netback5Queue4pollEv"}),
		  "events");
	EXPECT_EQ(part({"__xen_hypercall_pv", "xen_safe_halt", "default_idle_call"}), "idle");
	EXPECT_EQ(part({"xen_hypercall_pv", "xen_safe_halt", "default_idle_call"}), "idle");
	EXPECT_EQ(part({"xen_hypercall_pv", "xen_force_evtchn_callback", "netif_receive_skb"}), "events");
	EXPECT_EQ(part({"xen_hypercall_pv", "gnttab_batch_copy", "xenvif_tx_action"}), "grant_copies");
	EXPECT_EQ(part({"__xen_hypercall_pv", "netif_receive_skb"}), "linux");
}

TEST_F(Attribution, ProgramsAndUnknownAddresses)
{
	EXPECT_EQ(part_of({.address = 0x400000, .in_kernel = false}, symbols, {}), Part::programs);
	EXPECT_EQ(part_of({.address = 0x10, .in_kernel = true}, symbols, {}), Part::linux_rest);
	EXPECT_EQ(part_of({.address = at("memcpy"), .in_kernel = true}, KernelSymbols("/nonexistent"), {}),
		  Part::linux_rest);
}

TEST_F(Attribution, AllAreCounted)
{
	const std::uint64_t poll = at("_ZN7ringway7netback5Queue4pollEv");
	const PartCounts counts = attribute({{.address = poll, .in_kernel = true},
					     {.address = poll + 1, .in_kernel = true},
					     {.address = 1, .in_kernel = false}},
					    symbols, {});
	EXPECT_EQ(counts[static_cast<std::size_t>(Part::netback)], 2u);
	EXPECT_EQ(counts[static_cast<std::size_t>(Part::programs)], 1u);
	EXPECT_EQ(counts[static_cast<std::size_t>(Part::linux_rest)], 0u);
}

TEST_F(Attribution, TheBusiestComesFirst)
{
	const std::uint64_t poll = at("_ZN7ringway7netback5Queue4pollEv");
	const auto functions = busiest({{.address = at("memcpy"), .in_kernel = true},
					{.address = poll, .in_kernel = true},
					{.address = poll + 1, .in_kernel = true},
					{.address = at("default_idle_call"), .in_kernel = true},
					{.address = 1, .in_kernel = false}},
				       symbols, {});
	ASSERT_EQ(functions.size(), 3u);
	EXPECT_EQ(functions[0].name, "netback::Queue::poll");
	EXPECT_EQ(functions[0].module, "ringway_netback");
	EXPECT_EQ(functions[0].weight, 2u);
	EXPECT_EQ(functions[1].part, Part::programs);
	EXPECT_EQ(functions[2].name, "memcpy");
	const auto called =
		busiest({{.address = at("memcpy"), .in_kernel = true, .callers = {poll + 9}}}, symbols, {});
	ASSERT_EQ(called.size(), 1u);
	EXPECT_EQ(called[0].name, "memcpy of netback::Queue::poll");
	EXPECT_EQ(called[0].module, "ringway_netback");
	const std::string templ = "_ZN12_GLOBAL__N_111stage_batchILb0EEEvRN7ringway7netback4LaneE.lto_priv.0";
	EXPECT_EQ(busiest({{.address = at(templ), .in_kernel = true}}, symbols, {})[0].name, "stage_batch");
}

TEST_F(Attribution, ASampleWeighsWhatItStandsFor)
{
	std::vector<PerfSample> samples(
		9, {.address = at("netif_receive_skb"), .period = 100, .in_kernel = true});
	samples.push_back({.address = at("xenvif_tx_action"), .period = 9000, .in_kernel = true});
	const PartCounts counts = attribute(samples, symbols, {});
	EXPECT_EQ(counts[static_cast<std::size_t>(Part::netback)], 9000u);
	EXPECT_EQ(counts[static_cast<std::size_t>(Part::linux_rest)], 900u);
	const auto functions = busiest(samples, symbols, {});
	ASSERT_EQ(functions.size(), 2u);
	EXPECT_EQ(functions[0].name, "xenvif_tx_action");
	EXPECT_EQ(functions[0].weight, 9000u);
	EXPECT_EQ(functions[1].weight, 900u);
}

TEST_F(Attribution, ModulesWithoutAnAddressAreLeftOut)
{
	ASSERT_EQ(symbols.modules().size(), 1u);
	EXPECT_EQ(symbols.modules()[0].name, "ringway_netback");
	EXPECT_EQ(symbols.modules()[0].size, 4096u);
}

} // namespace ringway
