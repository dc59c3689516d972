// SPDX-License-Identifier: GPL-2.0-only
#include "swap/picture.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include "swap/vifs.hpp"
#include "vif/record.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

bool is_brlite(Swap &swap, const std::string &name)
{
	const auto link = swap.context.links.find(name);
	return link && link->kind == "brlite";
}

std::vector<std::string> bridges_of_guests(Swap &swap, bool to_ringway, const std::vector<VifImage> &vifs)
{
	std::set<std::string> wanted{swap.context.host.default_bridge()};
	for (const VifImage &vif : vifs) {
		wanted.insert(vif.bridge);
	}
	for (const Record &record : list_records(swap.context.store)) {
		if (record.backend == 0) {
			wanted.insert(record.bridge);
		}
	}
	std::vector<std::string> out = swap.bridges.names();
	std::erase_if(out, [&](const std::string &name) {
		return !wanted.contains(name) && (to_ringway || !is_brlite(swap, name));
	});
	return out;
}

// --- JSON -----------------------------------------------------------------------------------------

std::string hex(const Bytes &bytes)
{
	std::string out;
	for (const std::uint8_t byte : bytes) {
		out += fmt::format("{:02x}", byte);
	}
	return out;
}

Bytes unhex(const std::string &text)
{
	Bytes out;
	for (std::size_t at = 0; at + 1 < text.size(); at += 2) {
		out.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(at, 2), nullptr, 16)));
	}
	return out;
}

nlohmann::json json_of(const Attributes &attributes)
{
	nlohmann::json out = nlohmann::json::object();
	for (const auto &[type, value] : attributes) {
		out[std::to_string(type)] = hex(value);
	}
	return out;
}

Attributes attributes_from(const nlohmann::json &json)
{
	Attributes out;
	for (const auto &[type, value] : json.items()) {
		out[std::stoi(type)] = unhex(value);
	}
	return out;
}

nlohmann::json json_of(const std::vector<Bytes> &all)
{
	nlohmann::json out = nlohmann::json::array();
	for (const Bytes &bytes : all) {
		out.push_back(hex(bytes));
	}
	return out;
}

std::vector<Bytes> bytes_from(const nlohmann::json &json)
{
	std::vector<Bytes> out;
	for (const auto &text : json) {
		out.push_back(unhex(text));
	}
	return out;
}

nlohmann::json json_of(const std::vector<KernelMessage> &all)
{
	nlohmann::json out = nlohmann::json::array();
	for (const KernelMessage &message : all) {
		out.push_back({{"type", message.type}, {"body", hex(message.body)}});
	}
	return out;
}

std::vector<KernelMessage> messages_from(const nlohmann::json &json)
{
	std::vector<KernelMessage> out;
	for (const auto &message : json) {
		out.push_back({message.at("type"), unhex(message.at("body"))});
	}
	return out;
}

std::vector<BridgeImage> others_of_guests(Swap &swap, const HostPicture &picture)
{
	std::set<std::string> names;
	for (const VifImage &vif : picture.vifs) {
		names.insert(vif.bridge);
	}
	for (const BridgeImage &image : picture.bridges) {
		names.erase(image.name);
	}
	std::vector<BridgeImage> out;
	for (const std::string &name : names) {
		if (const auto image = name.empty() ? std::nullopt : swap.bridges.look(name)) {
			out.push_back(*image);
		}
	}
	return out;
}

nlohmann::json json_of(const std::vector<BridgeImage> &bridges)
{
	nlohmann::json out = nlohmann::json::array();
	for (const BridgeImage &image : bridges) {
		out.push_back(to_json(image));
	}
	return out;
}

std::vector<BridgeImage> images_from(const nlohmann::json &json)
{
	std::vector<BridgeImage> out;
	for (const auto &image : json) {
		out.push_back(bridge_from_json(image));
	}
	return out;
}

} // namespace

HostPicture take_picture(Swap &swap, bool to_ringway, const std::vector<std::string> &names)
{
	Context &context = swap.context;
	HostPicture out;
	out.driver = context.host.backend_driver().value_or("");
	out.vifs = vifs_of(context);
	for (const std::string &name :
	     names.empty() ? bridges_of_guests(swap, to_ringway, out.vifs) : names) {
		const auto image = swap.bridges.look(name);
		if (!image) {
			throw Error(Exit::absent,
				    fmt::format("{}: there is no bridge of that name; 'ip -br link "
						"show type bridge' lists them",
						quote(name)));
		}
		out.bridges.push_back(*image);
	}
	out.others = others_of_guests(swap, out);
	return out;
}

nlohmann::json to_json(const BridgeImage &image)
{
	nlohmann::json ports = nlohmann::json::array();
	for (const BridgePort &port : image.ports) {
		ports.push_back({{"index", port.index},
				 {"name", port.name},
				 {"settings", json_of(port.settings)},
				 {"vlans", json_of(port.vlans)}});
	}
	return {{"index", image.index},
		{"name", image.name},
		{"kind", image.kind},
		{"up", image.up},
		{"link", json_of(image.link)},
		{"data", json_of(image.data)},
		{"vlans", json_of(image.vlans)},
		{"ports", ports},
		{"addresses", json_of(image.addresses)},
		{"routes", json_of(image.routes)},
		{"neighbours", json_of(image.neighbours)},
		{"sysctls", image.sysctls}};
}

BridgeImage bridge_from_json(const nlohmann::json &json)
{
	BridgeImage out;
	out.index = json.at("index");
	out.name = json.at("name");
	out.kind = json.at("kind");
	out.up = json.at("up");
	out.link = attributes_from(json.at("link"));
	out.data = attributes_from(json.at("data"));
	out.vlans = bytes_from(json.at("vlans"));
	for (const auto &port : json.at("ports")) {
		out.ports.push_back({port.at("index"), port.at("name"), attributes_from(port.at("settings")),
				     bytes_from(port.at("vlans"))});
	}
	out.addresses = messages_from(json.at("addresses"));
	out.routes = messages_from(json.at("routes"));
	out.neighbours = messages_from(json.at("neighbours"));
	out.sysctls = json.at("sysctls").get<std::map<std::string, std::string>>();
	return out;
}

nlohmann::json to_json(const HostPicture &picture)
{
	nlohmann::json vifs = nlohmann::json::array(), files = nlohmann::json::object();
	for (const VifImage &vif : picture.vifs) {
		vifs.push_back({{"domid", vif.domid},
				{"devid", vif.devid},
				{"device", vif.device},
				{"bridge", vif.bridge},
				{"mac", vif.mac},
				{"mtu", vif.mtu},
				{"up", vif.up},
				{"connected", vif.connected},
				{"running", vif.running}});
	}
	for (const auto &[path, text] : picture.files) {
		// As bytes: an administrator's comment may have another encoding than JSON.
		files[path] =
			text ? nlohmann::json(hex(Bytes(text->begin(), text->end()))) : nlohmann::json();
	}
	return {{"driver", picture.driver},
		{"bridges", json_of(picture.bridges)},
		{"others", json_of(picture.others)},
		{"vifs", vifs},
		{"files", files}};
}

HostPicture from_json(const nlohmann::json &json)
{
	HostPicture out;
	out.driver = json.at("driver");
	out.bridges = images_from(json.at("bridges"));
	out.others = images_from(json.at("others"));
	for (const auto &vif : json.at("vifs")) {
		out.vifs.push_back({vif.at("domid"), vif.at("devid"), vif.at("device"), vif.at("bridge"),
				    vif.at("mac"), vif.at("mtu"), vif.at("up"), vif.at("connected"),
				    vif.at("running")});
	}
	for (const auto &[path, text] : json.at("files").items()) {
		out.files[path] = std::nullopt;
		if (!text.is_null()) {
			const Bytes bytes = unhex(text);
			out.files[path] = std::string(bytes.begin(), bytes.end());
		}
	}
	return out;
}

} // namespace ringway
