// SPDX-License-Identifier: GPL-2.0-only
#include "vif/record.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "vif/domain.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

constexpr unsigned devid_max = static_cast<unsigned>(schema::backend::handle.max);

// The record's backend node, if it is the path of this vif's backend in some domain.
std::optional<unsigned> backend_domain(const std::string &path, unsigned domid, unsigned devid)
{
	constexpr std::string_view prefix = "/local/domain/";
	if (!path.starts_with(prefix)) {
		return std::nullopt;
	}
	const std::string_view number =
		std::string_view(path).substr(prefix.size(), path.find('/', prefix.size()) - prefix.size());
	const auto id = schema::parse_uint(number);
	if (!id || *id > schema::frontend::backend_id.max ||
	    path != schema::backend::path(static_cast<unsigned>(*id), domid, devid)) {
		return std::nullopt;
	}
	return static_cast<unsigned>(*id);
}

// The numbers in a directory of XenStore, in order.
std::vector<unsigned> numbers(Store &store, const std::string &directory, std::uint64_t most)
{
	std::vector<unsigned> out;
	for (const std::string &entry : store.list(Store::none, directory)) {
		const auto number = schema::parse_uint(entry);
		if (number && *number <= most) {
			out.push_back(static_cast<unsigned>(*number));
		}
	}
	std::sort(out.begin(), out.end());
	return out;
}

std::vector<unsigned> recorded_domains(Store &store)
{
	return numbers(store, "/libxl", schema::backend::frontend_id.max);
}

std::vector<unsigned> recorded_vifs(Store &store, unsigned domid)
{
	return numbers(store, fmt::format("/libxl/{}/device/vif", domid), devid_max);
}

bool has_mac(Store &store, unsigned domid, unsigned devid, const Mac &mac)
{
	const auto value =
		store.read(Store::none, node_path(schema::record::path(domid, devid), schema::record::mac));
	return value && schema::valid(schema::record::mac, *value) && Mac::parse(*value) == mac;
}

} // namespace

std::string Record::backend_path() const
{
	return schema::backend::path(backend, domid, devid);
}

std::string Record::frontend_path() const
{
	return schema::frontend::path(domid, devid);
}

std::string Record::record_path() const
{
	return schema::record::path(domid, devid);
}

std::string Record::device_name() const
{
	return fmt::format("vif{}.{}", domid, devid);
}

std::string Record::text() const
{
	return fmt::format("vif {}.{}", domid, devid);
}

std::optional<Record> read_record(Store &store, unsigned domid, unsigned devid)
{
	// Most nodes that a record may have are not there, and each read is a way to xenstored and back. Only
	// the toolstack writes here: whoever else might make a directory so long, and change it so often,
	// that it cannot be listed.
	const std::string path = schema::record::path(domid, devid);
	const std::vector<std::string> there = store.list(Store::none, path);
	const auto get = [&](const schema::Node &node) {
		const auto value = std::find(there.begin(), there.end(), node.name) != there.end()
					   ? store.read(Store::none, node_path(path, node))
					   : std::nullopt;
		return value && schema::valid(node, *value) ? *value : std::string();
	};
	const auto backend = backend_domain(get(schema::record::backend), domid, devid);
	if (!backend) {
		return std::nullopt;
	}
	Record record;
	record.domid = domid;
	record.devid = devid;
	record.backend = *backend;
	if (const std::string mac = get(schema::record::mac); !mac.empty()) {
		record.mac = Mac::parse(mac);
	}
	record.bridge = get(schema::record::bridge);
	record.vifname = get(schema::record::vifname);
	record.rate = get(schema::record::rate);
	record.rx_rate = get(schema::record::rx_rate);
	record.pps = get(schema::record::pps);
	record.rx_pps = get(schema::record::rx_pps);
	record.vlan = get(schema::record::vlan);
	record.ip = get(schema::record::ip);
	record.script = get(schema::record::script);
	return record;
}

std::vector<Record> list_records(Store &store, unsigned domid)
{
	std::vector<Record> out;
	for (const unsigned devid : recorded_vifs(store, domid)) {
		if (auto record = read_record(store, domid, devid)) {
			out.push_back(*record);
		}
	}
	return out;
}

// One node of each vif is read, and the others of those with the address only: whoever asks may hold a lock.
std::optional<Record> find_user(Store &store, const Mac &mac, const std::string &bridge,
				const Record *besides)
{
	for (const unsigned domid : recorded_domains(store)) {
		for (const unsigned devid : recorded_vifs(store, domid)) {
			if (besides != nullptr && besides->domid == domid && besides->devid == devid) {
				continue;
			}
			if (!has_mac(store, domid, devid, mac)) {
				continue;
			}
			auto record = read_record(store, domid, devid);
			if (record && record->bridge == bridge) {
				return record;
			}
		}
	}
	return std::nullopt;
}

std::optional<Record> find_twin(Store &store, unsigned domid, const Mac &mac, std::optional<unsigned> devid)
{
	for (const unsigned other : recorded_vifs(store, domid)) {
		if (other != devid && has_mac(store, domid, other, mac)) {
			return read_record(store, domid, other);
		}
	}
	return std::nullopt;
}

std::vector<Record> list_records(Store &store)
{
	std::vector<Record> out;
	for (const unsigned domid : recorded_domains(store)) {
		for (const Record &record : list_records(store, domid)) {
			out.push_back(record);
		}
	}
	return out;
}

Record find_record(Store &store, unsigned domid, std::string_view text)
{
	if (text.find(':') != text.npos) {
		const Mac mac = Mac::parse(text);
		for (const Record &record : list_records(store, domid)) {
			if (record.mac == mac) {
				return record;
			}
		}
		throw Error(Exit::absent, fmt::format("vif {}: domain {} has no vif with this address; "
						      "'ringway vif list {}' shows those it has",
						      quote(text), domid, domid));
	}
	const auto devid = schema::parse_uint(text);
	if (!devid || *devid > devid_max) {
		throw Error(Exit::usage, fmt::format("vif {}: write its number (0 to {}) or its MAC address",
						     quote(text), devid_max));
	}
	auto record = read_record(store, domid, static_cast<unsigned>(*devid));
	if (!record) {
		throw Error(
			Exit::absent,
			fmt::format("vif {}.{}: does not exist; 'ringway vif list {}' shows those that do",
				    domid, *devid, domid));
	}
	return *record;
}

Record find_vif(Store &store, std::string_view domain, std::string_view vif)
{
	return find_record(store, find_domain_or_record(store, domain).id, vif);
}

} // namespace ringway
