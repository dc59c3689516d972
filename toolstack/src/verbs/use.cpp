// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/use.hpp"

#include <fmt/format.h>
#include "verbs/journal_words.hpp"

namespace ringway
{

Answer plan_answer(const SwapPlan &plan, bool to_ringway)
{
	Answer out{{{"to", to_ringway ? "ringway" : "stock"},
		    {"steps", plan.steps},
		    {"warnings", plan.warnings},
		    {"obstacles", plan.obstacles}},
		   ""};
	for (const std::string &step : plan.steps) {
		out.text += step + "\n";
	}
	for (const std::string &warning : plan.warnings) {
		out.text += "WARNING " + warning + "\n";
	}
	for (const std::string &obstacle : plan.obstacles) {
		out.text += "CANNOT " + obstacle + "\n";
	}
	if (plan.empty()) {
		out.text += fmt::format("nothing to do: this host uses {} already\n",
					to_ringway ? "Ringway" : "the stock drivers");
	}
	return out;
}

void say_used(Context &context, const SwapPlan &plan, bool to_ringway) noexcept
{
	say_all(context, to_ringway ? "use ringway" : "use stock", "the network stack is another one",
		plan.steps);
}

void say_unused(Context &context) noexcept
{
	say_all(context, "use --undo", "the network stack is what it was before", {}, true);
}

} // namespace ringway
