// SPDX-License-Identifier: GPL-2.0-only
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include "words/hosts_file.hpp"

#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>
#include <toml++/toml.h>
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

class Reader
{
public:
	explicit Reader(const std::string &file) : file_(file) {}

	HostEntry host(const toml::table &table)
	{
		HostEntry out;
		for (const auto &[key, node] : table) {
			if (key.str() == "name" && node.is_string()) {
				out.name = *node.value<std::string>();
			} else if (key.str() == "cpus") {
				out.capacity = cpus(node, "cpus");
			} else if (key.str() == "guests" && node.is_table()) {
				guests(*node.as_table(), out);
			} else {
				fail(node,
				     fmt::format("{}: unknown, or not of its type; a host has name = "
						 "\"…\", cpus = NUMBER and guests = {{ NAME = NUMBER }}",
						 quote(std::string(key.str()))));
			}
		}
		if (out.name.empty() || out.capacity == 0) {
			fail(table, "a host needs a name, and cpus above 0");
		}
		if (!hosts_.insert(out.name).second) {
			fail(table, fmt::format("host {} is there twice", quote(out.name)));
		}
		return out;
	}

	[[noreturn]] void fail(const toml::node &node, const std::string &why) const
	{
		fail(static_cast<unsigned>(node.source().begin.line), why);
	}
	[[noreturn]] void fail(unsigned line, const std::string &why) const
	{
		throw Error(Exit::usage, fmt::format("hosts {} line {}: {}", quote(file_), line, why));
	}

private:
	std::uint64_t cpus(const toml::node &node, const std::string &what) const
	{
		constexpr double most = 10000;
		const auto value = node.value<double>();
		if (!value || !std::isfinite(*value) || *value < 0 || *value > most) {
			fail(node, fmt::format("{}: write a number of CPUs from 0 to {}", quote(what), most));
		}
		return static_cast<std::uint64_t>(std::llround(*value * 1e6));
	}

	void guests(const toml::table &table, HostEntry &out)
	{
		for (const auto &[key, node] : table) {
			const std::string name(key.str());
			const auto [at, fresh] = guests_.emplace(name, out.name);
			if (!fresh) {
				fail(node, fmt::format("guest {} is there twice", quote(name)));
			}
			out.guests.push_back({name, cpus(node, name)});
		}
	}

	const std::string &file_;
	std::set<std::string> hosts_;
	std::map<std::string, std::string> guests_;
};

} // namespace

std::vector<HostEntry> parse_hosts_file(std::string_view text, const std::string &file)
{
	Reader reader(file);
	toml::table all;
	try {
		all = toml::parse(text);
	} catch (const toml::parse_error &error) {
		reader.fail(static_cast<unsigned>(error.source().begin.line),
			    escape(std::string(error.description())));
	}
	std::vector<HostEntry> out;
	for (const auto &[key, node] : all) {
		const toml::array *hosts = key.str() == "host" ? node.as_array() : nullptr;
		if (hosts == nullptr || !hosts->is_array_of_tables()) {
			reader.fail(node, fmt::format("{}: unknown; write [[host]]",
						      quote(std::string(key.str()))));
		}
		for (const toml::node &host : *hosts) {
			out.push_back(reader.host(*host.as_table()));
		}
	}
	if (out.empty()) {
		reader.fail(1, "it names no host; write [[host]]");
	}
	return out;
}

} // namespace ringway
