// SPDX-License-Identifier: GPL-2.0-only
#include <gtest/gtest.h>
#include <vector>
#include "world/kernel_words.hpp"

namespace ringway
{

namespace
{

void add(std::vector<char> &out, const void *data, std::size_t size)
{
	const char *bytes = static_cast<const char *>(data);
	out.insert(out.end(), bytes, bytes + size);
	out.resize(NLMSG_ALIGN(out.size()));
}

void add_attribute(std::vector<char> &out, unsigned type, const std::string &value)
{
	const nlattr attribute{static_cast<unsigned short>(NLA_HDRLEN + value.size()),
			       static_cast<unsigned short>(type)};
	add(out, &attribute, sizeof(attribute));
	add(out, value.data(), value.size());
}

// An answer as the kernel makes it: with the request of so many bytes behind its header, or capped.
std::vector<char> answer(unsigned flags, std::size_t request, const std::string &text,
			 unsigned type = NLMSG_ERROR)
{
	std::vector<char> out;
	nlmsghdr header{0, static_cast<unsigned short>(type), static_cast<unsigned short>(flags), 1, 0};
	nlmsgerr error{};
	error.error = -28;
	error.msg.nlmsg_len = static_cast<unsigned>(NLMSG_HDRLEN + request);
	add(out, &header, sizeof(header));
	add(out, &error, sizeof(error));
	if ((flags & NLM_F_CAPPED) == 0) {
		add(out, std::string(request, '\x01').data(), request);
	}
	add_attribute(out, NLMSGERR_ATTR_OFFS, std::string(4, '\x02'));
	add_attribute(out, NLMSGERR_ATTR_MSG, text);
	return out;
}

} // namespace

TEST(KernelWords, AreReadBehindTheRequest)
{
	const std::string full("The FDB is full: delete entries\0", 32);
	for (const std::size_t request : {0u, 1u, 4u, 37u, 1000u}) {
		EXPECT_EQ(kernel_words(answer(NLM_F_ACK_TLVS, request, full)),
			  "The FDB is full: delete entries")
			<< request;
	}
	EXPECT_EQ(kernel_words(answer(NLM_F_ACK_TLVS | NLM_F_CAPPED, 500, full)),
		  "The FDB is full: delete entries");
	EXPECT_EQ(kernel_words(answer(NLM_F_ACK_TLVS, 8, "no NUL")), "no NUL");
	EXPECT_EQ(kernel_words(answer(NLM_F_ACK_TLVS, 8, "\x1b[2J")), "\\x1b[2J");
}

TEST(KernelWords, WhatSaysNothingIsEmpty)
{
	EXPECT_EQ(kernel_words(answer(0, 8, "no flag")), "");
	EXPECT_EQ(kernel_words(answer(NLM_F_ACK_TLVS, 8, "no error", NLMSG_DONE)), "");
	EXPECT_EQ(kernel_words({}), "");
	const auto whole = answer(NLM_F_ACK_TLVS, 8, "cut");
	for (std::size_t size = 0; size + 1 < whole.size(); ++size) {
		EXPECT_EQ(kernel_words({whole.data(), size}), "") << "cut to " << size;
	}
}

} // namespace ringway
