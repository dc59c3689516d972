// SPDX-License-Identifier: GPL-2.0-only
//
// The toolstack's own record of each vif, below /libxl. Only dom0 can write there, so this, and nothing that
// a guest or a driver domain can write, says which vifs exist and where their two ends are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "words/mac.hpp"
#include "context/store.hpp"

namespace ringway
{

struct Record {
	unsigned domid = 0;
	unsigned devid = 0;
	unsigned backend = 0; // domain
	std::optional<Mac> mac;
	std::string bridge;
	std::string vifname;
	std::string rate, rx_rate;
	std::string pps, rx_pps;
	std::string vlan;
	std::string ip;
	std::string script;

	std::string backend_path() const;
	std::string frontend_path() const;
	std::string record_path() const;
	// The name that the kernel gives the device.
	std::string device_name() const;
	std::string text() const; // "vif 3.0"
};

std::optional<Record> read_record(Store &store, unsigned domid, unsigned devid);
std::vector<Record> list_records(Store &store, unsigned domid);
std::vector<Record> list_records(Store &store);
// The vif with that address on that bridge, if there is one besides the one given.
std::optional<Record> find_user(Store &store, const Mac &mac, const std::string &bridge,
				const Record *besides = nullptr);
// Another vif of the same domain with that address, on whatever bridge.
std::optional<Record> find_twin(Store &store, unsigned domid, const Mac &mac,
				std::optional<unsigned> devid = std::nullopt);
// By number or by address. Throws Error (usage, absent).
Record find_record(Store &store, unsigned domid, std::string_view text);
// As the user names it: the domain by name or number, or what is left of its record. Throws Error.
Record find_vif(Store &store, std::string_view domain, std::string_view vif);

} // namespace ringway
