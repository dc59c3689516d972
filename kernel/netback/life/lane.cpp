// SPDX-License-Identifier: GPL-2.0-only
#include "netback/entry.h"
#include "netback/life/lane.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
void empty(void *memory)
{
	for (StagePage &page : static_cast<Lane *>(memory)->pages)
		if (page.bytes)
			host_page_free(page.bytes);
}

void look_up_frames(void *memory)
{
	for (StagePage &page : static_cast<Lane *>(memory)->pages)
		if (page.bytes)
			page.frame = host_page_frame(page.bytes);
}
} // namespace

// INVARIANT: a lane of zeroes is an empty one.
int netback_lanes_create(void)
{
	return host_lanes_create(sizeof(Lane));
}

void netback_lanes_resumed(void)
{
	host_lanes_visit(look_up_frames);
}

void netback_lanes_destroy(void)
{
	host_lanes_destroy(empty);
}
