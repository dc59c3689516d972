// SPDX-License-Identifier: GPL-2.0-only
// A change of the network that is a file with the word "old" or "new", and what is told of it.
#pragma once

#include "world/guard.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

namespace ringway::test
{

namespace fs = std::filesystem;

class GuardTest : public testing::Test
{
protected:
	GuardTest()
	{
		std::string pattern = (fs::temp_directory_path() / "guard.XXXXXX").string();
		folder = mkdtemp(pattern.data());
		put("state", "old");
		guarded.change = [this](const Say &) { put("state", "new"); };
		guarded.undo = [this](const Say &) { put("state", "old"); };
		guarded.keep = [this] { put("kept", "yes"); };
		guarded.finish = [this] { put("finished", "yes"); };
		guarded.confirmed = folder / "confirmed";
		guarded.refused = folder / "refused";
		guarded.asks = folder / "asks";
		guarded.outcome = folder / "outcome";
		guarded.log = folder / "log";
		guarded.seconds = 1;
	}
	~GuardTest() override { fs::remove_all(folder); }

	void put(const std::string &file, const std::string &text) const
	{
		std::ofstream(folder / file) << text << std::flush;
	}
	std::string text(const std::string &file) const
	{
		std::ifstream in(folder / file);
		return {std::istreambuf_iterator<char>(in), {}};
	}
	// Those who work on may outlive whoever asked.
	bool comes_to(const std::string &file, const std::string &wanted) const
	{
		for (int tries = 0; tries < 600 && text(file).find(wanted) == std::string::npos; ++tries) {
			std::this_thread::sleep_for(std::chrono::milliseconds(50));
		}
		return text(file).find(wanted) != std::string::npos;
	}

	fs::path folder;
	GuardedChange guarded;
};

} // namespace ringway::test
