// SPDX-License-Identifier: GPL-2.0-only
#include "context/whole_file.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include "context/file_lock.hpp"
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace fs = std::filesystem;

void fail_at(const std::string &what, const fs::path &file, int error)
{
	throw Error(Exit::failed, fmt::format("{} {}: {}", what, quote(file.string()), std::strerror(error)));
}

bool is_there(const fs::path &file)
{
	std::error_code ignored;
	return fs::exists(file, ignored);
}

namespace
{

fs::path folder_of(const fs::path &file)
{
	return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// A file that is there is one that survives a loss of power: the folder is written, too.
void sync_folder(const fs::path &folder)
{
	const Descriptor opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (opened.get() < 0 || fsync(opened.get()) != 0) {
		fail_at("cannot write the folder", folder, errno);
	}
}

void write_all(const fs::path &file, const std::string &text, unsigned mode)
{
	const Descriptor out(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
	if (out.get() < 0 || fchmod(out.get(), mode) != 0) { // whatever the umask
		fail_at("cannot write", file, errno);
	}
	std::size_t done = 0;
	while (done < text.size()) {
		const ssize_t wrote = write(out.get(), text.data() + done, text.size() - done);
		if (wrote < 0 && errno != EINTR) {
			fail_at("cannot write", file, errno);
		}
		done += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
	}
	if (fsync(out.get()) != 0) {
		fail_at("cannot write", file, errno);
	}
}

// A file before it is changed, to be had back.
class Before
{
public:
	explicit Before(const fs::path &file) : file_(file)
	{
		struct stat there {
		};
		std::ifstream in(file, std::ios::binary);
		if (in && stat(file.c_str(), &there) == 0) {
			text_ = std::string(std::istreambuf_iterator<char>(in), {});
			mode_ = there.st_mode & (S_IRWXU | S_IRWXG | S_IRWXO);
		}
	}
	// The first error is the one to tell.
	void put_back() const
	{
		try {
			if (!text_) {
				unlink(file_.c_str());
			} else {
				write_all(fresh(file_), *text_, mode_);
				rename(fresh(file_).c_str(), file_.c_str());
			}
		} catch (const Error &) {
		}
	}
	static fs::path fresh(fs::path file) { return file += ".new"; }

private:
	fs::path file_;
	std::optional<std::string> text_;
	unsigned mode_ = 0;
};

// Else it is not known whether the change survives, and the file is as it was.
void sync_folder(const Before &before, const fs::path &folder)
{
	try {
		sync_folder(folder);
	} catch (const Error &) {
		before.put_back();
		throw;
	}
}

} // namespace

void make_folder(const fs::path &folder)
{
	std::error_code error;
	fs::create_directories(folder.parent_path(), error);
	if (mkdir(folder.c_str(), 0700) == 0) {
		try {
			sync_folder(folder.parent_path());
		} catch (const Error &) {
			rmdir(folder.c_str()); // the next one tries again
			throw;
		}
	} else if (errno != EEXIST) {
		fail_at("cannot make the folder", folder, errno);
	}
}

void replace_file(const fs::path &file, const std::string &text, unsigned mode)
{
	const Before before(file);
	const fs::path fresh = Before::fresh(file);
	try {
		write_all(fresh, text, mode);
	} catch (const Error &) {
		unlink(fresh.c_str()); // a full disk should not stay full because of it
		throw;
	}
	if (rename(fresh.c_str(), file.c_str()) != 0) {
		const int error = errno;
		unlink(fresh.c_str());
		fail_at("cannot replace", file, error);
	}
	sync_folder(before, folder_of(file));
}

void remove_file(const fs::path &file)
{
	const Before before(file);
	if (unlink(file.c_str()) == 0) {
		sync_folder(before, folder_of(file));
	} else if (errno != ENOENT) {
		fail_at("cannot remove", file, errno);
	}
}

} // namespace ringway
