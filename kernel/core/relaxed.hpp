// SPDX-License-Identifier: GPL-2.0-only
// For plain words that other CPUs may read or write at the same time.
#pragma once
#include "core/types.hpp"

namespace ringway
{
template <typename T>
RINGWAY_ALWAYS_INLINE T load_relaxed(const T &where)
{
	return __atomic_load_n(&where, __ATOMIC_RELAXED);
}
template <typename T>
RINGWAY_ALWAYS_INLINE void store_relaxed(T &where, T value)
{
	__atomic_store_n(&where, value, __ATOMIC_RELAXED);
}
} // namespace ringway
