// SPDX-License-Identifier: GPL-2.0-only
// libraries.hpp - what the tests read besides, precompiled in the same way.
#pragma once

#include "../src/libraries.hpp"
#include <gtest/gtest.h>
