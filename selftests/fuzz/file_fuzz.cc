// SPDX-License-Identifier: GPL-2.0-only
//
// The command's files. The first byte says which: what the administrator wrote in TOML (policies, a
// configuration, hosts), or what the command keeps itself, which a crash or somebody else may have left in
// any state. Nothing may happen but an Error that names the file; what was read says the same once it is
// written and read again.
//
// Cases of docs/security.md: CL-34
#include "words/config_file.hpp"
#include "words/error.hpp"
#include "words/hosts_file.hpp"
#include "words/kept_place.hpp"
#include "words/kept_words.hpp"
#include "words/policy_file.hpp"
#include "input.hpp"
#include "message.hpp"

using namespace ringway;
using namespace ringway::fuzz;

namespace
{
const std::string file = "the-file";

// A rules file that can be read and one that cannot.
std::string rules_of(const std::string &path)
{
	if (path != "/rules")
		throw Error(Exit::usage, "the-file: no such rules");
	return "default drop from-guest\n";
}

void check_policies(std::string_view text)
{
	const auto entries = parse_policy_file(text, file, rules_of);
	for (const PolicyEntry &entry : entries) {
		FUZZ_CHECK(entry.from.find(file) != entry.from.npos);
		(void)written_for(entry.whom, entries);
	}
}

void check_config(std::string_view text)
{
	const auto objects = parse_config_file(text, file, rules_of);
	const auto again = parse_config_file(config_text(objects), file, rules_of);
	FUZZ_CHECK(again.size() == objects.size());
	for (size_t i = 0; i < objects.size(); i++)
		FUZZ_CHECK(again[i].text() == objects[i].text() && again[i].words == objects[i].words);
}

void check_hosts(std::string_view text)
{
	for (const HostEntry &host : parse_hosts_file(text, file))
		FUZZ_CHECK(!host.name.empty() && host.capacity > 0);
}

void check_kept_words(std::string_view text)
{
	const KeptWords kept = parse_kept_words(text, file);
	FUZZ_CHECK(parse_kept_words(kept_words_text(kept, "a guest"), file) == kept);
}

void check_kept_places(std::string_view text)
{
	const auto places = parse_kept_places(text, file);
	FUZZ_CHECK(parse_kept_places(kept_places_text(places), file) == places);
}

void check(u8 what, std::string_view text)
{
	switch (what) {
	case 'p':
		return check_policies(text);
	case 'c':
		return check_config(text);
	case 'h':
		return check_hosts(text);
	case 'w':
		return check_kept_words(text);
	default:
		return check_kept_places(text);
	}
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (!size)
		return 0;
	try {
		check(data[0], {reinterpret_cast<const char *>(data) + 1, size - 1});
	} catch (const Error &error) {
		const std::string said = error.what();
		FUZZ_CHECK(said.find(file) != said.npos);
		FUZZ_CHECK(harmless(said) && message_text(said) == said);
	}
	return 0;
}
