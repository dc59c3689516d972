// SPDX-License-Identifier: GPL-2.0-only
//
// Tells the backend how much a guest may send and receive: it watches the nodes. The toolstack's record of
// the vif is changed with them.
#pragma once

#include <vector>
#include "context/context.hpp"
#include "vif/record.hpp"
#include "words/limit.hpp"

namespace ringway
{

// Throws Error (absent) when the vif is gone.
void set_limits(Context &context, const Record &record, const std::vector<Limit> &limits);

// That the record has, as its node; key: a word of `vif limit`. Empty: none.
const std::string &limit_of(const Record &record, const std::string &key);

// As people write it, of a node or none.
std::string limit_text(const std::string &key, const std::string &node);

} // namespace ringway
