// SPDX-License-Identifier: GPL-2.0-only
//
// What somebody wrote in TOML, read with errors that name the file and the line. For .cpp files: it brings
// all of toml++.
#pragma once

#ifndef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
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
