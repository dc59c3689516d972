// SPDX-License-Identifier: GPL-2.0-only
//
// classify: asks the switch about the whole batch at once: one call, one verdict per frame.
//
// The packets of a vif that is no port of a brlite bridge, or whose port something in dom0 watches (a tap,
// tc, XDP), take the ordinary way up Linux's stack. Malformed ones take none.
#include "netback/from_guest/classify.hpp"
#include "netback/life/switch.hpp"
#include "netback/life/vif.hpp"

using namespace ringway;
using namespace ringway::netback;

namespace
{
// No switch: every packet goes up.
void all_up(Batch &batch, Judged &judged)
{
	for (u32 i = 0; i < batch.packet_count; i++)
		batch.packets[i].path = batch.packets[i].fate == Fate::pending ? Path::up : Path::none;
	judged.paths = path_bit(Path::up);
}

// What a verdict means for us. A frame that dom0's own stack wants as well takes the skb way, and so does one
// that only the switch can send as it has to leave.
Path path_of(const brlite_verdict &verdict)
{
	if (RINGWAY_LIKELY(verdict.action == BRLITE_PORT && verdict.owner &&
			   !(verdict.flags & (BRLITE_AND_LOCAL | BRLITE_VIA_SKB))))
		return Path::direct;
	if (verdict.action == BRLITE_FLOOD && !(verdict.flags & BRLITE_VIA_SKB))
		return Path::flood;
	return verdict.action == BRLITE_DROP ? Path::none : Path::forward;
}

// Packets that do not live any more have no frame: the others' frames move up. Returns how many there are.
__attribute__((noinline)) u32 close_gaps(Batch &batch, Staged &staged, Judged &judged)
{
	u16 n = 0;
	for (u32 i = 0; i < batch.packet_count; i++) {
		batch.packets[i].path = Path::none;
		if (batch.packets[i].fate != Fate::pending)
			continue;
		staged.frames[n] = staged.frames[i];
		judged.packet_of[n++] = static_cast<u16>(i);
	}
	return n;
}

// The path of each packet, and who gets what goes directly. Returns the path_bit()s that occur.
template <bool kGaps>
RINGWAY_ALWAYS_INLINE u32 read_verdicts(Batch &batch, Judged &judged, Queue &queue, u32 n)
{
	u32 paths = 0;
	Group *at = nullptr;
	judged.groups.count = 0;
	for (u32 v = 0; v < n; v++) {
		const u32 i = kGaps ? judged.packet_of[v] : v;
		const brlite_verdict &verdict = judged.verdicts[v];
		Packet &packet = batch.packets[i];
		packet.verdict = static_cast<u16>(v);
		packet.path = path_of(verdict);
		paths |= path_bit(packet.path);
		if (RINGWAY_LIKELY(packet.path == Path::direct)) {
			judged.groups.append(at, verdict.owner, packet, i);
		} else if (RINGWAY_UNLIKELY(packet.path == Path::none)) {
			packet.fate = Fate::done; // counted by the switch, by reason
			queue.from_guest_stats.filtered++;
		}
	}
	return paths;
}
} // namespace

void ringway::netback::classify(Batch &batch, Staged &staged, Judged &judged, Queue &queue)
{
	brlite_port *port = queue.vif->port.load(std::memory_order_acquire);
	if (!port || host_device_watched(queue.vif->host)) {
		all_up(batch, judged);
		return;
	}
	const u32 n = RINGWAY_LIKELY(!staged.gaps) ? batch.packet_count : close_gaps(batch, staged, judged);
	the_switch().classify(port, staged.frames, judged.verdicts, n);
	judged.paths = RINGWAY_LIKELY(!staged.gaps) ? read_verdicts<false>(batch, judged, queue, n)
						    : read_verdicts<true>(batch, judged, queue, n);
}
