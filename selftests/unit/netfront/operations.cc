// SPDX-License-Identifier: GPL-2.0-only
#include "machine.hpp"

using namespace ringway;
using namespace ringway::test;

namespace
{
// --- what has to be the case before
// ---------------------------------------------------------------------------

void much_is_under_way(World &w)
{
	for (u32 i = 0; i < 20; i++)
		send(w, 1);
	send(w, 0);
}
void all_is_answered(World &w)
{
	much_is_under_way(w);
	answer(w, 0);
	answer(w, 1);
	event(w, 0);
	event(w, 1);
}
void packets_arrive(World &w)
{
	for (u32 q = 0; q < kQueues; q++) {
		arrive(w, q);
		event(w, q);
	}
}
void is_judged(World &w)
{
	w.k.program = [](xdp_area &) { return XDP_SAYS_TX; };
	set_xdp(w, true);
	packets_arrive(w);
}
void has_program(World &w)
{
	w.k.program = [](xdp_area &) { return XDP_SAYS_PASS; };
	set_xdp(w, true);
}
void asks_for_room(World &w)
{
	has_program(w);
	reconfigure_later(w);
}
void size_is_answered(World &w)
{
	answer_control(w);
}
void list_is_answered(World &w, bool maps)
{
	answer_control(w);
	control_later(w);
	answer_control(w, maps); // not yet if frags are under way
}
void list_is_mapped(World &w)
{
	list_is_answered(w, true);
}
void list_is_refused(World &w)
{
	list_is_answered(w, false);
}
void all_is_mapped(World &w)
{
	while (answer_control(w))
		control_later(w);
}
void stands_still(World &w)
{
	much_is_under_way(w);
	for (u32 i = 0; i < w.k.patience / netfront::kWatchPeriod; i++)
		watch(w);
}
void has_closed(World &w)
{
	backend(w, XenbusState::closing);
	backend(w, XenbusState::closed);
}
void has_offered_to_start(World &w)
{
	has_closed(w);
	later(w);
}
void waits_for_backend(World &w)
{
	has_offered_to_start(w);
	backend(w, XenbusState::init_wait);
}
void backend_goes_for_good(World &w)
{
	w.k.backend["online"] = 0;
}
void carrier_goes(World &w)
{
	w.k.backend["carrier"] = 0;
}
void is_down(World &w)
{
	stop(w);
}

// --- and what happens
// -----------------------------------------------------------------------------------------

void comes_back(World &w)
{
	later(w);
	backend(w, XenbusState::init_wait);
	backend(w, XenbusState::connected);
}
} // namespace

const std::vector<Operation<World>> ringway::test::operations = {
	{"sends", nullptr,
	 [](World &w) {
		 send(w, 0);
		 send(w, 1);
	 }},
	{"sends behind others", much_is_under_way,
	 [](World &w) {
		 send(w, 1);
		 send(w, 0);
	 }},
	{"sends into mapped buffers", all_is_mapped,
	 [](World &w) {
		 send(w, 0);
		 send(w, 1);
	 }},
	{"another device's program sends", nullptr,
	 [](World &w) {
		 xdp_xmit(w, 0);
		 xdp_xmit(w, 1);
	 }},
	{"receives", packets_arrive,
	 [](World &w) {
		 poll(w, 0);
		 poll(w, 1);
	 }},
	{"receives from mapped buffers",
	 [](World &w) {
		 all_is_mapped(w);
		 packets_arrive(w);
	 },
	 [](World &w) {
		 poll(w, 0);
		 poll(w, 1);
	 }},
	{"is answered", all_is_answered,
	 [](World &w) {
		 poll(w, 1);
		 poll(w, 0);
	 }},
	{"sends back", is_judged,
	 [](World &w) {
		 poll(w, 0);
		 poll(w, 1);
	 }},
	{"events", nullptr,
	 [](World &w) {
		 event(w, 0);
		 event(w, 1);
		 control_event(w);
	 }},
	{"opens", is_down, open},
	{"stops", nullptr, stop},
	{"stops and opens", nullptr,
	 [](World &w) {
		 stop(w);
		 open(w);
	 }},
	{"program comes", nullptr,
	 [](World &w) {
		 set_xdp(w, true);
		 reconfigure_later(w);
	 }},
	{"program goes", asks_for_room,
	 [](World &w) {
		 set_xdp(w, false);
		 reconfigure_later(w);
	 }},
	{"room is asked for", has_program, reconfigure_later},
	{"room is given", asks_for_room, [](World &w) { backend(w, XenbusState::reconfigured); }},
	{"room is waited for in vain", asks_for_room, reconfigure_later},
	{"copy limits change", nullptr,
	 [](World &w) {
		 set_copy_limits(w, 0);
		 set_copy_limits(w, 4096);
	 }},
	{"ethtool reads", nullptr,
	 [](World &w) {
		 host_rtnl_lock();
		 if (w.vif)
			 netfront_backend_features(w.vif), netfront_mapped_queues(w.vif);
		 host_rtnl_unlock();
	 }},
	{"watch looks", much_is_under_way, watch},
	{"watch has waited too long", stands_still, watch},
	{"size of mappings is answered", size_is_answered, control_later},
	{"buffers are mapped", list_is_mapped, control_later},
	{"buffers are not mapped", list_is_refused, control_later},
	{"carrier goes", carrier_goes,
	 [](World &w) {
		 link_event(w);
		 link_later(w);
	 }},
	{"backend goes to Closing", nullptr, [](World &w) { backend(w, XenbusState::closing); }},
	{"backend goes to Closed", nullptr, has_closed},
	{"backend closes what it has mapped", all_is_mapped, has_closed},
	{"backend goes for good", backend_goes_for_good, has_closed},
	{"backend vanishes", nullptr, [](World &w) { backend(w, XenbusState::unknown); }},
	{"backend starts over", nullptr, [](World &w) { backend(w, XenbusState::init_wait); }},
	{"offers to start", has_closed, later},
	{"connects", has_offered_to_start, [](World &w) { backend(w, XenbusState::init_wait); }},
	{"is linked", waits_for_backend, [](World &w) { backend(w, XenbusState::connected); }},
	{"goes and comes back", nullptr,
	 [](World &w) {
		 has_closed(w);
		 comes_back(w);
	 }},
	{"resumes", nullptr, resume},
	{"resumes and connects", nullptr,
	 [](World &w) {
		 resume(w);
		 comes_back(w);
	 }},
	{"resumes with mapped buffers", all_is_mapped, resume},
	{"is removed", nullptr, remove},
	{"is removed with mapped buffers", all_is_mapped, remove},
};
