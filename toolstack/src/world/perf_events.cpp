// SPDX-License-Identifier: GPL-2.0-only
#include "world/perf_events.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <span>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "context/perf_records.hpp"

namespace ringway
{

namespace
{

constexpr std::size_t ring_pages = 64;                     // of data, for each CPU
constexpr std::size_t most_records = std::size_t{1} << 28; // bytes of all CPUs together

struct Countable {
	const char *name;
	std::uint32_t type;
	std::uint64_t config;
};

constexpr std::uint64_t tlb_read_misses =
	PERF_COUNT_HW_CACHE_DTLB | PERF_COUNT_HW_CACHE_OP_READ << 8 | PERF_COUNT_HW_CACHE_RESULT_MISS << 16;
constexpr std::array countables = {
	Countable{"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
	Countable{"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
	Countable{"cache_misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
	Countable{"tlb_misses", PERF_TYPE_HW_CACHE, tlb_read_misses},
};

int open_event(const perf_event_attr &attributes, unsigned cpu)
{
	return static_cast<int>(syscall(SYS_perf_event_open, &attributes, -1, static_cast<int>(cpu), -1,
					PERF_FLAG_FD_CLOEXEC));
}

} // namespace

// One CPU's samples.
struct PerfEvents::Ring {
	explicit Ring(int fd) : event(fd), page(static_cast<std::size_t>(sysconf(_SC_PAGESIZE)))
	{
		bytes = (ring_pages + 1) * page;
		memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	}
	~Ring()
	{
		if (memory != MAP_FAILED) {
			munmap(memory, bytes);
		}
	}
	Ring(const Ring &) = delete;
	Ring &operator=(const Ring &) = delete;
	// The kernel moves data_head behind what it has written, and reads data_tail.
	void take(std::vector<std::byte> &out)
	{
		auto *control = static_cast<perf_event_mmap_page *>(memory);
		const std::span<const std::byte> data(static_cast<std::byte *>(memory) + page, bytes - page);
		const std::uint64_t head =
			std::atomic_ref(control->data_head).load(std::memory_order_acquire);
		std::uint64_t tail = control->data_tail;
		take_records(data, head, tail, out);
		std::atomic_ref(control->data_tail).store(tail, std::memory_order_release);
	}

	Descriptor event;
	std::size_t page, bytes = 0;
	void *memory = MAP_FAILED;
};

struct PerfEvents::Counter {
	Counter(int fd, const char *what) : event(fd), name(what) {}
	Descriptor event;
	const char *name;
};

PerfEvents::PerfEvents(std::vector<unsigned> cpus, unsigned frequency) : cpus_(std::move(cpus))
{
	profile_.frequency = frequency;
	open_rings();
	open_counters();
}

PerfEvents::~PerfEvents() = default;

// Why not, if it cannot be done.
std::string PerfEvents::sample_on(unsigned cpu, bool hardware)
{
	const int fd = open_event(sample_attributes(hardware, profile_.frequency), cpu);
	if (fd < 0) {
		return fmt::format("CPU {}: {}", cpu, std::strerror(errno));
	}
	auto ring = std::make_unique<Ring>(fd);
	if (ring->memory == MAP_FAILED) {
		return fmt::format("CPU {}, its buffer: {}", cpu, std::strerror(errno));
	}
	rings_.push_back(std::move(ring));
	return "";
}

// All CPUs by cycles, or else all by the clock.
void PerfEvents::open_rings()
{
	for (const bool hardware : {true, false}) {
		rings_.clear();
		profile_.hardware = hardware;
		std::string reason = cpus_.empty() ? "no CPU is online" : "";
		for (const unsigned cpu : cpus_) {
			reason = reason.empty() ? sample_on(cpu, hardware) : reason;
		}
		if (reason.empty()) {
			return;
		}
		(hardware ? profile_.why_no_pmu : profile_.why_not) = reason;
	}
	rings_.clear();
}

void PerfEvents::open_counters()
{
	for (const Countable &one : countables) {
		for (const unsigned cpu : cpus_) {
			perf_event_attr attributes{};
			attributes.size = sizeof(attributes);
			attributes.type = one.type;
			attributes.config = one.config;
			attributes.disabled = 1;
			attributes.read_format =
				PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
			const int fd = open_event(attributes, cpu);
			if (fd < 0) { // half of the CPUs would be no figure
				std::erase_if(counters_, [&](const auto &c) {
					return std::strcmp(c->name, one.name) == 0;
				});
				break;
			}
			counters_.push_back(std::make_unique<Counter>(fd, one.name));
		}
	}
}

void PerfEvents::start()
{
	for (const auto &counter : counters_) {
		ioctl(counter->event.get(), PERF_EVENT_IOC_ENABLE, 0);
	}
	for (const auto &ring : rings_) {
		ioctl(ring->event.get(), PERF_EVENT_IOC_ENABLE, 0);
	}
}

void PerfEvents::drain()
{
	for (const auto &ring : rings_) {
		if (profile_.records.size() < most_records) {
			ring->take(profile_.records);
		}
	}
}

Profile PerfEvents::stop()
{
	for (const auto &ring : rings_) {
		ioctl(ring->event.get(), PERF_EVENT_IOC_DISABLE, 0);
	}
	for (const auto &counter : counters_) {
		std::array<std::uint64_t, 3> read_out{}; // the count, and the times it was wanted and ran
		ioctl(counter->event.get(), PERF_EVENT_IOC_DISABLE, 0);
		if (read(counter->event.get(), read_out.data(), sizeof(read_out)) !=
			    static_cast<ssize_t>(sizeof(read_out)) ||
		    read_out[2] == 0) {
			continue;
		}
		const double share = static_cast<double>(read_out[1]) / static_cast<double>(read_out[2]);
		profile_.counts[counter->name] +=
			static_cast<std::uint64_t>(static_cast<double>(read_out[0]) * share);
	}
	drain();
	read_records(profile_.records, profile_);
	return std::move(profile_);
}

} // namespace ringway
