// SPDX-License-Identifier: GPL-2.0-only
/*
 * account.c - who answers for the skbs that are made of a guest's packets: a socket for each queue.
 *
 * Nothing of the socket is used but the counter of its send memory, as tun does. An skb is charged to it when it is
 * made (host_skb_finish()); Linux takes the charge off when the skb is freed or orphaned, wherever that is, and hands
 * it on to the last segment when the skb is cut. The charge holds the socket, so skbs may outlive the queue, the vif
 * and this module: what Linux calls then is Linux' own. Only the description of the sockets' kind is read once more
 * when the last skb goes, so it is not part of the module.
 */
#include <linux/kmemleak.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "netback/linux/state.h"

struct proto *host_account_kind;
static bool outlived; /* a queue, by an account with skbs under way */

int host_accounts_init(void)
{
	host_account_kind = kzalloc(sizeof(*host_account_kind), GFP_KERNEL);
	if (!host_account_kind)
		return -ENOMEM;
	strscpy(host_account_kind->name, "ringway-netback", sizeof(host_account_kind->name));
	host_account_kind->obj_size = sizeof(struct sock);
	return 0;
}

/* INVARIANT: no queue is left. */
void host_accounts_exit(void)
{
	if (READ_ONCE(outlived))
		kmemleak_not_leak(host_account_kind); /* perhaps in use yet: a few hundred bytes stay behind */
	else
		kfree(host_account_kind);
}

/* --- how much a queue may have waiting, in each direction ------------------------------------------------------- */

#define MOST_BYTES (512u * 1024)
#define LEAST_BYTES (64u * 1024)

static atomic_t queues = ATOMIC_INIT(0);

/* All queues together at most a 16th of dom0's memory, as long as that gives each of them the least. */
static void share_out(int change)
{
	const u64 all = ((u64)totalram_pages() << PAGE_SHIFT) / 16;
	const u32 count = max(atomic_add_return(change, &queues), 1);

	WRITE_ONCE(host_params.queue_bytes, clamp_t(u64, all / count, LEAST_BYTES, MOST_BYTES));
}

/* --- one for each queue ----------------------------------------------------------------------------------------- */

struct sock *host_account_open(void)
{
	struct sock *sk = sk_alloc(&init_net, AF_UNSPEC, GFP_KERNEL, host_account_kind, 1);

	if (sk) {
		share_out(1);
		sock_init_data(NULL, sk);
		sock_set_flag(sk, SOCK_USE_WRITE_QUEUE); /* nobody sleeps until there is room */
	}
	return sk;
}

void host_account_close(struct sock *sk)
{
	if (refcount_read(&sk->sk_wmem_alloc) > 1)
		WRITE_ONCE(outlived, true);
	share_out(-1);
	sock_put(sk);
}

uint32_t host_under_way(const struct queue_host *q) { return sk_wmem_alloc_get(q->account); }
