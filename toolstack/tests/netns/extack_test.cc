// SPDX-License-Identifier: GPL-2.0-only
// What this machine's kernel says when it refuses something reaches the error's text, over both kinds of
// sockets. It takes root, for a network namespace of its own.

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <memory>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sched.h>
#include <string>
#include <unistd.h>
#include "words/error.hpp"
#include "world/kernel_words.hpp"
#include "world/nl_batch.hpp"
#include "world/nl_request.hpp"

namespace ringway::test
{

namespace
{

constexpr std::uint32_t no_mtu = 1; // IPv4 wants 68
constexpr const char *reason = "mtu less than device minimum";

class ExtackTest : public testing::Test
{
protected:
	void SetUp() override
	{
		if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0) {
			GTEST_SKIP() << "makes a network namespace, which takes root";
		}
		Batch batch;
		batch.begin(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, "adding br0")
			.header(ifinfomsg{})
			.put(IFLA_IFNAME, "br0")
			.nest(IFLA_LINKINFO, [&] { batch.put(IFLA_INFO_KIND, "bridge"); });
		BatchSocket().send(batch);
		device_.index = static_cast<int>(if_nametoindex("br0"));
		ASSERT_NE(device_.index, 0);
	}

	Link device_;
};

struct CloseSocket {
	void operator()(nl_sock *socket) const { nl_socket_free(socket); }
};

} // namespace

TEST_F(ExtackTest, OfOneRequest)
{
	KernelWords words;
	const std::unique_ptr<nl_sock, CloseSocket> socket(nl_socket_alloc());
	ASSERT_EQ(nl_connect(socket.get(), NETLINK_ROUTE), 0);
	words.listen(socket.get());
	const int error = Request(RTM_SETLINK, NLM_F_ACK)
				  .header(link_header(AF_UNSPEC, device_))
				  .number(IFLA_MTU, no_mtu)
				  .send(socket.get());
	EXPECT_LT(error, 0);
	EXPECT_EQ(words.reason(error), reason);
	// The next error is not taken for the same one: of this the kernel says only the number.
	Link none;
	none.index = 1 << 20;
	const int other = Request(RTM_SETLINK, NLM_F_ACK)
				  .header(link_header(AF_UNSPEC, none))
				  .number(IFLA_MTU, 1500)
				  .send(socket.get());
	EXPECT_LT(other, 0);
	EXPECT_NE(words.reason(other), reason);
}

TEST_F(ExtackTest, OfSeveralAtOnce)
{
	Batch batch;
	batch.begin(RTM_SETLINK, 0, "giving br0 an alias")
		.header(link_header(AF_UNSPEC, device_))
		.put(IFLA_IFALIAS, "one");
	batch.begin(RTM_SETLINK, 0, "giving br0 an MTU")
		.header(link_header(AF_UNSPEC, device_))
		.put(IFLA_MTU, no_mtu);
	try {
		BatchSocket().send(batch);
		FAIL() << "an MTU of 1 was taken";
	} catch (const Error &error) {
		EXPECT_EQ(std::string(error.what()), std::string("giving br0 an MTU failed: ") + reason);
	}
}

} // namespace ringway::test
