// SPDX-License-Identifier: GPL-2.0-only
#include "vif/limit.hpp"

#include <fmt/format.h>
#include "words/rate.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

namespace be = schema::backend;
namespace rec = schema::record;

void write_limit(Transaction &transaction, const std::string &path, const Limit &limit,
		 const NodeAccess &access)
{
	if (!limit.value) {
		transaction.remove(path);
		return;
	}
	transaction.write(path, *limit.value);
	transaction.set_access(path, access);
}

} // namespace

void set_limits(Context &context, const Record &record, const std::vector<Limit> &limits)
{
	transact(context.store, context.clock, [&](Transaction &transaction) {
		// INVARIANT: nothing is written where a vif was: a node there would outlive it.
		if (!transaction.read(node_path(record.backend_path(), be::state)) ||
		    !transaction.read(node_path(record.record_path(), rec::backend))) {
			throw Error(Exit::absent,
				    fmt::format("{}: it was detached in the meantime", record.text()));
		}
		for (const Limit &limit : limits) {
			write_limit(transaction, node_path(record.backend_path(), *limit.backend), limit,
				    {record.backend, record.domid});
			write_limit(transaction, node_path(record.record_path(), *limit.record), limit, {});
		}
	});
}

const std::string &limit_of(const Record &record, const std::string &key)
{
	return key == "rate"      ? record.rate
	       : key == "pps"     ? record.pps
	       : key == "rx-rate" ? record.rx_rate
				  : record.rx_pps;
}

std::string limit_text(const std::string &key, const std::string &node)
{
	const auto rate = key.ends_with("rate") ? Rate::of_node(node) : std::nullopt;
	return node.empty() ? "none" : rate ? rate->text() : node;
}

} // namespace ringway
