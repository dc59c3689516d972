// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs.c - ringway-netback/vifD.H/ in debugfs, for a person whose vif stands still:
 *
 *	io_ring_qN	both rings, what waits, polls and limits; "kick" written to it polls both, as an event would
 *	ctrl		the hash configuration that came over the control ring
 *
 * and in ringway-netback/ itself
 *
 *	mapped_buffers	how many buffers of guests stay mapped, of all vifs: what counts against mapped_buffers_total
 *
 * The files live as long as the vif and not as a connection: nothing comes and goes in the directory while a guest
 * connects and closes. A reader finds the queue as every other reader does, below queue_count and inside RCU, and the
 * hash configuration under the control ring's lock; neither waits for the life lock, so removing the files may wait
 * for readers. What of a ring is the guest's is printed and not acted upon.
 */
#include <linux/debugfs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "netback/roof.h"

struct vif_debug {
	struct dentry *dir;
	struct vif_debug_queue {
		struct vif_host *host;
		unsigned int index;
	} queue[];
};

static struct dentry *debug_root;

static void vif_show_ring(struct seq_file *file, const char *name, const struct netback_ring_view *ring)
{
	seq_printf(file, "%s: %u slots\n", name, ring->size);
	/* In brackets: how far it is from the last index that is ours and published. */
	seq_printf(file, "\treq prod %u (%d) cons %u (%d) event %u (%d)\n", ring->req_prod,
		   (int)(ring->req_prod - ring->rsp_private), ring->req_cons,
		   (int)(ring->req_cons - ring->rsp_private), ring->req_event,
		   (int)(ring->req_event - ring->rsp_private));
	seq_printf(file, "\trsp prod %u (%d) private %u event %u (%d)\n", ring->rsp_prod,
		   (int)(ring->rsp_prod - ring->rsp_private), ring->rsp_private, ring->rsp_event,
		   (int)(ring->rsp_event - ring->rsp_private));
}

static void vif_show_poll(struct seq_file *file, const char *name, struct queue_host *q, enum guest_side which)
{
	struct side_host *side = &q->side[which];
	const unsigned long state = READ_ONCE(side->napi.state);

	seq_printf(file, "%s poll: NAPI state 0x%lx%s%s, weight %d, irq %d%s%s%s\n", name, state,
		   state & NAPIF_STATE_SCHED ? " scheduled" : "", state & NAPIF_STATE_MISSED ? " missed" : "",
		   side->napi.weight, side->irq,
		   atomic_read(&q->eoi) & (EOI_OF(which) | EOI_BOTH) ? ", end of interrupt owed" : "",
		   timer_pending(&side->timer) ? ", waits for its limit" : "",
		   hrtimer_active(&side->hold) ? ", timer set" : "");
}

/* CONTEXT: RCU read side */
static void vif_show_queue(struct seq_file *file, const struct netback_queue_view *view)
{
	struct queue_host *q = view->host;

	vif_show_ring(file, "TX", &view->from_guest);
	vif_show_ring(file, "RX", &view->to_guest);
	seq_printf(file, "backlog: %u packets, %u bytes of memory%s%s%s\n", view->backlog_packets,
		   view->backlog_bytes, view->stopped ? ", transmit queue stopped" : "",
		   view->throttled ? ", waits for its limit" : "", view->stalled ? ", stalled" : "");
	if (view->mapped_buffers)
		seq_printf(file, "buffers: %u stay mapped, %llu TX and %llu RX requests looked for in their table\n",
			   view->mapped_buffers, view->misses_from_guest, view->misses_to_guest);
	else
		seq_puts(file, "buffers: none stay mapped\n");
	vif_show_poll(file, "TX", q, FROM_GUEST);
	vif_show_poll(file, "RX", q, TO_GUEST);
	seq_printf(file, "turn: %u bytes owed%s\n", view->owed, view->waits ? ", waits for a receiver" : "");
}

static void vif_show_limit(struct seq_file *file, const char *what, const struct netback_bucket_view *bucket)
{
	if (bucket->interval)
		seq_printf(file, "limit %s: %llu per %llu us, %lld left\n", what, bucket->amount, bucket->interval,
			   bucket->left);
	else
		seq_printf(file, "limit %s: none\n", what);
}

static int vif_queue_show(struct seq_file *file, void *unused)
{
	const struct vif_debug_queue *queue = file->private;
	struct vif_host *host = queue->host;
	struct netback_limits_view limits;
	struct netback_queue_view view;

	seq_printf(file, "queue %u of %s, backend state %d\n", queue->index, host->dev->name,
		   netback_state(host->vif));
	rcu_read_lock();
	if (!netback_view_queue(host->vif, queue->index, &view))
		seq_puts(file, "not connected\n");
	else
		vif_show_queue(file, &view);
	rcu_read_unlock();
	netback_view_limits(host->vif, &limits);
	vif_show_limit(file, "from guest, bytes", &limits.from_bytes);
	vif_show_limit(file, "from guest, packets", &limits.from_packets);
	vif_show_limit(file, "to guest, bytes", &limits.to_bytes);
	vif_show_limit(file, "to guest, packets", &limits.to_packets);
	return 0;
}

static int vif_queue_open(struct inode *inode, struct file *file)
{
	return single_open(file, vif_queue_show, inode->i_private);
}

static ssize_t vif_queue_write(struct file *file, const char __user *text, size_t len, loff_t *at)
{
	const struct vif_debug_queue *queue = ((struct seq_file *)file->private_data)->private;
	char word[8] = "";
	bool done;

	if (*at || !len || len >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, text, len))
		return -EFAULT;
	if (!sysfs_streq(word, "kick")) {
		netdev_warn(queue->host->dev, "debugfs: the only word is \"kick\"\n");
		return -EINVAL;
	}
	rcu_read_lock();
	done = netback_kick_queue(queue->host->vif, queue->index);
	rcu_read_unlock();
	return done ? len : -ENOTCONN;
}

static const struct file_operations vif_queue_file = {
	.owner = THIS_MODULE,
	.open = vif_queue_open,
	.read = seq_read,
	.write = vif_queue_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static void vif_show_hash(struct seq_file *file, const struct netback_hash_view *hash)
{
	static const char *const type[] = {"ipv4", "ipv4+tcp", "ipv6", "ipv6+tcp"};
	unsigned int i;

	seq_printf(file, "hashing: %s\nalgorithm: %s\ntypes:", hash->active ? "on" : "off",
		   hash->algorithm ? "toeplitz" : "none");
	for (i = 0; i < ARRAY_SIZE(type); i++)
		if (hash->types & 1u << i)
			seq_printf(file, " %s", type[i]);
	seq_printf(file, "\nkey: %*phN\nmapping: %u entries", NETBACK_HASH_KEY, hash->key, hash->size);
	for (i = 0; i < hash->size && i < NETBACK_HASH_MAPPING; i++)
		seq_printf(file, "%s%3u", i % 16 ? " " : "\n\t", hash->mapping[i]);
	seq_putc(file, '\n');
}

static int control_show(struct seq_file *file, void *unused)
{
	struct vif_host *host = file->private;
	struct netback_hash_view hash;

	netback_view_hash(host->vif, &hash);
	if (hash.connected)
		vif_show_ring(file, "control", &hash.ring);
	else
		seq_puts(file, "not connected, or the guest has no control ring\n");
	vif_show_hash(file, &hash);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(control);

/* debugfs may be missing, or locked down: then there is nothing to see, and nothing else is different. */
void vif_debugfs_add(struct vif_host *host)
{
	const unsigned int queues = host->dev->num_tx_queues;
	struct vif_debug *debug = kzalloc(struct_size(debug, queue, queues), GFP_KERNEL);
	char name[24];
	unsigned int i;

	if (!debug)
		return;
	/* By the vif's own name, whatever its device is called by now. */
	snprintf(name, sizeof(name), "vif%u.%s", host->xdev->otherend_id, kbasename(host->xdev->nodename));
	debug->dir = debugfs_create_dir(name, debug_root);
	for (i = 0; i < queues; i++) {
		debug->queue[i].host = host;
		debug->queue[i].index = i;
		snprintf(name, sizeof(name), "io_ring_q%u", i);
		debugfs_create_file(name, 0600, debug->dir, &debug->queue[i], &vif_queue_file);
	}
	debugfs_create_file("ctrl", 0400, debug->dir, host, &control_fops);
	host->debug = debug;
}

void vif_debugfs_remove(struct vif_host *host)
{
	if (!host->debug)
		return;
	debugfs_remove(host->debug->dir);
	kfree(host->debug);
	host->debug = NULL;
}

static int mapped_buffers_show(struct seq_file *file, void *unused)
{
	seq_printf(file, "%u\n", netback_mapped_buffers());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(mapped_buffers);

void vif_debugfs_init(void)
{
	debug_root = debugfs_create_dir("ringway-netback", NULL);
	debugfs_create_file("mapped_buffers", 0400, debug_root, NULL, &mapped_buffers_fops);
}
void vif_debugfs_exit(void) { debugfs_remove(debug_root); }
