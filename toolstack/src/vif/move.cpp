// SPDX-License-Identifier: GPL-2.0-only
#include "vif/move.hpp"

#include <fmt/format.h>
#include "context/steadfast.hpp"
#include "vif/address.hpp"
#include "vif/attaching.hpp"
#include "vif/device.hpp"
#include "vif/domain.hpp"
#include "vif/libxl_config.hpp"
#include "vif/policy.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

Link find_target(Context &context, const Record &record, const std::string &name)
{
	const auto bridge = context.links.find(name);
	if (!bridge) {
		throw Error(Exit::absent,
			    fmt::format("bridge {}: no such device; create it with 'ringway bridge add {}'",
					quote(name), name_text(name)));
	}
	if (!bridge->is_bridge()) {
		reject("bridge", name, "this device is not a bridge");
	}
	const auto other =
		record.mac ? address_user(context, *record.mac, name, true, &record) : std::nullopt;
	if (other) {
		throw Error(Exit::conflict, fmt::format("{}: {} has {} on bridge {} already", record.text(),
							*other, record.mac->text(), name));
	}
	return *bridge;
}

void write_bridge(Context &context, const Record &record, const std::string &bridge)
{
	transact(context.store, context.clock, [&](Transaction &transaction) {
		// INVARIANT: nothing is written where a vif was: a node there would outlive it.
		if (!transaction.read(node_path(record.backend_path(), schema::backend::state)) ||
		    !transaction.read(node_path(record.record_path(), schema::record::backend))) {
			throw Error(Exit::absent,
				    fmt::format("{}: it was detached in the meantime", record.text()));
		}
		transaction.write(node_path(record.backend_path(), schema::backend::bridge), bridge);
		transaction.set_access(node_path(record.backend_path(), schema::backend::bridge),
				       {record.backend, record.domid});
		transaction.write(node_path(record.record_path(), schema::record::bridge), bridge);
	});
}

// The vif works, so whatever goes wrong here is a remark and not an error.
void remember(Context &context, const Record &record, const std::string &bridge)
{
	try {
		remember_bridge(context.host.root(), context.clock,
				find_domain(context.store, std::to_string(record.domid)), record.devid,
				bridge);
	} catch (const Error &error) {
		context.note(fmt::format("this vif will be in its old bridge after xl save or xl migrate: {}",
					 error.what()));
	}
}

} // namespace

void move_vif(Context &context, const Record &record, const std::string &name, Undo &undo)
{
	const FileLock lock = attach_turn(context);
	const Link port = must_have_device(context, record, "move it there");
	const Link target = find_target(context, record, name);
	const Link before = context.links.find(port.master).value_or(Link());
	if (port.up) {
		undo.add([&context, port] { context.links.set_up(port, true); });
		context.links.set_up(port, false);
	}
	undo.add([&context, record, port, before] {
		context.links.set_up(port, false);
		context.links.set_master(port, before);
		if (before.index != 0) {
			put_policy_in_force(Undoing(context).context(), record);
		}
	});
	context.links.set_master(port, target);
	Record there = record;
	there.bridge = name;
	put_policy_in_force(context, there);
	context.links.set_up(port, true);
	undo.add([&context, record] { remember(Undoing(context).context(), record, record.bridge); });
	remember(context, record, name);
	// INVARIANT: the last step. As long as the record names the old bridge, the move is not done, and
	// whoever wants the vif there begins it again.
	undo.add([&context, record] { write_bridge(context, record, record.bridge); });
	write_bridge(context, record, name);
}

} // namespace ringway
