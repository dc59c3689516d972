// SPDX-License-Identifier: GPL-2.0-only
//
// Interrupts of this host, and the CPUs that they may go to, below a root that tests can choose.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace ringway
{

struct Interrupt {
	unsigned number = 0;
	std::string name; // as its driver called it: vif3.0-q0-tx
};

std::vector<Interrupt> interrupts(const std::filesystem::path &root);
// As the kernel writes it; empty when there is no such interrupt.
std::string affinity(const std::filesystem::path &root, unsigned interrupt);
// Throws Error that names the interrupt and says why.
void set_affinity(const std::filesystem::path &root, const Interrupt &interrupt, const std::string &cpus);
std::vector<unsigned> online_cpus(const std::filesystem::path &root);

} // namespace ringway
