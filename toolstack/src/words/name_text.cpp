// SPDX-License-Identifier: GPL-2.0-only
#include "words/name_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace ringway
{

namespace
{

struct Letter {
	char32_t code = 0;
	std::size_t bytes = 0; // 0: no UTF-8
};

Letter first_of(std::string_view text)
{
	const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
	const unsigned lead = byte(0);
	if (lead < 0x80) {
		return {lead, 1};
	}
	const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
	constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; // a longer form is a disguise
	if (lead < 0xc2 || lead > 0xf4 || text.size() < bytes) {
		return {};
	}
	char32_t code = lead & (0x7fu >> bytes);
	for (std::size_t i = 1; i < bytes; ++i) {
		if ((byte(i) & 0xc0) != 0x80) {
			return {};
		}
		code = code << 6 | (byte(i) & 0x3fu);
	}
	const bool surrogate = code >= 0xd800 && code <= 0xdfff;
	return code < least[bytes] || surrogate || code > 0x10ffff ? Letter() : Letter{code, bytes};
}

struct Range {
	char32_t from, to;
};

bool is_in(char32_t code, const auto &ranges)
{
	return std::any_of(std::begin(ranges), std::end(ranges),
			   [&](const Range &range) { return code >= range.from && code <= range.to; });
}

// Controls, blanks, what has no width, what changes the direction, private letters and none at all.
constexpr Range unseen[] = {
	{0x00, 0x1f},     {0x7f, 0xa0},     {0xad, 0xad},       {0x34f, 0x34f},     {0x61c, 0x61c},
	{0x115f, 0x1160}, {0x1680, 0x1680}, {0x17b4, 0x17b5},   {0x180b, 0x180f},   {0x2000, 0x200f},
	{0x2028, 0x202f}, {0x205f, 0x206f}, {0x2800, 0x2800},   {0x3000, 0x3000},   {0x3164, 0x3164},
	{0xe000, 0xf8ff}, {0xfdd0, 0xfdef}, {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},
	{0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
};
// Marks above and below other letters.
constexpr Range no_column[] = {
	{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
	{0x900, 0x902},   {0x93c, 0x93c},   {0x941, 0x948},   {0x94d, 0x94d},   {0xe31, 0xe31},
	{0xe34, 0xe3a},   {0xe47, 0xe4e},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20f0},
	{0x3099, 0x309a}, {0xfe20, 0xfe2f},
};
constexpr Range two_columns[] = {
	{0x1100, 0x115e},   {0x2e80, 0x303e},   {0x3041, 0x3247},   {0x3250, 0x4dbf},   {0x4e00, 0xa4c6},
	{0xa960, 0xa97c},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6b},   {0xff01, 0xff60},
	{0xffe0, 0xffe6},   {0x16fe0, 0x18aff}, {0x1b000, 0x1b2fb}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
	{0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};

std::size_t width_of(char32_t code)
{
	return is_in(code, no_column) ? 0 : is_in(code, two_columns) ? 2 : 1;
}

std::string escaped(std::string_view bytes)
{
	std::string out;
	for (const char c : bytes) {
		out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
	}
	return out;
}

bool is_seen(const Letter &letter)
{
	return letter.bytes != 0 && !is_in(letter.code, unseen);
}

} // namespace

bool is_utf8(std::string_view text)
{
	while (!text.empty()) {
		const Letter letter = first_of(text);
		if (letter.bytes == 0) {
			return false;
		}
		text.remove_prefix(letter.bytes);
	}
	return true;
}

std::string name_text(std::string_view text, std::size_t max)
{
	constexpr std::string_view more = "...";
	std::string out, cut; // cut: as much as leaves room for "..."
	std::size_t used = 0;
	while (!text.empty()) {
		const Letter letter = first_of(text);
		const std::string_view bytes = text.substr(0, std::max<std::size_t>(letter.bytes, 1));
		const bool plain = is_seen(letter) && letter.code != '\\';
		const std::string part = plain ? std::string(bytes) : escaped(bytes);
		used += plain ? width_of(letter.code) : part.size();
		if (used > max) {
			return cut + std::string(more);
		}
		out += part;
		cut = used + more.size() <= max ? out : cut;
		text.remove_prefix(bytes.size());
	}
	return out;
}

std::string message_text(std::string_view text)
{
	std::string out;
	while (!text.empty()) {
		const Letter letter = first_of(text);
		const std::string_view bytes = text.substr(0, std::max<std::size_t>(letter.bytes, 1));
		out += is_seen(letter) ? std::string(bytes) : escaped(bytes);
		text.remove_prefix(bytes.size());
	}
	return out;
}

std::size_t columns(std::string_view utf8)
{
	std::size_t out = 0;
	while (!utf8.empty()) {
		const Letter letter = first_of(utf8);
		out += letter.bytes == 0 ? 1 : width_of(letter.code);
		utf8.remove_prefix(std::max<std::size_t>(letter.bytes, 1));
	}
	return out;
}

std::string name_cell(std::string_view text, std::size_t width)
{
	std::string out = name_text(text, width);
	out.append(width - std::min(width, columns(out)), ' ');
	return out;
}

std::string ascii_text(std::string_view text)
{
	std::string out;
	for (const char c : text) {
		out += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : escaped({&c, 1});
	}
	return out;
}

} // namespace ringway
