// SPDX-License-Identifier: GPL-2.0-only
#include "words/vlan.hpp"

#include <fmt/format.h>
#include "words/error.hpp"
#include "schema_types.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

constexpr std::uint64_t vid_min = 1;
constexpr std::uint64_t vid_max = 4094;

std::uint64_t number(std::string_view whole, std::string_view text)
{
	const auto value = schema::parse_uint(text);
	if (!value) {
		reject("vlan", whole,
		       fmt::format("{} is not a whole number; write terms such as 10p/20-29/100+10x4",
				   quote(text)));
	}
	return *value;
}

std::uint64_t vid(std::string_view whole, std::uint64_t value)
{
	if (value < vid_min || value > vid_max) {
		reject("vlan", whole,
		       fmt::format("{} is not a VLAN ID; these are {} to {}", value, vid_min, vid_max));
	}
	return value;
}

struct Series {
	std::uint64_t first;
	std::uint64_t step;
	std::uint64_t last;
};

Series series(std::string_view whole, std::string_view term)
{
	if (const auto plus = term.find('+'); plus != term.npos) {
		const auto cross = term.find('x', plus);
		if (cross == term.npos) {
			reject("vlan", whole,
			       fmt::format("{} has no count; write it as 100+10x4", quote(term)));
		}
		const std::uint64_t first = vid(whole, number(whole, term.substr(0, plus)));
		const std::uint64_t step = vid(whole, number(whole, term.substr(plus + 1, cross - plus - 1)));
		const std::uint64_t count = vid(whole, number(whole, term.substr(cross + 1)));
		return {first, step, vid(whole, first + step * count)};
	}
	if (const auto dash = term.find('-'); dash != term.npos) {
		const std::uint64_t first = vid(whole, number(whole, term.substr(0, dash)));
		const std::uint64_t last = vid(whole, number(whole, term.substr(dash + 1)));
		if (first > last) {
			reject("vlan", whole,
			       fmt::format("the range {} has its larger end first", quote(term)));
		}
		return {first, 1, last};
	}
	const std::uint64_t only = vid(whole, number(whole, term));
	return {only, 1, only};
}

void add_term(Vlan &vlan, std::string_view whole, std::string_view term)
{
	std::string_view ids = term;
	const bool is_pvid = ids.ends_with('p');
	const bool is_untagged = is_pvid || ids.ends_with('u');
	if (is_untagged) {
		ids.remove_suffix(1);
	}
	const Series all = series(whole, ids);
	if (is_pvid && all.first != all.last) {
		reject("vlan", whole,
		       fmt::format("{} marks more than one VLAN as PVID; mark only one", quote(term)));
	}
	if (is_pvid && vlan.pvid != 0) {
		reject("vlan", whole,
		       fmt::format("both {} and {} are marked as PVID; mark only one", vlan.pvid, all.first));
	}
	if (is_pvid) {
		vlan.pvid = static_cast<std::uint16_t>(all.first);
	}
	for (std::uint64_t id = all.first; id <= all.last; id += all.step) {
		const auto value = static_cast<std::uint16_t>(id);
		if (vlan.tagged.contains(value) || vlan.untagged.contains(value)) {
			reject("vlan", whole, fmt::format("VLAN {} is given twice; keep one", id));
		}
		(is_untagged ? vlan.untagged : vlan.tagged).insert(value);
	}
}

} // namespace

Vlan Vlan::parse(std::string_view text)
{
	Vlan vlan;
	vlan.text = std::string(text);
	const auto terms = split(text, '/');
	for (std::string_view term : terms) {
		add_term(vlan, text, term);
	}
	const bool single = vlan.tagged.size() + vlan.untagged.size() == 1;
	if (vlan.pvid == 0 && single) {
		vlan.untagged.merge(vlan.tagged);
		vlan.pvid = *vlan.untagged.begin();
	}
	if (vlan.pvid == 0 && !vlan.untagged.empty()) {
		reject("vlan", text,
		       fmt::format(
			       "VLAN {} leaves without its tag, and no VLAN takes frames without one; mark "
			       "one with p, such as 10p/20",
			       *vlan.untagged.begin()));
	}
	return vlan;
}

} // namespace ringway
