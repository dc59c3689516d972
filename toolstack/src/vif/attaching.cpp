// SPDX-License-Identifier: GPL-2.0-only
#include "vif/attaching.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include "context/first_line.hpp"
#include "context/steadfast.hpp"
#include "vif/detach.hpp"
#include "vif/domain.hpp"
#include "vif/libxl_config.hpp"
#include "vif/policy.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

constexpr Millis remove_timeout{3000};
constexpr Millis wait_timeout{300000}; // of commands that wait for guests
constexpr Millis pause{50};
// Everybody who attaches has the lock for a moment, but they may be many, and nobody keeps them in line.
constexpr Millis turn_timeout{300000};

fs::path file_of(const Host &host, unsigned domid, unsigned devid)
{
	return own_locks(host.root()) / fmt::format("attaching-{}.{}", domid, devid);
}

bool has_port(Context &context, const Record &record)
{
	return context.store.read(Store::none, node_path(record.backend_path(),
							 schema::backend::hotplug_status)) == "connected";
}

// The vif itself is gone by now, so whatever goes wrong here is a remark.
void take_back_rest(Context &context, const char *trouble, const std::function<void()> &step)
{
	try {
		step();
	} catch (const Error &error) {
		context.note(fmt::format("{}: {}", trouble, error.what()));
	}
}

void remove_one(Context &context, const Record &record)
{
	try {
		take_back(context, record, find_domain_or_record(context.store, std::to_string(record.domid)),
			  remove_timeout);
		context.note(fmt::format("{}: an attach that was killed had left it half done; it is removed",
					 record.text()));
	} catch (const Error &error) {
		context.note(fmt::format("{}: an attach that was killed left it half done, and it cannot be "
					 "removed ({}); run 'ringway vif detach {} {}'",
					 record.text(), error.what(), record.domid, record.devid));
	}
}

} // namespace

FileLock attach_turn(Context &context)
{
	return {context.clock, own_locks(context.host.root()) / "attach", turn_timeout};
}

void Attaching::begin(Context &context, unsigned domid, unsigned devid, const Mac &mac)
{
	if (lock_ && devid_ == devid) {
		return;
	}
	const fs::path file = file_of(context.host, domid, devid);
	lock_.emplace(context.clock, file);
	devid_ = devid;
	std::ofstream(file) << mac.text() << '\n';
}

void take_back(Context &context, const Record &record, const Domain &domain, Millis timeout)
{
	Undoing undoing(context);
	Context &steadfast = undoing.context();
	remove_vif(steadfast, record, timeout);
	take_back_rest(steadfast, "its VLANs are kept for a later vif with this address",
		       [&] { keep_attached(steadfast, record, {}); });
	take_back_rest(steadfast, "libxl's configuration of the domain has a vif too many",
		       [&] { forget_vif(context.host.root(), steadfast.clock, domain, record.devid); });
}

bool is_half_attached(Context &context, const Record &record)
{
	const fs::path file = file_of(context.host, record.domid, record.devid);
	// The file has the address of the vif that began. xl may have made another since, which is xl's
	// affair.
	return is_left_behind(file) && record.mac && first_line(file) == record.mac->text() &&
	       !has_port(context, record);
}

void wait_while_attaching(Context &context, const Record &record)
{
	const fs::path file = file_of(context.host, record.domid, record.devid);
	const Deadline deadline(context.clock, wait_timeout);
	while (fs::exists(file) && !is_left_behind(file)) {
		if (deadline.over() || context.clock.interrupted()) {
			throw Error(Exit::timeout, fmt::format("{}: another command is attaching it; try "
							       "again when that is done",
							       record.text()));
		}
		context.clock.sleep(pause);
	}
}

void remove_half_attached(Context &context)
{
	for (const auto &entry : fs::directory_iterator(own_locks(context.host.root()))) {
		unsigned domid = 0, devid = 0;
		if (std::sscanf(entry.path().filename().c_str(), "attaching-%u.%u", &domid, &devid) != 2 ||
		    !is_left_behind(entry.path())) {
			continue;
		}
		const auto record = read_record(context.store, domid, devid);
		const bool half = record && is_half_attached(context, *record);
		const FileLock lock(context.clock, entry.path()); // which takes the file away in the end
		if (half) {
			remove_one(context, *record);
		}
	}
}

} // namespace ringway
