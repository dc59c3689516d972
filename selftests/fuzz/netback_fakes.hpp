// SPDX-License-Identifier: GPL-2.0-only
// A fuzzer of netback on the fakes of its unit tests. Included once in each such program.
#pragma once
#include <gtest/gtest.h>

extern "C" int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	testing::GTEST_FLAG(throw_on_failure) = true; // what the fakes expect ends the run
	testing::InitGoogleTest(argc, *argv);
	return 0;
}
