// SPDX-License-Identifier: GPL-2.0-only
#include "world/xen_times.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <fstream>
extern "C" {
#include <xenstat.h>
}
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

// As the version of the Xen that runs has it: libxenstat.so.4.17.
std::string library_name(const std::filesystem::path &root)
{
	const auto number = [&](const char *name) {
		std::string out;
		std::ifstream(root / "sys/hypervisor/version" / name) >> out;
		return out;
	};
	return fmt::format("libxenstat.so.{}.{}", number("major"), number("minor"));
}

} // namespace

struct LibXenTimes::Library {
	explicit Library(const std::string &name) : name_(name), file_(dlopen(name.c_str(), RTLD_NOW))
	{
		if (!file_) {
			throw Error(
				Exit::host,
				fmt::format("{}: what domains cost is asked by it, and it is not here; it "
					    "comes with xl (in Debian, libxenmisc)",
					    quote(name)));
		}
		find("xenstat_init", init);
		find("xenstat_uninit", uninit);
		find("xenstat_get_node", get_node);
		find("xenstat_free_node", free_node);
		find("xenstat_node_num_domains", num_domains);
		find("xenstat_node_domain_by_index", by_index);
		find("xenstat_domain_id", id);
		find("xenstat_domain_cpu_ns", cpu_ns);
		handle = init();
		if (handle == nullptr) {
			throw Error(Exit::host,
				    "Xen does not say what domains cost: is /dev/xen/privcmd there?");
		}
	}
	~Library()
	{
		if (handle != nullptr) {
			uninit(handle);
		}
	}
	Library(const Library &) = delete;
	Library &operator=(const Library &) = delete;

	decltype(&xenstat_init) init = nullptr;
	decltype(&xenstat_uninit) uninit = nullptr;
	decltype(&xenstat_get_node) get_node = nullptr;
	decltype(&xenstat_free_node) free_node = nullptr;
	decltype(&xenstat_node_num_domains) num_domains = nullptr;
	decltype(&xenstat_node_domain_by_index) by_index = nullptr;
	decltype(&xenstat_domain_id) id = nullptr;
	decltype(&xenstat_domain_cpu_ns) cpu_ns = nullptr;
	xenstat_handle *handle = nullptr;

private:
	struct Close {
		void operator()(void *file) const { dlclose(file); }
	};

	template <typename Call>
	void find(const char *function, Call &call)
	{
		call = reinterpret_cast<Call>(dlsym(file_.get(), function));
		if (call == nullptr) {
			throw Error(Exit::host,
				    fmt::format("{}: has no {}; is it Xen's?", quote(name_), function));
		}
	}

	std::string name_;
	std::unique_ptr<void, Close> file_;
};

LibXenTimes::LibXenTimes(const std::filesystem::path &root)
    : library_(std::make_unique<Library>(library_name(root)))
{
}

LibXenTimes::~LibXenTimes() = default;

DomainTimes LibXenTimes::now()
{
	xenstat_node *node = library_->get_node(library_->handle, 0);
	if (node == nullptr) {
		throw Error(Exit::failed, "Xen does not say what domains cost; see 'xl list'");
	}
	DomainTimes out;
	for (unsigned i = 0; i < library_->num_domains(node); ++i) {
		xenstat_domain *domain = library_->by_index(node, i);
		out[library_->id(domain)] = library_->cpu_ns(domain);
	}
	library_->free_node(node);
	return out;
}

} // namespace ringway
