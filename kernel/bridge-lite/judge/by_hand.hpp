// SPDX-License-Identifier: GPL-2.0-only
// Entries by hand: which addresses they may not take.
#pragma once
#include "core/fdb.hpp"

namespace ringway::brlite
{
// Whether an entry would take the address away from who has it. here: what has the same key; holds: what
// holds for that key, which may be the entry for all VLANs. What was entered by hand, or is this host's, does
// not move to another port by a new entry: two guests with one address, or one with the host's, would take
// each other's frames. An entry for one VLAN may differ from the one for all, but not where this host has the
// address. This host's own addresses come first.
constexpr bool is_of_another(FdbTarget wanted, FdbHit here, FdbHit holds)
{
	if (wanted.is_local())
		return false;
	return (here && here.target.is_static() && here.target.port() != wanted.port()) ||
	       (holds && holds.target.is_local());
}
} // namespace ringway::brlite
