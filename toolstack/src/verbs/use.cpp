// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/use.hpp"

#include <fmt/format.h>

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

} // namespace ringway
