// SPDX-License-Identifier: GPL-2.0-only
//
// Attaching to "web", and what must be so when it failed.
#pragma once

#include "guest_test.hpp"

namespace ringway
{

using test::difference;
using test::Guest;
using test::Tree;
using test::World;

constexpr const char *back = "/local/domain/0/backend/vif/3/0";
constexpr const char *front = "/local/domain/3/device/vif/0";
constexpr const char *record_path = "/libxl/3/device/vif/0";

class Attach : public test::GuestTest
{
protected:
	Record go(const std::string &spec = test::one_mac, const std::string &domain = "web",
		  AttachOptions options = {})
	{
		return attach_vif(spec, options, domain);
	}

	// The one line of a failed attach. Afterwards nothing may be left of it.
	std::string fails(Exit code, const std::string &spec = test::one_mac,
			  const std::string &domain = "web", AttachOptions options = {})
	{
		const Tree before = world.store.tree;
		const std::size_t links = world.links.all.size();
		const std::string what = refusal([&] { go(spec, domain, options); });
		if (refused_with != Exit::ok) {
			EXPECT_EQ(refused_with, code) << what;
			EXPECT_EQ(what.find('\n'), std::string::npos) << what;
			EXPECT_EQ(what.find('\x1b'), std::string::npos) << what;
		}
		EXPECT_EQ(difference(before, world.store.tree), "") << "something was left behind: " << what;
		EXPECT_EQ(world.links.all.size(), links) << "a device was left behind: " << what;
		EXPECT_EQ(world.store.open_transactions(), 0u);
		EXPECT_TRUE(world.store.watched.empty());
		return what;
	}
};

} // namespace ringway
