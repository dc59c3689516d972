// SPDX-License-Identifier: GPL-2.0-only
#include "world/sys_clock.hpp"

#include <csignal>
#include <ctime>

namespace ringway
{

namespace
{

volatile std::sig_atomic_t stop_wanted = 0;

void ask_stop(int)
{
	stop_wanted = 1;
}

} // namespace

SysClock::SysClock()
{
	struct sigaction action {
	};
	action.sa_handler = ask_stop;
	for (int number : {SIGINT, SIGTERM, SIGHUP}) {
		sigaction(number, &action, nullptr);
	}
}

Millis SysClock::now()
{
	return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch());
}

void SysClock::sleep(Millis time)
{
	timespec request{};
	request.tv_sec = static_cast<time_t>(time.count() / 1000);
	request.tv_nsec = static_cast<long>(time.count() % 1000) * 1000000;
	nanosleep(&request, nullptr); // a signal ends it early, which is what the caller wants
}

bool SysClock::stop_asked()
{
	return stop_wanted != 0;
}

} // namespace ringway
