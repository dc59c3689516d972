// SPDX-License-Identifier: GPL-2.0-only
#include "vif/plan.hpp"

#include <fmt/format.h>
extern "C" {
#include <xen/io/xenbus.h>
}
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

namespace fe = schema::frontend;
namespace be = schema::backend;
namespace rec = schema::record;

class Builder
{
public:
	explicit Builder(const PlanInput &input) : input_(input) {}

	void directory(const std::string &path, schema::Permission permission)
	{
		plan.push_back({path, "", access(permission), nullptr});
	}

	void node(const std::string &directory, const schema::Node &node, const std::string &value)
	{
		if (!schema::valid(node, value)) {
			throw Error(Exit::usage, fmt::format("{} {}: not a value that this node may have",
							     node.name, quote(value)));
		}
		plan.push_back({node_path(directory, node), value, access(node.permission), &node});
	}

	std::vector<PlannedNode> plan;

private:
	NodeAccess access(schema::Permission permission) const
	{
		switch (permission) {
		case schema::Permission::guest:
			return {input_.domain.id, input_.backend.id};
		case schema::Permission::guest_ro:
		case schema::Permission::backend:
			return {input_.backend.id, input_.domain.id};
		case schema::Permission::own:
			return {input_.backend.id, std::nullopt};
		case schema::Permission::root:
			break;
		}
		return {};
	}

	const PlanInput &input_;
};

void plan_frontend(Builder &builder, const PlanInput &in, const std::string &backend_path)
{
	const std::string dir = fe::path(in.domain.id, in.devid);
	builder.directory(dir, schema::Permission::guest);
	builder.node(dir, fe::backend, backend_path);
	builder.node(dir, fe::backend_id, std::to_string(in.backend.id));
	builder.node(dir, fe::state, std::to_string(XenbusStateInitialising));
	builder.node(dir, fe::handle, std::to_string(in.devid));
	builder.node(dir, fe::mac, in.spec.mac->text());
	builder.node(dir, fe::trusted, in.spec.trusted ? "1" : "0");
	builder.node(dir, fe::mtu, std::to_string(in.mtu));
}

// The backend's nodes, and the same again in the toolstack's record: the copy is what is believed later,
// since a driver domain may rewrite the first.
void plan_backend(Builder &builder, const PlanInput &in, const std::string &frontend_path,
		  const std::string &backend_path)
{
	const std::string record_path = rec::path(in.domain.id, in.devid);
	const auto both = [&](const schema::Node &backend, const schema::Node &record,
			      const std::string &value) {
		builder.node(backend_path, backend, value);
		builder.node(record_path, record, value);
	};
	builder.directory(record_path, schema::Permission::root);
	builder.node(record_path, rec::frontend, frontend_path);
	builder.node(record_path, rec::backend, backend_path);
	builder.directory(backend_path, schema::Permission::backend);
	builder.node(backend_path, be::frontend, frontend_path);
	both(be::frontend_id, rec::frontend_id, std::to_string(in.domain.id));
	both(be::online, rec::online, "1");
	both(be::state, rec::state, std::to_string(XenbusStateInitialising));
	both(be::script, rec::script, in.script);
	if (in.spec.vifname) {
		both(be::vifname, rec::vifname, *in.spec.vifname);
	}
	both(be::mac, rec::mac, in.spec.mac->text());
	if (!in.spec.ip.empty()) {
		both(be::ip, rec::ip, in.spec.ip_text());
	}
	if (in.spec.gatewaydev) {
		both(be::gatewaydev, rec::gatewaydev, *in.spec.gatewaydev);
	}
	if (in.spec.rate) {
		both(be::rate, rec::rate, in.spec.rate->node());
	}
	if (in.spec.mtu) {
		both(be::mtu, rec::mtu, std::to_string(*in.spec.mtu));
	}
	if (in.spec.vlan) {
		both(be::vlan, rec::vlan, in.spec.vlan->text);
	}
	both(be::bridge, rec::bridge, in.spec.bridge);
	both(be::handle, rec::handle, std::to_string(in.devid));
	both(be::type, rec::type, "vif");
	// Empty, not absent: the backend then stays short of Connected until the device is wired up.
	both(be::hotplug_status, rec::hotplug_status, "");
}

} // namespace

std::vector<PlannedNode> make_plan(const PlanInput &in)
{
	Builder builder(in);
	const std::string backend_path = be::path(in.backend.id, in.domain.id, in.devid);
	plan_frontend(builder, in, backend_path);
	plan_backend(builder, in, fe::path(in.domain.id, in.devid), backend_path);
	return std::move(builder.plan);
}

void write_plan(Transaction &transaction, const std::vector<PlannedNode> &plan)
{
	for (const PlannedNode &item : plan) {
		if (item.node == nullptr) {
			// HOSTILE: the guest may have filled its directory beforehand.
			transaction.remove(item.path);
			transaction.make_directory(item.path);
		} else {
			transaction.write(item.path, item.value);
		}
		transaction.set_access(item.path, item.access);
	}
}

std::string access_text(const NodeAccess &access)
{
	return access.reader ? fmt::format("n{},r{}", access.owner, *access.reader)
			     : fmt::format("n{}", access.owner);
}

} // namespace ringway
