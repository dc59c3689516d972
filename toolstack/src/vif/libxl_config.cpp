// SPDX-License-Identifier: GPL-2.0-only
#include "vif/libxl_config.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <unistd.h>
#include "context/file_lock.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace fs = std::filesystem;
using nlohmann::json;

namespace
{

// A full disk should not stay full because of what was begun.
[[noreturn]] void fail(const std::string &what, const fs::path &file, const fs::path &begun)
{
	const int error = errno;
	unlink(begun.c_str());
	throw Error(Exit::failed, fmt::format("{} {}: {}", what, file.string(), std::strerror(error)));
}

// The file /var/lib/xen/userdata-KIND.DOMID.UUID.NAME; empty when the domain has no UUID that looks like one.
fs::path user_data(const fs::path &root, const Domain &domain, char kind, const char *name)
{
	const std::string prefix = "/vm/";
	const std::string uuid = domain.vm.starts_with(prefix) ? domain.vm.substr(prefix.size()) : "";
	const std::size_t uuid_length = 36;
	if (uuid.size() != uuid_length || uuid.find_first_not_of("0123456789abcdef-") != uuid.npos) {
		return {};
	}
	return root / "var/lib/xen" / fmt::format("userdata-{}.{}.{}.{}", kind, domain.id, uuid, name);
}

json nic(const PlanInput &in)
{
	const VifSpec &spec = in.spec;
	json out = {{"devid", in.devid},
		    {"mac", spec.mac->text()},
		    {"bridge", spec.bridge},
		    {"script", in.script},
		    {"nictype", "vif"}};
	if (in.backend.id != 0) {
		out["backend_domid"] = in.backend.id;
		out["backend_domname"] = in.backend.name;
	}
	if (spec.mtu) {
		out["mtu"] = *spec.mtu;
	}
	if (spec.vifname) {
		out["ifname"] = *spec.vifname;
	}
	if (!spec.ip.empty()) {
		out["ip"] = spec.ip_text(); // without it a guest that was locked would come back open
	}
	if (spec.vlan) {
		out["vlan"] = spec.vlan->text; // libxl knows it since Xen 4.19, and older ones leave it out
	}
	if (spec.rate) {
		out["rate_bytes_per_interval"] = spec.rate->bytes_per_interval;
		out["rate_interval_usecs"] = spec.rate->interval_usecs;
	}
	if (spec.gatewaydev) {
		out["gatewaydev"] = *spec.gatewaydev;
	}
	if (!spec.trusted) {
		out["trusted"] = "False"; // libxl's form of a boolean that may be absent
	}
	return out;
}

json &nics_of(json &config, const fs::path &file)
{
	if (!config.is_object()) {
		throw Error(Exit::failed, fmt::format("{} has an unknown format", file.string()));
	}
	json &nics = config["nics"];
	if (!nics.is_null() && !nics.is_array()) {
		throw Error(Exit::failed, fmt::format("{} has an unknown format", file.string()));
	}
	if (nics.is_null()) {
		nics = json::array();
	}
	return nics;
}

json *find_nic(json &nics, unsigned devid)
{
	for (json &nic : nics) {
		if (nic.is_object() && nic.value("devid", json()) == devid) {
			return &nic;
		}
	}
	return nullptr;
}

void replace(const fs::path &file, const fs::path &fresh, const std::string &text)
{
	Descriptor out(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
	std::size_t done = 0;
	while (out.get() >= 0 && done < text.size()) {
		const ssize_t wrote = write(out.get(), text.data() + done, text.size() - done);
		if (wrote < 0 && errno != EINTR) {
			break;
		}
		done += wrote > 0 ? static_cast<std::size_t>(wrote) : 0;
	}
	if (done < text.size()) {
		fail("cannot write", fresh, fresh);
	}
	out.reset();
	if (rename(fresh.c_str(), file.c_str()) != 0) {
		fail("cannot replace", file, fresh);
	}
}

// change(nics) is done to the file under libxl's lock. False: there is none.
template <typename Action>
bool change_config(const fs::path &root, Clock &clock, const Domain &domain, const Action &change)
{
	const fs::path file = user_data(root, domain, 'd', "libxl-json");
	std::error_code ignored;
	if (file.empty() || !fs::exists(file, ignored)) {
		return false;
	}
	const FileLock lock(clock, user_data(root, domain, 'l', "domain-userdata-lock"));
	try {
		std::ifstream input(file);
		const json before = json::parse(input);
		json config = before;
		change(nics_of(config, file));
		if (config["nics"].empty()) {
			config.erase("nics"); // as libxl has it
		}
		if (config == before) {
			return true;
		}
		replace(file, user_data(root, domain, 'n', "libxl-json"), config.dump(4) + "\n");
	} catch (const nlohmann::json::exception &error) {
		throw Error(Exit::failed,
			    fmt::format("{} has an unknown format: {}", file.string(), escape(error.what())));
	}
	return true;
}

} // namespace

bool remember_vif(const fs::path &root, Clock &clock, const PlanInput &in)
{
	return change_config(root, clock, in.domain, [&](json &nics) {
		if (json *other = find_nic(nics, in.devid)) {
			*other = nic(in); // of a vif that was detached: libxl leaves it there until now
		} else {
			nics.push_back(nic(in));
		}
	});
}

bool remember_bridge(const fs::path &root, Clock &clock, const Domain &domain, unsigned devid,
		     const std::string &bridge)
{
	return change_config(root, clock, domain, [&](json &nics) {
		if (json *found = find_nic(nics, devid)) {
			(*found)["bridge"] = bridge;
		}
	});
}

bool forget_vif(const fs::path &root, Clock &clock, const Domain &domain, unsigned devid)
{
	return change_config(root, clock, domain, [&](json &nics) {
		json others = json::array();
		for (const json &nic : nics) {
			if (!nic.is_object() || nic.value("devid", json()) != devid) {
				others.push_back(nic);
			}
		}
		nics = others;
	});
}

} // namespace ringway
