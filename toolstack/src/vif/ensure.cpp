// SPDX-License-Identifier: GPL-2.0-only
#include "vif/ensure.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "context/steadfast.hpp"
#include "vif/attaching.hpp"
#include "vif/device.hpp"
#include "vif/in_force.hpp"
#include "vif/kept_policy.hpp"
#include "vif/limit.hpp"
#include "vif/move.hpp"
#include "vif/policy.hpp"
#include "vif/stock.hpp"
#include "vif/wanted_policy.hpp"
#include "words/limit.hpp"
#include "words/rate.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

std::optional<Record> find_wished(Context &context, unsigned domid, const VifSpec &spec)
{
	for (const Record &record : list_records(context.store, domid)) {
		if (spec.mac ? record.mac == spec.mac : record.devid == spec.devid) {
			return record;
		}
	}
	return std::nullopt;
}

// Not while another command attaches it.
std::optional<Record> find_attached(Context &context, unsigned domid, const VifSpec &spec)
{
	if (const auto coming = find_wished(context, domid, spec)) {
		wait_while_attaching(context, *coming);
	}
	const auto there = find_wished(context, domid, spec);
	return there && !is_half_attached(context, *there) ? there : std::nullopt;
}

// The vif as XenStore and the kernel have it now.
struct Present {
	Context &context;
	const Record &record;
	std::optional<Link> device;

	Present(Context &c, const Record &r) : context(c), record(r), device(device_of(c, r)) {}
	std::string bridge() const
	{
		const auto master =
			device && device->master != 0 ? context.links.find(device->master) : std::nullopt;
		return device ? (master ? master->name : "") : record.bridge;
	}
	bool trusted() const
	{
		return context.store.read(Store::none, node_path(record.frontend_path(),
								 schema::frontend::trusted)) != "0";
	}
};

// What only a new vif can have.
void expect_same(Context &context, const Present &now, const VifWish &wish)
{
	const VifSpec &spec = wish.spec;
	const Record &record = now.record;
	const auto expect = [&](std::string_view key, const std::string &is, const std::string &wanted) {
		if (is != wanted) {
			throw Error(Exit::conflict,
				    fmt::format("{} {}: {} has {}, which cannot change while it is there; "
						"run 'ringway vif detach {} {}' first",
						key, quote(wanted), record.text(), quote(is), record.domid,
						record.devid));
		}
	};
	if (spec.mac) {
		expect("mac", record.mac ? record.mac->text() : "", spec.mac->text());
	}
	if (spec.devid) {
		expect("devid", std::to_string(record.devid), std::to_string(*spec.devid));
	}
	if (spec.names_backend) {
		expect("backend", std::to_string(record.backend),
		       std::to_string(find_domain(context.store, spec.backend).id));
	}
	if (spec.names_trust) {
		expect("trusted", now.trusted() ? "on" : "off", spec.trusted ? "on" : "off");
	}
	if (spec.vifname) {
		expect("vifname", now.device ? now.device->name : record.vifname, *spec.vifname);
	}
	if (spec.mtu && now.device) {
		expect("mtu", std::to_string(now.device->mtu), std::to_string(*spec.mtu));
	}
}

void compare_limits(const Record &record, const KeyValues &words, std::vector<Change> &out)
{
	for (const auto &[key, value] : words) {
		const std::string is = limit_of(record, key);
		const std::string wanted = parse_limits({key + "=" + value}).front().value.value_or("");
		if (is != wanted) {
			out.push_back({key, limit_text(key, is), limit_text(key, wanted)});
		}
	}
}

// Both what is in force and what is kept must be as told: it has to outlive the guest's next start.
void compare_policy(Context &context, const Record &record, const KeyValues &words, std::vector<Change> &out)
{
	const KeyValues told = words_of(change_policy({}, words_of(words)));
	const Policy kept = wanted_policy(context, record).policy();
	const KeyValues wanted = words_of(kept);
	const KeyValues now = words_of(policy_in_force(context, record).value_or(kept));
	const KeyValues shown = words_of(read_policy(context.store, record)); // written last
	for (const auto &[key, value] : words) {
		if (told.at(key) != now.at(key)) {
			out.push_back({key, now.at(key), told.at(key)});
		} else if (told.at(key) != wanted.at(key)) {
			out.push_back({key, now.at(key) + " until the guest's next start", told.at(key)});
		} else if (record.backend == 0 && told.at(key) != shown.at(key)) {
			out.push_back({key, shown.at(key) + " in XenStore", told.at(key)});
		}
	}
}

void change_vif(Context &context, const VifWish &wish, const VifPlan &plan)
{
	const Record &record = *plan.record;
	const auto changed = [&](const std::string &key) {
		return std::any_of(plan.changes.begin(), plan.changes.end(),
				   [&](const Change &change) { return change.key == key; });
	};
	KeyValues words;
	for (const auto &[key, value] : wish.words) {
		if (changed(key)) {
			words[key] = value;
		}
	}
	all_or_nothing([&](Undo &undo) {
		if (changed("bridge")) {
			move_vif(context, record, wish.spec.bridge, undo);
		}
		if (const auto policy = words_of(only_limits(words, false)); !policy.empty()) {
			const auto before = kept_words_of(context, record, words);
			update_policy(context, record, policy);
			undo.add([&context, record, before] {
				update_policy(Undoing(context).context(), record, before);
			});
		}
		if (const auto limits = words_of(only_limits(words, true)); !limits.empty()) {
			update_limits(context, record, limits);
		}
	});
}

// A new vif may have VLANs on an ordinary bridge; its addresses are checked as it is attached.
void expect_possible(Context &context, const VifWish &wish, const VifPlan &plan)
{
	Record coming;
	coming.backend = find_domain(context.store, wish.spec.backend).id;
	const Record &record = plan.record ? *plan.record : coming;
	KeyValues words = wish.words;
	std::erase_if(words, [&](const auto &word) {
		return plan.record ? std::none_of(plan.changes.begin(), plan.changes.end(),
						  [&](const Change &c) { return c.key == word.first; })
				   : word.first == "vlan" || word.first == "ip";
	});
	const bool stays = plan.record && !wish.spec.names_bridge;
	const auto bridge = context.links.find(stays ? Present(context, record).bridge() : wish.spec.bridge);
	expect_no_policy(record, only_limits(words, false));
	if (bridge && record.backend == 0) {
		expect_possible_policy(*bridge, only_limits(words, false));
	}
	expect_known_limits(context.host, record, parse_limits(words_of(only_limits(words, true))));
}

// libxl and its configuration know of rate=, vlan= and ip=.
VifSpec whole_spec(const VifWish &wish, KeyValues &rest)
{
	VifSpec spec = wish.spec;
	const auto take = [&](const std::string &key, const auto &set) {
		const auto at = rest.find(key);
		if (at != rest.end() && at->second != "none" && at->second != "any") {
			set(at->second);
			rest.erase(at);
		}
	};
	take("rate", [&](const std::string &text) { spec.rate = Rate::parse(text); });
	take("vlan", [&](const std::string &text) { spec.vlan = Vlan::parse(text); });
	take("ip", [&](const std::string &text) {
		for (const std::string_view address : split(text, ',')) {
			spec.ip.emplace_back(address);
		}
	});
	return spec;
}

// What is kept before the vif is there is in force before its port goes up.
Record attach_new(Context &context, const VifWish &wish, const AttachOptions &options)
{
	KeyValues rest = wish.words;
	const VifSpec spec = whole_spec(wish, rest);
	const Domain domain = find_domain(context.store, wish.domain);
	Record coming;
	coming.domid = domain.id;
	coming.mac = spec.mac;
	coming.bridge = spec.bridge;
	WantedPolicy wanted = wanted_policy(context, coming);
	const KeptWords before = wanted.kept;
	for (const auto &[key, value] : wish.words) {
		wanted.kept.set.erase(key); // of an earlier vif with this address
	}
	wanted.set(words_of(rest));
	if (wanted.kept == before) {
		return attach(context, wish.domain, spec, options);
	}
	Record made;
	all_or_nothing([&](Undo &undo) {
		undo.add([&] { wanted.file->write(before, wanted.names.name); });
		wanted.file->write(wanted.kept, wanted.names.name);
		made = attach(context, wish.domain, spec, options);
	});
	return made;
}

} // namespace

VifWish VifWish::of(const std::string &domain, VifSpec spec)
{
	VifWish out{domain, std::move(spec), {}};
	if (out.spec.rate) {
		out.words["rate"] = out.spec.rate->text();
	}
	if (out.spec.vlan) {
		out.words["vlan"] = out.spec.vlan->text;
	}
	if (!out.spec.ip.empty()) {
		out.words["ip"] = ip_lock_text(lock_of_vifspec(out.spec.ip));
	}
	out.spec.rate.reset();
	out.spec.vlan.reset();
	out.spec.ip.clear();
	return out;
}

VifPlan plan_ensure(Context &context, const VifWish &wish)
{
	const Domain domain = find_domain(context.store, wish.domain);
	if (!wish.spec.mac && !wish.spec.devid) {
		throw Error(Exit::usage,
			    "the vif is known by its address or its number: give mac= or devid=");
	}
	VifPlan plan;
	plan.record = find_attached(context, domain.id, wish.spec);
	if (!plan.record) {
		expect_possible(context, wish, plan);
		return plan;
	}
	const Present now(context, *plan.record);
	expect_same(context, now, wish);
	if (wish.spec.names_bridge) {
		// A move that was killed half way has one of the two.
		for (const std::string &is : {now.bridge(), plan.record->bridge}) {
			if (is != wish.spec.bridge) {
				plan.changes.push_back({"bridge", is, wish.spec.bridge});
				break;
			}
		}
	}
	compare_limits(*plan.record, only_limits(wish.words, true), plan.changes);
	compare_policy(context, *plan.record, only_limits(wish.words, false), plan.changes);
	expect_possible(context, wish, plan);
	return plan;
}

Record ensure(Context &context, const VifWish &wish, const VifPlan &plan, const AttachOptions &options)
{
	if (!plan.record) {
		return attach_new(context, wish, options);
	}
	if (!plan.changes.empty()) {
		change_vif(context, wish, plan);
	}
	return read_record(context.store, plan.record->domid, plan.record->devid).value_or(*plan.record);
}

} // namespace ringway
