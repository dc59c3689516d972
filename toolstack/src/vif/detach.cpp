// SPDX-License-Identifier: GPL-2.0-only
#include "vif/detach.hpp"

#include <fmt/format.h>
extern "C" {
#include <xen/io/xenbus.h>
}
#include "vif/domain.hpp"
#include "vif/policy.hpp"
#include "vif/policy_turn.hpp"
#include "vif/wanted_policy.hpp"
#include "vif/state.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

// After force the backend has nobody left to wait for.
constexpr Millis forced_timeout{3000};
constexpr Millis device_timeout{5000};
constexpr Millis leaving_pause{20};

void ask(Context &context, const Record &record)
{
	transact(context.store, context.clock, [&](Transaction &transaction) {
		const std::string state = node_path(record.backend_path(), schema::backend::state);
		const auto now = transaction.read(state);
		if (!now) {
			return; // the backend's directory in XenStore is missing already
		}
		transaction.write(node_path(record.backend_path(), schema::backend::online), "0");
		if (now != std::to_string(XenbusStateClosed)) {
			transaction.write(state, std::to_string(XenbusStateClosing));
		}
	});
}

bool wait_closed(Context &context, const Record &record, Millis timeout)
{
	const Deadline deadline(context.clock, timeout);
	return wait_backend(context, record, deadline, false, [](std::optional<unsigned> state) {
		return !state || *state == XenbusStateClosed;
	});
}

bool same_vif(Transaction &transaction, const Record &record)
{
	const auto backend = transaction.read(node_path(record.record_path(), schema::record::backend));
	const auto mac = transaction.read(node_path(record.record_path(), schema::record::mac));
	return backend == record.backend_path() && (!record.mac || mac == record.mac->text());
}

// False: the vif was not there any more.
bool remove_nodes(Context &context, const Record &record)
{
	bool ours = false;
	transact(context.store, context.clock, [&](Transaction &transaction) {
		ours = same_vif(transaction, record);
		if (!ours) {
			return; // somebody else removed it, and may have made another with the same number
		}
		const std::string domain = domain_path(record.domid);
		const std::string backend = domain_path(record.backend);
		transaction.remove_with_empty_parents(record.frontend_path(), domain + "/device");
		transaction.remove_with_empty_parents(record.backend_path(), backend);
		transaction.remove_with_empty_parents(record.record_path(),
						      fmt::format("/libxl/{}/device", record.domid));
		transaction.remove_with_empty_parents(
			schema::backend_error::path(record.backend, record.domid, record.devid), backend);
		transaction.remove_with_empty_parents(
			schema::frontend_error::path(record.domid, record.devid), domain + "/error");
	});
	return ours;
}

void wait_device_gone(Context &context, const Record &record)
{
	const Deadline deadline(context.clock, device_timeout);
	while (const auto device = context.host.vif_device(record.domid, record.devid)) {
		if (deadline.over()) {
			throw Error(Exit::timeout, fmt::format("{}: removed from XenStore, but the backend "
							       "driver still has device {}; see 'dmesg'",
							       record.text(), *device));
		}
		context.clock.sleep(leaving_pause);
	}
}

} // namespace

bool remove_vif(Context &context, const Record &record, Millis timeout, const std::function<void()> &last)
{
	ask(context, record);
	const bool forced = !wait_closed(context, record, timeout);
	if (forced) {
		transact(context.store, context.clock, [&](Transaction &transaction) {
			if (same_vif(transaction, record)) {
				transaction.remove(record.frontend_path());
			}
		});
		ask(context, record);
		wait_closed(context, record, forced_timeout);
	}
	if (last) {
		bool ours = false;
		transact(context.store, context.clock,
			 [&](Transaction &transaction) { ours = same_vif(transaction, record); });
		if (!ours) {
			throw Error(
				Exit::absent,
				fmt::format(
					"{}: it went away meanwhile, as when its guest reboots; its policy "
					"is kept: see 'ringway vif list'",
					record.text()));
		}
		last();
	}
	if (remove_nodes(context, record)) {
		wait_device_gone(context, record);
	}
	return forced;
}

DetachResult detach(Context &context, std::string_view domain, std::string_view vif,
		    const DetachOptions &options)
{
	const Record record = find_vif(context.store, domain, vif);
	const VifNames names = vif_names(context, record); // of the domain, which may go meanwhile
	// Nobody changes its policy meanwhile, which goes first: without the record, nobody would come back
	// to it.
	const FileLock turn = policy_turn(context, record);
	const bool forced = remove_vif(context, record, options.timeout, [&] {
		if (!record.mac || !find_twin(context.store, record.domid, *record.mac, record.devid)) {
			forget_policy(context, names);
		}
	});
	if (forced) {
		context.note(fmt::format(
			"{}: the guest did not release it within {} s, so it was removed by force",
			record.text(), std::chrono::duration<double>(options.timeout).count()));
	}
	return {record, forced};
}

} // namespace ringway
