// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs.c - ringway-netback/vifD.H/ in debugfs, for a person whose vif stands still:
 *
 *	io_ring_qN	both rings, what waits, polls and limits; "kick" written to it polls both, as an event would
 *	ctrl		the hash configuration that came over the control ring
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

#include "netback/linux/state.h"

struct nb_debug {
	struct dentry *dir;
	struct nb_debug_queue {
		struct nb_kvif *kvif;
		unsigned int index;
	} queue[];
};

static struct dentry *nb_debug_root;

static void nb_show_ring(struct seq_file *file, const char *name, const struct nb_ring_view *ring)
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

static void nb_show_poll(struct seq_file *file, const char *name, const struct napi_struct *napi, int irq, bool owed,
			 bool rate, bool hold)
{
	const unsigned long state = READ_ONCE(napi->state);

	seq_printf(file, "%s poll: NAPI state 0x%lx%s%s, weight %d, irq %d%s%s%s\n", name, state,
		   state & NAPIF_STATE_SCHED ? " scheduled" : "", state & NAPIF_STATE_MISSED ? " missed" : "",
		   napi->weight, irq, owed ? ", end of interrupt owed" : "", rate ? ", waits for its limit" : "",
		   hold ? ", timer set" : "");
}

/* CONTEXT: RCU read side */
static void nb_show_queue(struct seq_file *file, const struct nb_queue_view *view)
{
	struct nb_kqueue *kq = view->kq;
	const int eoi = atomic_read(&kq->eoi);

	nb_show_ring(file, "TX", &view->tx);
	nb_show_ring(file, "RX", &view->rx);
	seq_printf(file, "backlog: %u packets, %u bytes of memory%s%s%s\n", view->backlog_packets,
		   view->backlog_bytes, view->stopped ? ", transmit queue stopped" : "",
		   view->throttled ? ", waits for its limit" : "", view->stalled ? ", stalled" : "");
	nb_show_poll(file, "TX", &kq->tx_napi, kq->tx_irq, eoi & (NB_EOI_TX | NB_EOI_BOTH),
		     timer_pending(&kq->rate_timer), hrtimer_active(&kq->hold_tx));
	nb_show_poll(file, "RX", &kq->rx_napi, kq->rx_irq, eoi & (NB_EOI_RX | NB_EOI_BOTH),
		     timer_pending(&kq->rx_rate_timer), hrtimer_active(&kq->hold_rx));
	seq_printf(file, "turn: %u bytes owed%s\n", view->owed, view->waits ? ", waits for a receiver" : "");
}

static void nb_show_limit(struct seq_file *file, const char *what, const struct nb_bucket_view *bucket)
{
	if (bucket->interval)
		seq_printf(file, "limit %s: %llu per %llu us, %lld left\n", what, bucket->amount, bucket->interval,
			   bucket->left);
	else
		seq_printf(file, "limit %s: none\n", what);
}

static int nb_queue_show(struct seq_file *file, void *unused)
{
	const struct nb_debug_queue *queue = file->private;
	struct nb_kvif *kvif = queue->kvif;
	struct nb_limits_view limits;
	struct nb_queue_view view;

	seq_printf(file, "queue %u of %s, backend state %d\n", queue->index, kvif->dev->name,
		   nb_vif_state(kvif->vif));
	rcu_read_lock();
	if (nb_vif_view_queue(kvif->vif, queue->index, &view))
		seq_puts(file, "not connected\n");
	else
		nb_show_queue(file, &view);
	rcu_read_unlock();
	nb_vif_view_limits(kvif->vif, &limits);
	nb_show_limit(file, "from guest, bytes", &limits.from_bytes);
	nb_show_limit(file, "from guest, packets", &limits.from_packets);
	nb_show_limit(file, "to guest, bytes", &limits.to_bytes);
	nb_show_limit(file, "to guest, packets", &limits.to_packets);
	return 0;
}

static int nb_queue_open(struct inode *inode, struct file *file)
{
	return single_open(file, nb_queue_show, inode->i_private);
}

static ssize_t nb_queue_write(struct file *file, const char __user *text, size_t len, loff_t *at)
{
	const struct nb_debug_queue *queue = ((struct seq_file *)file->private_data)->private;
	char word[8] = "";
	int err;

	if (*at || !len || len >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, text, len))
		return -EFAULT;
	if (!sysfs_streq(word, "kick")) {
		netdev_warn(queue->kvif->dev, "debugfs: the only word is \"kick\"\n");
		return -EINVAL;
	}
	rcu_read_lock();
	err = nb_vif_kick_queue(queue->kvif->vif, queue->index);
	rcu_read_unlock();
	return err ? -ENOTCONN : len;
}

static const struct file_operations nb_queue_file = {
	.owner = THIS_MODULE,
	.open = nb_queue_open,
	.read = seq_read,
	.write = nb_queue_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static void nb_show_hash(struct seq_file *file, const struct nb_hash_view *hash)
{
	static const char *const type[] = {"ipv4", "ipv4+tcp", "ipv6", "ipv6+tcp"};
	unsigned int i;

	seq_printf(file, "hashing: %s\nalgorithm: %s\ntypes:", hash->active ? "on" : "off",
		   hash->algorithm ? "toeplitz" : "none");
	for (i = 0; i < ARRAY_SIZE(type); i++)
		if (hash->types & 1u << i)
			seq_printf(file, " %s", type[i]);
	seq_printf(file, "\nkey: %*phN\nmapping: %u entries", NB_HASH_KEY, hash->key, hash->size);
	for (i = 0; i < hash->size && i < NB_HASH_MAPPING; i++)
		seq_printf(file, "%s%3u", i % 16 ? " " : "\n\t", hash->mapping[i]);
	seq_putc(file, '\n');
}

static int nb_ctrl_show(struct seq_file *file, void *unused)
{
	struct nb_kvif *kvif = file->private;
	struct nb_hash_view hash;

	nb_ctrl_lock(kvif);
	nb_vif_view_hash(kvif->vif, &hash);
	nb_ctrl_unlock(kvif);
	if (hash.connected)
		nb_show_ring(file, "control", &hash.ring);
	else
		seq_puts(file, "not connected, or the guest has no control ring\n");
	nb_show_hash(file, &hash);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(nb_ctrl);

/* debugfs may be missing, or locked down: then there is nothing to see, and nothing else is different. */
void nb_debugfs_add(struct nb_kvif *kvif)
{
	const unsigned int queues = kvif->dev->num_tx_queues;
	struct nb_debug *debug = kzalloc(struct_size(debug, queue, queues), GFP_KERNEL);
	char name[24];
	unsigned int i;

	if (!debug)
		return;
	/* By the vif's own name, whatever its device is called by now. */
	snprintf(name, sizeof(name), "vif%u.%s", kvif->xdev->otherend_id, kbasename(kvif->xdev->nodename));
	debug->dir = debugfs_create_dir(name, nb_debug_root);
	for (i = 0; i < queues; i++) {
		debug->queue[i].kvif = kvif;
		debug->queue[i].index = i;
		snprintf(name, sizeof(name), "io_ring_q%u", i);
		debugfs_create_file(name, 0600, debug->dir, &debug->queue[i], &nb_queue_file);
	}
	debugfs_create_file("ctrl", 0400, debug->dir, kvif, &nb_ctrl_fops);
	kvif->debug = debug;
}

void nb_debugfs_remove(struct nb_kvif *kvif)
{
	if (!kvif->debug)
		return;
	debugfs_remove(kvif->debug->dir);
	kfree(kvif->debug);
	kvif->debug = NULL;
}

void nb_debugfs_init(void) { nb_debug_root = debugfs_create_dir("ringway-netback", NULL); }
void nb_debugfs_exit(void) { debugfs_remove(nb_debug_root); }
