/* SPDX-License-Identifier: GPL-2.0-only */
/* Locks, RCU, work. */
#ifndef FAKE_LOCKS_H
#define FAKE_LOCKS_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct spinlock {
	bool locked;
} spinlock_t;
static inline void spin_lock_init(spinlock_t *lock) { lock->locked = false; }
void spin_lock_bh(spinlock_t *lock);
void spin_unlock_bh(spinlock_t *lock);
/* With interrupts off, besides. */
void linux_lock_irqsave(spinlock_t *lock, unsigned long *flags);
void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags);
#define spin_lock_irqsave(lock, flags) linux_lock_irqsave(lock, &(flags))
#define spin_lock(lock) spin_lock_bh(lock)
#define spin_unlock(lock) spin_unlock_bh(lock)

void rtnl_lock(void);
void rtnl_unlock(void); /* and what unregister_netdevice() has left to do */
int rtnl_trylock(void);
void ASSERT_RTNL(void);

void rcu_read_lock(void);
void rcu_read_unlock(void);
#define local_bh_disable() rcu_read_lock()
#define local_bh_enable() rcu_read_unlock()
void synchronize_net(void);
/* Of these Linux checks which lock is held. */
void linux_reads(bool or_rtnl, bool rtnl_alone);
#define rcu_dereference(p) (linux_reads(false, false), __atomic_load_n(&(p), __ATOMIC_CONSUME))
#define rcu_dereference_bh(p) rcu_dereference(p)
#define rcu_dereference_rtnl(p) (linux_reads(true, false), __atomic_load_n(&(p), __ATOMIC_CONSUME))
#define rtnl_dereference(p) (linux_reads(true, true), (p))
#define rcu_access_pointer(p) __atomic_load_n(&(p), __ATOMIC_RELAXED)

struct work_struct {
	void (*func)(struct work_struct *work);
	bool pending, running;
	int cancelling;
};
struct delayed_work {
	struct work_struct work;
};
enum linux_queues { system_wq, system_power_efficient_wq };
void linux_init_work(struct work_struct *work, void (*func)(struct work_struct *work));
#define INIT_DELAYED_WORK(delayed, func) linux_init_work(&(delayed)->work, func)
static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}
bool queue_delayed_work(enum linux_queues queue, struct delayed_work *work, unsigned long delay);
bool mod_delayed_work(enum linux_queues queue, struct delayed_work *work, unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *work);

#ifdef __cplusplus
}
#endif
#endif
