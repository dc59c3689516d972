// SPDX-License-Identifier: GPL-2.0-only
#include "words/hosts_file.hpp"

#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>
#include "words/error.hpp"
#include "words/text.hpp"
#include "words/toml_file.hpp"

namespace ringway
{

namespace
{

class HostsReader
{
public:
	explicit HostsReader(const TomlFile &file) : file_(file) {}

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
				file_.fail(
					node,
					fmt::format("{}: unknown, or not of its type; a host has name = "
						    "\"…\", cpus = NUMBER and guests = {{ NAME = NUMBER }}",
						    quote(std::string(key.str()))));
			}
		}
		if (out.name.empty() || out.capacity == 0) {
			file_.fail(table, "a host needs a name, and cpus above 0");
		}
		if (!hosts_.insert(out.name).second) {
			file_.fail(table, fmt::format("host {} is there twice", quote(out.name)));
		}
		return out;
	}

private:
	std::uint64_t cpus(const toml::node &node, const std::string &what) const
	{
		constexpr double most = 10000;
		const auto value = node.value<double>();
		if (!value || !std::isfinite(*value) || *value < 0 || *value > most) {
			file_.fail(node,
				   fmt::format("{}: write a number of CPUs from 0 to {}", quote(what), most));
		}
		return static_cast<std::uint64_t>(std::llround(*value * 1e6));
	}

	void guests(const toml::table &table, HostEntry &out)
	{
		for (const auto &[key, node] : table) {
			const std::string name(key.str());
			const auto [at, fresh] = guests_.emplace(name, out.name);
			if (!fresh) {
				file_.fail(node, fmt::format("guest {} is there twice", quote(name)));
			}
			out.guests.push_back({name, cpus(node, name)});
		}
	}

	const TomlFile &file_;
	std::set<std::string> hosts_;
	std::map<std::string, std::string> guests_;
};

} // namespace

std::vector<HostEntry> parse_hosts_file(std::string_view text, const std::string &name)
{
	const TomlFile file("hosts", name);
	HostsReader reader(file);
	const toml::table all = file.parse(text);
	std::vector<HostEntry> out;
	for (const auto &[key, node] : all) {
		const toml::array *hosts = key.str() == "host" ? node.as_array() : nullptr;
		if (hosts == nullptr || !hosts->is_array_of_tables()) {
			file.fail(node,
				  fmt::format("{}: unknown; write [[host]]", quote(std::string(key.str()))));
		}
		for (const toml::node &host : *hosts) {
			out.push_back(reader.host(*host.as_table()));
		}
	}
	if (out.empty()) {
		throw Error(Exit::usage, file.where(1) + ": it names no host; write [[host]]");
	}
	return out;
}

} // namespace ringway
