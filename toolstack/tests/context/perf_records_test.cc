// SPDX-License-Identifier: GPL-2.0-only
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include "context/perf_file.hpp"
#include "context/perf_records.hpp"

namespace ringway
{

namespace
{

using Bytes = std::vector<std::byte>;

template <typename T>
void put(Bytes &out, const T &value)
{
	const auto *bytes = reinterpret_cast<const std::byte *>(&value);
	out.insert(out.end(), bytes, bytes + sizeof(value));
}

struct Sampled {
	std::uint64_t address = 0xffffffff81000010;
	std::uint32_t pid = 7, cpu = 0;
	std::vector<std::uint64_t> frames = {PERF_CONTEXT_KERNEL, 0xffffffff81000010, 0xffffffffc0000123};
	std::uint16_t mode = PERF_RECORD_MISC_KERNEL;
	std::uint64_t time = 1000;
};

// As Linux lays it out: see PERF_RECORD_SAMPLE in perf_event_open(2).
void put_sample(Bytes &out, const Sampled &s = {})
{
	put(out, perf_event_header{PERF_RECORD_SAMPLE, s.mode,
				   static_cast<std::uint16_t>(48 + 8 + 8 * s.frames.size())});
	put(out, s.address);
	put(out, s.pid);
	put(out, s.pid + 1);
	put(out, s.time);
	put(out, s.cpu);
	put(out, std::uint32_t{0});
	put(out, std::uint64_t{5'000'000});
	put(out, std::uint64_t{s.frames.size()});
	for (const std::uint64_t frame : s.frames) {
		put(out, frame);
	}
}

Profile read(const Bytes &records)
{
	Profile out;
	read_records(records, out);
	return out;
}

} // namespace

TEST(PerfRecords, ASampleIsRead)
{
	Bytes records;
	put_sample(records);
	put_sample(records, {.mode = PERF_RECORD_MISC_USER});
	const Profile profile = read(records);
	ASSERT_EQ(profile.samples.size(), 2u);
	const PerfSample &first = profile.samples[0];
	EXPECT_EQ(first.address, 0xffffffff81000010u);
	EXPECT_EQ(first.pid, 7u);
	EXPECT_EQ(first.tid, 8u);
	EXPECT_EQ(first.period, 5'000'000u);
	EXPECT_TRUE(first.in_kernel);
	EXPECT_EQ(first.callers, std::vector<std::uint64_t>{0xffffffffc0000123});
	EXPECT_FALSE(profile.samples[1].in_kernel);
}

TEST(PerfRecords, WhatIsLostIsCounted)
{
	Bytes records;
	put(records, perf_event_header{PERF_RECORD_LOST, 0, 24});
	put(records, std::uint64_t{1});
	put(records, std::uint64_t{42});
	put_sample(records);
	EXPECT_EQ(read(records).lost, 42u);
	EXPECT_EQ(read(records).samples.size(), 1u);
}

TEST(PerfRecords, ACutOrCrookedRecordEndsIt)
{
	Bytes records;
	put_sample(records);
	const std::size_t whole = records.size();
	put_sample(records);
	for (std::size_t size = 0; size < records.size(); ++size) {
		Bytes cut(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(size));
		EXPECT_EQ(read(cut).samples.size(), size < whole ? 0u : 1u) << size;
	}
	const std::uint64_t many = std::uint64_t{1} << 61; // frames; times eight it is none
	std::memcpy(records.data() + 48, &many, sizeof(many));
	EXPECT_EQ(read(records).samples.size(), 1u);
	const std::uint16_t none = 0;
	std::memcpy(records.data() + 6, &none, sizeof(none));
	EXPECT_TRUE(read(records).samples.empty());
}

TEST(PerfRecords, ARingGoesRound)
{
	Bytes one;
	put_sample(one);
	Bytes ring(256), out;
	std::uint64_t head = 0, tail = 0;
	for (int i = 0; i < 50; ++i) {
		for (const std::byte byte : one) {
			ring[head++ % ring.size()] = byte;
		}
		take_records(ring, head, tail, out);
		EXPECT_EQ(tail, head);
	}
	EXPECT_EQ(read(out).samples.size(), 50u);
	EXPECT_EQ(read(out).samples[49].callers.size(), 1u);
}

TEST(PerfRecords, ARingWithHalfARecordIsNotReadFurther)
{
	Bytes one;
	put_sample(one);
	Bytes ring(256), out;
	std::copy(one.begin(), one.end(), ring.begin());
	std::uint64_t tail = 0;
	take_records(ring, 4, tail, out);
	EXPECT_EQ(tail, 0u);
	take_records(ring, one.size() - 8, tail, out);
	EXPECT_TRUE(out.empty());
	EXPECT_EQ(tail, one.size() - 8); // given up, so that the next one can be found
}

// --- perf.data ------------------------------------------------------------------------------------

namespace fs = std::filesystem;

class PerfFile : public testing::Test
{
protected:
	PerfFile()
	{
		std::string name = fs::temp_directory_path() / "ringway-perf-XXXXXX";
		folder = mkdtemp(name.data());
		fs::create_directories(folder / "proc/8");
		std::ofstream(folder / "proc/8/comm") << "ksoftirqd/0\n";
		std::ofstream(folder / "proc/kallsyms") << "ffffffff81000000 T _text\n"
							   "ffffffff81000000 T first_function\n"
							   "ffffffff81400000 T _etext\n"
							   "ffffffffc0000100 t place\t[ringway_netback]\n";
		std::ofstream(folder / "proc/modules")
			<< "ringway_netback 16384 0 - Live 0xffffffffc0000000 (OE)\n";
		Bytes records;
		for (int i = 0; i < 3; ++i) {
			put_sample(records, {.time = 1000u + static_cast<unsigned>(i)});
		}
		profile.records = records;
		profile.frequency = 199;
		read_records(profile.records, profile);
	}
	~PerfFile() override { fs::remove_all(folder); }
	std::string file() { return perf_file(profile, KernelSymbols(folder), comms_of(profile, folder)); }

	fs::path folder;
	Profile profile;
};

TEST_F(PerfFile, HasAHeaderTheEventAndAllRecords)
{
	const std::string text = file();
	std::array<std::uint64_t, 9> words{};
	std::memcpy(words.data(), text.data(), sizeof(words));
	EXPECT_EQ(text.substr(0, 8), "PERFILE2");
	EXPECT_EQ(words[1], 104u);
	EXPECT_EQ(words[3], 104u);                   // where the event is
	EXPECT_EQ(words[2], words[4]);               // there is one
	EXPECT_EQ(words[5], 104u + words[4]);        // behind it the records
	EXPECT_EQ(words[5] + words[6], text.size()); // up to the end
	Profile again;
	std::size_t records = 0;
	Bytes data(words[6]);
	std::memcpy(data.data(), text.data() + words[5], data.size());
	read_records(data, again);
	EXPECT_EQ(again.samples.size(), 3u);
	for (std::size_t at = 0; at < data.size(); ++records) {
		perf_event_header header{};
		std::memcpy(&header, data.data() + at, sizeof(header));
		ASSERT_NE(header.size, 0u);
		EXPECT_EQ(header.size % 8, 0u);
		at += header.size;
	}
	EXPECT_EQ(records, 6u); // kernel, module, one name, three samples
	for (const char *name : {"[kernel.kallsyms]_text", "[ringway_netback]", "ksoftirqd/0"}) {
		EXPECT_NE(text.find(name), std::string::npos) << name;
	}
}

// Where perf(1) is installed it says itself whether it can read the file.
TEST_F(PerfFile, PerfReadsIt)
{
	if (std::system("perf --version > /dev/null 2>&1") != 0) {
		GTEST_SKIP() << "perf is not installed (linux-perf)";
	}
	std::ofstream(folder / "perf.data", std::ios::binary) << file();
	const std::string command = "cd '" + folder.string() +
				    "' && perf script -i perf.data --kallsyms proc/kallsyms "
				    "-F comm,tid,time,event,ip,sym > said 2> wrong";
	const int code = std::system(command.c_str());
	const auto text = [&](const char *name) {
		std::ifstream in(folder / name);
		return std::string(std::istreambuf_iterator<char>(in), {});
	};
	EXPECT_EQ(code, 0) << text("wrong");
	const std::string said = text("said");
	EXPECT_NE(said.find("ksoftirqd/0"), std::string::npos) << said << text("wrong");
	EXPECT_NE(said.find("cpu-clock"), std::string::npos) << said;
	EXPECT_NE(said.find("first_function"), std::string::npos) << said;
}

} // namespace ringway
