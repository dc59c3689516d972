// SPDX-License-Identifier: GPL-2.0-only
/* XDP in Linux's terms: running the program, redirecting, frames of other devices. */
#include <linux/bpf.h>
#include <linux/bpf_trace.h>
#include <linux/filter.h>
#include <net/xdp.h>

#include "netfront/linux/state.h"
#include "linux/compat.h"

/* Laid down in C++ (xdp_plan.hpp). */
static_assert(XDP_PACKET_HEADROOM == 256);
static_assert(SKB_DATA_ALIGN(sizeof(struct skb_shared_info)) <= 320);

/* CONTEXT: NAPI, so the program stays while it runs. It may have gone since C++ looked: then all passes. */
enum xdp_verdict host_xdp_run(struct queue_host *host, struct xdp_area *area)
{
	struct bpf_prog *program = rcu_dereference_bh(host->vif->xdp_program);
	struct xdp_buff *xdp = &host->xdp;
	u32 action;

	if (unlikely(!program))
		return XDP_SAYS_PASS;
	xdp_init_buff(xdp, PAGE_SIZE, &host->xdp_rxq);
	xdp_prepare_buff(xdp, page_address(area->page), area->offset, area->length, false);
	action = bpf_prog_run_xdp(program, xdp);
	area->offset = xdp->data - xdp->data_hard_start;
	area->length = xdp->data_end - xdp->data;
	switch (action) {
	case XDP_PASS:
		return XDP_SAYS_PASS;
	case XDP_DROP:
		return XDP_SAYS_DROP;
	case XDP_TX:
		return XDP_SAYS_TX;
	case XDP_REDIRECT:
		return XDP_SAYS_REDIRECT;
	default:
		bpf_warn_invalid_xdp_action(host->vif->dev, program, action);
		fallthrough;
	case XDP_ABORTED:
		trace_xdp_exception(host->vif->dev, program, action);
		return XDP_SAYS_ABORTED;
	}
}

/* The packet of the last run. True: its page is somebody else's now. */
bool host_xdp_redirect(struct queue_host *host)
{
	struct bpf_prog *program = rcu_dereference_bh(host->vif->xdp_program);

	if (likely(program && !xdp_do_redirect(host->vif->dev, &host->xdp, program)))
		return true;
	if (program)
		trace_xdp_exception(host->vif->dev, program, XDP_REDIRECT);
	return false;
}

void host_xdp_flush(void)
{
	xdp_do_flush();
}

/* A frame in pieces has no bytes for us: nobody was told that we take such. */
const void *host_xdp_frame_bytes(const struct xdp_frame *frame, u32 *length)
{
	*length = xdp_frame_has_frags((struct xdp_frame *)frame) ? 0 : frame->len;
	return frame->data;
}

void host_xdp_frame_sent(struct xdp_frame *frame)
{
	xdp_return_frame(frame);
}

void host_pool_recycle(struct queue_host *host, struct page *page)
{
	page_pool_recycle_direct(host->pool, page);
}
