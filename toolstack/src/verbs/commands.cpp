// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/commands.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include "vif/carrier.hpp"
#include "vif/policy.hpp"
#include "verbs/rows.hpp"
#include "words/text.hpp"
#include "words/vifspec.hpp"

namespace ringway
{

namespace
{

// The MAC is random unless given, so say which the printed plan would use only where one was given.
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
	return out + (spec.mac ? "" : "(another MAC address is made for each run; give mac= to fix it)\n");
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

} // namespace

std::string json_text(const Output &output, const nlohmann::json &value)
{
	return value.dump(output.pretty ? 4 : -1) + "\n";
}

std::string vif_attach(Context &context, const Output &output, const std::string &domain, const VifSpec &spec,
		       const AttachOptions &options)
{
	if (output.dry_run) {
		const auto plan = plan_attach(context, domain, spec);
		return output.json ? json_text(output, plan_json(plan, spec)) : plan_text(plan, spec);
	}
	const Record made = attach(context, domain, spec, options);
	const VifRow row =
		make_row(context, read_record(context.store, made.domid, made.devid).value_or(made));
	return output.json ? json_text(output, to_json(row, output.stats)) : show_text(row, output.stats);
}

std::string vif_detach(Context &context, const Output &output, const std::string &domain_text,
		       const std::string &vif, const DetachOptions &options)
{
	if (output.dry_run) {
		const Record record =
			find_record(context.store, find_domain_or_record(context.store, domain_text).id, vif);
		const std::vector<std::string> removes = {record.frontend_path(), record.backend_path(),
							  record.record_path()};
		return output.json ? json_text(output, {{"removes", removes}})
				   : fmt::format("remove {}\n", fmt::join(removes, "\nremove "));
	}
	const DetachResult result = detach(context, domain_text, vif, options);
	const Record &record = result.record;
	if (output.json) {
		return json_text(
			output,
			{{"domid", record.domid}, {"devid", record.devid}, {"forced", result.forced}});
	}
	return fmt::format("{} detached{}\n", record.text(), result.forced ? " by force" : "");
}

std::string vif_list(Context &context, const Output &output, const std::string &domain)
{
	const auto records =
		domain.empty() ? list_records(context.store)
			       : list_records(context.store, find_domain_or_record(context.store, domain).id);
	std::vector<VifRow> rows;
	nlohmann::json json = nlohmann::json::array();
	std::string details;
	for (const Record &record : records) {
		rows.push_back(make_row(context, record));
		json.push_back(to_json(rows.back(), output.stats));
		details += show_text(rows.back(), output.stats);
	}
	if (output.json) {
		return json_text(output, json);
	}
	return output.details ? details : list_text(rows, output.stats);
}

std::string vif_show(Context &context, const Output &output, const std::string &domain,
		     const std::string &vif)
{
	const Record record =
		find_record(context.store, find_domain_or_record(context.store, domain).id, vif);
	const VifRow row = make_row(context, record);
	return output.json ? json_text(output, to_json(row, output.stats)) : show_text(row, output.stats);
}

std::string vif_set(Context &context, const Output &output, const std::string &domain, const std::string &vif,
		    std::vector<std::string> words)
{
	const bool nothing_said = words.empty();
	const auto carrier = take_carrier(words);
	const Record record =
		find_record(context.store, find_domain_or_record(context.store, domain).id, vif);
	const auto show = [&] {
		// What was set may be in the record.
		const VifRow row = make_row(
			context, read_record(context.store, record.domid, record.devid).value_or(record));
		return output.json ? json_text(output, to_json(row, output.stats))
				   : show_text(row, output.stats);
	};
	if (words.empty() && !nothing_said) { // the link is the guest's affair, whatever the bridge
		if (output.dry_run) {
			return fmt::format("{} would have: carrier={}\n", record.text(),
					   *carrier ? "on" : "off");
		}
		set_carrier(context, record, *carrier);
		return show();
	}
	const Policy wanted = change_policy(read_policy(context.store, record), words);
	if (output.dry_run) {
		const std::string text = wanted.empty() ? "nothing" : wanted.text();
		return output.json ? json_text(output, {{"policy", wanted.text()}})
				   : fmt::format("{} would have: {}\n", record.text(), text);
	}
	set_policy(context, record, wanted);
	if (carrier) {
		set_carrier(context, record, *carrier);
	}
	return show();
}

std::string vif_rules(Context &context, const Output &output, const std::string &domain,
		      const std::string &vif, const std::optional<std::string> &text)
{
	const Record record =
		find_record(context.store, find_domain_or_record(context.store, domain).id, vif);
	if (text) {
		Policy wanted = read_policy(context.store, record);
		wanted.rules = parse_rules(*text, "rules");
		if (output.dry_run) {
			return output.json ? json_text(output, rules_json(wanted.rules))
					   : rules_text(wanted.rules);
		}
		set_policy(context, record, wanted);
	}
	const CountedRules counted = context.links.rules(find_port(context, record));
	if (output.json) {
		return json_text(output, rules_json(counted.rules, &counted));
	}
	return counted.rules.empty() ? fmt::format("# {} has no rules\n", record.text())
				     : rules_text(counted.rules, &counted);
}

} // namespace ringway
