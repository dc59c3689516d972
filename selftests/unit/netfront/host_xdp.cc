// SPDX-License-Identifier: GPL-2.0-only
// The part of linux/host.h that XDP needs: a program is a function of the test's.
#include "host.hpp"
#include <gtest/gtest.h>

using namespace ringway;
using namespace ringway::test;

extern "C" {
xdp_verdict host_xdp_run(queue_host *, xdp_area *area)
{
	Kernel &k = kernel();
	EXPECT_TRUE(k.pages.count(area->page));
	for (const Grant &grant : k.grants)
		EXPECT_NE(grant.granted, area->page) << "the backend can change what the program judges";
	EXPECT_GE(area->offset, 256u) << "no headroom";
	EXPECT_LE(area->offset + area->length, 4096u - 320) << "no tailroom";
	if (!k.program)
		return XDP_SAYS_PASS;
	const xdp_verdict verdict = k.program(*area);
	k.judged = *area;
	return verdict;
}
bool host_xdp_redirect(queue_host *)
{
	Kernel &k = kernel();
	k.unflushed = true;
	if (k.refuse_redirect)
		return false;
	const u8 *from = k.judged.page->data + k.judged.offset;
	k.redirected.emplace_back(from, from + k.judged.length);
	k.put_page(k.judged.page); // the other device is through with it
	return true;
}
void host_xdp_flush(void)
{
	kernel().unflushed = false;
}
const void *host_xdp_frame_bytes(const xdp_frame *frame, u32 *length)
{
	*length = static_cast<u32>(frame->bytes.size());
	return frame->bytes.data();
}
void host_xdp_frame_sent(xdp_frame *frame)
{
	EXPECT_FALSE(frame->sent);
	frame->sent = true;
}
void host_pool_recycle(queue_host *, page *page)
{
	kernel().put_page(page);
}
void host_reconfigure_later(vif_host *, u32 milliseconds)
{
	if (kernel().reconfigure_later < 0) // the first to be asked for counts
		kernel().reconfigure_later = static_cast<int>(milliseconds);
}
}
