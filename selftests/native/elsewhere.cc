// SPDX-License-Identifier: GPL-2.0-only
// Services that no packet between mapped buffers may need: skbs, backlogs, timers.
#include "machine.hpp"

using namespace ringway;
using namespace ringway::native;

#define ELSEWHERE(result, name, ...)    \
	result name(__VA_ARGS__)        \
	{                               \
		not_on_this_way(#name); \
	}

ELSEWHERE(void, host_log_stall, vif_host *, u32, bool)
ELSEWHERE(void, host_schedule_later, queue_host *, guest_side, u64)
ELSEWHERE(void, host_hold, queue_host *, guest_side, u32)
ELSEWHERE(bool, host_to_guest_lock_to_send, queue_host *)
ELSEWHERE(u64, host_nanos, u64)
ELSEWHERE(sk_buff *, host_backlog_peek, queue_host *)
ELSEWHERE(sk_buff *, host_backlog_pop, queue_host *)
ELSEWHERE(void, host_backlog_push, queue_host *, sk_buff *, unsigned long)
ELSEWHERE(unsigned long, host_skb_expires, const sk_buff *)
ELSEWHERE(void, host_txq_stop, queue_host *)
ELSEWHERE(void, host_txq_wake, queue_host *)
ELSEWHERE(bool, host_txq_stopped, const queue_host *)
ELSEWHERE(u32, host_skb_memory, const sk_buff *)
ELSEWHERE(void, host_skb_describe, const sk_buff *, skb_view *)
ELSEWHERE(u32, host_skb_pieces, const sk_buff *, skb_piece *)
ELSEWHERE(enum skb_owner, host_skb_owner, const sk_buff *, u32 *)
ELSEWHERE(u32, host_skb_hash, sk_buff *)
ELSEWHERE(sk_buff *, host_skb_cut, sk_buff *)
ELSEWHERE(sk_buff *, host_skb_join, sk_buff *, sk_buff *)
ELSEWHERE(sk_buff *, host_skb_suit, vif_host *, sk_buff *)
ELSEWHERE(u32, host_skb_head, const sk_buff *, void *, u32)
ELSEWHERE(void, host_skb_copy, const sk_buff *, void *, u32)
ELSEWHERE(void, host_skb_copy_part, const sk_buff *, u32, void *, u32)
ELSEWHERE(void, host_skb_done, sk_buff *)
ELSEWHERE(void, host_skb_drop, sk_buff *)
ELSEWHERE(sk_buff *, host_skb_new, queue_host *, u32, void **)
ELSEWHERE(void, host_skb_add_page, sk_buff *, void *, u32)
ELSEWHERE(bool, host_skb_finish, queue_host *, sk_buff *, u32, u32, u32, u64 *)
ELSEWHERE(void, host_skb_set_hash, sk_buff *, u32, enum host_hash)
ELSEWHERE(void, host_receive, queue_host *, sk_buff *)
ELSEWHERE(void, host_receive_flush, queue_host *)
ELSEWHERE(u32, host_under_way, const queue_host *)
ELSEWHERE(u32, host_longest_frame, const net_device *)
ELSEWHERE(int, host_accounts_init, void)
ELSEWHERE(void, host_accounts_exit, void)
