// SPDX-License-Identifier: GPL-2.0-only
// The vifs of `ringway apply`.

#include <fmt/format.h>
#include "verbs/apply_plan.hpp"
#include "vif/attach_check.hpp"
#include "vif/ensure.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

VifWish wish_of(const Host &host, const ConfigObject &object)
{
	std::string spec = "mac=" + object.mac->text();
	VifWish wish{object.name, {}, {}};
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
	settle_bridge(host, wish.spec);
	return wish;
}

std::optional<Domain> running(Store &store, const std::string &name)
{
	try {
		return find_domain(store, name);
	} catch (const Error &error) {
		if (error.code() == Exit::absent) {
			return std::nullopt;
		}
		throw;
	}
}

} // namespace

ObjectPlan plan_vif(ApplyContext &all, const ConfigObject &object, const ApplyOptions &options,
		    const std::set<std::string> &coming)
{
	Context &context = all.context;
	ObjectPlan out;
	if (!running(context.store, object.name)) {
		out.skipped = fmt::format("domain {} is not running", quote(object.name));
		return out;
	}
	const VifWish wish = wish_of(context.host, object);
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
