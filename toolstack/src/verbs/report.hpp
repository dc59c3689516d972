// SPDX-License-Identifier: GPL-2.0-only
//
// What the checks of `ringway check` write their findings into.
#pragma once

#include <string>
#include <utility>
#include <vector>
#include "verbs/check.hpp"

namespace ringway
{

class Report
{
public:
	void ok(std::string subject, std::string text)
	{
		findings.push_back({Level::ok, std::move(subject), std::move(text), ""});
	}
	void warning(std::string subject, std::string text, std::string fix)
	{
		findings.push_back({Level::warning, std::move(subject), std::move(text), std::move(fix)});
	}
	void problem(std::string subject, std::string text, std::string fix)
	{
		findings.push_back({Level::problem, std::move(subject), std::move(text), std::move(fix)});
	}
	std::vector<Finding> findings;
};

} // namespace ringway
