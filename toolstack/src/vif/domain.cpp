// SPDX-License-Identifier: GPL-2.0-only
#include "vif/domain.hpp"

#include <fmt/format.h>
#include "words/name_text.hpp"
#include "words/text.hpp"
#include "xenstore_schema.hpp"

namespace ringway
{

namespace
{

constexpr std::uint64_t domid_max = schema::backend::frontend_id.max;

std::optional<Domain> by_number(Store &store, unsigned id)
{
	const std::string path = domain_path(id);
	const auto name = store.read(Store::none, path + "/name");
	const auto vm = store.read(Store::none, path + "/vm");
	if (!name && !vm && id != 0) {
		return std::nullopt;
	}
	return Domain{id, name.value_or(id == 0 ? "Domain-0" : ""), vm.value_or("")};
}

std::optional<unsigned> as_number(std::string_view text)
{
	const auto id = schema::parse_uint(text);
	if (!id || *id > domid_max) {
		return std::nullopt;
	}
	return static_cast<unsigned>(*id);
}

} // namespace

std::string domain_path(unsigned id)
{
	return fmt::format("/local/domain/{}", id);
}

std::optional<Domain> find_domain_named(Store &store, std::string_view name)
{
	for (const std::string &entry : store.list(Store::none, "/local/domain")) {
		const auto id = schema::parse_uint(entry);
		if (!id || *id > domid_max) {
			continue;
		}
		auto domain = by_number(store, static_cast<unsigned>(*id));
		if (domain && domain->name == name) {
			return domain;
		}
	}
	return std::nullopt;
}

Domain find_domain(Store &store, std::string_view text)
{
	if (const auto id = as_number(text)) {
		if (auto domain = by_number(store, *id)) {
			return *domain;
		}
	}
	if (!text.empty()) {
		if (auto domain = find_domain_named(store, text)) {
			return *domain;
		}
	}
	throw Error(Exit::absent,
		    fmt::format("domain {}: not running; 'xl list' shows the domains that are", quote(text)));
}

Domain find_domain_or_record(Store &store, std::string_view text)
{
	const auto id = as_number(text);
	if (id && !by_number(store, *id) &&
	    !store.list(Store::none, fmt::format("/libxl/{}/device/vif", *id)).empty()) {
		return Domain{*id, "", ""};
	}
	return find_domain(store, text);
}

void expect_same_domain(Transaction &transaction, const Domain &domain)
{
	const auto vm = transaction.read(domain_path(domain.id) + "/vm");
	if (vm.value_or("") != domain.vm || !transaction.read(domain_path(domain.id) + "/name")) {
		throw Error(Exit::absent,
			    fmt::format("domain {}: it went away in the meantime", describe(domain)));
	}
}

std::string describe(const Domain &domain)
{
	return domain.name.empty() ? fmt::format("{}", domain.id)
				   : fmt::format("{} ({})", name_text(domain.name, 80), domain.id);
}

} // namespace ringway
