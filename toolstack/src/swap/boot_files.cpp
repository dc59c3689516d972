// SPDX-License-Identifier: GPL-2.0-only
#include "swap/boot_files.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include "context/whole_file.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

// A file of /etc hides the one of the same name that the package has below /usr/lib.
const std::string choice = "etc/modprobe.d/ringway.conf";
const std::string package_choice = "usr/lib/modprobe.d/ringway.conf";
const std::string interfaces = "etc/network/interfaces";

const std::string licence = "# SPDX-License-Identifier: GPL-2.0-only\n";
// The first of both is what the bridges of ringway-bridge@ go by, too (packaging/network/bridge).
const std::string whole_host = "# Written by 'ringway use stock'",
		  some_bridges = "# Written by 'ringway use stock BRIDGE'";
const std::string stock_text = ": the stock drivers are loaded. 'ringway use ringway' replaces it.\n"
			       "blacklist ringway-netback\n"
			       "blacklist ringway-netfront\n";
const std::string ringway_text =
	licence +
	"# Written by 'ringway use ringway': Ringway's drivers are loaded where the kernel has them.\n"
	"# 'ringway use stock' replaces it.\n"
	"install xen-netback /sbin/modprobe --quiet ringway-netback || "
	"/sbin/modprobe --ignore-install xen-netback $CMDLINE_OPTS\n"
	"install xen-netfront /sbin/modprobe --quiet ringway-netfront || "
	"/sbin/modprobe --ignore-install xen-netfront $CMDLINE_OPTS\n";

std::optional<std::string> text_of(const fs::path &file)
{
	std::ifstream in(file);
	if (!in) {
		return std::nullopt;
	}
	std::ostringstream out;
	out << in.rdbuf();
	return out.str();
}

std::vector<std::string> words_of(const std::string &line)
{
	std::istringstream in(line);
	std::vector<std::string> out;
	for (std::string word; in >> word;) {
		out.push_back(word);
	}
	return out;
}

bool contains(const std::vector<std::string> &all, const std::string &one)
{
	return std::find(all.begin(), all.end(), one) != all.end();
}

// ifupdown takes a hyphen for an underscore.
bool is_ports_word(const std::string &word, const std::string &kind)
{
	return word == kind + "_ports" || word == kind + "-ports";
}

// All of it, with what change(line, its words) makes of the lines in paragraphs of these bridges.
template <typename Change>
std::string with_lines(const std::string &text, const BridgeNames &bridges, const Change &change)
{
	std::string out;
	std::istringstream in(text);
	bool inside = false;
	for (std::string line; std::getline(in, line);) {
		const auto words = words_of(line);
		const std::string first = words.empty() ? "" : words[0];
		if (first == "iface") {
			inside = words.size() > 1 && (!bridges || contains(*bridges, words[1]));
		} else if (first == "auto" || first == "mapping" || first == "source" ||
			   first == "source-directory" || first.starts_with("allow-") ||
			   first == "no-auto-down" || first == "no-scripts") {
			inside = false;
		} else if (inside && !words.empty()) {
			change(line, words);
		}
		out += line;
		out += in.eof() ? "" : "\n"; // a last line without an end stays so
	}
	return out;
}

} // namespace

Files boot_files(const fs::path &root)
{
	Files out{{choice, text_of(root / choice)}};
	if (const auto text = text_of(root / interfaces)) {
		out[interfaces] = text;
	}
	std::error_code error;
	for (fs::directory_iterator it(root / "etc/network/interfaces.d", error), end; !error && it != end;
	     it.increment(error)) {
		if (const auto text = it->is_regular_file() ? text_of(it->path()) : std::nullopt) {
			out[it->path().lexically_relative(root)] = text;
		}
	}
	return out;
}

std::vector<std::string> ports_by_pattern(const std::string &text, const std::vector<std::string> &bridges)
{
	std::vector<std::string> out;
	with_lines(text, bridges, [&](std::string &line, const std::vector<std::string> &words) {
		if (is_ports_word(words[0], "bridge") &&
		    std::any_of(words.begin() + 1, words.end(), [](const std::string &word) {
			    return word == "all" || word == "regex" || word == "noregex" ||
				   word.find_first_of("*?[") != word.npos;
		    })) {
			out.push_back(line.substr(line.find(words[0])));
		}
	});
	return out;
}

std::string with_ports_word(const std::string &text, const BridgeNames &bridges, bool ringway)
{
	return with_lines(text, bridges, [&](std::string &line, const std::vector<std::string> &words) {
		if (is_ports_word(words[0], ringway ? "bridge" : "brlite")) {
			line.replace(line.find(words[0]), words[0].size(),
				     ringway ? "brlite_ports" : "bridge_ports");
		}
	});
}

Files boot_files_for(const Files &now, bool ringway, const BridgeNames &bridges, const fs::path &root)
{
	Files out = now;
	for (auto &[path, text] : out) {
		if (path == choice) {
			text = !ringway ? std::optional(licence + (bridges ? some_bridges : whole_host) +
							stock_text)
			       : is_there(root / package_choice) ? std::nullopt
								 : std::optional(ringway_text);
		} else if (text && (!ringway || is_there(root / "etc/network/if-pre-up.d/ringway"))) {
			text = with_ports_word(*text, bridges, ringway);
		}
	}
	return out;
}

void write_files(const fs::path &root, const Files &files)
{
	for (const auto &[path, text] : files) {
		std::error_code error;
		const fs::path named = root / path;
		const fs::path behind = fs::canonical(named, error); // an administrator's link stays one
		const fs::path &file = error ? named : behind;
		if (text == text_of(file)) {
			continue;
		}
		if (!text) {
			remove_file(named);
			continue;
		}
		constexpr auto usual = static_cast<fs::perms>(0644);
		const fs::perms mode = error ? usual : fs::status(file, error).permissions();
		fs::create_directories(file.parent_path(), error);
		replace_file(file, *text, static_cast<unsigned>(mode));
	}
}

} // namespace ringway
