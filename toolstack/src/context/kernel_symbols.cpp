// SPDX-License-Identifier: GPL-2.0-only
#include "context/kernel_symbols.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace ringway
{

namespace fs = std::filesystem;

KernelSymbols::KernelSymbols(const fs::path &root)
{
	read_functions(root / "proc/kallsyms");
	read_modules(root / "proc/modules");
}

// "ffffffffc0567000 t function<tab>[module]"
void KernelSymbols::read_functions(const fs::path &file)
{
	std::ifstream in(file);
	for (std::string line; std::getline(in, line);) {
		std::istringstream words(line);
		Function one;
		char type = 0;
		if (!(words >> std::hex >> one.start >> type >> one.name) || one.start == 0) {
			continue;
		}
		const char kind = static_cast<char>(std::tolower(static_cast<unsigned char>(type)));
		if (kind != 't' && kind != 'w') {
			continue; // data
		}
		if (one.name == "_text") {
			text_start_ = one.start;
		} else if (one.name == "_etext") {
			text_end_ = one.start;
			continue;
		}
		if (words >> one.module && one.module.size() > 2) {
			one.module = one.module.substr(1, one.module.size() - 2);
		}
		functions_.push_back(std::move(one));
	}
	std::stable_sort(functions_.begin(), functions_.end(),
			 [](const Function &a, const Function &b) { return a.start < b.start; });
}

// "name size users used-by state 0xaddress"
void KernelSymbols::read_modules(const fs::path &file)
{
	std::ifstream in(file);
	for (std::string line; std::getline(in, line);) {
		std::istringstream words(line);
		LoadedModule one;
		std::string users, by, state, address;
		if (words >> one.name >> one.size >> users >> by >> state >> address) {
			one.start = std::strtoull(address.c_str(), nullptr, 16);
			if (one.start != 0) {
				modules_.push_back(std::move(one));
			}
		}
	}
}

const Function *KernelSymbols::find(std::uint64_t address) const
{
	const auto behind =
		std::upper_bound(functions_.begin(), functions_.end(), address,
				 [](std::uint64_t value, const Function &f) { return value < f.start; });
	return behind == functions_.begin() ? nullptr : &*(behind - 1);
}

} // namespace ringway
