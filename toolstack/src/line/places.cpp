// SPDX-License-Identifier: GPL-2.0-only
#include "line/places.hpp"

#include <map>
#include "words/text.hpp"

namespace ringway
{

namespace
{

std::string kind_of(const std::string &operand)
{
	static const std::map<std::string, std::string> kinds = {
		{"DOMAIN", "guests"}, {"VIF", "vifs"},       {"NAME", "bridges"}, {"DEVICE", "devices"},
		{"PORT", "devices"},  {"FILE", "files"},     {"SETTING", "keys"}, {"LIMIT", "keys"},
		{"VIFSPEC", "keys"},  {"BRIDGE", "devices"},
	};
	const auto at = kinds.find(operand);
	return at == kinds.end() ? "none" : at->second;
}

// Out of a help text such as "isolated=on|off, ip=ADDRESS,...|none": isolated=on, isolated=off and ip=.
Words keys_of(const std::string &help)
{
	Words out;
	for (std::string_view part : split(help, ' ')) {
		for (std::string_view word : split(part, ',')) {
			const auto equals = word.find('=');
			const std::string key(word.substr(0, equals));
			if (word == "untrusted") {
				out.emplace_back(word);
			}
			if (equals == word.npos ||
			    key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-") != key.npos) {
				continue;
			}
			const std::string_view values = word.substr(equals + 1);
			const bool fixed = values.find('|') != values.npos &&
					   values.find_first_of("ABCDEFGHIJKLMNOPRSTUVWXYZ[/.;") ==
						   (values.starts_with("802.1") ? 3 : values.npos);
			for (const std::string_view value :
			     fixed ? split(values, '|') : std::vector<std::string_view>{""}) {
				out.push_back(key + "=" + std::string(value));
			}
		}
	}
	return out;
}

void collect(const CLI::App &app, const std::string &path, std::vector<Place> &out)
{
	Place place;
	place.path = path;
	for (const CLI::App *command : app.get_subcommands([](const CLI::App *one) {
		     return !one->get_name().empty() && !one->get_group().empty();
	     })) {
		place.commands.push_back(command->get_name());
	}
	place.commands.emplace_back("help");
	for (const CLI::Option *option : app.get_options()) {
		if (option->get_positional()) {
			place.kinds.push_back(kind_of(option->get_name(true)));
			const Words keys = keys_of(option->get_description());
			place.keys.insert(place.keys.end(), keys.begin(), keys.end());
			continue;
		}
		for (const std::string &name : option->get_lnames()) {
			place.options.push_back("--" + name);
		}
		if (option->get_expected_min() > 0) {
			for (const std::string &name : option->get_lnames()) {
				place.valued_options.push_back("--" + name);
			}
			for (const std::string &name : option->get_snames()) {
				place.valued_options.push_back("-" + name);
			}
		}
	}
	out.push_back(place);
	for (const CLI::App *command : app.get_subcommands([](const CLI::App *one) {
		     return !one->get_name().empty() && !one->get_group().empty();
	     })) {
		collect(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), out);
	}
}

} // namespace

std::vector<Place> places_of(const CLI::App &app)
{
	std::vector<Place> out;
	collect(app, "", out);
	return out;
}

} // namespace ringway
