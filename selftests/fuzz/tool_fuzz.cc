// SPDX-License-Identifier: GPL-2.0-only
//
// The command's parsers. The first byte says which: a vifspec from the command line, a rate, an address, or
// XenStore's nodes as whoever may write them left them. Nothing may happen but an Error, and what was
// accepted must be what the schema allows and survive a way there and back.
//
// Cases of docs/security.md: CL-03, CL-04, CL-21, CL-33
#include "vif/domain.hpp"
#include "words/error.hpp"
#include "fake/store.hpp"
#include "input.hpp"
#include "message.hpp"
#include "vif/record.hpp"
#include "vif/state.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"
#include "words/vifspec.hpp"
#include "xenstore_schema.hpp"
#include <nlohmann/json.hpp>

using namespace ringway;
using namespace ringway::fuzz;

namespace
{
bool printable(std::string_view text)
{
	for (const char c : text)
		if (!schema::is_printable(c))
			return false;
	return true;
}

void check_rate(const Rate &rate)
{
	FUZZ_CHECK(rate.bytes_per_interval > 0 && rate.interval_usecs > 0);
	FUZZ_CHECK(schema::valid(schema::backend::rate, rate.node()));
}

void check_mac(const Mac &mac)
{
	FUZZ_CHECK(schema::is_mac(mac.text()));
	FUZZ_CHECK(Mac::parse(mac.text()) == mac);
}

void check_spec(const VifSpec &spec)
{
	if (spec.mac) {
		check_mac(*spec.mac);
		FUZZ_CHECK(!spec.mac->is_multicast());
	}
	if (spec.rate)
		check_rate(*spec.rate);
	FUZZ_CHECK(schema::is_ifname(spec.bridge));
	FUZZ_CHECK(!spec.vifname || schema::is_ifname(*spec.vifname));
	FUZZ_CHECK(!spec.gatewaydev || schema::is_ifname(*spec.gatewaydev));
	FUZZ_CHECK(!spec.script || schema::is_path(*spec.script));
	FUZZ_CHECK(!spec.mtu || schema::valid(schema::backend::mtu, std::to_string(*spec.mtu)));
	FUZZ_CHECK(!spec.vlan || schema::is_vlan_text(spec.vlan->text));
	FUZZ_CHECK(schema::is_text(spec.backend, 255));
	FUZZ_CHECK(printable(spec.ip_text()));
	for (const std::string &note : spec.notes)
		FUZZ_CHECK(harmless(note));
	(void)to_json(spec).dump(); // throws where a text is not UTF-8
}

// Lines "PATH=VALUE", the paths without /libxl/7/device/vif/.
void read_store(std::string_view text)
{
	test::FakeClock clock;
	test::FakeStore store(clock);
	std::string asked = "0";
	for (const std::string_view line : split(text, '\n')) {
		const auto equals = line.find('=');
		const std::string path(line.substr(0, equals));
		const std::string value(equals == line.npos ? "" : line.substr(equals + 1));
		if (path.empty())
			asked = value;
		else if (path[0] == '/')
			store.put(path, value);
		else
			store.put("/libxl/7/device/vif/" + path, value);
	}
	for (const Record &record : list_records(store)) {
		FUZZ_CHECK(record.devid <= schema::backend::handle.max);
		if (record.mac)
			check_mac(*record.mac);
		FUZZ_CHECK(!record.backend_path().empty() && !record.frontend_path().empty());
		(void)state_name(backend_state(store, record));
		(void)state_name(frontend_state(store, record));
		FUZZ_CHECK(printable(backend_error(store, record)));
		FUZZ_CHECK(printable(frontend_error(store, record)));
	}
	(void)find_domain_or_record(store, asked);
	(void)find_record(store, 7, asked);
}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (!size)
		return 0;
	const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
	try {
		switch (data[0]) {
		case 'r':
			check_rate(Rate::parse(text));
			break;
		case 'm':
			check_mac(Mac::parse_station(text));
			break;
		case 's':
			read_store(text);
			break;
		default:
			check_spec(VifSpec::parse(text));
		}
	} catch (const Error &error) {
		FUZZ_CHECK(harmless(error.what()));
		FUZZ_CHECK(message_text(error.what()) == error.what());
		FUZZ_CHECK(error.code() == Exit::usage || error.code() == Exit::absent);
	}
	return 0;
}
