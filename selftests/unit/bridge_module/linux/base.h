/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of C, lists, memory. */
#ifndef FAKE_BASE_H
#define FAKE_BASE_H

#include <assert.h>
#include <errno.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

#ifndef __cplusplus /* names that are libc's here, and the module's own there */
#define bind linux_bind
#define send linux_send
#define typeof __typeof__
#endif
#define CONFIG_NET_POLL_CONTROLLER 1
#define CONFIG_NETPOLL 1

#ifdef __cplusplus
extern "C" {
#endif

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;

#undef LINUX_VERSION_CODE
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + (c))
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 12, 0)

#ifndef __cplusplus
#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#define __init
#define __exit
#define __user
#define __force
#define __read_mostly
#define __must_check
#define fallthrough __attribute__((fallthrough))
#define likely(x) (x)
#define unlikely(x) (x)
#define IS_BUILTIN(x) 0
#endif
#define __percpu
#define U16_MAX 0xffff
#define U32_MAX 0xffffffffu
#define NR_CPUS 8
#define HZ 250
#define BUILD_BUG_ON(condition) static_assert(!(condition), #condition)
#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))
#ifndef __cplusplus
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#define clamp(v, lo, hi) min(max(v, lo), hi)
#define max_t(type, a, b) ((type)(a) > (type)(b) ? (type)(a) : (type)(b))
#define min_t(type, a, b) ((type)(a) < (type)(b) ? (type)(a) : (type)(b))
#endif
#define ERR_PTR(error) ((void *)(intptr_t)(error))
#define PTR_ERR(pointer) ((int)(intptr_t)(pointer))
#define IS_ERR(pointer) ((uintptr_t)(pointer) >= (uintptr_t)-4095)
#define strscpy(to, from, size) snprintf((to), (size), "%s", (from))
#define hweight64(x) __builtin_popcountll(x)
#define test_bit(nr, word) (*(word) >> (nr)&1)

/* Accesses that another CPU's may come between. */
void linux_access(void);
#define READ_ONCE(x) (linux_access(), __atomic_load_n(&(x), __ATOMIC_RELAXED))
#define WRITE_ONCE(x, value) (linux_access(), __atomic_store_n(&(x), (value), __ATOMIC_RELAXED))
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_load_acquire(p) (linux_access(), __atomic_load_n((p), __ATOMIC_ACQUIRE))
#define smp_store_release(p, value) (linux_access(), __atomic_store_n((p), (value), __ATOMIC_RELEASE))

/* --- lists ------------------------------------------------------------------------------------------ */

struct list_head {
	struct list_head *next, *prev;
};
#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)
static inline void INIT_LIST_HEAD(struct list_head *list) { list->next = list->prev = list; }
static inline void list_add_tail(struct list_head *entry, struct list_head *list)
{
	entry->prev = list->prev;
	entry->next = list;
	list->prev->next = entry;
	list->prev = entry;
}
static inline void list_add(struct list_head *entry, struct list_head *list) { list_add_tail(entry, list->next); }
static inline void list_del(struct list_head *entry)
{
	entry->next->prev = entry->prev;
	entry->prev->next = entry->next;
	entry->next = entry->prev = NULL;
}
static inline bool list_empty(const struct list_head *list) { return list->next == list; }
#define list_for_each_entry(at, list, member)                                                  \
	for (at = container_of((list)->next, __typeof__(*at), member); &at->member != (list); \
	     at = container_of(at->member.next, __typeof__(*at), member))
#define list_for_each_entry_safe(at, ahead, list, member)                         \
	for (at = container_of((list)->next, __typeof__(*at), member),            \
	    ahead = container_of(at->member.next, __typeof__(*at), member);       \
	     &at->member != (list);                                               \
	     at = ahead, ahead = container_of(ahead->member.next, __typeof__(*at), member))

/* --- memory ----------------------------------------------------------------------------------------- */

typedef unsigned int gfp_t;
#define GFP_ATOMIC 0u
#define GFP_KERNEL 1u
#define GFP_KERNEL_ACCOUNT 1u
void *kzalloc(size_t size, gfp_t gfp);
void *linux_array(size_t size, gfp_t gfp);
void kfree(const void *memory);
void *linux_alloc_percpu(size_t size);
void free_percpu(const void *memory);
#define kvzalloc(size, gfp) kzalloc(size, gfp)
#define kcalloc(n, size, gfp) linux_array((n) * (size), gfp)
#define kvcalloc(n, size, gfp) linux_array((n) * (size), gfp)
#define kmalloc_array(n, size, gfp) linux_array((n) * (size), gfp)
#define kvfree(memory) kfree(memory)
/* All CPUs count in one place. */
#define alloc_percpu(type) ((type *)linux_alloc_percpu(sizeof(type)))
#define alloc_percpu_gfp(type, gfp) ((void)(gfp), alloc_percpu(type))
#define per_cpu_ptr(pointer, cpu) ((void)(cpu), (pointer))
#define this_cpu_ptr(pointer) (pointer)
#define this_cpu_inc(word) ((word)++)
#define this_cpu_dec(word) ((word)--)
#define this_cpu_add(word, n) ((word) += (n))
#define for_each_possible_cpu(cpu) for ((cpu) = 0; (cpu) < 1; (cpu)++)

/* --- time, chance, log -------------------------------------------------------------------------------- */

extern unsigned long jiffies;
u64 ktime_get_mono_fast_ns(void);
static inline unsigned long jiffies_to_clock_t(unsigned long ticks) { return ticks * 100 / HZ; }
static inline void get_random_bytes(void *to, size_t length) { memset(to, 0x5a, length); }
struct ratelimit_state {
	int interval, burst;
};
#define RATELIMIT_MSG_ON_RELEASE 1
static inline void ratelimit_state_init(struct ratelimit_state *state, int interval, int burst)
{
	state->interval = interval;
	state->burst = burst;
}
static inline void ratelimit_set_flags(struct ratelimit_state *state, unsigned long flags) { (void)state, (void)flags; }
static inline bool __ratelimit(struct ratelimit_state *state) { return state->burst > 0; }
static inline bool net_ratelimit(void) { return true; }

#ifdef __cplusplus
}
#endif
#endif
