// SPDX-License-Identifier: GPL-2.0-only
//
// XenStore: all below the backends' directory of this domain, and both ends' states of every vif that the
// toolstack has on record, wherever its backend is. A watch says where something changed and not what, so a
// value is read when its watch fires: of changes that follow each other faster than that, the last one shows.
//
// HOSTILE: a guest may write its state as fast as it can. Equal paths of one look are one, a state that is
// the same as before is none, and looks have a rest between them: a guest costs 200 lines a second at most.

#include "verbs/monitor.hpp"

#include <array>
#include <ctime>
#include <fmt/format.h>
#include <map>
#include <set>
#include "vif/domain.hpp"
#include "vif/record.hpp"
#include "vif/state.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

constexpr Millis rest_pause{5};
constexpr Millis heartbeat{250}; // a signal is seen after this at the latest
constexpr const char *backends = "/local/domain/0/backend/vif";
constexpr const char *toolstack = "/libxl";

using VifId = std::pair<unsigned, unsigned>;

// The vif in PREFIX/DOMID/DEVID[/NODE], with `middle` between the two numbers.
struct VifPath {
	VifId vif;
	std::string node; // empty: the directory itself
};

std::optional<VifPath> vif_path(std::string_view path, std::string_view prefix, std::string_view middle)
{
	if (!path.starts_with(prefix) || path.substr(prefix.size(), 1) != "/") {
		return std::nullopt;
	}
	path.remove_prefix(prefix.size() + 1);
	const auto domid = schema::parse_uint(path.substr(0, path.find('/')));
	path.remove_prefix(std::min(path.size(), path.find('/')));
	if (!domid || !path.starts_with(middle)) {
		return std::nullopt;
	}
	path.remove_prefix(middle.size());
	const auto devid = schema::parse_uint(path.substr(0, path.find('/')));
	path.remove_prefix(std::min(path.size(), path.find('/')));
	if (!devid) {
		return std::nullopt;
	}
	return VifPath{{static_cast<unsigned>(*domid), static_cast<unsigned>(*devid)},
		       std::string(path.substr(path.empty() ? 0 : 1))};
}

// One end's state of one vif, and its watch.
struct End {
	End(Store &store, std::string state_path, VifId id, const char *name)
	    : vif(id), end(name), path(std::move(state_path)), last(store.read(Store::none, path)),
	      watch(store, path)
	{
	}
	VifId vif;
	const char *end;
	std::string path;
	std::optional<std::string> last;
	WatchGuard watch;
};

class Monitor
{
public:
	Monitor(Context &context, const MonitorOptions &options,
		const std::function<void(const Answer &)> &say)
	    : context_(context), options_(options), say_(say), all_(context.store, backends),
	      records_(context.store, toolstack)
	{
		for (const Record &record : list_records(context.store)) {
			watch_ends(record, false);
		}
	}
	bool over() const { return options_.count != 0 && said_ >= options_.count; }
	void take(const std::vector<std::string> &paths);
	void take(const LinkEvent &event);

private:
	void watch_ends(const Record &record, bool is_new);
	void take_backend(const VifPath &at, const std::string &path);
	void take_state(End &end);
	void take_record(VifId vif);
	void say_node(VifId vif, const char *end, const std::string &path, const std::string &node,
		      const std::optional<std::string> &value);
	void say(nlohmann::json json, const std::string &text);

	Context &context_;
	const MonitorOptions &options_;
	const std::function<void(const Answer &)> &say_;
	unsigned said_ = 0;
	WatchGuard all_, records_;
	std::map<std::string, End> ends_; // by the state's path
};

void Monitor::say(nlohmann::json json, const std::string &text)
{
	if (over()) {
		return;
	}
	const std::string time = time_text(options_.wall());
	json["time"] = time;
	++said_;
	say_({std::move(json), fmt::format("{} {}\n", time, text)});
}

// A watch fires when it is made, and says nothing new then.
void Monitor::watch_ends(const Record &record, bool is_new)
{
	const VifId vif{record.domid, record.devid};
	const auto add = [&](const std::string &directory, const char *end) {
		const std::string path = directory + "/state";
		if (ends_.contains(path)) {
			return;
		}
		const End &made = ends_.try_emplace(path, context_.store, path, vif, end).first->second;
		if (is_new && made.last) {
			say_node(vif, end, path, "state", made.last);
		}
	};
	add(record.frontend_path(), "guest");
	if (record.backend != 0) { // this domain's are below the directory that is watched as a whole
		add(record.backend_path(), "backend");
	}
}

void Monitor::say_node(VifId vif, const char *end, const std::string &path, const std::string &node,
		       const std::optional<std::string> &value)
{
	const std::string domain =
		context_.store.read(Store::none, domain_path(vif.first) + "/name").value_or("");
	nlohmann::json json = {{"source", "xenstore"}, {"domid", vif.first},          {"devid", vif.second},
			       {"end", end},           {"domain", name_text(domain)}, {"path", escape(path)},
			       {"value", nullptr}};
	std::string text = fmt::format("xenstore vif {}.{} {} {} {}", vif.first, vif.second,
				       domain.empty() ? "-" : name_text(domain), end,
				       node.empty() ? "directory" : escape(node));
	if (!value) {
		text += " gone";
	} else {
		json["value"] = escape(*value);
		text += node.empty() ? "" : fmt::format(" = \"{}\"", escape(*value));
		if (node == "state" && schema::valid(schema::backend::state, *value)) {
			const auto state = static_cast<unsigned>(*schema::parse_uint(*value));
			json["state"] = state_name(state);
			text += fmt::format(" ({})", state_name(state));
		}
	}
	say(std::move(json), text);
}

void Monitor::take_backend(const VifPath &at, const std::string &path)
{
	say_node(at.vif, "backend", path, at.node, context_.store.read(Store::none, path));
}

void Monitor::take_state(End &end)
{
	auto now = context_.store.read(Store::none, end.path);
	if (now != end.last) {
		end.last = std::move(now);
		say_node(end.vif, end.end, end.path, "state", end.last);
	}
}

void Monitor::take_record(VifId vif)
{
	if (const auto record = read_record(context_.store, vif.first, vif.second)) {
		watch_ends(*record, true);
		return;
	}
	for (auto at = ends_.begin(); at != ends_.end();) {
		if (at->second.vif == vif) {
			take_state(at->second); // the last word of an end that goes
			at = ends_.erase(at);
		} else {
			++at;
		}
	}
}

void Monitor::take(const std::vector<std::string> &paths)
{
	std::set<std::string> seen;
	std::set<VifId> changed;
	for (const std::string &path : paths) {
		if (!seen.insert(path).second) {
			continue;
		}
		if (const auto end = ends_.find(path); end != ends_.end()) {
			take_state(end->second);
		} else if (const auto at = vif_path(path, backends, "/")) {
			take_backend(*at, path);
		} else if (const auto record = vif_path(path, toolstack, "/device/vif/")) {
			changed.insert(record->vif);
		}
	}
	for (const VifId &vif : changed) {
		take_record(vif);
	}
}

void Monitor::take(const LinkEvent &event)
{
	using What = LinkEvent::What;
	constexpr std::array names = {"link", "link_gone", "port_left", "address", "address_gone", "lost"};
	nlohmann::json json = {{"source", "rtnetlink"},
			       {"event", names[static_cast<std::size_t>(event.what)]}};
	if (event.what == What::lost) {
		return say(std::move(json), "rtnetlink lost: events came faster than they were read");
	}
	json["ifname"] = escape(event.device);
	json["ifindex"] = event.index;
	json["bridge"] = escape(event.bridge);
	std::string text =
		fmt::format("rtnetlink {} {}{}{}", names[static_cast<std::size_t>(event.what)],
			    event.device.empty() ? fmt::format("#{}", event.index) : escape(event.device),
			    event.bridge.empty() ? "" : " bridge ", escape(event.bridge));
	if (event.what == What::address || event.what == What::address_gone) {
		json["mac"] = event.mac.value_or(Mac()).text();
		json["vlan"] = event.vlan;
		json["learned"] = event.learned;
		text += fmt::format(" mac {}{}{}", event.mac.value_or(Mac()).text(),
				    event.vlan == 0 ? "" : fmt::format(" vlan {}", event.vlan),
				    event.learned ? " learned" : " static");
	} else if (event.what == What::link) {
		json["kind"] = escape(event.kind);
		json["up"] = event.up;
		json["carrier"] = event.carrier;
		json["mtu"] = event.mtu;
		text += fmt::format(" {} {} mtu {}", event.up ? "up" : "down",
				    event.carrier ? "carrier" : "no-carrier", event.mtu);
	}
	say(std::move(json), text);
}

} // namespace

std::string time_text(Millis wall)
{
	const auto seconds = static_cast<std::time_t>(wall.count() / 1000);
	std::tm parts{};
	gmtime_r(&seconds, &parts);
	return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
			   parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
			   wall.count() % 1000);
}

void monitor(Context &context, Watches &watches, LinkEvents &links, const MonitorOptions &options,
	     const std::function<void(const Answer &)> &say)
{
	Monitor monitor(context, options, say);
	const Deadline deadline(context.clock, std::chrono::seconds(options.seconds));
	while (!context.clock.interrupted() && !monitor.over()) {
		if (options.seconds != 0 && deadline.over()) {
			return;
		}
		const Millis left = options.seconds == 0 ? heartbeat : std::min(heartbeat, deadline.left());
		for (const LinkEvent &event : links.wait(watches.descriptor(), left)) {
			monitor.take(event);
		}
		monitor.take(watches.fired());
		context.clock.sleep(rest_pause);
	}
}

} // namespace ringway
