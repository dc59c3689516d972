// SPDX-License-Identifier: GPL-2.0-only
//
// A bridge as one of the other kind: what both kinds know, in the other's words.
#pragma once

#include <optional>
#include "context/bridge_maker.hpp"

namespace ringway
{

// What a brlite bridge does not have is among the obstacles of the answer.
BridgeImage as_brlite(const BridgeImage &bridge);
// before: what it was when it was an ordinary one, for everything that a brlite bridge does not know.
BridgeImage as_bridge(const BridgeImage &brlite, const std::optional<BridgeImage> &before);

} // namespace ringway
