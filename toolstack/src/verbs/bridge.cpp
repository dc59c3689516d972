// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/bridge.hpp"

#include <fmt/format.h>
#include "context/file_lock.hpp"
#include "schema_types.hpp"
#include "verbs/bridge_common.hpp"
#include "verbs/bridge_rows.hpp"
#include "verbs/journal_words.hpp"
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

// They are free to join a bridge, or in this one already.
std::vector<Link> find_ports(BridgeContext &context, const std::string &list,
			     const std::optional<Link> &bridge)
{
	std::vector<Link> out;
	for (const std::string_view part :
	     list.empty() ? std::vector<std::string_view>() : split(list, ',')) {
		const std::string name(part);
		const auto link = context.links.find(name);
		if (!link) {
			throw Error(
				Exit::absent,
				fmt::format("ports {}: no such device; 'ip link' lists them", quote(name)));
		}
		if (link->is_bridge()) {
			reject("ports", name, "a bridge cannot be a port of another one");
		}
		if (link->master != 0 && (!bridge || link->master != bridge->index)) {
			const auto master = context.links.find(link->master);
			throw Error(
				Exit::conflict,
				fmt::format("ports {}: it is in {} already; take it out with 'ip link set {} "
					    "nomaster'",
					    quote(name), master ? master->name : "another device", name));
		}
		out.push_back(*link);
	}
	return out;
}

constexpr Millis others_make{30000};

// A bridge is made by one command at a time, which takes it up in the end. Nobody has the file's lock: that
// one was killed.
std::filesystem::path making_of(const Host &host, const std::string &name)
{
	return own_locks(host.root()) / ("making-" + name);
}

// Removed again unless everything about it worked; its ports are free then.
class NewBridge
{
public:
	NewBridge(BridgeContext &context, const std::string &name, const BridgeValues &values)
	    : context_(context)
	{
		context.bridges.add(name, values);
		link_ = context.links.find(name);
		if (!link_) {
			throw Error(Exit::failed, fmt::format("bridge {}: it vanished again", name));
		}
	}
	~NewBridge()
	{
		if (link_) {
			try {
				context_.bridges.remove(*link_);
			} catch (const Error &) { // the first error is the one to tell
			}
		}
	}
	NewBridge(const NewBridge &) = delete;
	NewBridge &operator=(const NewBridge &) = delete;
	const Link &link() const { return *link_; }
	void keep() { link_.reset(); }

private:
	BridgeContext &context_;
	std::optional<Link> link_;
};

void fill_bridge(BridgeContext &context, const Link &bridge, const std::optional<Mac> &address,
		 const std::vector<Link> &ports, bool up)
{
	if (address) {
		context.links.set_mac(bridge, *address);
	}
	all_or_nothing([&](Undo &undo) {
		for (const Link &port : ports) {
			context.links.set_master(port, bridge);
			if (!port.up) {
				undo.add([&context, port] { context.links.set_up(port, false); });
				context.links.set_up(port, true);
			}
		}
		if (up) {
			context.links.set_up(bridge, true);
		}
	});
}

// What can be fixed only when it is made, the killed command has done.
void finish_bridge(BridgeContext &context, const Link &bridge, BridgeValues values,
		   const std::optional<Mac> &address, const std::vector<Link> &ports)
{
	const BridgeValues now = context.bridges.values(bridge);
	std::erase_if(values, [&](const auto &one) {
		const auto at = now.find(one.first);
		return at != now.end() && at->second == one.second;
	});
	if (!values.empty()) {
		context.bridges.change(bridge, values);
	}
	fill_bridge(context, bridge, address, ports, true);
}

} // namespace

void make_bridge(BridgeContext &context, const std::string &name, const BridgeValues &values,
		 const std::optional<Mac> &address, const std::vector<Link> &ports, bool up)
{
	NewBridge bridge(context, name, values);
	fill_bridge(context, bridge.link(), address, ports, up);
	bridge.keep();
}

Answer bridge_add(BridgeContext &context, const Output &output, const std::string &name,
		  const BridgeWords &words)
{
	if (!schema::is_ifname(name)) {
		reject("bridge", name, "a device name has 1 to 15 characters, without blanks, / and :");
	}
	KeyValues rest = key_values(words);
	const KeyValues all = rest;
	const BridgeValues values = take_bridge_values(rest);
	const std::string address = take_text(rest, "address"), list = take_text(rest, "ports");
	expect_none(rest, bridge_keys() + ", address= and ports=");
	const auto mac = address.empty() ? std::nullopt : std::optional(Mac::parse(address));
	const auto making = making_of(context.host, name);
	const bool left = is_left_behind(making);
	std::optional<FileLock> lock;
	if (!output.dry_run) {
		lock.emplace(context.clock, making, others_make);
	}
	const auto there = context.links.find(name);
	const bool half_made = left && there && there->kind == BRLITE_KIND && !there->up;
	if (there && !half_made) {
		throw Error(Exit::conflict,
			    fmt::format("bridge {}: there is a device of that name{}", quote(name),
					there->kind == BRLITE_KIND ? "; change it with 'ringway bridge set'"
								   : ""));
	}
	const std::vector<Link> ports = find_ports(context, list, there);
	if (output.dry_run) {
		return would("add", name, all);
	}
	if (half_made) {
		finish_bridge(context, *there, values, mac, ports);
	} else {
		make_bridge(context, name, values, mac, ports, true);
	}
	say_bridge(context, "bridge add", name, words);
	return bridge_show(context, output, name);
}

Answer bridge_set(BridgeContext &context, const Output &output, const std::string &name,
		  const BridgeWords &words)
{
	KeyValues rest = key_values(words);
	const KeyValues all = rest;
	const BridgeValues values = take_bridge_values(rest);
	expect_none(rest, bridge_keys());
	const Link bridge = find_bridge(context, name);
	if (output.dry_run) {
		return would("set", name, all);
	}
	if (!values.empty()) {
		context.bridges.change(bridge, values);
		say_bridge(context, "bridge set", name, words);
	}
	return bridge_show(context, output, name);
}

Answer bridge_show(BridgeContext &context, const Output &output, const std::string &name)
{
	std::vector<BridgeRow> rows;
	for (const std::string &one :
	     name.empty() ? context.bridges.names() : std::vector<std::string>{name}) {
		rows.push_back(bridge_row(context, find_bridge(context, one)));
	}
	Answer out = bridge_answer(rows, !name.empty(), output);
	if (rows.empty()) {
		out.text = "no bridge of kind brlite; 'ip link show type bridge' lists ordinary ones, and "
			   "'ringway use "
			   "ringway' makes them such\n";
	}
	return out;
}

Answer bridge_fdb(BridgeContext &context, const std::string &name)
{
	return fdb_answer(context.bridges.fdb(find_bridge(context, name)));
}

Answer bridge_flush(BridgeContext &context, const Output &output, const std::string &name,
		    const std::string &device)
{
	const Link bridge = find_bridge(context, name);
	std::optional<Link> port;
	if (!device.empty()) {
		port = find_port(context, device);
		if (port->master != bridge.index) {
			reject("port", device, fmt::format("it is not in bridge {}", name));
		}
	}
	const std::string whose = device.empty() ? name : device;
	if (output.dry_run) {
		return would("flush", whose, {});
	}
	context.bridges.flush(bridge, port);
	say_bridge(context, "bridge flush", name, port ? JournalWords{device} : JournalWords());
	return {nlohmann::json{{"flushed", whose}}, fmt::format("{}: forgot what was learned\n", whose)};
}

} // namespace ringway
