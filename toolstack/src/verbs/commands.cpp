// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include "context/steadfast.hpp"
#include "context/links_once.hpp"
#include "context/undo.hpp"
#include "vif/attach_check.hpp"
#include "vif/carrier.hpp"
#include "vif/policy.hpp"
#include "vif/wanted_policy.hpp"
#include "verbs/journal_words.hpp"
#include "verbs/rows.hpp"
#include "words/text.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

namespace
{

// Without mac= each run makes another address, so the plan says so rather than show one as final.
std::string plan_text(const std::vector<PlannedNode> &plan, const VifSpec &spec)
{
	std::string out;
	for (const PlannedNode &item : plan) {
		out += item.node == nullptr ? fmt::format("{} ({})\n", item.path, access_text(item.access))
					    : fmt::format("{} = \"{}\" ({})\n", item.path, escape(item.value),
							  access_text(item.access));
	}
	out += fmt::format("then: its device{} address {} master {} up; hotplug-status = \"connected\"\n",
			   spec.vifname ? " name " + *spec.vifname : "", Mac::vif().text(), spec.bridge);
	return out + (spec.mac ? "" : "(each run generates another MAC address; give one with mac=)\n");
}

nlohmann::json plan_json(const std::vector<PlannedNode> &plan, const VifSpec &spec)
{
	nlohmann::json writes = nlohmann::json::array();
	for (const PlannedNode &item : plan) {
		writes.push_back({{"path", item.path},
				  {"value", item.value},
				  {"permissions", access_text(item.access)}});
	}
	return {{"vif", to_json(spec)}, {"writes", writes}};
}

Answer row_answer(const Output &output, const VifRow &row)
{
	return {to_json(row, output.stats), show_text(row, output.stats)};
}

} // namespace

Answer vif_attach(Context &context, const Output &output, const std::string &domain, VifSpec spec,
		  const AttachOptions &options)
{
	settle_defaults(context.host, spec);
	if (output.dry_run) {
		const auto plan = plan_attach(context, domain, spec);
		return {plan_json(plan, spec), plan_text(plan, spec)};
	}
	const Record made = attach(context, domain, spec, options);
	say_vif(context, "vif attach", made, attach_words(spec, made));
	return row_answer(
		output, make_row(context, read_record(context.store, made.domid, made.devid).value_or(made)));
}

Answer vif_detach(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		  const DetachOptions &options)
{
	if (output.dry_run) {
		const Record record = find_vif(context.store, domain, vif);
		const std::vector<std::string> removes = {record.frontend_path(), record.backend_path(),
							  record.record_path()};
		return {nlohmann::json{{"removes", removes}},
			fmt::format("remove {}\n", fmt::join(removes, "\nremove "))};
	}
	const DetachResult result = detach(context, domain, vif, options);
	const Record &record = result.record;
	say_vif(context, "vif detach", record, result.forced ? JournalWords{"by-force"} : JournalWords());
	return {nlohmann::json{{"domid", record.domid}, {"devid", record.devid}, {"forced", result.forced}},
		fmt::format("{} detached{}\n", record.text(), result.forced ? " by force" : "")};
}

Answer vif_list(Context &context, const Output &output, const std::string &domain)
{
	const auto records =
		domain.empty() ? list_records(context.store)
			       : list_records(context.store, find_domain_or_record(context.store, domain).id);
	const bool whole = output.json || output.details;
	std::vector<VifRow> rows;
	nlohmann::json json = nlohmann::json::array();
	std::string details;
	OneLook look(context);
	for (const Record &record : records) {
		rows.push_back(make_row(look.context, record, whole ? RowDepth::whole : RowDepth::table));
		if (whole) { // of a table's row, half would be missing
			json.push_back(to_json(rows.back(), output.stats));
			details += show_text(rows.back(), output.stats);
		}
	}
	return {std::move(json), output.details ? details : list_text(rows, output.stats)};
}

Answer vif_show(Context &context, const Output &output, const std::string &domain, const std::string &vif)
{
	return row_answer(output, make_row(context, find_vif(context.store, domain, vif)));
}

Answer vif_set(Context &context, const Output &output, const std::string &domain, const std::string &vif,
	       std::vector<std::string> words)
{
	const bool nothing_said = words.empty();
	const JournalWords said = words;
	const auto carrier = take_carrier(words);
	const Record record = find_vif(context.store, domain, vif);
	const auto done = [&] { // what was set may be in the record
		say_vif(context, "vif set", record, said);
		return row_answer(
			output,
			make_row(context,
				 read_record(context.store, record.domid, record.devid).value_or(record)));
	};
	if (words.empty() && !nothing_said) { // the link is the guest's affair, whatever the bridge
		if (output.dry_run) {
			return {nlohmann::json{{"carrier", *carrier}},
				fmt::format("{} would have: carrier={}\n", record.text(),
					    *carrier ? "on" : "off")};
		}
		set_carrier(context, record, *carrier);
		return done();
	}
	if (output.dry_run) {
		const Policy wanted = try_policy(context, record, words);
		return {nlohmann::json{{"policy", wanted.text()}},
			fmt::format("{} would have: {}\n", record.text(),
				    wanted.empty() ? "nothing" : wanted.text())};
	}
	if (words.empty()) {
		put_policy_in_force(context, record);
		return done();
	}
	all_or_nothing([&](Undo &undo) {
		if (carrier) {
			const auto before = kept_words_of(context, record, key_values(words));
			undo.add([&context, &record, before] {
				update_policy(Undoing(context).context(), record, before);
			});
		}
		update_policy(context, record, words);
		if (carrier) {
			set_carrier(context, record, *carrier);
		}
	});
	return done();
}

Answer vif_rules(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		 const std::optional<std::string> &text)
{
	const Record record = find_vif(context.store, domain, vif);
	if (text) {
		const PortRules wanted = parse_rules(*text, "rules");
		if (output.dry_run) {
			return {rules_json(wanted), rules_text(wanted)};
		}
		const JournalWords words = {"rules=" + *text};
		update_policy(context, record, words);
		say_vif(context, "vif rules", record, words);
	}
	const CountedRules counted = context.links.port_state(find_port(context, record), std::nullopt)
					     .value_or(PortState())
					     .counted;
	return {rules_json(counted.rules, &counted),
		counted.rules.empty() ? fmt::format("# {} has no rules\n", record.text())
				      : rules_text(counted.rules, &counted)};
}

} // namespace ringway
