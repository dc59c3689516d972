// SPDX-License-Identifier: GPL-2.0-only
#include "vif/wanted_policy.hpp"

#include <fmt/format.h>
#include "vif/domain.hpp"
#include "vif/limit.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

// That it is in, or should be in.
std::string bridge_of(Context &context, const Record &record)
{
	const auto device = context.host.vif_device(record.domid, record.devid);
	const auto link = device ? context.links.find(*device) : std::nullopt;
	const auto bridge = link && link->master != 0 ? context.links.find(link->master) : std::nullopt;
	return bridge ? bridge->name : record.bridge;
}

// libxl's form of the addresses: separated by blanks.
std::string lock_text(const std::string &addresses)
{
	std::vector<std::string> list;
	for (const std::string_view address : split(addresses, ' ')) {
		if (!address.empty()) {
			list.emplace_back(address);
		}
	}
	return ip_lock_text(lock_of_vifspec(list));
}

KeyValues words_of_vifspec(const Record &record)
{
	KeyValues out;
	if (!record.ip.empty()) {
		out["ip"] = lock_text(record.ip);
	}
	if (!record.vlan.empty()) {
		out["vlan"] = record.vlan;
	}
	return out;
}

// The receiver of a live migration makes the guest under another name, and gives it its own before it runs;
// what the sender keeps of it until then has another one, too.
std::string name_of_guest(std::string name)
{
	for (const std::string_view behind : {"--incoming", "--migratedaway"}) {
		if (name.ends_with(behind)) {
			name.erase(name.size() - behind.size());
			return name;
		}
	}
	return name;
}

} // namespace

VifNames vif_names(Context &context, const Record &record)
{
	constexpr std::string_view prefix = "/vm/";
	const auto get = [&](const char *node) {
		return context.store.read(Store::none, domain_path(record.domid) + node).value_or("");
	};
	const std::string vm = get("/vm");
	return {record.mac, vm.starts_with(prefix) ? vm.substr(prefix.size()) : "",
		name_of_guest(get("/name")), bridge_of(context, record)};
}

KeyValues WantedPolicy::words() const
{
	return laid_over(laid_over(laid_over(written, kept.attached), vifspec), kept.set);
}

Policy WantedPolicy::policy() const
{
	return change_policy({}, words_of(only_limits(words(), false)));
}

bool WantedPolicy::needs_brlite() const
{
	return !change_policy({}, words_of(only_limits(laid_over(written, kept.set), false))).empty();
}

void WantedPolicy::set(const std::vector<std::string> &words)
{
	if (!file && !words.empty()) {
		throw Error(
			Exit::usage,
			"nothing can be kept for this vif: its domain has no UUID, or it has no MAC address "
			"on record; attach it anew with 'ringway vif attach'");
	}
	for (const auto &[key, value] : key_values(words)) {
		if (value == "default") {
			kept.set.erase(key);
		} else {
			kept.set[key] = value;
		}
	}
}

WantedPolicy wanted_policy(Context &context, const Record &record)
{
	WantedPolicy out;
	const std::filesystem::path &root = context.host.root();
	out.names = vif_names(context, record);
	out.file = KeptPolicy::of(root, out.names);
	if (out.file) {
		out.kept = out.file->read();
	}
	out.written = written_for(out.names, written_policies(root));
	out.vifspec = words_of_vifspec(record);
	return out;
}

std::vector<Limit> wanted_limits(const Record &record, const WantedPolicy &wanted)
{
	const auto in_vifspec = [&](const std::string &key) { return !limit_of(record, key).empty(); };
	KeyValues limits = only_limits(wanted.kept.set, true);
	for (const auto &[key, value] : only_limits(wanted.written, true)) {
		if (!in_vifspec(key)) {
			limits.try_emplace(key, value);
		}
	}
	return parse_limits(words_of(limits));
}

std::vector<Limit> limits_then(const WantedPolicy &wanted, const std::vector<std::string> &words)
{
	KeyValues out;
	for (const auto &[key, value] : key_values(words)) {
		if (value != "default") {
			out[key] = value;
		} else if (wanted.kept.set.contains(key)) {
			const auto written = wanted.written.find(key);
			out[key] = written == wanted.written.end() ? "none" : written->second;
		}
	}
	return parse_limits(words_of(out));
}

std::vector<std::string> kept_words_of(Context &context, const Record &record, const KeyValues &keys)
{
	const WantedPolicy wanted = wanted_policy(context, record);
	std::vector<std::string> out;
	for (const auto &[key, value] : only_limits(keys, false)) {
		const auto at = wanted.kept.set.find(key);
		out.push_back(key + "=" + (at == wanted.kept.set.end() ? "default" : at->second));
	}
	return out;
}

} // namespace ringway
