// SPDX-License-Identifier: GPL-2.0-only
//
// What most tests begin with: a world with a guest, or with a guest that has a vif.
#pragma once

#include <gtest/gtest.h>
#include "fake/world.hpp"
#include "vif/attach.hpp"

namespace ringway::test
{

constexpr const char *one_mac = "mac=00:16:3e:00:00:01";

// "web" is domain 3.
class GuestTest : public testing::Test
{
protected:
	GuestTest() { world.add_domain(3, "web"); }

	Record attach_vif(const std::string &spec = one_mac, AttachOptions options = {},
			  const std::string &domain = "web")
	{
		return attach(context, domain, VifSpec::parse(spec), options);
	}
	// A node of the backend's end of vif 3.0.
	std::string node(const std::string &name)
	{
		return world.store.get("/local/domain/0/backend/vif/3/0/" + name);
	}
	// What a refusal says.
	template <typename Action>
	std::string refusal(const Action &action)
	{
		try {
			action();
		} catch (const Error &error) {
			refused_with = error.code();
			return error.what();
		}
		refused_with = Exit::ok;
		return "(accepted)";
	}
	static void expect_in(const std::string &part, const std::string &whole)
	{
		EXPECT_NE(whole.find(part), std::string::npos) << whole;
	}

	World world;
	Context context = world.context();
	Exit refused_with = Exit::ok;
};

// It has vif 3.0, which is on xenbr0.
class VifTest : public GuestTest
{
protected:
	explicit VifTest(const std::string &spec = one_mac) { attach_vif(spec); }
};

} // namespace ringway::test
