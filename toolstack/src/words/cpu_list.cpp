// SPDX-License-Identifier: GPL-2.0-only
#include "words/cpu_list.hpp"

#include <set>
#include "schema_types.hpp"
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

unsigned one_cpu(std::string_view word, std::string_view text)
{
	const auto number = schema::parse_uint(word);
	if (!number || *number >= most_cpus) {
		reject("cpus", text, "write numbers and ranges of CPUs, such as 0-3,8");
	}
	return static_cast<unsigned>(*number);
}

} // namespace

std::vector<unsigned> parse_cpus(std::string_view text)
{
	std::set<unsigned> out;
	for (const std::string_view part : split(text, ',')) {
		const auto dash = part.find('-');
		const unsigned first = one_cpu(part.substr(0, dash), text);
		const unsigned last = dash == part.npos ? first : one_cpu(part.substr(dash + 1), text);
		if (last < first) {
			reject("cpus", text, "a range ends before it begins");
		}
		for (unsigned cpu = first; cpu <= last; ++cpu) {
			out.insert(cpu);
		}
	}
	return {out.begin(), out.end()};
}

} // namespace ringway
