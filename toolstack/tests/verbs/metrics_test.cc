// SPDX-License-Identifier: GPL-2.0-only
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sys/stat.h>
#include "context/whole_file.hpp"
#include "guest_test.hpp"
#include "verbs/metrics.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

// What promtool checks: the text format of Prometheus, its naming, and that no series comes twice. Returns
// the first line that is wrong, or nothing.
std::string wrong_line(const std::string &text)
{
	static const std::regex head("# (HELP|TYPE) (ringway_[a-z_]+) (.+)"),
		sample(R"re((ringway_[a-z_]+)((\{([a-z]+="([^"\\\n]|\\["\\n])*"(,(?!\})|(?=\})))+\})?) [0-9.e+-]+)re");
	std::set<std::string> series, heads, closed;
	std::string name, last_help;
	std::smatch part;
	for (const std::string_view view : split(text, '\n')) {
		const std::string line(view);
		if (line.empty()) {
			continue;
		}
		if (std::regex_match(line, part, head)) {
			const bool is_type = part[1] == "TYPE";
			const bool total = part[2].str().ends_with("_total");
			if (!heads.insert(part[1].str() + part[2].str()).second ||
			    (is_type && (part[2] != last_help || (part[3] == "counter") != total ||
					 (part[3] != "counter" && part[3] != "gauge")))) {
				return line;
			}
			(is_type ? name : last_help) = part[2];
		} else if (!std::regex_match(line, part, sample) || part[1] != name ||
			   !series.insert(part[1].str() + part[2].str()).second) {
			return line;
		}
	}
	return text.ends_with('\n') ? "" : "the end";
}

std::string text_of(const std::filesystem::path &file)
{
	std::ifstream in(file);
	return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

class Metrics : public test::VifTest
{
protected:
	Metrics()
	{
		world.add_file("sys/class/net/vif3.0/queues/tx-0/x");
		world.links.at("vif3.0").carrier = true;
		world.links.at("vif3.0").stats = {5, 500, 1, 2, 7, 700, 3, 4};
		world.links.count = [](const std::string &device) -> std::vector<Counter> {
			if (device == "xenbr0") {
				return {{"forwarded", 11}, {"drop_rule", 12},  {"fdb_moved", 13},
					{"loop_seen", 1},  {"mdb_joined", 14}, {"mdb_malformed", 15},
					{"news", 16}};
			}
			return {{"tx_zerocopy_sent", 0},           {"from_guest_why_policy", 21},
				{"from_guest_packets", 22},        {"from_guest_bytes", 23},
				{"from_guest_cpu_ns", 1500000000}, {"from_guest_direct", 24},
				{"from_guest_malformed", 25},      {"from_guest_mapped", 28},
				{"to_guest_packets", 26},          {"to_guest_dropped_full", 27},
				{"q0_from_guest_packets", 22}};
		};
	}
	std::string text() { return metrics(context).text; }
	void expect_line(const std::string &line) { expect_in("\n" + line + "\n", "\n" + text()); }
};

TEST_F(Metrics, EveryKindOfCounterHasItsPlace)
{
	const std::string vif = R"({domain="web",domid="3",vif="0",device="vif3.0")";
	expect_line("ringway_vif_packets_total" + vif + ",direction=\"from_guest\"} 22");
	expect_line("ringway_vif_packets_total" + vif + ",direction=\"to_guest\"} 26");
	expect_line("ringway_vif_dropped_packets_total" + vif +
		    ",direction=\"from_guest\",reason=\"malformed\"} 25");
	expect_line("ringway_vif_dropped_packets_total" + vif +
		    ",direction=\"to_guest\",reason=\"full\"} 27");
	expect_line("ringway_vif_path_packets_total" + vif + ",path=\"direct\"} 24");
	expect_line("ringway_vif_mapped_packets_total" + vif + ",direction=\"from_guest\"} 28");
	EXPECT_EQ(text().find("path=\"mapped\""), std::string::npos); // each packet has one path
	expect_line("ringway_vif_not_direct_packets_total" + vif + ",reason=\"policy\"} 21");
	expect_line("ringway_vif_cpu_seconds_total" + vif + ",direction=\"from_guest\"} 1.5");
	expect_line("ringway_vif_up" + vif + "} 1");
	expect_line("ringway_vif_queues" + vif + "} 1");
	expect_line("ringway_vif_info" + vif +
		    ",bridge=\"xenbr0\",mac=\"00:16:3e:00:00:01\",driver=\"ringway\"} 1");
	expect_line(R"(ringway_bridge_packets_total{bridge="xenbr0",action="forwarded"} 11)");
	expect_line(R"(ringway_bridge_dropped_packets_total{bridge="xenbr0",reason="rule"} 12)");
	expect_line(R"(ringway_bridge_fdb_changes_total{bridge="xenbr0",change="moved"} 13)");
	expect_line(R"(ringway_bridge_groups_total{bridge="xenbr0",event="joined"} 14)");
	expect_line(R"(ringway_bridge_groups_total{bridge="xenbr0",event="malformed"} 15)");
	// What counts no packets is none of their actions.
	for (const char *other : {"joined", "loop_seen", "news"}) {
		EXPECT_EQ(text().find(std::string("action=\"") + other), std::string::npos) << other;
		EXPECT_EQ(text().find(std::string("action=\"mdb_") + other), std::string::npos) << other;
	}
	expect_line(R"(ringway_bridge_ports{bridge="xenbr0",kind="brlite"} 1)");
}

TEST_F(Metrics, TheTextIsWhatPrometheusReads)
{
	EXPECT_EQ(wrong_line(text()), "");
	// The checker itself can fail.
	EXPECT_NE(wrong_line("# HELP ringway_x x\n# TYPE ringway_x counter\nringway_x 1\n"), "");
	EXPECT_NE(wrong_line("# HELP ringway_x x\n# TYPE ringway_x gauge\nringway_x 1\nringway_x 1\n"), "");
	EXPECT_NE(wrong_line("# HELP ringway_x x\n# TYPE ringway_x gauge\nringway_x{a=\"\"\"} 1\n"), "");
	EXPECT_NE(wrong_line("ringway_x 1\n"), "");
	// Where there is promtool, it has the last word.
	if (std::system("command -v promtool > /dev/null 2>&1") == 0) {
		world.add_file("all.prom", text());
		EXPECT_EQ(std::system(
				  ("promtool check metrics < " + (world.root / "all.prom").string()).c_str()),
			  0);
	}
}

// With stock netback the device's own counters remain, and what nobody counts is absent.
TEST_F(Metrics, AnotherDriverIsNotZero)
{
	world.links.count = [](const std::string &) {
		return std::vector<Counter>{{"rx_gso_checksum_fixup", 1}};
	};
	expect_in("direction=\"from_guest\"} 5\n", text());
	expect_in("direction=\"to_guest\",reason=\"dropped\"} 4\n", text());
	expect_in("driver=\"other\"", text());
	EXPECT_EQ(text().find("cpu_seconds"), std::string::npos);
	EXPECT_EQ(text().find("path_packets"), std::string::npos);
	EXPECT_EQ(wrong_line(text()), "");
}

TEST_F(Metrics, AGuestsNameCannotForgeAnything)
{
	world.store.put("/local/domain/3/name", "x\"} 1\nringway_vif_up{a=\"\\");
	EXPECT_EQ(wrong_line(text()), "");
	expect_in(R"(domain="x\"} 1\\x0aringway_vif_up{a=\"\\x5c")", text());
}

TEST_F(Metrics, JsonHasTheSame)
{
	const Answer answer = metrics(context);
	std::size_t samples = 0;
	for (const auto &metric : answer.json) {
		samples += metric["samples"].size();
	}
	std::size_t lines = 0;
	for (const std::string_view line : split(answer.text, '\n')) {
		lines += !line.empty() && line[0] != '#' ? 1 : 0;
	}
	EXPECT_GT(lines, 20u);
	EXPECT_EQ(samples, lines);
}

TEST_F(Metrics, AFileIsReplacedInOneStep)
{
	const auto file = world.root / "ringway.prom";
	replace_file(file, "old\n", 0644);
	std::ifstream reader(file);
	replace_file(file, "new\n", 0644);
	EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "old\n"); // who reads, reads on
	EXPECT_EQ(text_of(file), "new\n");
	struct stat st {
	};
	ASSERT_EQ(stat(file.c_str(), &st), 0);
	EXPECT_EQ(st.st_mode & 0777, 0644u);
	EXPECT_FALSE(std::filesystem::exists(file.string() + ".new"));
	std::filesystem::create_directory(world.root / "folder.new");
	expect_in("cannot write", refusal([&] { replace_file(world.root / "folder", "x", 0644); }));
	EXPECT_FALSE(std::filesystem::exists(world.root / "folder"));
}

// Grafana asks for nothing that the command does not print, by name and by label.
TEST_F(Metrics, TheDashboardAsksForWhatThereIs)
{
	std::map<std::string, std::set<std::string>> known;
	for (const auto &metric : metrics(context).json) {
		for (const auto &sample : metric["samples"]) {
			for (const auto &[label, value] : sample["labels"].items()) {
				known[metric["name"]].insert(label);
			}
		}
	}
	const auto dashboard = nlohmann::json::parse(text_of(RINGWAY_TOP "/packaging/grafana/ringway.json"));
	static const std::regex use(R"((ringway_[a-z_]+)(\{[^}]*\})?)"), label(R"(([a-z]+)(=~|!=|=))"),
		by(R"(by \(([a-z, ]+)\))");
	std::size_t queries = 0;
	for (const auto &panel : dashboard["panels"]) {
		for (const auto &target : panel["targets"]) {
			const std::string query = target["expr"];
			++queries;
			std::set<std::string> labels;
			for (std::sregex_iterator it(query.begin(), query.end(), use), end; it != end; ++it) {
				ASSERT_TRUE(known.contains((*it)[1])) << query;
				labels = known[(*it)[1]];
				const std::string braces = (*it)[2];
				for (std::sregex_iterator l(braces.begin(), braces.end(), label); l != end;
				     ++l) {
					EXPECT_TRUE(labels.contains((*l)[1])) << query << ": " << (*l)[1];
				}
			}
			EXPECT_FALSE(labels.empty()) << query;
			for (std::sregex_iterator it(query.begin(), query.end(), by), end; it != end; ++it) {
				const std::string list = (*it)[1];
				for (const std::string_view one : split(list, ',')) {
					EXPECT_TRUE(labels.contains(std::string(trim(one)))) << query;
				}
			}
		}
	}
	EXPECT_GE(queries, 8u);
}

} // namespace ringway
