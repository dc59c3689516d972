// SPDX-License-Identifier: GPL-2.0-only
#include "context/threads.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <unistd.h>
#include "context/file_lock.hpp"
#include "context/first_line.hpp"
#include "schema_types.hpp"
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

fs::path switch_of(const fs::path &root, const std::string &device)
{
	return root / "sys/class/net" / device / "threaded";
}

} // namespace

bool is_threaded(const fs::path &root, const std::string &device)
{
	return first_line(switch_of(root, device)) == "1";
}

void set_threaded(const fs::path &root, const std::string &device, bool on)
{
	const Descriptor out(open(switch_of(root, device).c_str(), O_WRONLY | O_CLOEXEC));
	const char *text = on ? "1\n" : "0\n";
	if (out.get() < 0 || write(out.get(), text, 2) != 2) {
		throw Error(Exit::failed, fmt::format("device {}: its polls cannot be given threads: {}",
						      quote(device), std::strerror(errno)));
	}
}

// The number behind the last '-' counts up with each poll that the kernel has made since it started.
std::vector<PollThread> poll_threads(const fs::path &root, const std::string &device)
{
	const std::string prefix = "napi/" + device + "-";
	std::vector<std::pair<std::uint64_t, PollThread>> found;
	std::error_code ignored; // a process may end meanwhile
	for (const auto &entry : fs::directory_iterator(root / "proc", ignored)) {
		const auto pid = schema::parse_uint(entry.path().filename().string());
		const std::string name = pid ? first_line(entry.path() / "comm") : "";
		const auto number = name.starts_with(prefix)
					    ? schema::parse_uint(std::string_view(name).substr(prefix.size()))
					    : std::nullopt;
		if (number) {
			found.emplace_back(*number, PollThread{static_cast<unsigned>(*pid), name});
		}
	}
	std::sort(found.begin(), found.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
	std::vector<PollThread> out;
	for (auto &[number, thread] : found) {
		out.push_back(std::move(thread));
	}
	return out;
}

std::string thread_cpus(const fs::path &root, const PollThread &thread)
{
	constexpr std::string_view key = "Cpus_allowed_list:\t";
	std::ifstream in(root / fmt::format("proc/{}/status", thread.pid));
	for (std::string line; std::getline(in, line);) {
		if (line.starts_with(key)) {
			return line.substr(key.size());
		}
	}
	return "";
}

} // namespace ringway
