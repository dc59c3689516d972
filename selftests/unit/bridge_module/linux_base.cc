// SPDX-License-Identifier: GPL-2.0-only
// Memory, locks, RCU, work.
#include "linux.hpp"
#include <cstring>

using namespace ringway;
using namespace ringway::test;

Linux *ringway::test::os;
unsigned long jiffies = 1000ul * HZ;

extern "C" {
void linux_access() {}
u64 ktime_get_mono_fast_ns()
{
	return u64{jiffies} * (1000000000 / HZ);
}
void linux_log(const net_device *)
{
	os->logged++;
}

// --- memory ------------------------------------------------------------------------------------------

void *kzalloc(size_t size, gfp_t gfp)
{
	if (gfp != GFP_ATOMIC)
		might_sleep("an allocation");
	if (os->no_memory && gfp != GFP_ATOMIC)
		return nullptr;
	constexpr size_t line = 64;
	void *memory = std::aligned_alloc(line, (size + line) / line * line);
	std::memset(memory, 0, size);
	os->memory[memory] = {size, &this_task(), false};
	return memory;
}
void *linux_array(size_t size, gfp_t gfp)
{
	void *memory = kzalloc(size, gfp);
	if (memory)
		os->memory[memory].is_array = true;
	return memory;
}
void *linux_alloc_percpu(size_t size)
{
	return kzalloc(size, GFP_KERNEL);
}
// What readers may have found goes a grace period after it was to be found.
static void look_for_readers(const Linux::Block &block)
{
	if (!cpus || block.is_array || block.owner == &this_task())
		return;
	const auto &since = os->waited_for[&this_task()];
	for (const auto &task : cpus->tasks()) {
		const auto waited = since.find(task.get());
		if (task.get() != &this_task() && task->reading)
			EXPECT_TRUE(waited != since.end() && task->sections >= waited->second)
				<< "freed, and \"" << task->name << "\" may know it: no grace period";
	}
}
void Linux::is_published(const void *inside)
{
	auto block = memory.upper_bound(inside);
	ASSERT_NE(block, memory.begin());
	(--block)->second.owner = nullptr;
}
void kfree(const void *memory)
{
	if (!memory)
		return;
	const auto block = os->memory.find(memory);
	ASSERT_NE(block, os->memory.end()) << "freed, and is no memory of kzalloc()'s";
	const char *begin = static_cast<const char *>(memory), *end = begin + block->second.size;
	look_for_readers(block->second);
	for (auto work = os->works.begin(); work != os->works.end();) {
		const char *at = reinterpret_cast<const char *>(*work);
		if (at < begin || at >= end) {
			++work;
			continue;
		}
		EXPECT_FALSE((*work)->pending) << "freed while its work is queued";
		EXPECT_FALSE((*work)->running) << "freed while its work runs";
		work = os->works.erase(work);
	}
	os->memory.erase(block);
	std::free(const_cast<void *>(memory));
}
void free_percpu(const void *memory)
{
	might_sleep("free_percpu()");
	kfree(memory);
}

// --- locks -------------------------------------------------------------------------------------------

void spin_lock_bh(spinlock_t *lock)
{
	take_spinlock(lock->locked, "a spinlock");
	os->spinlocks++;
}
void spin_unlock_bh(spinlock_t *lock)
{
	release_spinlock(lock->locked, "a spinlock");
}
void linux_lock_irqsave(spinlock_t *lock, unsigned long *flags)
{
	*flags = os->interrupts_off[&this_task()]++;
	spin_lock_bh(lock);
}
void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags)
{
	spin_unlock_bh(lock);
	os->interrupts_off[&this_task()] = static_cast<unsigned>(flags);
}
void netif_addr_lock_bh(net_device *dev)
{
	take_spinlock(dev->addresses_locked, "a device's addresses");
}
void netif_addr_unlock_bh(net_device *dev)
{
	release_spinlock(dev->addresses_locked, "a device's addresses");
}
void linux_lock_queue(netdev_queue *queue)
{
	take_spinlock(queue->locked, "a queue");
}
void linux_unlock_queue(netdev_queue *queue)
{
	release_spinlock(queue->locked, "a queue");
}
void rtnl_lock()
{
	EXPECT_NE(os->rtnl_owner, &this_task()) << "RTNL twice";
	take_lock(os->rtnl, "RTNL");
	os->rtnl_owner = &this_task();
}
int rtnl_trylock()
{
	if (os->rtnl)
		return 0;
	rtnl_lock();
	return 1;
}
void rtnl_unlock()
{
	ASSERT_RTNL();
	const auto todo = std::exchange(os->todo, {});
	os->rtnl_owner = nullptr;
	os->rtnl = false;
	for (net_device *dev : todo) {
		might_sleep("freeing a device");
		wait_until([dev] { return !dev->held; }, "the last reference to a device");
		if (dev->priv_destructor) {
			const InModule in;
			dev->priv_destructor(dev);
		}
		os->unregistering--;
		delete dev->_tx->qdisc;
		delete dev->_tx;
		kfree(dev->priv);
		kfree(dev);
	}
}
void ASSERT_RTNL()
{
	EXPECT_EQ(os->rtnl_owner, &this_task()) << "without RTNL";
}
void rcu_read_lock()
{
	this_task().reading++;
}
void rcu_read_unlock()
{
	ASSERT_GT(this_task().reading, 0u);
	if (!--this_task().reading)
		this_task().sections++;
}
void synchronize_net()
{
	might_sleep("synchronize_net()");
	os->grace_periods++;
	if (os->at_grace_period)
		os->at_grace_period();
	if (cpus)
		for (const auto &task : cpus->tasks())
			os->waited_for[&this_task()][task.get()] = task->sections + (task->reading ? 1 : 0);
	wait_for_readers();
}
void linux_reads(bool or_rtnl, bool rtnl_alone)
{
	const bool has_rtnl = os->rtnl_owner == &this_task();
	EXPECT_TRUE((!rtnl_alone && this_task().reading) || (or_rtnl && has_rtnl)) << "suspicious RCU usage";
}

// --- work --------------------------------------------------------------------------------------------

void linux_init_work(work_struct *work, void (*func)(work_struct *))
{
	*work = {func, false, false, 0};
	os->works.insert(work);
}
bool queue_delayed_work(linux_queues, delayed_work *work, unsigned long)
{
	EXPECT_TRUE(os->works.count(&work->work)) << "queued, and is no work (any more)";
	if (work->work.cancelling || work->work.pending)
		return false;
	return work->work.pending = true;
}
bool mod_delayed_work(linux_queues queue, delayed_work *work, unsigned long delay)
{
	return !queue_delayed_work(queue, work, delay);
}
bool cancel_delayed_work_sync(delayed_work *work)
{
	might_sleep("cancel_delayed_work_sync()");
	EXPECT_TRUE(os->works.count(&work->work)) << "cancelled, and is no work (any more)";
	work->work.cancelling++;
	const bool was = std::exchange(work->work.pending, false);
	wait_until([work] { return !work->work.running; }, "a work to end");
	work->work.cancelling--;
	return was;
}
} // extern "C"

void Linux::run(work_struct &work)
{
	if (!work.pending || work.running)
		return;
	work.pending = false;
	work.running = true;
	{
		const InModule in;
		work.func(&work);
	}
	work.running = false;
}
