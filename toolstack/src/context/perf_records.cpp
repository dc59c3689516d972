// SPDX-License-Identifier: GPL-2.0-only
#include "context/perf_records.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace ringway
{

namespace
{

// One record's body, read from its front.
class Body
{
public:
	explicit Body(std::span<const std::byte> bytes) : bytes_(bytes) {}
	template <typename T>
	T take()
	{
		T out{};
		if (bytes_.size() < sizeof(T)) {
			bytes_ = {};
			is_short_ = true;
			return out;
		}
		std::memcpy(&out, bytes_.data(), sizeof(T));
		bytes_ = bytes_.subspan(sizeof(T));
		return out;
	}
	std::size_t left() const { return bytes_.size(); }
	bool is_short() const { return is_short_; }

private:
	std::span<const std::byte> bytes_;
	bool is_short_ = false;
};

std::byte at(std::span<const std::byte> ring, std::uint64_t position)
{
	return ring[position & (ring.size() - 1)];
}

perf_event_header header_at(std::span<const std::byte> ring, std::uint64_t position)
{
	std::array<std::byte, sizeof(perf_event_header)> bytes{};
	for (std::size_t i = 0; i < bytes.size(); ++i) {
		bytes[i] = at(ring, position + i);
	}
	perf_event_header out{};
	std::memcpy(&out, bytes.data(), sizeof(out));
	return out;
}

void read_sample(const perf_event_header &header, Body body, Profile &profile)
{
	PerfSample sample;
	sample.address = body.take<std::uint64_t>();
	sample.pid = body.take<std::uint32_t>();
	sample.tid = body.take<std::uint32_t>();
	sample.time = body.take<std::uint64_t>();
	sample.cpu = body.take<std::uint32_t>();
	body.take<std::uint32_t>();
	sample.period = body.take<std::uint64_t>();
	sample.in_kernel = (header.misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_KERNEL;
	const auto frames = body.take<std::uint64_t>();
	if (body.is_short() || frames > body.left() / sizeof(std::uint64_t)) {
		return;
	}
	for (std::uint64_t i = 0; i < frames; ++i) {
		const auto frame = body.take<std::uint64_t>();
		const bool is_mark = frame >= PERF_CONTEXT_MAX; // "from here on the kernel's"
		if (!is_mark && (frame != sample.address || !sample.callers.empty())) {
			sample.callers.push_back(frame);
		}
	}
	profile.samples.push_back(std::move(sample));
}

} // namespace

perf_event_attr sample_attributes(bool hardware, unsigned frequency)
{
	perf_event_attr out{};
	out.size = sizeof(out);
	out.type = hardware ? PERF_TYPE_HARDWARE : PERF_TYPE_SOFTWARE;
	out.config =
		hardware ? std::uint64_t{PERF_COUNT_HW_CPU_CYCLES} : std::uint64_t{PERF_COUNT_SW_CPU_CLOCK};
	out.freq = 1;
	out.sample_freq = frequency;
	out.sample_type = sample_fields;
	out.disabled = 1;
	out.exclude_callchain_user = 1;
	out.sample_id_all = 1;
	return out;
}

void take_records(std::span<const std::byte> ring, std::uint64_t head, std::uint64_t &tail,
		  std::vector<std::byte> &out)
{
	while (head - tail >= sizeof(perf_event_header)) {
		const std::uint64_t size = header_at(ring, tail).size;
		if (size < sizeof(perf_event_header) || size > head - tail) {
			tail = head; // not as the kernel writes it: nothing behind it can be found
			return;
		}
		const std::uint64_t first = tail & (ring.size() - 1),
				    whole = std::min(size, ring.size() - first);
		out.insert(out.end(), ring.begin() + static_cast<std::ptrdiff_t>(first),
			   ring.begin() + static_cast<std::ptrdiff_t>(first + whole));
		out.insert(out.end(), ring.begin(), ring.begin() + static_cast<std::ptrdiff_t>(size - whole));
		tail += size;
	}
}

void read_records(std::span<const std::byte> records, Profile &profile)
{
	while (records.size() >= sizeof(perf_event_header)) {
		perf_event_header header{};
		std::memcpy(&header, records.data(), sizeof(header));
		if (header.size < sizeof(header) || header.size > records.size()) {
			return;
		}
		Body body(records.subspan(sizeof(header), header.size - sizeof(header)));
		if (header.type == PERF_RECORD_SAMPLE) {
			read_sample(header, body, profile);
		} else if (header.type == PERF_RECORD_LOST) {
			body.take<std::uint64_t>(); // which event
			profile.lost += body.take<std::uint64_t>();
		}
		records = records.subspan(header.size);
	}
}

} // namespace ringway
