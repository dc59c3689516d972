// SPDX-License-Identifier: GPL-2.0-only
//
// The control ring, over which the frontend asks and the backend answers: one message at a time, and nobody
// waits for the answer.
//
// HOSTILE: every answer. It counts only if a message is outstanding and the answer has its id and type. The
// ring itself refuses an index beyond what was asked, so also a second answer to the same message.
#pragma once
#include "core/netif.hpp"
#include "netfront/grants.hpp"
#include <atomic>

namespace ringway::netfront
{
class ControlRing
{
	CtrlFrontRing ring_;
	RingLoan page_;
	vif_host *host_ = nullptr;
	u16 id_ = 0, type_ = 0; // of the message asked last
	bool outstanding_ = false;

public:
	// An interrupt waits for its end. Set in hard interrupts, taken in process context.
	std::atomic<bool> interrupted = false;

	// False: no memory, grant or event channel. There is no ring then.
	bool begin(vif_host *host)
	{
		host_ = host;
		outstanding_ = false;
		interrupted.store(false, std::memory_order_relaxed);
		if (!page_.begin(host))
			return false;
		if (host_control_bind(host) < 0) {
			page_.end();
			return false;
		}
		ring_.init(page_.page());
		return true;
	}
	// Nothing is asked or taken any more. The backend may still have the page mapped.
	void stop()
	{
		if (ring_.attached())
			host_control_unbind(host_);
		ring_.detach();
	}
	void end()
	{
		stop();
		page_.end();
	}

	bool there() const { return ring_.attached(); }
	u32 ref() const { return page_.ref(); }

	// INVARIANT: nothing is outstanding.
	void ask(u16 type, u32 first, u32 second = 0, u32 third = 0)
	{
		type_ = type;
		outstanding_ = true;
		ring_.post(CtrlRequest{++id_, type, {first, second, third}});
		if (ring_.push_requests())
			host_control_notify(host_);
	}

	// True: `answer` answers what was asked. False: there is none yet.
	Result<bool> take(CtrlResponse &answer)
	{
		if (TRY(ring_.unconsumed()) == 0)
			return false;
		answer = ring_.response(ring_.rsp_cons());
		ring_.consume(1);
		if (!outstanding_ || answer.id != id_ || answer.type != type_)
			return Error::invalid;
		outstanding_ = false;
		return true;
	}
	// Asks for an event at the next answer; true when it is there.
	bool ask_event() { return ring_.ask_response_event(); }
};
} // namespace ringway::netfront
