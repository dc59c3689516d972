// SPDX-License-Identifier: GPL-2.0-only
// Result<T>: a value or an Error, since there are no exceptions. TRY() returns the error to the caller.
#pragma once
#include "core/types.hpp"

namespace ringway
{
// Why something was refused. error_text() is the text for a log line; error_errno() is what C gets.
enum class Error : u8 {
	none = 0,
	ring_index,      // the peer's producer index is more than a ring ahead, or went backwards
	slot_missing,    // more_data or extra_info promised a slot that was never posted
	slot_cross_page, // offset + size reaches over the end of the granted page
	too_many_slots,  // a packet of more slots than any legal frontend sends
	extra_unknown,   // extra info of a type the ABI does not have
	gso_invalid,     // GSO extra info with size 0 or an unknown type
	no_memory,
	no_slots,  // the peer has not posted enough buffers yet: try again later
	invalid,   // a value out of its range
	missing,   // something required is not there
	exists,    // there is one already
	taken,     // it is somebody else's
	full,      // a table has no room left
	hypercall, // the hypervisor refused an operation
	bug,       // an internal rule was broken
};

constexpr const char *error_text(Error e)
{
	switch (e) {
	case Error::none:
		return "no error";
	case Error::ring_index:
		return "producer index outside the ring";
	case Error::slot_missing:
		return "packet announces a slot that is not in the ring";
	case Error::slot_cross_page:
		return "slot crosses its page";
	case Error::too_many_slots:
		return "packet of too many slots";
	case Error::extra_unknown:
		return "unknown extra info type";
	case Error::gso_invalid:
		return "invalid GSO size or type";
	case Error::no_memory:
		return "out of memory";
	case Error::no_slots:
		return "no free slots";
	case Error::invalid:
		return "value out of range";
	case Error::missing:
		return "value missing";
	case Error::exists:
		return "already there";
	case Error::taken:
		return "somebody else's";
	case Error::full:
		return "table full";
	case Error::hypercall:
		return "hypercall refused";
	case Error::bug:
		return "internal error";
	}
	return "?";
}

// Linux's errno numbers, for functions that C calls. The only place where C++ spells them.
constexpr int error_errno(Error e)
{
	switch (e) {
	case Error::none:
		return 0;
	case Error::no_memory:
		return -12; // ENOMEM
	case Error::no_slots:
		return -105; // ENOBUFS
	case Error::missing:
		return -2; // ENOENT
	case Error::exists:
		return -17; // EEXIST
	case Error::taken:
		return -98; // EADDRINUSE
	case Error::full:
		return -28; // ENOSPC
	case Error::invalid:
		return -22; // EINVAL
	default:
		return -5; // EIO
	}
}

template <typename T>
class [[nodiscard]] Result
{
	T value_{};
	Error error_ = Error::none;

public:
	constexpr Result(T value) : value_(value) {}
	constexpr Result(Error error) : error_(error) {}
	constexpr bool ok() const { return RINGWAY_LIKELY(error_ == Error::none); }
	constexpr explicit operator bool() const { return ok(); }
	constexpr Error error() const { return error_; }
	// INVARIANT: only meaningful if ok(); otherwise a value-initialised T.
	constexpr const T &value() const { return value_; }
	constexpr T value_or(T other) const { return ok() ? value_ : other; }
};

template <>
class [[nodiscard]] Result<void>
{
	Error error_ = Error::none;

public:
	constexpr Result() = default;
	constexpr Result(Error error) : error_(error) {}
	constexpr bool ok() const { return RINGWAY_LIKELY(error_ == Error::none); }
	constexpr explicit operator bool() const { return ok(); }
	constexpr Error error() const { return error_; }
};

// TRY(expr): the value of a Result; if it is an error, the enclosing function returns that error.
#define TRY(expr)                                   \
	({                                          \
		auto try_result_ = (expr);          \
		if (!try_result_.ok())              \
			return try_result_.error(); \
		try_result_.value();                \
	})
// TRY_VOID(expr): the same for a Result<void>.
#define TRY_VOID(expr)                              \
	do {                                        \
		auto try_result_ = (expr);          \
		if (!try_result_.ok())              \
			return try_result_.error(); \
	} while (0)
} // namespace ringway
