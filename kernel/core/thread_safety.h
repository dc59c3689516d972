/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * thread_safety.h - which lock is needed for what, written so that a compiler checks it.
 *
 * clang checks these attributes (https://clang.llvm.org/docs/ThreadSafetyAnalysis.html); `make check` runs it
 * with -Wthread-safety as an error. For gcc, which builds the modules, and for C they are empty.
 *
 *	struct RINGWAY_CAPABILITY("rx lock") queue_host;            something that can be held
 *	void lock(queue_host *host) RINGWAY_ACQUIRE(host);
 *	u32 backlog RINGWAY_GUARDED_BY(host);                       only read and written while it is held
 *	void append(sk_buff *skb) RINGWAY_REQUIRES(host);           only called while it is held
 *
 * RINGWAY_UNCHECKED is for what the analysis cannot follow: set-up before anybody else knows the object, and
 * reads without the lock on purpose. The comment above it says which, and why it is right.
 */
#ifndef RINGWAY_CORE_THREAD_SAFETY_H
#define RINGWAY_CORE_THREAD_SAFETY_H

#if defined(__cplusplus) && defined(__clang__)
#define RINGWAY_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define RINGWAY_THREAD_ATTRIBUTE(x)
#endif

#define RINGWAY_CAPABILITY(name) RINGWAY_THREAD_ATTRIBUTE(capability(name))
#define RINGWAY_SCOPED_CAPABILITY RINGWAY_THREAD_ATTRIBUTE(scoped_lockable)
#define RINGWAY_GUARDED_BY(lock) RINGWAY_THREAD_ATTRIBUTE(guarded_by(lock))
#define RINGWAY_PT_GUARDED_BY(lock) RINGWAY_THREAD_ATTRIBUTE(pt_guarded_by(lock))
#define RINGWAY_REQUIRES(...) RINGWAY_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define RINGWAY_EXCLUDES(...) RINGWAY_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define RINGWAY_ACQUIRE(...) RINGWAY_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RINGWAY_RELEASE(...) RINGWAY_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define RINGWAY_TRY_ACQUIRE(...) RINGWAY_THREAD_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define RINGWAY_ASSERT_HELD(...) RINGWAY_THREAD_ATTRIBUTE(assert_capability(__VA_ARGS__))
#define RINGWAY_RETURN_CAPABILITY(lock) RINGWAY_THREAD_ATTRIBUTE(lock_returned(lock))
#define RINGWAY_UNCHECKED RINGWAY_THREAD_ATTRIBUTE(no_thread_safety_analysis)

#endif
