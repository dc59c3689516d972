// SPDX-License-Identifier: GPL-2.0-only
#include "core/result.hpp"
#include <gtest/gtest.h>
#include <set>
#include <string>

using namespace ringway;

namespace
{
constexpr Error kAll[] = {
	Error::none,           Error::ring_index,    Error::slot_missing, Error::slot_cross_page,
	Error::too_many_slots, Error::extra_unknown, Error::gso_invalid,  Error::no_memory,
	Error::no_slots,       Error::invalid,       Error::missing,      Error::exists,
	Error::taken,          Error::full,          Error::hypercall,    Error::bug};

Result<u32> half(u32 n)
{
	if (n % 2)
		return Error::invalid;
	return n / 2;
}
Result<u32> quarter(u32 n)
{
	const u32 h = TRY(half(n));
	return TRY(half(h));
}
Result<void> fail_if(bool fail)
{
	if (fail)
		return Error::hypercall;
	return {};
}
Result<u32> seven_unless(bool fail, bool &passed)
{
	TRY_VOID(fail_if(fail));
	passed = true;
	return 7u;
}

TEST(Result, ValueOrError)
{
	EXPECT_TRUE(half(4).ok());
	EXPECT_EQ(half(4).value(), 2u);
	EXPECT_EQ(half(4).error(), Error::none);
	EXPECT_FALSE(half(3).ok());
	EXPECT_EQ(half(3).error(), Error::invalid);
	EXPECT_EQ(half(3).value(), 0u);
	EXPECT_EQ(half(3).value_or(9), 9u);
	EXPECT_EQ(half(4).value_or(9), 2u);
	EXPECT_TRUE(static_cast<bool>(half(4)));
	EXPECT_FALSE(static_cast<bool>(half(3)));
}

TEST(Result, TryHandsErrorsUp)
{
	EXPECT_EQ(quarter(8).value(), 2u);
	EXPECT_EQ(quarter(6).error(), Error::invalid); // the second step
	EXPECT_EQ(quarter(7).error(), Error::invalid); // the first
}

TEST(Result, TryVoidStopsTheFunction)
{
	bool passed = false;
	EXPECT_EQ(seven_unless(true, passed).error(), Error::hypercall);
	EXPECT_FALSE(passed);
	EXPECT_EQ(seven_unless(false, passed).value(), 7u);
	EXPECT_TRUE(passed);
}

TEST(Result, TryEvaluatesOnce)
{
	u32 calls = 0;
	const auto count = [&]() -> Result<u32> {
		calls++;
		return calls;
	};
	const auto outer = [&]() -> Result<u32> { return TRY(count()); };
	EXPECT_EQ(outer().value(), 1u);
	EXPECT_EQ(calls, 1u);
}

TEST(Result, EveryErrorHasItsOwnText)
{
	std::set<std::string> texts;
	for (const Error e : kAll)
		texts.insert(error_text(e));
	EXPECT_EQ(texts.size(), std::size(kAll));
	EXPECT_FALSE(texts.contains("?"));
}

TEST(Result, ErrnoIsNegativeForErrorsOnly)
{
	for (const Error e : kAll)
		EXPECT_EQ(error_errno(e) < 0, e != Error::none) << error_text(e);
	EXPECT_EQ(error_errno(Error::no_memory), -ENOMEM);
	EXPECT_EQ(error_errno(Error::missing), -ENOENT);
	EXPECT_EQ(error_errno(Error::exists), -EEXIST);
	EXPECT_EQ(error_errno(Error::taken), -EADDRINUSE);
	EXPECT_EQ(error_errno(Error::full), -ENOSPC);
	EXPECT_EQ(error_errno(Error::invalid), -EINVAL);
	EXPECT_EQ(error_errno(Error::no_slots), -ENOBUFS);
}
} // namespace
