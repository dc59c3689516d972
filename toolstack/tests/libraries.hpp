// SPDX-License-Identifier: GPL-2.0-only
// libraries.hpp - what most files of the command and of its tests read of libraries, precompiled for the
// tests. No file needs it: the command itself is built without.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>
