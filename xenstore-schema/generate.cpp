// SPDX-License-Identifier: GPL-2.0-only
//
// Turns vif.json into the table the toolstack compiles in, and into the reference page. Whatever is wrong
// with the data (unknown type, a range on a text, a permission that its directory does not have) stops the
// build here.
//
//     generate header vif.json > xenstore_schema.hpp
//     generate page   vif.json > xenstore.md

#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>

using nlohmann::json;

namespace
{

const std::map<std::string, std::string> type_names = {
	{"bool", "boolean"}, {"uint", "uint"},        {"mac", "mac"},
	{"path", "path"},    {"ifname", "ifname"},    {"rate", "rate"},
	{"vlan", "vlan"},    {"enum", "enumeration"}, {"string", "string"},
};
const std::set<std::string> parties = {"toolstack", "frontend", "backend", "script"};

std::string identifier(std::string name)
{
	for (char &c : name) {
		if (c == '-' || c == '/') {
			c = '_';
		}
	}
	std::erase_if(name, [](char c) { return c == '{' || c == '}'; });
	return name;
}

[[noreturn]] void reject(const json &node, const std::string &why)
{
	throw std::runtime_error(node.value("dir", "?") + "/" + node.value("name", "?") + ": " + why);
}

void check_node(const json &node, const std::set<std::string> &dirs, const json &permissions)
{
	static const std::set<std::string> known = {"dir",      "name",   "type",    "min",
						    "max",      "values", "writer",  "readers",
						    "required", "since",  "meaning", "permission"};
	for (const auto &[key, value] : node.items()) {
		if (!known.contains(key)) {
			reject(node, "unknown key " + key);
		}
	}
	const std::string type = node.at("type");
	if (!dirs.contains(node.at("dir").get<std::string>())) {
		reject(node, "unknown directory");
	}
	if (!type_names.contains(type)) {
		reject(node, "unknown type " + type);
	}
	if ((type == "uint") != node.contains("min") ||
	    (type == "uint" || type == "string") != node.contains("max")) {
		reject(node, "uint needs min and max, string needs max, others have neither");
	}
	if (type == "uint" && node.at("min").get<std::uint64_t>() > node.at("max").get<std::uint64_t>()) {
		reject(node, "min is above max");
	}
	if ((type == "enum") != node.contains("values")) {
		reject(node, "an enum, and only an enum, has values");
	}
	if (!parties.contains(node.at("writer").get<std::string>())) {
		reject(node, "unknown writer");
	}
	for (const auto &reader : node.at("readers")) {
		if (!parties.contains(reader.get<std::string>())) {
			reject(node, "unknown reader");
		}
	}
	if (!permissions.contains(node.at("permission").get<std::string>())) {
		reject(node, "unknown permission");
	}
	if (node.at("permission") == "root" && node.at("writer") != "toolstack") {
		reject(node, "only the toolstack writes root nodes");
	}
	node.at("required").get<bool>();
	if (node.at("since").get<std::string>().empty() || node.at("meaning").get<std::string>().empty()) {
		reject(node, "since and meaning must be filled in");
	}
}

void check(const json &data)
{
	std::set<std::string> dirs;
	std::set<std::string> seen;
	for (const auto &dir : data.at("directories")) {
		dirs.insert(dir.at("id").get<std::string>());
	}
	for (const auto &node : data.at("nodes")) {
		check_node(node, dirs, data.at("permissions"));
		if (!seen.insert(node.at("dir").get<std::string>() + "/" + node.at("name").get<std::string>())
			     .second) {
			reject(node, "listed twice");
		}
	}
}

std::string quoted(const std::string &text)
{
	return json(text).dump();
}

// "/a/{x}/b" with parameters x → an expression that builds the path.
std::string path_expression(const std::string &path)
{
	std::string out = "std::string()";
	for (std::size_t i = 0; i < path.size();) {
		const bool parameter = path[i] == '{';
		const auto end = std::min(path.find(parameter ? '}' : '{', i), path.size());
		out += parameter ? " + std::to_string(" + path.substr(i + 1, end - i - 1) + ")"
				 : " + \"" + path.substr(i, end - i) + "\"";
		i = parameter ? end + 1 : end;
	}
	return out;
}

std::string path_parameters(const std::string &path)
{
	std::string out;
	for (auto at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
		out += (out.empty() ? "" : ", ") + std::string("unsigned ") +
		       path.substr(at + 1, path.find('}', at) - at - 1);
	}
	return out;
}

std::string table_entry(const json &node, const std::string &id)
{
	const std::string type = node.at("type");
	std::string values = "{}";
	std::string out;
	if (type == "enum") {
		out += "inline constexpr std::string_view " + id + "_values[] = {";
		for (const auto &value : node.at("values")) {
			out += quoted(value) + ", ";
		}
		out += "};\n";
		values = id + "_values";
	}
	out += "inline constexpr Node " + id + "{" + quoted(node.at("name")) +
	       ", Type::" + type_names.at(type) + ", " + std::to_string(node.value("min", std::uint64_t{0})) +
	       "u, " + std::to_string(node.value("max", std::uint64_t{0})) + "u, " + values +
	       ", Party::" + node.at("writer").get<std::string>() +
	       ", Permission::" + identifier(node.at("permission")) + ", " +
	       (node.at("required").get<bool>() ? "true" : "false") + "};\n";
	return out;
}

std::string header(const json &data)
{
	std::string out = "// SPDX-License-Identifier: GPL-2.0-only\n// Made from xenstore-schema/vif.json. "
			  "Do not edit.\n"
			  "#pragma once\n\n#include \"schema_types.hpp\"\n#include <string>\n\nnamespace "
			  "ringway::schema {\n";
	for (const auto &dir : data.at("directories")) {
		const std::string id = dir.at("id");
		const std::string path = dir.at("path");
		out += "\nnamespace " + id + " {\ninline std::string path(" + path_parameters(path) +
		       ") {\n    return " + path_expression(path) + ";\n}\n";
		std::string all;
		for (const auto &node : data.at("nodes")) {
			if (node.at("dir") == id) {
				const std::string name = identifier(node.at("name"));
				out += table_entry(node, name);
				all += "&" + name + ", ";
			}
		}
		out += "inline constexpr const Node* all[] = {" + all + "};\n} // namespace " + id + "\n";
	}
	return out + "\n} // namespace ringway::schema\n";
}

std::string range_text(const json &node)
{
	const std::string type = node.at("type");
	if (type == "bool") {
		return "0 or 1";
	}
	if (type == "uint") {
		return std::to_string(node.at("min").get<std::uint64_t>()) + "–" +
		       std::to_string(node.at("max").get<std::uint64_t>());
	}
	if (type == "string") {
		return "up to " + std::to_string(node.at("max").get<std::uint64_t>()) +
		       " printable characters";
	}
	if (type == "enum") {
		std::string out;
		for (const auto &value : node.at("values")) {
			const std::string text = value;
			out += (out.empty() ? "" : ", ") +
			       (text.empty() ? std::string("(empty)") : "`" + text + "`");
		}
		return out;
	}
	static const std::map<std::string, std::string> ranges = {
		{"mac", "six pairs of hex digits"},
		{"path", "absolute, no `..`"},
		{"ifname", "1–15 letters, digits or `._-@+`"},
		{"rate", "bytes,µs; both above 0"},
		{"vlan", "terms of the vifspec, joined by `/`"},
	};
	return ranges.at(type);
}

std::string reader_text(const json &node)
{
	std::string out;
	for (const auto &reader : node.at("readers")) {
		out += (out.empty() ? "" : ", ") + reader.get<std::string>();
	}
	return out.empty() ? "–" : out;
}

// A paragraph in lines of at most 100 bytes.
std::string wrapped(const std::string &text)
{
	constexpr std::size_t width = 100;
	std::string out;
	std::size_t column = 0;
	std::istringstream words(text);
	for (std::string word; words >> word; column += word.size()) {
		if (column != 0) {
			const bool full = column + 1 + word.size() > width;
			out += full ? '\n' : ' ';
			column = full ? 0 : column + 1;
		}
		out += word;
	}
	return out;
}

std::string page(const json &data)
{
	static const char about[] =
		"Every node that a vif has, who writes it, who reads it and what it may hold. The toolstack "
		"checks what it writes, and what it reads, against the same data. `{domid}` is the guest, "
		"`{backend}` the domain that runs the backend (0 unless there is a driver domain), "
		"`{devid}` the device's number.";
	std::string out = "<!-- SPDX-License-Identifier: GPL-2.0-only -->\n"
			  "<!-- Made from xenstore-schema/vif.json by `make -C xenstore-schema page`. Do not "
			  "edit. -->\n"
			  "\n# " +
			  data.at("title").get<std::string>() + "\n\n" + wrapped(about) +
			  "\n\n## Permissions\n\n| Name | Meaning |\n|---|---|\n";
	for (const auto &[name, meaning] : data.at("permissions").items()) {
		out += "| " + name + " | " + meaning.get<std::string>() + " |\n";
	}
	for (const auto &dir : data.at("directories")) {
		out += "\n## " + dir.at("id").get<std::string>() + "\n\n" +
		       wrapped("`" + dir.at("path").get<std::string>() + "`, permission *" +
			       dir.at("permission").get<std::string>() + "*. " +
			       dir.at("meaning").get<std::string>()) +
		       "\n\n| Node | Type | Range | Writer | Readers | Permission | Must exist | Since | "
		       "Meaning |\n"
		       "|---|---|---|---|---|---|---|---|---|\n";
		for (const auto &node : data.at("nodes")) {
			if (node.at("dir") != dir.at("id")) {
				continue;
			}
			out += "| `" + node.at("name").get<std::string>() + "` | " +
			       node.at("type").get<std::string>() + " | " + range_text(node) + " | " +
			       node.at("writer").get<std::string>() + " | " + reader_text(node) + " | " +
			       node.at("permission").get<std::string>() + " | " +
			       (node.at("required").get<bool>() ? "yes" : "no") + " | " +
			       node.at("since").get<std::string>() + " | " +
			       node.at("meaning").get<std::string>() + " |\n";
		}
	}
	return out;
}

} // namespace

int main(int argc, char **argv)
{
	const std::string what = argc == 3 ? argv[1] : "";
	if (what != "header" && what != "page") {
		std::fputs("usage: generate header|page FILE.json\n", stderr);
		return 2;
	}
	try {
		std::ifstream in(argv[2]);
		if (!in) {
			throw std::runtime_error("cannot be opened");
		}
		const json data = json::parse(in);
		check(data);
		const std::string text = what == "header" ? header(data) : page(data);
		if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
		    std::fflush(stdout) != 0) {
			throw std::runtime_error("output cannot be written");
		}
	} catch (const std::exception &error) {
		std::fprintf(stderr, "generate: %s: %s\n", argv[2], error.what());
		return 1;
	}
	return 0;
}
