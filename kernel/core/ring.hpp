// SPDX-License-Identifier: GPL-2.0-only
//
// Shared rings, seen from either end (source: xen/io/ring.h).
//
// One page holds four free-running indices and 256 slots; request i and response i share slot
// i mod 256. The front produces requests, the back consumes them and overwrites slots with responses:
//
//     rsp_cons ≤ rsp_prod ≤ req_cons ≤ req_prod ≤ rsp_cons + 256       (mod 2^32, free running)
//
// Each end keeps the indices it owns in private memory and publishes them. The other end's index is read
// once per pass and checked at once. If it breaks the order above, the peer is at fault, and the result is
// Error::ring_index and never a long loop.
//
// Notification: `push_*` publishes, and returns whether the peer has asked (through its event index) to be
// woken. `ask_*_event` asks for the next event and then looks once more, so that nothing is missed between
// the last look and going to sleep.
#pragma once
#include "core/result.hpp"
#include "core/shared.hpp"

namespace ringway
{
// struct <name>_sring of xen/io/ring.h, without the slots that follow.
struct SharedRingHeader {
	u32 req_prod;
	u32 req_event;
	u32 rsp_prod;
	u32 rsp_event;
	u8 reserved[48];
};
static_assert(sizeof(SharedRingHeader) == 64);

constexpr u32 ring_slots(size_t slot_size)
{
	u32 n = static_cast<u32>((kPageSize - sizeof(SharedRingHeader)) / slot_size), p = 1;
	while (p * 2 <= n)
		p *= 2;
	return p;
}

struct RingIndices {
	u32 size;
	u32 req_prod, req_cons, req_event;
	u32 rsp_prod, rsp_private, rsp_event; // rsp_private: written, perhaps not published
};

// Common to both ends: where the page is and where slot i is in it.
template <typename Request, typename Response>
class RingPage
{
public:
	static constexpr size_t kSlotSize = sizeof(Request) > sizeof(Response) ? sizeof(Request)
									       : sizeof(Response);
	static constexpr u32 kSize = ring_slots(kSlotSize);
	using Word = std::conditional_t<kSlotSize % sizeof(u64) == 0, u64,
					u32>; // the unit in which slots are read

	bool attached() const { return page_ != nullptr; }

protected:
	volatile SharedRingHeader *page_ = nullptr;

	volatile void *slot(u32 index) const
	{
		return reinterpret_cast<volatile u8 *>(page_) + sizeof(SharedRingHeader) +
		       (index & (kSize - 1)) * kSlotSize;
	}
};

// The backend's end: consumes requests, produces responses.
template <typename Request, typename Response>
class BackRing : public RingPage<Request, Response>
{
	using Page = RingPage<Request, Response>;
	using Page::page_;
	u32 req_cons_ = 0;  // next request to take
	u32 rsp_prod_ = 0;  // next response slot, not yet published
	u32 published_ = 0; // rsp_prod as the frontend sees it

	template <typename T>
	RINGWAY_ALWAYS_INLINE void put(u32 index, const T &response)
	{
		static_assert(sizeof(T) <= Page::kSlotSize);
		using Word = std::conditional_t<sizeof(T) % sizeof(typename Page::Word) == 0,
						typename Page::Word, u32>;
		shared::put<T, Word>(this->slot(index), response);
	}

public:
	using Page::kSize;

	// Attaches to a page that a frontend has set up. Starts at the page's response index, because the
	// frontend may have posted requests already.
	// HOSTILE: both indices. Refused if they are more than a ring apart.
	Result<void> attach(void *page)
	{
		auto *ring = static_cast<volatile SharedRingHeader *>(page);
		const u32 rsp_prod = shared::load(&ring->rsp_prod);
		const u32 req_prod = shared::load(&ring->req_prod);
		if (req_prod - rsp_prod > kSize)
			return Error::ring_index;
		page_ = ring;
		req_cons_ = rsp_prod_ = published_ = rsp_prod;
		return {};
	}
	void detach() { page_ = nullptr; }

	u32 req_cons() const { return req_cons_; }
	u32 rsp_prod() const { return rsp_prod_; }

	// How many requests can be taken now; this is the bound for a whole pass.
	// HOSTILE: req_prod. More than the ring can hold is an error. Requests are not counted if there is no
	// room for their responses until older requests are answered.
	Result<u32> unconsumed() const
	{
		const u32 posted = shared::load(&page_->req_prod) - req_cons_;
		if (RINGWAY_UNLIKELY(posted > kSize))
			return Error::ring_index;
		const u32 room = kSize - (req_cons_ - rsp_prod_);
		shared::read_barrier(); // slots are read after the index that announced them
		return posted < room ? posted : room;
	}

	// A copy of request i. INVARIANT: i is within what unconsumed() allowed.
	RINGWAY_ALWAYS_INLINE Request request(u32 i) const
	{
		return shared::fetch<Request, typename Page::Word>(this->slot(i));
	}
	// The same slot read as another type (extra info).
	template <typename T>
	T request_as(u32 i) const
	{
		static_assert(sizeof(T) <= Page::kSlotSize);
		return shared::fetch<T>(this->slot(i));
	}
	void consume(u32 n) { req_cons_ += n; }
	// The last n requests are as if never taken. INVARIANT: none of them was answered.
	void put_back(u32 n) { req_cons_ -= n; }

	// Writes the next response. INVARIANT: no more responses than requests that were taken.
	template <typename T = Response>
	void respond(const T &response)
	{
		put(rsp_prod_++, response);
	}
	// Writes the next n responses, of(0) to of(n - 1).
	template <typename Of>
	RINGWAY_ALWAYS_INLINE void respond_all(u32 n, Of &&of)
	{
		const u32 first = rsp_prod_;
		for (u32 i = 0; i < n; i++)
			put(first + i, of(i));
		rsp_prod_ = first + n;
	}
	// For callers that count themselves: the response to request i, in its own slot; then all of them are
	// added. INVARIANT: each request before it has one response, so that this is where its own belongs.
	template <typename T>
	RINGWAY_ALWAYS_INLINE void answer(u32 i, const T &response)
	{
		put(i, response);
	}
	bool all_answered() const { return rsp_prod_ == req_cons_; }
	void responded(u32 n) { rsp_prod_ += n; }
	u32 unpublished() const { return rsp_prod_ - published_; }

	// Publishes all responses written since the last push; true if the frontend wants an event.
	// HOSTILE: rsp_event only decides whether the frontend itself is woken, at most once per push.
	bool push_responses()
	{
		const u32 old = published_;
		shared::write_barrier(); // responses before the index
		shared::store(&page_->rsp_prod, rsp_prod_);
		published_ = rsp_prod_;
		shared::full_barrier(); // publish the index before reading the event index
		const u32 wanted = shared::load(&page_->rsp_event);
		return rsp_prod_ - wanted < rsp_prod_ - old;
	}

	// Asks for an event at the next request; true if there are requests already.
	bool ask_request_event()
	{
		if (shared::load(&page_->req_prod) != req_cons_)
			return true;
		shared::store(&page_->req_event, req_cons_ + 1);
		shared::full_barrier();
		return shared::load(&page_->req_prod) != req_cons_;
	}
	// Asks for an event as soon as `n` requests wait; true if they do already.
	bool ask_request_event(u32 n)
	{
		shared::store(&page_->req_event, req_cons_ + n);
		shared::full_barrier();
		return shared::load(&page_->req_prod) - req_cons_ >= n;
	}
	// HOSTILE: only for comparing or displaying.
	u32 shared_req_prod() const { return shared::load(&page_->req_prod); }

	// All indices, for display only: the peer may have written anything to the shared ones.
	RingIndices indices() const
	{
		return {kSize,
			shared::load(&page_->req_prod),
			req_cons_,
			shared::load(&page_->req_event),
			shared::load(&page_->rsp_prod),
			rsp_prod_,
			shared::load(&page_->rsp_event)};
	}
};

// The frontend's end: produces requests, consumes responses.
template <typename Request, typename Response>
class FrontRing : public RingPage<Request, Response>
{
	using Page = RingPage<Request, Response>;
	using Page::page_;
	u32 req_prod_ = 0;  // next request slot, not yet published
	u32 rsp_cons_ = 0;  // next response to take
	u32 published_ = 0; // req_prod as the backend sees it

public:
	using Page::kSize;

	// Makes an empty ring of a zeroed page of ours; the indices begin at `start`.
	void init(void *page, u32 start = 0)
	{
		page_ = static_cast<volatile SharedRingHeader *>(page);
		shared::store(&page_->req_prod, start);
		shared::store(&page_->rsp_prod, start);
		shared::store(&page_->req_event, start + 1);
		shared::store(&page_->rsp_event, start + 1);
		req_prod_ = rsp_cons_ = published_ = start;
	}
	void detach() { page_ = nullptr; }

	u32 req_prod() const { return req_prod_; }
	u32 rsp_cons() const { return rsp_cons_; }
	u32 unpublished() const { return req_prod_ - published_; }
	// Request slots that may still be written.
	u32 free_slots() const { return kSize - (req_prod_ - rsp_cons_); }

	template <typename T = Request>
	void post(const T &request)
	{
		static_assert(sizeof(T) <= Page::kSlotSize);
		shared::put(this->slot(req_prod_++), request);
	}
	// INVARIANT: i is between published_ and req_prod_, so the backend does not know the slot yet.
	template <typename T = Request>
	void rewrite(u32 i, const T &request)
	{
		shared::put(this->slot(i), request);
	}

	// Publishes all posted requests; true if the backend wants an event.
	bool push_requests()
	{
		const u32 old = published_;
		shared::write_barrier();
		shared::store(&page_->req_prod, req_prod_);
		published_ = req_prod_;
		shared::full_barrier();
		const u32 wanted = shared::load(&page_->req_event);
		return req_prod_ - wanted < req_prod_ - old;
	}

	// How many responses can be taken now.
	// HOSTILE: rsp_prod. It is an error if this is more than was published, which catches both a jump
	// ahead and a step backwards.
	Result<u32> unconsumed() const
	{
		const u32 answered = shared::load(&page_->rsp_prod) - rsp_cons_;
		if (RINGWAY_UNLIKELY(answered > published_ - rsp_cons_))
			return Error::ring_index;
		shared::read_barrier();
		return answered;
	}

	// A copy of response i. INVARIANT: i is within what unconsumed() allowed.
	RINGWAY_ALWAYS_INLINE Response response(u32 i) const
	{
		return shared::fetch<Response>(this->slot(i));
	}
	template <typename T>
	T response_as(u32 i) const
	{
		static_assert(sizeof(T) <= Page::kSlotSize);
		return shared::fetch<T>(this->slot(i));
	}
	void consume(u32 n) { rsp_cons_ += n; }

	// Asks for an event as soon as `n` more responses are there; true if they are already.
	bool ask_response_event(u32 n = 1)
	{
		shared::store(&page_->rsp_event, rsp_cons_ + n);
		shared::full_barrier();
		return shared::load(&page_->rsp_prod) - rsp_cons_ >= n;
	}
};
} // namespace ringway
