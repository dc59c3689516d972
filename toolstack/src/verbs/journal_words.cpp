// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/journal_words.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "vif/domain.hpp"
#include "words/name_text.hpp"

namespace ringway
{

namespace
{

// A text of several lines, such as rules, is only counted in a message.
std::string in_one_line(const std::string &word)
{
	const auto lines = std::count(word.begin(), word.end(), '\n');
	return lines == 0 ? word : fmt::format("{}=({} lines)", word.substr(0, word.find('=')), lines);
}

std::string message(const char *verb, const JournalWords &names, const JournalWords &words)
{
	std::string out = verb;
	for (const std::string &name : names) {
		out += " " + name;
	}
	for (const std::string &word : words) {
		out += " " + in_one_line(word);
	}
	return message_text(out);
}

// Its number where it has no name, or xenstored does not answer any more.
std::string domain_name(Context &context, unsigned domid)
{
	std::string name;
	try {
		name = context.store.read(Store::none, domain_path(domid) + "/name").value_or("");
	} catch (const Error &) {
	}
	return name.empty() ? std::to_string(domid) : name_text(name);
}

template <typename Action>
void quietly(const Action &action) noexcept
{
	try {
		action();
	} catch (const std::exception &) {
	}
}

} // namespace

void say_vif(Context &context, const char *verb, const Record &record, const JournalWords &words) noexcept
{
	quietly([&] {
		const std::string domain = domain_name(context, record.domid);
		context.journal.say({.message = message(verb, {domain, std::to_string(record.devid)}, words),
				     .verb = verb,
				     .domain = domain,
				     .vif = fmt::format("{}.{}", record.domid, record.devid),
				     .bridge = record.bridge,
				     .changes = words});
	});
}

void say_bridge(BridgeContext &context, const char *verb, const std::string &bridge,
		const JournalWords &words) noexcept
{
	quietly([&] {
		context.journal.say({.message = message(verb, {bridge}, words),
				     .verb = verb,
				     .bridge = bridge,
				     .changes = words});
	});
}

void say_port(BridgeContext &context, const Link &port, const JournalWords &words) noexcept
{
	quietly([&] {
		const auto bridge = context.links.find(port.master);
		context.journal.say({.message = message("bridge port", {port.name}, words),
				     .verb = "bridge port",
				     .bridge = bridge ? bridge->name : "",
				     .changes = words});
	});
}

void say_all(Context &context, const char *verb, const std::string &text, const JournalWords &changes,
	     bool warning) noexcept
{
	quietly([&] {
		context.journal.say({.message = fmt::format("{}: {}", verb, message_text(text)),
				     .verb = verb,
				     .changes = changes,
				     .warning = warning});
	});
}

JournalWords attach_words(const VifSpec &spec, const Record &made)
{
	JournalWords out;
	const auto add = [&](const char *key, const std::string &value) {
		if (!value.empty()) {
			out.push_back(fmt::format("{}={}", key, value));
		}
	};
	add("mac", made.mac ? made.mac->text() : "");
	add("bridge", made.bridge);
	add("vifname", spec.vifname.value_or(""));
	add("rate", spec.rate ? spec.rate->text() : "");
	add("mtu", spec.mtu ? std::to_string(*spec.mtu) : "");
	add("vlan", spec.vlan ? spec.vlan->text : "");
	add("ip", spec.ip_text());
	add("backend", spec.names_backend ? spec.backend : "");
	if (!spec.trusted) {
		out.emplace_back("untrusted");
	}
	return out;
}

JournalWords change_words(const std::vector<Change> &changes)
{
	JournalWords out;
	for (const Change &change : changes) {
		out.push_back(change.key + "=" + change.to);
	}
	return out;
}

} // namespace ringway
