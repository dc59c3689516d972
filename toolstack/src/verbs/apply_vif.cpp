// SPDX-License-Identifier: GPL-2.0-only
// The vifs of `ringway apply`.

#include <fmt/format.h>
#include "verbs/apply_plan.hpp"
#include "vif/attach_check.hpp"
#include "vif/domain.hpp"
#include "vif/ensure.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

// A configuration names its guests: one that is called "3" is not domain 3.
VifWish wish_of(const Host &host, const ConfigObject &object, const Domain &guest)
{
	std::string spec = "mac=" + object.mac->text();
	VifWish wish{std::to_string(guest.id), {}, {}};
	for (const auto &[key, value] : object.words) {
		if (key == "trusted") {
			spec += value == "on" ? ",trusted" : ",untrusted";
		} else if (is_vifspec_key(key)) {
			spec += fmt::format(",{}={}", key, value);
		} else {
			wish.words[key] = value;
		}
	}
	wish.spec = VifSpec::parse(spec);
	settle_defaults(host, wish.spec);
	return wish;
}

} // namespace

ObjectPlan plan_vif(ApplyContext &all, const ConfigObject &object, const ApplyOptions &options,
		    const std::set<std::string> &coming)
{
	Context &context = all.context;
	ObjectPlan out;
	const auto guest = find_domain_named(context.store, object.name);
	if (!guest) {
		out.skipped = fmt::format("domain {} is not running", quote(object.name));
		return out;
	}
	const VifWish wish = wish_of(context.host, object, *guest);
	const VifPlan plan = plan_ensure(context, wish);
	out.add = !plan.record;
	out.changes = plan.changes;
	if (out.add) {
		out.changes.push_back({"bridge", "", wish.spec.bridge});
		for (const auto &[key, value] : wish.words) {
			out.changes.push_back({key, "", key == "rules" ? "(as in the file)" : value});
		}
		if (options.diff && !coming.contains(wish.spec.bridge)) {
			(void)check_attach(context, wish.domain, wish.spec);
		}
	}
	out.carry_out = [&context, wish, plan, options] {
		(void)ensure(context, wish, plan, options.attach);
	};
	return out;
}

} // namespace ringway
