// SPDX-License-Identifier: GPL-2.0-only
#include "words/rule_line.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <span>
#include "words/error.hpp"
#include "words/ip_address.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

const RuleWord *find(std::span<const RuleWord> table, std::string_view word)
{
	const auto at =
		std::find_if(table.begin(), table.end(), [&](const RuleWord &w) { return w.word == word; });
	return at == table.end() ? nullptr : &*at;
}

class Line
{
public:
	Line(const RuleWords &words, const std::string &where) : words_(words), where_(where) {}

	[[noreturn]] void refuse(std::string_view word, const std::string &why) const
	{
		throw Error(Exit::usage, fmt::format("{}: {}: {}", where_, quote(word), why));
	}
	bool more() const { return at_ < words_.size(); }
	std::string_view peek() const { return more() ? words_[at_] : std::string_view(); }
	std::string_view next(const char *wanted)
	{
		if (!more()) {
			refuse(words_.empty() ? "" : words_.back(),
			       fmt::format("it must be followed by {}", wanted));
		}
		return words_[at_++];
	}
	bool action()
	{
		const auto word = next("accept or drop");
		if (word != "accept" && word != "drop") {
			refuse(word, "a line starts with accept, drop, or default and one of these");
		}
		return word == "accept";
	}
	Way way()
	{
		const auto word = next("from-guest or to-guest");
		for (const Way way : ways) {
			if (word == way_name(way)) {
				return way;
			}
		}
		refuse(word, "write from-guest or to-guest after the action");
	}
	void end()
	{
		if (more()) {
			refuse(peek(), "nothing may follow the direction of a default");
		}
	}

private:
	const RuleWords &words_;
	const std::string &where_;
	std::size_t at_ = 0;
};

// The words behind the direction, one after the other into the rule.
class RuleReader
{
public:
	RuleReader(Line &line, bool accept) : line_(line)
	{
		rule_.action = accept ? BRLITE_RULE_ACCEPT : BRLITE_RULE_DROP;
	}

	brlite_rule read()
	{
		while (line_.more()) {
			word(line_.next("a word"));
		}
		check();
		return rule_;
	}

private:
	bool has(unsigned bit) const { return (rule_.match & bit) != 0; }
	void add(unsigned bit, std::string_view word)
	{
		if (has(bit)) {
			line_.refuse(word, "the rule says this twice; keep one");
		}
		rule_.match = static_cast<std::uint8_t>(rule_.match | bit);
	}

	void word(std::string_view word)
	{
		if (const RuleWord *kind = find(rule_kinds, word)) {
			add(BRLITE_MATCH_KIND, word);
			rule_.kind = kind->value;
		} else if (const RuleWord *protocol = find(rule_protocols, word)) {
			set_protocol(protocol->value, word);
		} else if (word == "protocol") {
			const auto number = line_.next("a number");
			set_protocol(static_cast<std::uint8_t>(small(number, 255)), number);
		} else if (word == "from" || word == "to") {
			side(word == "from");
		} else if (word == "port") {
			ports(false);
		} else if (word == "new") {
			add(BRLITE_MATCH_NEW, word);
		} else {
			line_.refuse(word,
				     "unknown; the words are ipv4, ipv6, arp, other, tcp, udp, icmp, icmpv6, "
				     "protocol NUMBER, from PREFIX, to PREFIX, port PORT[-PORT] and new");
		}
	}

	// Version 4's or 6's, whatever word it follows from.
	void be(std::uint8_t kind, std::string_view word)
	{
		if (has(BRLITE_MATCH_KIND) && rule_.kind != kind) {
			line_.refuse(word,
				     fmt::format("the rule already matches {} only", kind_name(rule_.kind)));
		}
		rule_.match |= BRLITE_MATCH_KIND;
		rule_.kind = kind;
	}

	void set_protocol(std::uint8_t protocol, std::string_view word)
	{
		add(BRLITE_MATCH_PROTOCOL, word);
		rule_.protocol = protocol;
		if (word == "icmp" || word == "icmpv6") {
			be(word == "icmp" ? BRLITE_KIND_IPV4 : BRLITE_KIND_IPV6, word);
		}
	}

	unsigned small(std::string_view text, unsigned most) const
	{
		const auto value = schema::parse_uint(text);
		if (!value || *value > most) {
			line_.refuse(text, fmt::format("write a number from 0 to {}", most));
		}
		return static_cast<unsigned>(*value);
	}

	// "from 192.0.2.0/24 port 53", "from port 53": each part may be missing, but not both.
	void side(bool from)
	{
		const auto word = line_.next("a prefix, any, or port");
		if (word != "port" && word != "any") {
			prefix(from, word);
		}
		if (word == "port") {
			ports(from);
		} else if (line_.peek() == "port") {
			line_.next("port");
			ports(from);
		}
	}

	void prefix(bool from, std::string_view word)
	{
		add(from ? BRLITE_MATCH_FROM : BRLITE_MATCH_TO, word);
		const auto slash = word.find('/');
		unsigned char *bytes = from ? rule_.from : rule_.to;
		const unsigned length = read_ip_address(word.substr(0, slash), bytes);
		const bool v4 = length == 4;
		if (length == 0) {
			line_.refuse(word, "write a prefix such as 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1");
		}
		be(v4 ? BRLITE_KIND_IPV4 : BRLITE_KIND_IPV6, word);
		const unsigned most = v4 ? 32 : 128;
		const unsigned bits = slash == word.npos ? most : small(word.substr(slash + 1), most);
		(from ? rule_.from_bits : rule_.to_bits) = static_cast<std::uint8_t>(bits);
		for (unsigned i = bits; i < most; i++) {
			if ((bytes[i / 8] >> (7 - i % 8) & 1) != 0) {
				line_.refuse(word, fmt::format("the address has bits set after its first {}; "
							       "clear them or use a longer prefix",
							       bits));
			}
		}
	}

	void ports(bool from)
	{
		const auto word = line_.next("a port, or two joined by -");
		add(from ? BRLITE_MATCH_FROM_PORTS : BRLITE_MATCH_TO_PORTS, word);
		const auto dash = word.find('-');
		unsigned short *range = from ? rule_.from_ports : rule_.to_ports;
		range[0] = static_cast<unsigned short>(small(word.substr(0, dash), 65535));
		range[1] = dash == word.npos
				   ? range[0]
				   : static_cast<unsigned short>(small(word.substr(dash + 1), 65535));
		if (range[0] > range[1]) {
			line_.refuse(word, "the first port must not be higher than the last");
		}
	}

	void check() const
	{
		const bool about_ip = rule_.kind == BRLITE_KIND_IPV4 || rule_.kind == BRLITE_KIND_IPV6;
		if (has(BRLITE_MATCH_KIND) && !about_ip && rule_.match != BRLITE_MATCH_KIND) {
			line_.refuse(kind_name(rule_.kind),
				     "such a rule cannot match protocols, addresses or ports");
		}
		const bool with_ports =
			!has(BRLITE_MATCH_PROTOCOL) || rule_.protocol == tcp || rule_.protocol == udp;
		if (has(BRLITE_MATCH_FROM_PORTS | BRLITE_MATCH_TO_PORTS) && !with_ports) {
			line_.refuse("port", "only tcp and udp have ports");
		}
		if (has(BRLITE_MATCH_NEW) && (!has(BRLITE_MATCH_PROTOCOL) || rule_.protocol != tcp)) {
			line_.refuse("new", "only a rule for tcp can have it");
		}
	}

	Line &line_;
	brlite_rule rule_{};
};

} // namespace

std::string_view kind_name(std::uint8_t kind)
{
	for (const RuleWord &named : rule_kinds) {
		if (named.value == kind) {
			return named.word;
		}
	}
	return "";
}

RuleWords rule_words(std::string_view line)
{
	RuleWords out;
	line = line.substr(0, line.find('#'));
	constexpr std::string_view between = " \t\r";
	for (;;) {
		const auto from = line.find_first_not_of(between);
		if (from == line.npos) {
			return out;
		}
		line.remove_prefix(from);
		const auto length = std::min(line.find_first_of(between), line.size());
		out.push_back(line.substr(0, length));
		line.remove_prefix(length);
	}
}

RuleLine read_rule_line(const RuleWords &words, const std::string &where, bool with_way)
{
	Line line(words, where);
	RuleLine out;
	const bool is_default = with_way && line.peek() == "default";
	if (is_default) {
		line.next("default");
	}
	out.accept = line.action();
	if (with_way) {
		out.way = line.way();
	}
	if (is_default) {
		line.end();
	} else {
		out.rule = RuleReader(line, out.accept).read();
	}
	return out;
}

} // namespace ringway
