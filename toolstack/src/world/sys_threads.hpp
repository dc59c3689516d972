// SPDX-License-Identifier: GPL-2.0-only
#pragma once

#include "context/threads.hpp"

namespace ringway
{

class SysThreads : public Threads
{
public:
	void set_cpus(const PollThread &thread, const std::string &cpus) override;
};

} // namespace ringway
