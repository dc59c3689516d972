// SPDX-License-Identifier: GPL-2.0-only
//
// The file: a header that says where things are, the attributes of the one event, and records. First those
// that say where the kernel's and its modules' code lies and what processes are called, then all that was
// sampled, as the kernel wrote it.

#include "context/perf_file.hpp"

#include <fstream>
#include "context/perf_records.hpp"

namespace ringway
{

namespace
{

struct Section {
	std::uint64_t offset = 0, size = 0;
};

struct FileHeader {
	char magic[8] = {'P', 'E', 'R', 'F', 'I', 'L', 'E', '2'};
	std::uint64_t size = sizeof(FileHeader);
	std::uint64_t attribute_size = sizeof(perf_event_attr) + sizeof(Section);
	Section attributes, data, event_types;
	std::uint64_t features[4] = {};
};
static_assert(sizeof(FileHeader) == 104);

// What the kernel puts behind a record that is no sample (sample_id_all): who, when, where.
struct Trailer {
	std::uint32_t pid = 0, tid = 0;
	std::uint64_t time = 0;
	std::uint32_t cpu = 0, reserved = 0;
};

template <typename T>
void put(std::string &out, const T &value)
{
	out.append(reinterpret_cast<const char *>(&value), sizeof(value));
}

void put_record(std::string &out, std::uint32_t type, std::uint16_t misc, const std::string &body)
{
	const perf_event_header header = {
		type, misc, static_cast<std::uint16_t>(sizeof(header) + body.size() + sizeof(Trailer))};
	put(out, header);
	out += body;
	put(out, Trailer());
}

// With at least one NUL, to a multiple of eight.
std::string padded(const std::string &text)
{
	constexpr std::size_t longest = 4096, word = 8;
	std::string out = text.substr(0, longest);
	out.resize(out.size() / word * word + word);
	return out;
}

void put_code(std::string &out, const LoadedModule &code, std::uint64_t offset)
{
	constexpr std::uint32_t kernel = 0xffffffff;
	std::string body;
	put(body, kernel);
	put(body, std::uint32_t{0});
	put(body, code.start);
	put(body, code.size);
	put(body, offset);
	put_record(out, PERF_RECORD_MMAP, PERF_RECORD_MISC_KERNEL, body + padded(code.name));
}

void put_comm(std::string &out, std::uint32_t pid, std::uint32_t tid, const std::string &name)
{
	std::string body;
	put(body, pid);
	put(body, tid);
	put_record(out, PERF_RECORD_COMM, 0, body + padded(name));
}

} // namespace

std::string perf_file(const Profile &profile, const KernelSymbols &symbols, const Comms &comms)
{
	std::string records;
	if (symbols.text_start() != 0 && symbols.text_end() > symbols.text_start()) {
		put_code(records,
			 {"[kernel.kallsyms]_text", symbols.text_start(),
			  symbols.text_end() - symbols.text_start()},
			 symbols.text_start());
	}
	for (const LoadedModule &module : symbols.modules()) {
		put_code(records, {"[" + module.name + "]", module.start, module.size}, 0);
	}
	for (const auto &[ids, name] : comms) {
		put_comm(records, ids.first, ids.second, name);
	}
	records.append(reinterpret_cast<const char *>(profile.records.data()), profile.records.size());
	FileHeader header;
	header.attributes = {sizeof(header), header.attribute_size};
	header.data = {sizeof(header) + header.attribute_size, records.size()};
	std::string out;
	put(out, header);
	put(out, sample_attributes(profile.hardware, profile.frequency));
	put(out, Section{header.data.offset, 0}); // one event: samples need no number of it
	return out + records;
}

Comms comms_of(const Profile &profile, const std::filesystem::path &root)
{
	Comms out;
	for (const PerfSample &sample : profile.samples) {
		const std::pair ids(sample.pid, sample.tid);
		if (out.contains(ids)) {
			continue;
		}
		std::ifstream in(root / "proc" / std::to_string(sample.tid) / "comm");
		std::string name;
		if (sample.tid == 0) {
			out[ids] = "swapper";
		} else if (std::getline(in, name)) {
			out[ids] = name;
		}
	}
	return out;
}

} // namespace ringway
