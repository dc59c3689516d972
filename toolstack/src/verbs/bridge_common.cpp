// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/bridge_common.hpp"

#include <fmt/format.h>
#include "words/error.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"

namespace ringway
{

Link find_bridge(BridgeContext &context, const std::string &name)
{
	const auto link = context.links.find(name);
	if (!link) {
		throw Error(Exit::absent,
			    fmt::format("bridge {}: no such device; create it with 'ringway bridge "
					"add {}'",
					quote(name), name_text(name)));
	}
	if (link->kind != BRLITE_KIND) {
		throw Error(
			Exit::usage,
			link->kind == "bridge"
				? fmt::format(
					  "bridge {}: it is an ordinary one, for which ip(8) and bridge(8) "
					  "have words; 'ringway use ringway' makes it one of kind brlite",
					  quote(name))
				: fmt::format("bridge {}: this device is no bridge; 'ringway bridge show' "
					      "lists those of kind brlite",
					      quote(name)));
	}
	return *link;
}

Link find_port(BridgeContext &context, const std::string &device)
{
	const auto port = context.links.find(device);
	if (!port) {
		throw Error(Exit::absent, fmt::format("port {}: no such device", quote(device)));
	}
	const auto bridge = port->master != 0 ? context.links.find(port->master) : std::nullopt;
	if (!bridge || bridge->kind != BRLITE_KIND) {
		throw Error(Exit::usage,
			    bridge && bridge->kind == "bridge"
				    ? fmt::format("port {}: {} is an ordinary bridge, for whose ports "
						  "bridge(8) has words; "
						  "'ringway use ringway' makes it one of kind brlite",
						  quote(device), bridge->name)
				    : fmt::format("port {}: it is in no brlite bridge; put it into one with "
						  "'ip link set "
						  "{} master BRIDGE'",
						  quote(device), device));
	}
	return *port;
}

std::string take_text(KeyValues &words, const std::string &key)
{
	const auto at = words.find(key);
	const std::string value = at == words.end() ? "" : at->second;
	words.erase(key);
	return value;
}

void expect_none(const KeyValues &rest, const std::string &keys)
{
	if (!rest.empty()) {
		reject(rest.begin()->first, rest.begin()->second, "unknown; the keys are " + keys);
	}
}

Answer would(const std::string &what, const std::string &device, const KeyValues &words)
{
	std::string text = fmt::format("would {} {}", what, device);
	for (const std::string &word : words_of(words)) {
		text += " " + word;
	}
	return {nlohmann::json{{"would", what}, {"device", device}, {"words", words}}, text + "\n"};
}

} // namespace ringway
