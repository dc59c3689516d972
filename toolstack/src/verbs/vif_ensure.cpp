// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/vif_ensure.hpp"

#include <fmt/format.h>
#include "verbs/changes.hpp"
#include "verbs/commands.hpp"
#include "verbs/journal_words.hpp"
#include "verbs/rows.hpp"
#include "vif/attach_check.hpp"
#include "vif/ensure.hpp"

namespace ringway
{

Answer vif_ensure(Context &context, const Output &output, const std::string &domain, VifSpec spec,
		  const AttachOptions &options)
{
	settle_defaults(context.host, spec);
	const VifWish wish = VifWish::of(domain, spec);
	const VifPlan plan = plan_ensure(context, wish);
	if (output.dry_run && !plan.record) {
		return vif_attach(context, output, domain, spec, options);
	}
	if (output.dry_run) {
		return {nlohmann::json{{"domid", plan.record->domid},
				       {"devid", plan.record->devid},
				       {"changes", changes_json(plan.changes)}},
			plan.record->text() + (plan.changes.empty()
						       ? " is as told\n"
						       : " would change:\n" + changes_text(plan.changes))};
	}
	const Record record = ensure(context, wish, plan, options);
	if (!plan.record || !plan.changes.empty()) {
		say_vif(context, "vif attach --ensure", record,
			plan.record ? change_words(plan.changes) : attach_words(spec, record));
	}
	const VifRow row = make_row(context, record);
	Answer out{to_json(row, output.stats), show_text(row, output.stats)};
	out.json["action"] = !plan.record ? "attach" : plan.changes.empty() ? "none" : "change";
	out.json["changes"] = changes_json(plan.changes);
	if (plan.record) {
		out.text = record.text() +
			   (plan.changes.empty() ? " was as told\n"
						 : " changed:\n" + changes_text(plan.changes)) +
			   out.text;
	}
	return out;
}

} // namespace ringway
