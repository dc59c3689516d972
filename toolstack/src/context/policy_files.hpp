// SPDX-License-Identifier: GPL-2.0-only
//
// The policies of vifs on dom0's own disk, which no guest's reboot touches: what commands set
// (/var/lib/ringway/policy, a file for each vif), and what the administrator wrote
// (/etc/ringway/policy.d/*.toml).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>
#include "words/kept_words.hpp"
#include "words/policy_file.hpp"

namespace ringway
{

// All entries of all files, in the order of their names. Throws Error that names the file and the line.
std::vector<PolicyEntry> written_policies(const std::filesystem::path &root);

// Of one vif, known by its domain's UUID and its address, which a reboot, save and migration leave as they
// are.
class KeptPolicy
{
public:
	// nullopt: a vif without one of the two, of which nothing can be kept.
	static std::optional<KeptPolicy> of(const std::filesystem::path &root, const VifNames &vif);

	const std::filesystem::path &file() const { return file_; }
	// Nothing when there is no file. Throws Error: it cannot be read, or cannot be understood.
	KeptWords read() const;
	// On the disk when it returns, or else as before. Nothing to keep removes the file. Throws Error.
	void write(const KeptWords &kept, const std::string &domain) const;

private:
	explicit KeptPolicy(std::filesystem::path file) : file_(std::move(file)) {}
	std::filesystem::path file_;
};

} // namespace ringway
