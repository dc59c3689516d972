// SPDX-License-Identifier: GPL-2.0-only
// The table of mapped buffers against a map of the standard library, references that share their places, and
// the cache in front.
#include "core/mapped_buffers.hpp"
#include <cstdlib>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

using namespace ringway;

namespace
{
constexpr u32 kMost[] = {1, 15, 16, 17, 256, 512, 513, 1024};

template <typename T>
struct Placed {
	struct Free {
		void operator()(T *t) const { std::free(t); }
	};
	std::unique_ptr<T, Free> it;

	// On the heap by its exact size, so that AddressSanitizer sees one place too far.
	explicit Placed(u32 most) : it(new (std::malloc(T::bytes(most))) T(most)) {}
	T *operator->() { return it.get(); }
};
using Map = Placed<GrefMap>;
using Buffers = Placed<MappedBuffers>;

u8 *address(u32 index)
{
	return reinterpret_cast<u8 *>(u64{index + 1} * kPageSize);
}
Error fill(GrefMap &map, const std::vector<u32> &refs)
{
	const auto filled = map.fill(static_cast<u32>(refs.size()), [&](u32 i) {
		return GrefEntry{refs[i], 0, false, i % 2 != 0, address(i)};
	});
	return filled.error();
}
void expect_all(const GrefMap &map, const std::vector<u32> &refs)
{
	for (u32 i = 0; i < refs.size(); i++) {
		const GrefEntry *found = map.find(refs[i]);
		ASSERT_NE(found, nullptr) << refs[i];
		EXPECT_EQ(found->ref, refs[i]);
		EXPECT_EQ(found->index, i);
		EXPECT_EQ(found->writable, i % 2 != 0);
		EXPECT_EQ(found->bytes, address(i));
	}
	EXPECT_EQ(map.count(), refs.size());
}
// Differ by so little after any multiplication that they all want the same place, or the next one.
std::vector<u32> colliding(u32 n)
{
	u32 inverse = 1;
	for (u32 i = 0; i < 5; i++)
		inverse *= 2 - 0x9e3779b1u * inverse;
	EXPECT_EQ(inverse * 0x9e3779b1u, 1u);
	std::vector<u32> refs;
	for (u32 i = 0; i < n; i++)
		refs.push_back(inverse * i);
	return refs;
}

TEST(GrefMap, EmptyHasNothing)
{
	for (const u32 most : kMost) {
		Map map(most);
		for (const u32 ref : {0u, 1u, 511u, 0x7fffffffu, 0xffffffffu})
			EXPECT_EQ(map->find(ref), nullptr);
		EXPECT_EQ(map->count(), 0u);
	}
}

// Any number is a reference, also 0 and the largest; what was never added is never found.
TEST(GrefMap, FindsAllAndNothingElse)
{
	for (const u32 most : kMost)
		for (const u32 start : {0u, 8u, 32000u, 0xffffff00u})
			for (const u32 stride : {1u, 2u, 3u, 512u, 4096u}) {
				Map map(most);
				std::vector<u32> refs;
				for (u32 i = 0; i < most; i++)
					refs.push_back(start + i * stride);
				ASSERT_EQ(fill(*map.it, refs), Error::none) << most << " " << stride;
				expect_all(*map.it, refs);
				EXPECT_EQ(map->find(start - 1), nullptr);
				EXPECT_EQ(map->find(start + most * stride), nullptr);
			}
}

// What a grant table that has been in use for long gives: any references, in any order.
TEST(GrefMap, ScatteredReferencesFit)
{
	std::mt19937 random(7);
	for (u32 round = 0; round < 300; round++) {
		const u32 most = kMost[round % std::size(kMost)];
		std::map<u32, u32> known;
		std::vector<u32> refs;
		while (refs.size() < most) {
			const u32 ref = random() % (round % 2 ? 32768 : 0xffffffff);
			if (known.emplace(ref, refs.size()).second)
				refs.push_back(ref);
		}
		Map map(most);
		ASSERT_EQ(fill(*map.it, refs), Error::none);
		expect_all(*map.it, refs);
		for (u32 i = 0; i < 200; i++) {
			const u32 ref = random();
			EXPECT_EQ(map->find(ref) != nullptr, known.contains(ref));
		}
	}
}

TEST(GrefMap, TwiceIsRefused)
{
	for (const u32 again : {0u, 1u, 7u, 8u, 100u}) {
		Map map(512);
		std::vector<u32> refs;
		for (u32 i = 0; i < 200; i++)
			refs.push_back(i + 8);
		refs.push_back(refs[again]);
		EXPECT_EQ(fill(*map.it, refs), Error::exists);
		EXPECT_EQ(map->count(), 0u);
	}
}

// A guest that chooses references for the same place is refused; eight of them are none too many. NB-70
TEST(GrefMap, CollisionsAreBounded)
{
	Map map(512);
	const auto eight = colliding(GrefMap::kProbes);
	ASSERT_EQ(fill(*map.it, eight), Error::none);
	expect_all(*map.it, eight);
	EXPECT_EQ(fill(*map.it, colliding(GrefMap::kProbes + 1)), Error::full);
	EXPECT_EQ(fill(*map.it, colliding(512)), Error::full);
	EXPECT_EQ(map->count(), 0u);
	ASSERT_EQ(fill(*map.it, {5, 6}), Error::none) << "a table that refused one list takes the next";
}

// Taking entries away never needs what may be refused.
TEST(GrefMap, PartOfAListFits)
{
	std::mt19937 random(11);
	for (u32 round = 0; round < 100; round++) {
		std::vector<u32> refs, part;
		for (u32 i = 0; i < 512; i++)
			refs.push_back(i < 8 ? colliding(8)[i] : random());
		Map map(512), smaller(512);
		if (fill(*map.it, refs) != Error::none)
			continue; // one twice, by chance
		for (const u32 ref : refs)
			if (random() % 3)
				part.push_back(ref);
		EXPECT_EQ(fill(*smaller.it, part), Error::none);
		expect_all(*smaller.it, part);
	}
}

TEST(GrefMap, AddressesComeLater)
{
	Map map(16);
	ASSERT_TRUE(map->fill(3, [](u32 i) { return GrefEntry{i * 100, 0, false, true, nullptr}; }).ok());
	map->set_bytes(address);
	for (u32 i = 0; i < 3; i++)
		EXPECT_EQ(map->find(i * 100)->bytes, address(i));
}

// 512 references in a row.
static std::vector<u32> from_40()
{
	std::vector<u32> refs(512);
	std::iota(refs.begin(), refs.end(), 40);
	return refs;
}

TEST(MappedBuffers, FindsByIdAndByReference)
{
	Buffers buffers(512);
	ASSERT_EQ(fill(buffers->map(), from_40()), Error::none);
	for (u32 round = 0; round < 3; round++)
		for (u32 i = 0; i < 256; i++) {
			EXPECT_EQ(buffers->readable(40 + 2 * i, static_cast<u16>(i)), address(2 * i));
			EXPECT_EQ(buffers->writable(41 + 2 * i, static_cast<u16>(i)), address(2 * i + 1));
		}
	EXPECT_EQ(buffers->misses_from_guest(), 256u) << "only the first time";
	EXPECT_EQ(buffers->misses_to_guest(), 256u);
}

// HOSTILE ids: the same one for all, ones that share a place, ones that change. The reference alone counts.
TEST(MappedBuffers, IdsDecideNothing)
{
	Buffers buffers(512);
	ASSERT_EQ(fill(buffers->map(), from_40()), Error::none);
	std::mt19937 random(3);
	for (u32 i = 0; i < 20000; i++) {
		const u16 id = static_cast<u16>(i % 3 ? random() : 7);
		const u32 ref = random() % 600;
		const bool there = ref >= 40 && ref < 552, odd = ref % 2;
		EXPECT_EQ(buffers->readable(ref, id), there ? address(ref - 40) : nullptr);
		EXPECT_EQ(buffers->writable(ref, id), there && odd ? address(ref - 40) : nullptr);
	}
}

// Reference 0 under an id of which nothing is known yet.
TEST(MappedBuffers, AnEmptyPlaceIsNoReference)
{
	Buffers buffers(16);
	EXPECT_EQ(buffers->readable(0, 0), nullptr);
	EXPECT_EQ(buffers->writable(0, 0), nullptr);
	ASSERT_EQ(fill(buffers->map(), {0}), Error::none);
	EXPECT_EQ(buffers->readable(0, 0), address(0));
	EXPECT_EQ(buffers->writable(0, 0), nullptr) << "it was added to be read only";
}
} // namespace
