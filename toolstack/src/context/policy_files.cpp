// SPDX-License-Identifier: GPL-2.0-only
#include "context/policy_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include "context/whole_file.hpp"
#include "words/error.hpp"
#include "words/rules_file.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

// nullopt: there is none.
std::optional<std::string> text_of(const fs::path &file)
{
	std::FILE *in = std::fopen(file.c_str(), "re");
	if (in == nullptr) {
		if (errno == ENOENT) {
			return std::nullopt;
		}
		fail_at("cannot read policy file", file, errno);
	}
	std::string text;
	char part[4096];
	std::size_t got = 0;
	while ((got = std::fread(part, 1, sizeof(part), in)) > 0) {
		text.append(part, got);
	}
	const int error = std::ferror(in) != 0 ? (errno != 0 ? errno : EIO) : 0;
	std::fclose(in);
	if (error != 0) {
		fail_at("cannot read policy file", file, error);
	}
	return text;
}

} // namespace

std::vector<PolicyEntry> written_policies(const fs::path &root)
{
	const fs::path folder = root / "etc/ringway/policy.d";
	std::vector<fs::path> files;
	std::error_code error;
	for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
		if (it->path().extension() == ".toml") {
			files.push_back(it->path());
		}
	}
	if (error && error != std::errc::no_such_file_or_directory) {
		fail_at("cannot read the folder", folder, error.value());
	}
	std::sort(files.begin(), files.end());
	std::vector<PolicyEntry> out;
	for (const fs::path &file : files) {
		const auto rules_of = [&](const std::string &path) {
			return read_rules_file(folder / path); // an absolute path stays one
		};
		const auto text = text_of(file);
		for (PolicyEntry &entry : parse_policy_file(text.value_or(""), file.string(), rules_of)) {
			out.push_back(std::move(entry));
		}
	}
	return out;
}

std::optional<KeptPolicy> KeptPolicy::of(const fs::path &root, const VifNames &vif)
{
	if (!vif.mac || !is_uuid(vif.uuid)) {
		return std::nullopt;
	}
	return KeptPolicy(root / "var/lib/ringway/policy" /
			  fmt::format("{}.{}.json", vif.uuid, vif.mac->text()));
}

KeptWords KeptPolicy::read() const
{
	const auto text = text_of(file_);
	return text ? parse_kept_words(*text, file_.string()) : KeptWords();
}

void KeptPolicy::write(const KeptWords &kept, const std::string &domain) const
{
	if (kept.empty()) {
		remove_file(file_);
		return;
	}
	make_folder(file_.parent_path());
	replace_file(file_, kept_words_text(kept, domain), 0600);
}

} // namespace ringway
