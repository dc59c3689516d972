// SPDX-License-Identifier: GPL-2.0-only
#include "vif/attach.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>
#include "vif/attach_check.hpp"
#include "vif/attaching.hpp"
#include "vif/attach_wait.hpp"
#include "vif/libxl_config.hpp"
#include "vif/policy.hpp"
#include "words/ip_lock.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

constexpr Millis undo_timeout{3000};
// So long a vif's nodes stay away for a guest that has to see it.
constexpr Millis nodes_away{500};
constexpr Millis device_pause{10};

// How long to bear with a guest that does not move. One with a driver and nothing else to do connects within
// milliseconds; who allows for more time expects a slower one.
Millis patience_of(Millis timeout)
{
	return std::min(timeout / 2, std::max(Millis(3000), timeout / 8));
}

// The lowest number that neither a record nor a left-over backend directory uses. The guest's own directory
// is not asked: it could fill it to keep numbers away.
unsigned choose_devid(Transaction &transaction, const AttachChecked &checked)
{
	const std::string records = fmt::format("/libxl/{}/device/vif", checked.domain.id);
	const std::string backends =
		fmt::format("{}/backend/vif/{}", domain_path(checked.backend.id), checked.domain.id);
	std::set<std::string> used;
	for (const std::string &directory : {records, backends}) {
		for (const std::string &entry : transaction.list(directory)) {
			used.insert(entry);
		}
	}
	if (checked.spec.devid) {
		if (used.contains(std::to_string(*checked.spec.devid))) {
			throw Error(Exit::conflict,
				    fmt::format("devid {}: domain {} already has a vif with this number; "
						"omit devid=, or run 'ringway vif detach {} {}' first",
						*checked.spec.devid, describe(checked.domain),
						checked.domain.id, *checked.spec.devid));
		}
		return *checked.spec.devid;
	}
	for (unsigned devid = 0; devid <= schema::backend::handle.max; ++devid) {
		if (!used.contains(std::to_string(devid))) {
			return devid;
		}
	}
	throw Error(Exit::conflict, fmt::format("domain {}: all vif numbers are in use; detach a vif first",
						describe(checked.domain)));
}

PlanInput plan_input(const AttachChecked &checked, unsigned devid)
{
	return {checked.domain, checked.backend, devid, checked.mtu, checked.script, checked.spec};
}

std::vector<PlannedNode> plan_in(Transaction &transaction, const AttachChecked &checked, unsigned &devid)
{
	expect_same_domain(transaction, checked.domain);
	devid = choose_devid(transaction, checked);
	return make_plan(plan_input(checked, devid));
}

// The commands that attach enter their vifs one after the other: of two that want the same address at once,
// the second finds it taken. A transaction cannot say so: it would have to read the records of all domains,
// and each vif that comes anywhere would make all others begin anew.
Record create(Context &context, AttachChecked &checked, Attaching &attaching)
{
	const FileLock lock = attach_turn(context);
	settle_mac(context, checked);
	unsigned devid = 0;
	transact(context.store, context.clock, [&](Transaction &transaction) {
		const auto plan = plan_in(transaction, checked, devid);
		attaching.begin(context, checked.domain.id, devid, *checked.spec.mac);
		write_plan(transaction, plan);
		// An old failure must not be taken for ours.
		transaction.remove(schema::backend_error::path(checked.backend.id, checked.domain.id, devid));
		transaction.remove(schema::frontend_error::path(checked.domain.id, devid));
	});
	Record record;
	record.domid = checked.domain.id;
	record.devid = devid;
	record.backend = checked.backend.id;
	record.mac = checked.spec.mac;
	record.bridge = checked.spec.bridge;
	record.vifname = checked.spec.vifname.value_or("");
	record.script = checked.script;
	return record;
}

Link wait_device(Context &context, const Record &record, const Deadline &deadline)
{
	for (;;) {
		const auto name = context.host.vif_device(record.domid, record.devid);
		if (const auto link = context.links.find(name.value_or(record.device_name()))) {
			return *link;
		}
		if (deadline.over() || context.clock.interrupted()) {
			throw Error(
				Exit::timeout,
				fmt::format("{}: the backend driver created no network device; see 'dmesg'",
					    record.text()));
		}
		context.clock.sleep(device_pause);
	}
}

void wire_up(Context &context, const AttachChecked &checked, const Record &record, const Deadline &deadline)
{
	Link link = wait_device(context, record, deadline);
	const auto bridge = context.links.find(checked.spec.bridge);
	if (!bridge) {
		throw Error(Exit::absent,
			    fmt::format("bridge {}: it was removed while the vif was being attached",
					quote(checked.spec.bridge)));
	}
	context.links.set_up(link, false);
	if (checked.spec.vifname) {
		context.links.rename(link, *checked.spec.vifname);
		link.name = *checked.spec.vifname;
	}
	context.links.set_mac(link, Mac::vif());
	context.links.set_mtu(link, checked.mtu);
	context.links.set_master(link, *bridge);
	if (bridge->kind == "bridge" && checked.spec.vlan) {
		context.links.set_vlan(link, *checked.spec.vlan);
	}
	put_policy_in_force(context, read_record(context.store, record.domid, record.devid).value_or(record));
	context.host.keep_ipv6_off(link.name);
	// INVARIANT: nothing passed the port until now.
	context.links.set_up(link, true);
}

void say_wired_up(Context &context, const Record &record)
{
	transact(context.store, context.clock, [&](Transaction &transaction) {
		if (!transaction.read(node_path(record.backend_path(), schema::backend::state))) {
			throw Error(Exit::failed,
				    fmt::format("{}: it was detached in the meantime", record.text()));
		}
		transaction.write(node_path(record.backend_path(), schema::backend::hotplug_status),
				  "connected");
	});
}

// `patience`: with a guest that does not move; none: as long as there is time.
void bring_up(Context &context, const AttachChecked &checked, const Record &record, const Deadline &deadline,
	      bool wait_for_guest, std::optional<Millis> patience)
{
	if (checked.backend_here) {
		wait_for_backend(context, checked.domain, record, deadline);
		wire_up(context, checked, record, deadline);
		say_wired_up(context, record);
	}
	if (wait_for_guest && patience) {
		wait_for_move(context, checked.domain, record, Deadline(context.clock, *patience));
	}
	if (wait_for_guest) {
		wait_connected(context, checked.domain, record, deadline);
	}
}

// Not every libxl takes the VLANs along when the guest reboots.
KeyValues attached_words(const AttachChecked &checked)
{
	return checked.backend_here && checked.spec.vlan ? KeyValues{{"vlan", checked.spec.vlan->text}}
							 : KeyValues();
}

// It works without, so whatever goes wrong here is a remark and not an error.
void tell_libxl(Context &context, const PlanInput &input)
{
	try {
		remember_vif(context.host.root(), context.clock, input);
	} catch (const Error &error) {
		context.note(fmt::format("this vif will be missing after xl save or xl migrate: {}",
					 error.what()));
	}
}

void undo(Context &context, const Domain &domain, const Record &record, const Error &error, Millis timeout)
{
	try {
		take_back(context, record, domain, timeout);
	} catch (const Error &second) {
		throw Error(error.code(),
			    fmt::format("{}; cleaning up failed too ({}): run 'ringway vif detach {} {}'",
					error.what(), second.what(), record.domid, record.devid));
	}
}

Record attach_once(Context &context, AttachChecked &checked, const Deadline &deadline, bool wait_for_guest,
		   std::optional<Millis> patience)
{
	Attaching attaching;
	const Record record = create(context, checked, attaching);
	// Before it works: libxl leaves out what is not in XenStore, and what works must not be missing here.
	tell_libxl(context, plan_input(checked, record.devid));
	try {
		keep_attached(context, record, attached_words(checked));
		bring_up(context, checked, record, deadline, wait_for_guest, patience);
	} catch (const AtEarlierVif &error) {
		undo(context, checked.domain, record, error, Millis::zero()); // it would not answer either
		throw;
	} catch (const Error &error) {
		undo(context, checked.domain, record, error, undo_timeout);
		throw;
	}
	return record;
}

} // namespace

Record attach(Context &context, std::string_view domain, const VifSpec &spec, const AttachOptions &options)
{
	{
		const FileLock lock = attach_turn(context);
		remove_half_attached(context);
	}
	AttachChecked checked = check_attach(context, domain, spec);
	const Deadline deadline(context.clock, options.timeout);
	try {
		return attach_once(context, checked, deadline, options.wait_for_guest,
				   patience_of(options.timeout));
	} catch (const AtEarlierVif &) {
		context.clock.sleep(nodes_away);
		if (deadline.over()) {
			throw;
		}
	}
	return attach_once(context, checked, deadline, options.wait_for_guest, std::nullopt);
}

std::vector<PlannedNode> plan_attach(Context &context, std::string_view domain, const VifSpec &spec)
{
	AttachChecked checked = check_attach(context, domain, spec);
	settle_mac(context, checked);
	unsigned devid = 0;
	Transaction transaction(context.store); // only read, never committed
	return plan_in(transaction, checked, devid);
}

} // namespace ringway
