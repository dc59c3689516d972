/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * evilfront - a network frontend that lies, for a test guest.
 *
 *	front.c    binds vifs, connects, says what became of the lie
 *	ring.c     lies on the rings: indices, slots, extra infos, references, storms
 *	control.c  lies on the control ring, which it has for these and for map.c's only
 *	map.c      lies about buffers that the backend is to keep mapped
 *	mapped.c   those buffers, and what is done with them once they are mapped
 *	queues.c   an honest vif of several queues
 *	store.c    lies in XenStore: nodes that make no sense, states, deletions, storms
 *
 * Binds vifs like an ordinary frontend, connects, sends one honest packet to see that the
 * backend works, then does what the parameter `lie` names and logs what became of it:
 *
 *	evilfront: honest: responses 1 last 0 backend 4
 *	evilfront: LIE: responses N last STATUS backend STATE
 *
 * A backend is expected to switch the vif off for what no honest frontend does, and to answer an error
 * for what a buggy one may do. The test's shell part looks at both ends.
 *
 * The parameters are read when a vif comes, and can be written at any time:
 *	lie      what to do once connected; "quiet" is an honest vif that says nothing
 *	nodes    NAME=VALUE,-NAME,…: nodes to write or to leave out on connecting; $tx $rx $port stand for ours
 *	ring     "tx" or "rx": that ring's index is insane before the backend sees it
 *	seconds  how long storms last
 *	queues   so many queues, 1 if not told; the lies are all on the first rings, which are none of several queues'
 */
#ifndef EVILFRONT_H
#define EVILFRONT_H
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/workqueue.h>
#include <xen/events.h>
#include <xen/grant_table.h>
#include <xen/interface/io/netif.h>
#include <xen/page.h>
#include <xen/xenbus.h>

#define EVIL_NODES 256
#define EVIL_MOST_QUEUES 16
#define EVIL_BAD_REF 0x00fffff0u
#define EVIL_NO_ANSWER 99

/* netif.h of Linux lacks these. */
#define EVIL_GET_MAPPING_SIZE 8
#define EVIL_ADD_MAPPING 9
#define EVIL_DEL_MAPPING 10
#define EVIL_READ_ONLY 1

/* Buffers that the backend is to keep mapped: first those to send from, granted to be read, then as many others. */
#define EVIL_TX_BUFFERS 256u
#define EVIL_BUFFERS (2 * EVIL_TX_BUFFERS)

struct evil_entry {
	u32 ref;
	u16 flags, status;
};

struct evil_buffers {
	unsigned char *page[EVIL_BUFFERS];
	grant_ref_t ref[EVIL_BUFFERS];
	struct evil_entry *list;	      /* a page: of the next message */
	grant_ref_t list_ref, list_ro_ref;    /* it, to be written and to be read */
	bool given_away[EVIL_BUFFERS];
	unsigned int wrong;
};

struct evil_queue {
	grant_ref_t tx_ref, rx_ref;
	evtchn_port_t port;
};

struct evil {
	struct xenbus_device *xdev;
	struct xen_netif_tx_front_ring tx;
	struct xen_netif_rx_front_ring rx;
	struct xen_netif_ctrl_front_ring ctrl;
	evtchn_port_t ctrl_port; /* 0: no control ring */
	struct evil_buffers *buffers; /* NULL: this lie has none */
	void *data;
	grant_ref_t tx_ref, rx_ref, data_ref;
	evtchn_port_t port;
	struct work_struct work;
	char lie[32], nodes[EVIL_NODES];
	struct evil_queue queue[EVIL_MOST_QUEUES];
	unsigned int seconds, queues; /* 0: the first rings are the only queue */
	bool ready, told, over;
};

/* Each returns false when it knows no such lie. */
bool evil_ring_lie(struct evil *e);
bool evil_store_lie(struct evil *e);
bool evil_ctrl_lie(struct evil *e);
bool evil_map_lie(struct evil *e);

/* control.c: before connecting. Then: sends a message; takes the next answer if there is one; both, and waits. */
int evil_ctrl_open(struct evil *e);
void evil_ask(struct evil *e, u16 type, u32 x, u32 y, u32 z);
bool evil_answered(struct evil *e, struct xen_netif_ctrl_response *answer);
struct xen_netif_ctrl_response evil_say(struct evil *e, u16 type, u32 x, u32 y, u32 z);

/* mapped.c: granted and not yet mapped; given back, when the vif has gone. */
bool evil_buffers_make(struct evil *e);
void evil_buffers_end(struct evil *e);
/* How many of so many are mapped: they cannot be revoked. The others are granted as before. */
unsigned int evil_buffers_in_use(struct evil *e, unsigned int from, unsigned int count);
/* The list of the next message: these buffers. */
void evil_list(struct evil_buffers *m, unsigned int at, unsigned int buffer, unsigned int count);
/* Says how often something was not as it must be. */
void evil_mode(struct evil *e, const char *name);
void evil_map_traffic(struct evil *e);

/* What `nodes` asks for, after the honest ones were written. */
int evil_write_nodes(struct evil *e);

/* queues.c: before connecting; on connecting; when the vif has gone. */
int evil_queues_open(struct evil *e, unsigned int queues);
int evil_queues_write(struct evil *e);
void evil_queues_close(struct evil *e);

/* ring.c */
struct xen_netif_tx_request *evil_post(struct evil *e, u16 offset, u16 size, u16 flags);
void evil_push(struct evil *e);

/* store.c: the state node as text, whatever it says. */
void evil_state(struct evil *e, const char *text);

/* True until the storm's time is up or the vif goes. */
#define evil_storming(e, end) (time_before(jiffies, end) && !READ_ONCE((e)->over))

#endif
