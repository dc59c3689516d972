// SPDX-License-Identifier: GPL-2.0-only
// libraries.hpp - what most files of the command read of libraries, precompiled. No file needs it: packages
// are built without.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>
