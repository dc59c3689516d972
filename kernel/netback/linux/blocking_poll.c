// SPDX-License-Identifier: GPL-2.0-only
/*
 * blocking_poll.c - queues served by a thread that waits for events in the hypervisor, on the CPU of dom0's that
 * poll_cpu= names.
 *
 * An event of a guest costs dom0 an upcall, an interrupt, and the way out of the idle loop and into it again: an
 * eighth of what a packet alone costs. Here the channels stay masked. The thread has Xen stop this CPU until one
 * of them has an event (SCHEDOP_poll), looks at all rings, and runs the polls at once, without any of that.
 *
 * A CPU that is stopped runs nobody else until an interrupt or an event of these comes. So the thread has it
 * stopped only while it is the only one there who wants to run. When somebody else does, it leaves the channels to
 * their interrupts for a tick; also when events of guests bring no work (XSA-332), which are held back there as
 * ever. What Linux gives the CPU between the thread's look around and Xen's stopping it waits for the next tick at
 * most.
 *
 * INVARIANT: LOOKED_AT(side) is set from when the thread asks for a side's poll until that poll has nothing more
 * to do and has asked the guest for an event. Until then the side is not looked at: a poll that waits (for tokens,
 * for a receiver) would be asked for again and again. Its channel's event is not forgotten meanwhile, so one that
 * comes as the poll ends is not lost.
 */
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>
#include <linux/smp.h>
#include <xen/events.h>
#include <xen/interface/sched.h>

#include <asm/xen/hypercall.h>

#include "netback/linux/state.h"

#define MOST_CHANNELS 128 /* for which Xen waits at once */
#define MOST_VAIN 8 /* looks in a row that find nothing */

static int poll_cpu = -1;
module_param(poll_cpu, int, 0444);
MODULE_PARM_DESC(poll_cpu, "CPU of dom0, best of its own, on which a thread waits for events in Xen (default: -1, none)");

static struct task_struct *thread; /* null: there is none */
static DEFINE_MUTEX(lock); /* the following */
static LIST_HEAD(served);
static unsigned int channels; /* of these queues */
static bool masked; /* they are the thread's now, and not their interrupts' */

/* An event that came while a queue is masked, and was not forgotten, is an interrupt when it is unmasked. */
static void set_masked(bool want)
{
	struct queue_host *q;

	mutex_lock(&lock);
	if (masked != want)
		list_for_each_entry(q, &served, served)
			want ? host_queue_mask(q) : host_queue_unmask(q);
	masked = want;
	mutex_unlock(&lock);
}

/* --- looking ----------------------------------------------------------------------------------------------- */

/* The event of a side's channel, which Xen would not tell again before that. */
static void forget(struct queue_host *q, enum guest_side side)
{
	const int looked = queue_is_split(q) ? LOOKED_AT(side) : LOOKED_AT(FROM_GUEST) | LOOKED_AT(TO_GUEST);

	if (!(atomic_read(&q->eoi) & looked))
		xen_clear_irq_pending(q->side[side].irq);
}

static bool look_at(struct queue_host *q)
{
	const uint32_t work = q->vif->events->work(q);
	enum guest_side side;
	bool found = false;

	for (side = FROM_GUEST; work && side <= TO_GUEST; side++) {
		if (!(work & 1u << side) || atomic_read(&q->eoi) & LOOKED_AT(side))
			continue;
		forget(q, side);
		atomic_or(LOOKED_AT(side), &q->eoi);
		q->vif->events->came[side](q);
		found = true;
	}
	return found;
}

/* Whoever is asked for runs when softirqs are on again. */
static bool look_at_all(void)
{
	struct queue_host *q;
	bool found = false;

	local_bh_disable();
	list_for_each_entry(q, &served, served)
		found |= look_at(q);
	local_bh_enable();
	return found;
}

static void forget_all(void)
{
	struct queue_host *q;

	list_for_each_entry(q, &served, served) {
		forget(q, FROM_GUEST);
		if (queue_is_split(q))
			forget(q, TO_GUEST);
	}
}

/* What there is now, and which channels to wait for next: their number. */
static unsigned int serve_once(evtchn_port_t *ports, bool *found)
{
	struct queue_host *q;
	unsigned int n = 0;

	mutex_lock(&lock);
	*found = look_at_all();
	if (!*found) {
		/* Woken for nothing, or by an event of what is looked at already. What comes after this wakes again. */
		forget_all();
		*found = look_at_all();
	}
	list_for_each_entry(q, &served, served) {
		ports[n++] = q->side[FROM_GUEST].local;
		if (queue_is_split(q))
			ports[n++] = q->side[TO_GUEST].local;
	}
	mutex_unlock(&lock);
	return n;
}

/* --- the thread -------------------------------------------------------------------------------------------- */

static void wait_for_queues(void)
{
	set_current_state(TASK_INTERRUPTIBLE);
	if (list_empty(&served) && !kthread_should_stop())
		schedule();
	__set_current_state(TASK_RUNNING);
}

static int serve(void *unused)
{
	static evtchn_port_t ports[MOST_CHANNELS];
	struct sched_poll poll = {};
	unsigned int vain = 0;
	bool found;

	set_xen_guest_handle(poll.ports, ports);
	while (!kthread_should_stop()) {
		wait_for_queues();
		if (!single_task_running() || vain > MOST_VAIN) {
			set_masked(false);
			schedule_timeout_interruptible(1);
			vain = 0;
			continue;
		}
		set_masked(true);
		poll.nr_ports = serve_once(ports, &found);
		vain = found ? 0 : vain + 1;
		cond_resched();
		/* A channel that is gone is an error, and the next look leaves it out. */
		if (poll.nr_ports && single_task_running() && !kthread_should_stop())
			(void)HYPERVISOR_sched_op(SCHEDOP_poll, &poll);
	}
	set_masked(false);
	return 0;
}

static void nothing(void *unused) {}

/* From where it waits: for queues, or in Xen, and that takes an interrupt. */
static void wake(void)
{
	wake_up_process(thread);
	smp_call_function_single(poll_cpu, nothing, NULL, 0);
}

int host_poll_cpu_init(void)
{
	if (poll_cpu == -1)
		return 0;
	if (poll_cpu < 0 || poll_cpu >= nr_cpu_ids || !cpu_online(poll_cpu)) {
		pr_err("poll_cpu=%d: no such CPU is online here; there are %u, the first one is 0\n", poll_cpu,
		       num_online_cpus());
		return -EINVAL;
	}
	thread = kthread_create_on_cpu(serve, NULL, poll_cpu, "ringway_poll/%u");
	if (IS_ERR(thread)) {
		const int err = PTR_ERR(thread);

		thread = NULL;
		return err;
	}
	wake_up_process(thread);
	return 0;
}

void host_poll_cpu_exit(void)
{
	if (!thread)
		return;
	smp_call_function_single(poll_cpu, nothing, NULL, 0);
	kthread_stop(thread);
}

/* Those beyond what Xen waits for at once stay with their interrupts. */
void host_poll_cpu_take(struct queue_host *q)
{
	const unsigned int more = queue_is_split(q) ? 2 : 1;

	if (!thread)
		return;
	mutex_lock(&lock);
	if (channels + more <= MOST_CHANNELS) {
		channels += more;
		list_add_tail(&q->served, &served);
		if (masked)
			host_queue_mask(q);
	}
	mutex_unlock(&lock);
	wake();
}

void host_poll_cpu_leave(struct queue_host *q)
{
	mutex_lock(&lock);
	if (!list_empty(&q->served)) {
		list_del_init(&q->served);
		channels -= queue_is_split(q) ? 2 : 1;
		if (masked)
			host_queue_unmask(q);
		atomic_andnot(LOOKED_AT(FROM_GUEST) | LOOKED_AT(TO_GUEST), &q->eoi);
	}
	mutex_unlock(&lock);
}
