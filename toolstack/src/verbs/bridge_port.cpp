// SPDX-License-Identifier: GPL-2.0-only
// ringway bridge port: a port of a brlite bridge, such as an uplink.

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include "verbs/bridge_common.hpp"
#include "verbs/bridge_rows.hpp"
#include "verbs/journal_words.hpp"
#include "words/error.hpp"
#include "words/mirror.hpp"
#include "words/storm.hpp"

namespace ringway
{

namespace
{

bool is_policy(const std::string &key)
{
	return key == "isolated" || key == "mirror" ||
	       std::any_of(storm_kinds.begin(), storm_kinds.end(),
			   [&](const StormKind &kind) { return kind.key == key; });
}

} // namespace

std::optional<Record> vif_of(BridgeContext &context, const std::string &device)
{
	for (const Record &record : list_records(context.store)) {
		if (record.backend == 0 && context.host.vif_device(record.domid, record.devid) == device) {
			return record;
		}
	}
	return std::nullopt;
}

void expect_no_vif(BridgeContext &context, const std::string &device, const KeyValues &policy)
{
	if (const auto vif = vif_of(context, device)) {
		reject(policy.begin()->first, policy.begin()->second,
		       fmt::format("{} is {}; use 'ringway vif set {} {} {}'", device, vif->text(),
				   vif->domid, vif->devid, fmt::join(words_of(policy), " ")));
	}
}

PortChange take_port_change(BridgeContext &context, const Link &port, KeyValues &words)
{
	PortChange out;
	for (std::size_t i = 0; i < storm_kinds.size(); ++i) {
		const std::string key(storm_kinds[i].key);
		if (words.contains(key)) {
			out.storm[i] = parse_storm_limit(key, take_text(words, key));
		}
	}
	if (const std::string text = take_text(words, "isolated"); !text.empty()) {
		if (text != "on" && text != "off") {
			reject("isolated", text, "write on or off");
		}
		out.isolated = text == "on";
	}
	if (const std::string text = take_text(words, "mirror"); !text.empty()) {
		const auto mirror = parse_mirror(text);
		const auto to = mirror ? context.links.find(mirror->device) : std::nullopt;
		if (mirror && (!to || to->master != port.master || to->index == port.index)) {
			reject("mirror", text, "name another port of the same bridge");
		}
		out.mirror_from = mirror && mirror->from_guest ? to->index : 0;
		out.mirror_to = mirror && mirror->to_guest ? to->index : 0;
	}
	return out;
}

void change_port(BridgeContext &context, const Link &port, const PortChange &change, const PortValues &values,
		 Undo &undo)
{
	if (!values.empty()) {
		PortValues before = context.bridges.port_values(port);
		std::erase_if(before, [&](const auto &one) { return !values.contains(one.first); });
		undo.add([&context, port, before] { context.bridges.change_port(port, before); });
		context.bridges.change_port(port, values);
	}
	if (change.any()) {
		undo.add([&context, port, before = undoing(change, context.links.port_state(port, {}))] {
			context.links.change_port(port, before);
		});
		context.links.change_port(port, change);
	}
}

Answer bridge_port(BridgeContext &context, const Output &output, const std::string &device,
		   const BridgeWords &words)
{
	KeyValues rest = key_values(words), policy;
	const KeyValues all = rest;
	for (const auto &[key, value] : all) {
		if (is_policy(key)) {
			policy[key] = value;
		}
	}
	const PortValues values = take_port_values(rest);
	const Link port = find_port(context, device);
	const PortChange change = take_port_change(context, port, rest);
	expect_none(rest, port_keys() + ", isolated=, broadcast=, multicast=, unknown= and mirror=");
	if (!policy.empty()) {
		expect_no_vif(context, device, policy);
	}
	if (output.dry_run && !all.empty()) {
		return would("set", device, all);
	}
	all_or_nothing([&](Undo &undo) { change_port(context, port, change, values, undo); });
	if (!all.empty()) {
		say_port(context, port, words);
	}
	const PortRow row = port_row(context, port);
	return {to_json(row), port_text(row, true)};
}

} // namespace ringway
