// SPDX-License-Identifier: GPL-2.0-only
//
// The frames that are sent: Ethernet, IPv4, TCP, then a number that counts them, so that each receiver knows
// whether they come in order and none is missing. With `verified`, each byte behind it is made for the frame,
// and looked at where it arrives.
#pragma once
#include "core/types.hpp"
#include <cstring>
#include <vector>

namespace ringway::native
{
inline constexpr u32 kNumberAt = 54, kHeaders = 58;
inline constexpr u32 kSmallest = 60, kLargest = 65535; // a slot's size has 16 bits
// What a guest sends from and receives into stays in the second level of the cache.
inline constexpr u32 kOwnBytes = 128 * 1024;

struct Faults {
	u64 order = 0, content = 0;
};

// Spoils one frame, so that a test can see that it is found.
enum class Spoil { nothing, order, content, count };

class Frames
{
	u32 len_;
	bool verified_;
	std::vector<std::vector<u8>> source_, sink_;
	u32 sent_ = 0, received_ = 0; // numbers of the next ones

	static u8 byte_of(u32 number, u32 i) { return static_cast<u8>(number * 7 + i * 13 + i / 256); }

public:
	Faults faults;
	Spoil spoil = Spoil::nothing;

	Frames(u32 len, bool verified, const u8 to[6], const u8 from[6]) : len_(len), verified_(verified)
	{
		const u32 fit = kOwnBytes / len, count = fit > 64 ? 64 : fit < 2 ? 2 : fit;
		source_.resize(count, std::vector<u8>(len));
		sink_.resize(count, std::vector<u8>(len));
		for (auto &frame : source_) {
			std::memcpy(frame.data(), to, 6);
			std::memcpy(frame.data() + 6, from, 6);
			const u32 ip = len - 14;
			const u8 headers[] = {
				0x08, 0, 0x45, 0, static_cast<u8>(ip >> 8), static_cast<u8>(ip), 0, 0,
				0x40, 0, 64,   6};
			std::memcpy(frame.data() + 12, headers, sizeof headers);
			frame[46] = 5 << 4; // TCP's header has no options
		}
	}
	Frames(const Frames &) = delete;
	Frames &operator=(const Frames &) = delete;

	// The next frame to be sent.
	const u8 *next_to_send()
	{
		u8 *frame = source_[sent_ % source_.size()].data();
		const u32 number = sent_++;
		std::memcpy(frame + kNumberAt, &number, sizeof number);
		if (__builtin_expect(verified_, false)) {
			for (u32 i = kHeaders; i < len_; i++)
				frame[i] = byte_of(number, i);
			if (spoil != Spoil::nothing && number == 1000)
				spoil_now(frame);
		}
		return frame;
	}
	// Where the next one that arrives is to be put; then arrived().
	u8 *next_to_receive() { return sink_[received_ % sink_.size()].data(); }
	void arrived(u32 length)
	{
		const u8 *frame = next_to_receive();
		const u32 expected = received_++;
		u32 number;
		std::memcpy(&number, frame + kNumberAt, sizeof number);
		faults.order += number != expected || length != len_;
		if (__builtin_expect(verified_, false))
			for (u32 i = kHeaders; i < len_; i++)
				if (frame[i] != byte_of(expected, i)) {
					faults.content++;
					break;
				}
	}
	u32 length() const { return len_; }
	u64 sent() const { return sent_; }
	u64 received() const { return received_; }

private:
	void spoil_now(u8 *frame)
	{
		if (spoil == Spoil::content)
			frame[len_ - 1] ^= 1;
		else if (spoil == Spoil::order)
			frame[kNumberAt] ^= 1;
		else
			sent_++; // one that nobody sends
	}
};

inline constexpr u8 kStation[2][6] = {{0, 0x16, 0x3e, 0, 0, 1}, {0, 0x16, 0x3e, 0, 0, 2}};
inline constexpr u32 kBurst = 32; // packets of a turn, as testpmd's
// Slots on their way in each direction: so few that the receiver never has less than 128 buffers left, and
// netback need not wait for it.
inline constexpr u32 kWindow = 112;

struct TwoGuests {
	Frames frames[2];
	TwoGuests(u32 len, bool verified)
	    : frames{{len, verified, kStation[1], kStation[0]}, {len, verified, kStation[0], kStation[1]}}
	{
	}
	u64 received() const { return frames[0].received() + frames[1].received(); }
	u64 sent() const { return frames[0].sent() + frames[1].sent(); }
	// Of guest g's frames those that are on their way.
	u32 under_way(u32 g) const { return static_cast<u32>(frames[g].sent() - frames[!g].received()); }
	u32 may_send(u32 g, u32 window) const
	{
		const u32 out = under_way(g), room = out < window ? window - out : 0;
		return room < kBurst ? room : kBurst;
	}
};
} // namespace ringway::native
