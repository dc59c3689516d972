// SPDX-License-Identifier: GPL-2.0-only
//
// Which function of the kernel an address is in, by /proc/kallsyms and /proc/modules.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace ringway
{

struct Function {
	std::uint64_t start = 0;
	std::string name;
	std::string module; // empty: the kernel itself
};

struct LoadedModule {
	std::string name;
	std::uint64_t start = 0, size = 0;
};

class KernelSymbols
{
public:
	// Nothing is found where the kernel shows no addresses (kernel.kptr_restrict).
	explicit KernelSymbols(const std::filesystem::path &root);
	// nullptr: in none.
	const Function *find(std::uint64_t address) const;
	bool empty() const { return functions_.empty(); }
	const std::vector<LoadedModule> &modules() const { return modules_; }
	// Of the kernel's own code; 0: unknown.
	std::uint64_t text_start() const { return text_start_; }
	std::uint64_t text_end() const { return text_end_; }

private:
	void read_functions(const std::filesystem::path &file);
	void read_modules(const std::filesystem::path &file);

	std::vector<Function> functions_; // by address
	std::vector<LoadedModule> modules_;
	std::uint64_t text_start_ = 0, text_end_ = 0;
};

} // namespace ringway
