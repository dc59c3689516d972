// SPDX-License-Identifier: GPL-2.0-only
//
// What somebody wrote in TOML, read with errors that name the file and the line. For .cpp files: it brings
// all of toml++.
#pragma once

// What somebody may have written wrongly ends in an assertion of toml++ at places ("[[= x]]"): it must not
// end the command. Without assertions it would go on, with anything.
#ifdef NDEBUG
#error "toml++ judges what it reads by assertions: build without NDEBUG"
#endif
namespace ringway
{
struct TomlAssertion {
};
[[noreturn]] inline void toml_gives_up()
{
	throw TomlAssertion();
}
} // namespace ringway

#ifndef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ASSERT(condition) ((condition) ? void(0) : ringway::toml_gives_up())
#endif
#include <string>
#include <string_view>
#include <toml++/toml.h>

namespace ringway
{

class TomlFile
{
public:
	// kind: what it is, for errors, such as "policy".
	TomlFile(std::string kind, std::string file) : kind_(std::move(kind)), file_(std::move(file)) {}

	// Throws Error (usage).
	toml::table parse(std::string_view text) const;
	// "policy 'FILE' line N"
	std::string where(const toml::node &node) const;
	std::string where(unsigned line) const;
	[[noreturn]] void fail(const toml::node &node, const std::string &why) const;

	std::string text(const std::string &key, const toml::node &node) const;
	// As a word KEY=VALUE of the command line has it: true is on, a list is joined by commas, one of
	// VLANs by slashes.
	std::string value(const std::string &key, const toml::node &node) const;

private:
	std::string kind_, file_;
};

} // namespace ringway
