// SPDX-License-Identifier: GPL-2.0-only
//
// native PATH FRAME [--seconds S] [--packets N] [--cpus GUESTS,DOM0] [--real-time] [--verify] [--spoil WHAT]
//
// One measurement: packets of FRAME bytes between two guests, both ways at once, by PATH: "ringway" or
// "memcpy". A line of JSON. Exit code 1: a packet was lost, came twice, out of order, with other bytes
// (--verify), or by another way. --spoil order|content|count does that to one packet.
#include "run.hpp"
#include <cstdio>

using namespace ringway;
using namespace ringway::native;

namespace
{
struct Options {
	std::string path;
	u32 frame = 0;
	bool verify = false;
	Spoil spoil = Spoil::nothing;
	Wish wish;
};

bool read_spoil(const std::string &text, Spoil &out)
{
	out = text == "order" ? Spoil::order : text == "content" ? Spoil::content : Spoil::count;
	return text == "order" || text == "content" || text == "count";
}

bool read_seconds(const char *text, u64 &ns)
{
	double seconds = 0;
	char rest;
	if (sscanf(text, "%lf%c", &seconds, &rest) != 1 || seconds <= 0 || seconds > 10)
		return false;
	ns = static_cast<u64>(seconds * 1e9);
	return true;
}

bool read_value(const std::string &name, const char *value, Options &out)
{
	char rest;
	if (name == "--seconds")
		return read_seconds(value, out.wish.ns);
	if (name == "--packets")
		return sscanf(value, "%lu%c", &out.wish.packets, &rest) == 1;
	if (name == "--cpus")
		return sscanf(value, "%d,%d%c", &out.wish.cpu[0], &out.wish.cpu[1], &rest) == 2;
	return name == "--spoil" && read_spoil(value, out.spoil);
}

bool read_options(int argc, char **argv, Options &out)
{
	char rest;
	if (argc < 3 || sscanf(argv[2], "%u%c", &out.frame, &rest) != 1 || out.frame < kSmallest ||
	    out.frame > kLargest)
		return false;
	out.path = argv[1];
	for (int i = 3; i < argc; i++) {
		const std::string name = argv[i];
		if (name == "--verify")
			out.verify = true;
		else if (name == "--real-time")
			out.wish.real_time = true;
		else if (++i == argc || !read_value(name, argv[i], out))
			return false;
	}
	return out.path == "ringway" || out.path == "memcpy";
}

void show_bill(const char *who, const Bill &bill, double packets)
{
	printf(",\"%s\":{\"busy_cycles\":%.1f,\"per_turn\":%.1f", who,
	       static_cast<double>(bill.busy) / packets,
	       packets / static_cast<double>(bill.turns ? bill.turns : 1));
	for (u32 i = 0; bill.refused.empty() && i < Counters::kCount; i++)
		printf(",\"%s\":%.2f", Counters::kName[i], static_cast<double>(bill.counted.n[i]) / packets);
	printf("}");
}

int report(const Options &options, const TwoGuests &guests, const Measured &measured)
{
	const double packets = static_cast<double>(measured.packets ? measured.packets : 1);
	printf("{\"path\":\"%s\",\"frame\":%u,\"packets\":%lu,\"ns\":%.2f", options.path.c_str(),
	       options.frame, measured.packets, static_cast<double>(measured.ns) / packets);
	show_bill("host", measured.host, packets);
	show_bill("guests", measured.guests, packets);
	printf(",\"counters\":\"%s\",\"real_time\":%s}\n",
	       measured.host.refused.empty() ? "there" : measured.host.refused.c_str(),
	       measured.real_time ? "true" : "false");
	int wrong = 0;
	for (const Frames &frames : guests.frames) {
		if (!frames.faults.order && !frames.faults.content)
			continue;
		fprintf(stderr, "native: %lu packets out of order, %lu with other bytes\n",
			frames.faults.order, frames.faults.content);
		wrong = 1;
	}
	return wrong;
}

int measure(const Options &options)
{
	TwoGuests guests(options.frame, options.verify);
	guests.frames[0].spoil = options.spoil;
	const auto run = options.path == "ringway" ? run_ringway : run_copy_limit;
	return report(options, guests, run(guests, options.wish));
}
} // namespace

int main(int argc, char **argv)
{
	Options options;
	if (!read_options(argc, argv, options)) {
		fprintf(stderr,
			"usage: native ringway|memcpy FRAME [--seconds S] [--packets N] [--cpus "
			"GUESTS,DOM0]\n"
			"              [--real-time] [--verify] [--spoil order|content|count]\n"
			"FRAME is %u to %u bytes.\n",
			kSmallest, kLargest);
		return 2;
	}
	return measure(options);
}
