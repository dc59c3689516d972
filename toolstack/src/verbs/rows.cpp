// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include "vif/domain.hpp"
#include "vif/in_force.hpp"
#include "verbs/limit.hpp"
#include "vif/state.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

namespace fe = schema::frontend;
namespace be = schema::backend;

// HOSTILE: nodes of the guest, and of a driver domain. What does not pass the schema's check counts as
// absent.
std::optional<std::string> node(Store &store, const std::string &directory, const schema::Node &which)
{
	auto value = store.read(Store::none, node_path(directory, which));
	return value && schema::valid(which, *value) ? value : std::nullopt;
}

bool flag(Store &store, const std::string &directory, const schema::Node &which, bool absent = false)
{
	const auto value = node(store, directory, which);
	return value ? *value == "1" : absent;
}

// A guest with one queue need not say how many it has; one that did not connect yet has none.
std::uint64_t guest_queues(Store &store, const Record &record)
{
	if (const auto queues = node(store, record.frontend_path(), fe::multi_queue_num_queues)) {
		return *schema::parse_uint(*queues);
	}
	return node(store, record.frontend_path(), fe::tx_ring_ref) ? 1 : 0;
}

struct Feature {
	const char *name;
	const schema::Node *offered; // by the backend; null: always
	const schema::Node *taken;   // by the guest
	bool inverted = false;       // the guest's node says no
};

constexpr Feature features[] = {
	{"sg", &be::feature_sg, &fe::feature_sg},
	{"gso-tcpv4", &be::feature_gso_tcpv4, &fe::feature_gso_tcpv4},
	{"gso-tcpv6", &be::feature_gso_tcpv6, &fe::feature_gso_tcpv6},
	{"csum", nullptr, &fe::feature_no_csum_offload, true},
	{"ipv6-csum", &be::feature_ipv6_csum_offload, &fe::feature_ipv6_csum_offload},
	{"rx-copy", &be::feature_rx_copy, &fe::request_rx_copy},
	{"rx-notify", nullptr, &fe::feature_rx_notify},
	{"multicast-control", &be::feature_multicast_control, &fe::request_multicast_control},
};

std::vector<std::string> agreed(Store &store, const Record &record)
{
	std::vector<std::string> out;
	const std::string frontend = record.frontend_path();
	const std::string backend = record.backend_path();
	for (const Feature &feature : features) {
		const bool offered = feature.offered == nullptr || flag(store, backend, *feature.offered);
		if (offered && flag(store, frontend, *feature.taken) != feature.inverted) {
			out.emplace_back(feature.name);
		}
	}
	const std::string first_queue = schema::queue::path(record.domid, record.devid, 0);
	if (node(store, frontend, fe::event_channel_rx) ||
	    node(store, first_queue, schema::queue::event_channel_rx)) {
		out.emplace_back("split-event-channels");
	}
	if (node(store, frontend, fe::ctrl_ring_ref)) {
		out.emplace_back("ctrl-ring");
	}
	return out;
}

void add_device(Context &context, VifRow &row)
{
	if (row.record.backend != 0) {
		return; // it lives in the driver domain
	}
	const auto name = context.host.vif_device(row.record.domid, row.record.devid);
	const auto link = name ? context.links.find(*name) : std::nullopt;
	if (!link) {
		return;
	}
	row.device = link->name;
	row.mtu = link->mtu;
	row.up = link->up;
	row.carrier = link->carrier;
	row.stats = link->stats;
	if (link->master != 0) {
		const auto master = context.links.find(link->master);
		row.master = master ? master->name : "";
	}
}

std::string dash(const std::string &text)
{
	return text.empty() ? "-" : text;
}

nlohmann::json stats_json(const LinkStats &stats)
{
	return {{"rx",
		 {{"packets", stats.rx_packets},
		  {"bytes", stats.rx_bytes},
		  {"errors", stats.rx_errors},
		  {"dropped", stats.rx_dropped}}},
		{"tx",
		 {{"packets", stats.tx_packets},
		  {"bytes", stats.tx_bytes},
		  {"errors", stats.tx_errors},
		  {"dropped", stats.tx_dropped}}}};
}

std::string stats_text(const LinkStats &stats)
{
	return fmt::format("    RX: packets {} bytes {} errors {} dropped {}\n    TX: packets {} bytes {} "
			   "errors {} dropped {}\n",
			   stats.rx_packets, stats.rx_bytes, stats.rx_errors, stats.rx_dropped,
			   stats.tx_packets, stats.tx_bytes, stats.tx_errors, stats.tx_dropped);
}

} // namespace

VifRow make_row(Context &context, const Record &record, RowDepth depth)
{
	VifRow row;
	row.record = record;
	row.domain = context.store.read(Store::none, domain_path(record.domid) + "/name").value_or("");
	row.state = state_name(backend_state(context.store, record));
	row.queues = guest_queues(context.store, record);
	add_device(context, row);
	if (depth == RowDepth::table) {
		return row;
	}
	row.guest_state = state_name(frontend_state(context.store, record));
	row.features = agreed(context.store, record);
	row.error = backend_error(context.store, record);
	if (row.error.empty()) {
		row.error = frontend_error(context.store, record);
	}
	if (depth == RowDepth::whole) {
		row.policy = policy_in_force(context, record).value_or(Policy());
		row.drift = policy_drift(context, record);
	}
	return row;
}

nlohmann::json to_json(const VifRow &row, bool with_stats)
{
	const Record &record = row.record;
	nlohmann::json out = {{"domid", record.domid},
			      {"domain", name_text(row.domain)},
			      {"devid", record.devid},
			      {"backend_domid", record.backend},
			      {"mac", record.mac ? record.mac->text() : ""},
			      {"state", row.state},
			      {"frontend_state", row.guest_state},
			      {"ifname", row.device},
			      {"bridge", row.master.empty() ? record.bridge : row.master},
			      {"mtu", row.mtu},
			      {"up", row.up},
			      {"carrier", row.carrier},
			      {"queues", row.queues},
			      {"features", row.features}};
	add_limits(out, record);
	if (row.policy.vlan) {
		out["vlan"] = row.policy.vlan->text;
	} else if (!record.vlan.empty()) {
		out["vlan"] = record.vlan;
	}
	if (!record.ip.empty()) {
		out["ip"] = record.ip;
	}
	if (row.policy.isolated) {
		out["isolated"] = true;
	}
	if (row.policy.mac_lock) {
		out["mac_lock"] = true;
	}
	if (row.policy.ip_lock) {
		out["ip_lock"] = *row.policy.ip_lock;
	}
	for (const auto &[name, limit] :
	     {std::pair<const char *, const StormLimit &>{"storm_broadcast", row.policy.storm.broadcast},
	      {"storm_multicast", row.policy.storm.multicast},
	      {"storm_unknown", row.policy.storm.unknown}}) {
		if (limit.rate != 0) {
			out[name] = {{"packets_per_second", limit.rate}, {"burst", limit.burst}};
		}
	}
	if (!row.policy.rules.empty()) {
		out["rules"] = rules_json(row.policy.rules);
	}
	if (row.policy.mirror) {
		out["mirror"] = mirror_text(*row.policy.mirror);
	}
	if (!row.drift.empty()) {
		out["not_in_force"] = row.drift;
	}
	if (!row.error.empty()) {
		out["error"] = row.error;
	}
	if (with_stats && row.stats) {
		out["stats"] = stats_json(*row.stats);
	}
	return out;
}

std::string list_text(const std::vector<VifRow> &rows, bool with_stats)
{
	std::string out = fmt::format("{:<10} {:<16} {:<17} {:<15} {:<15} {:>5} {:>6} {}\n", "VIF", "DOMAIN",
				      "MAC", "DEVICE", "BRIDGE", "MTU", "QUEUES", "STATE");
	for (const VifRow &row : rows) {
		const Record &record = row.record;
		out += fmt::format("{:<10} {} {:<17} {:<15} {:<15} {:>5} {:>6} {}\n",
				   fmt::format("{}.{}", record.domid, record.devid),
				   name_cell(dash(row.domain), 16), record.mac ? record.mac->text() : "-",
				   dash(row.device), dash(row.master), row.mtu, row.queues, row.state);
		if (with_stats && row.stats) {
			out += stats_text(*row.stats);
		}
	}
	return out;
}

std::string show_text(const VifRow &row, bool with_stats)
{
	const Record &record = row.record;
	std::string out =
		fmt::format("vif {}.{}: domain {} mac {} state {}\n", record.domid, record.devid,
			    name_text(dash(row.domain)), record.mac ? record.mac->text() : "-", row.state);
	out += fmt::format("    device {} bridge {} mtu {} {}{}\n", dash(row.device), dash(row.master),
			   row.mtu, row.up ? "up" : "down", row.carrier ? " carrier" : "");
	out += fmt::format("    backend domain {} guest's end {} queues {}\n", record.backend,
			   row.guest_state, row.queues);
	out += fmt::format("    features {}\n", dash(fmt::format("{}", fmt::join(row.features, " "))));
	for (const auto &[name, value] :
	     {std::pair<const char *, const std::string &>{"rate (bytes,us)", record.rate},
	      {"pps", record.pps},
	      {"rx-rate (bytes,us)", record.rx_rate},
	      {"rx-pps", record.rx_pps},
	      {"vlan", row.policy.vlan ? row.policy.vlan->text : record.vlan},
	      {"ip", record.ip}}) {
		out += value.empty() ? "" : fmt::format("    {} {}\n", name, value);
	}
	Policy rest = row.policy;
	rest.vlan.reset(); // shown above
	out += rest.empty() ? "" : fmt::format("    policy {}\n", rest.text());
	for (const std::string &line : row.drift) {
		out += fmt::format("    not in force: {}\n", line);
	}
	out += row.error.empty() ? "" : fmt::format("    error {}\n", row.error);
	return out + (with_stats && row.stats ? stats_text(*row.stats) : "");
}

} // namespace ringway
