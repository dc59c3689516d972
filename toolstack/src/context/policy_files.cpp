// SPDX-License-Identifier: GPL-2.0-only
#include "context/policy_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>
#include "context/file_lock.hpp"
#include "words/error.hpp"
#include "words/rules_file.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

[[noreturn]] void fail(const std::string &what, const fs::path &file, int error)
{
	throw Error(Exit::failed, fmt::format("{} {}: {}", what, quote(file.string()), std::strerror(error)));
}

// nullopt: there is none.
std::optional<std::string> text_of(const fs::path &file)
{
	std::FILE *in = std::fopen(file.c_str(), "re");
	if (in == nullptr) {
		if (errno == ENOENT) {
			return std::nullopt;
		}
		fail("cannot read policy file", file, errno);
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
		fail("cannot read policy file", file, error);
	}
	return text;
}

// A file that is there is one that survives a loss of power: the folder is written, too.
void sync_folder(const fs::path &folder)
{
	const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (opened.get() < 0 || fsync(opened.get()) != 0) {
		fail("cannot write the folder", folder, errno);
	}
}

void make_folder(const fs::path &folder)
{
	std::error_code error;
	fs::create_directories(folder.parent_path(), error);
	if (mkdir(folder.c_str(), 0700) == 0) {
		sync_folder(folder.parent_path());
	} else if (errno != EEXIST) {
		fail("cannot make the folder", folder, errno);
	}
}

void write_all(const fs::path &file, const std::string &text)
{
	const Descriptor out(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
	if (out.get() < 0) {
		fail("cannot write", file, errno);
	}
	std::size_t done = 0;
	while (done < text.size()) {
		const ssize_t wrote = write(out.get(), text.data() + done, text.size() - done);
		if (wrote < 0 && errno != EINTR) {
			fail("cannot write", file, errno);
		}
		done += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
	}
	if (fsync(out.get()) != 0) {
		fail("cannot write", file, errno);
	}
}

bool is_uuid(const std::string &text)
{
	constexpr std::size_t uuid_length = 36;
	return text.size() == uuid_length && text.find_first_not_of("0123456789abcdef-") == text.npos;
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
		fail("cannot read the folder", folder, error.value());
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
		if (unlink(file_.c_str()) == 0) {
			sync_folder(file_.parent_path());
		} else if (errno != ENOENT) {
			fail("cannot remove", file_, errno);
		}
		return;
	}
	make_folder(file_.parent_path());
	fs::path fresh = file_;
	fresh += ".new";
	write_all(fresh, kept_words_text(kept, domain));
	if (rename(fresh.c_str(), file_.c_str()) != 0) {
		fail("cannot replace", file_, errno);
	}
	sync_folder(file_.parent_path());
}

} // namespace ringway
