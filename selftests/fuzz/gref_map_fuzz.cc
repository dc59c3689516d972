// SPDX-License-Identifier: GPL-2.0-only
//
// NB-70: the table of mapped buffers and the cache in front of it, against a map of the standard library.
//
// What must hold: a list is refused only for a reference that stands in it twice, or for more than kProbes
// references that may share places; what is in the table is found, by any id, and nothing else is; what may
// only be read is never given out to be written.
#include "core/mapped_buffers.hpp"
#include "input.hpp"
#include <map>
#include <memory>
#include <vector>

using namespace ringway;
using namespace ringway::fuzz;

namespace
{
constexpr u32 kInverse = 0xe8b2f51u; // of the first multiplier: multiples of it are next to each other
static_assert(kInverse * 0x9e3779b1u == 1);

struct Known {
	u32 index;
	bool writable;
};
struct Buffer {
	u32 ref;
	bool writable;
};

u8 *address(u32 index)
{
	return reinterpret_cast<u8 *>(u64{index + 1} * kPageSize);
}

// In a row, in the same place, at the edges, or any.
u32 reference(Input &in)
{
	constexpr u32 kEdges[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff};
	switch (in.take() % 4) {
	case 0:
		return 8 + in.take<u16>();
	case 1:
		return kInverse * in.take();
	case 2:
		return in.pick(kEdges);
	default:
		return in.take<u32>();
	}
}

std::vector<Buffer> list(Input &in, u32 most)
{
	std::vector<Buffer> out;
	u32 next = 0;
	for (u32 n = in.below(most + 1); n; n--) {
		const bool row = in.take() % 8 != 0;
		next = row && !out.empty() ? next + 1 : reference(in);
		out.push_back({next, static_cast<bool>(in.take() & 1)});
	}
	return out;
}

void look_up(MappedBuffers &buffers, const std::map<u32, Known> &known, const std::vector<Buffer> &refs,
	     Input &in)
{
	for (u32 n = 0; n < 64; n++) {
		const u32 ref =
			refs.empty() || in.one_in(4) ? reference(in) : refs[in.take<u16>() % refs.size()].ref;
		const u16 id = in.take<u16>();
		const auto at = known.find(ref);
		const u8 *there = at == known.end() ? nullptr : address(at->second.index);
		FUZZ_CHECK(buffers.readable(ref, id) == there);
		FUZZ_CHECK(buffers.writable(ref, id) == (there && at->second.writable ? there : nullptr));
	}
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	Input in(data, size);
	const u32 most = 1 + in.take<u16>() % GrefMap::kMost;
	const std::unique_ptr<void, decltype(&std::free)> memory(std::malloc(MappedBuffers::bytes(most)),
								 &std::free);
	while (in.more()) {
		auto *buffers = new (memory.get()) MappedBuffers(most);
		const std::vector<Buffer> refs = list(in, most);
		std::map<u32, Known> known;
		for (u32 i = 0; i < refs.size(); i++)
			known.emplace(refs[i].ref, Known{i, refs[i].writable});
		const auto filled = buffers->map().fill(static_cast<u32>(refs.size()), [&](u32 i) {
			return GrefEntry{refs[i].ref, 0, false, refs[i].writable, nullptr};
		});
		if (known.size() < refs.size())
			FUZZ_CHECK(!filled.ok());
		else
			FUZZ_CHECK(filled.ok() ||
				   (filled.error() == Error::full && refs.size() > GrefMap::kProbes));
		if (!filled.ok())
			continue;
		FUZZ_CHECK(buffers->map().count() == refs.size());
		buffers->map().set_bytes(address);
		for (const Buffer &each : refs)
			FUZZ_CHECK(buffers->map().find(each.ref)->bytes == address(known[each.ref].index));
		look_up(*buffers, known, refs, in);
	}
	return 0;
}
