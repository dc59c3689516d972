// SPDX-License-Identifier: GPL-2.0-only
#include "context/links_once.hpp"

namespace ringway
{

const std::map<int, Link> &LinksOnce::look()
{
	if (!by_index_) {
		by_index_.emplace();
		for (Link &link : links_.list()) {
			by_name_[link.name] = link.index;
			by_index_->emplace(link.index, std::move(link));
		}
	}
	return *by_index_;
}

// A device may have come, or got its name, since; and a name may be another one's by which the kernel finds
// it.
std::optional<Link> LinksOnce::find(const std::string &name)
{
	look();
	const auto at = by_name_.find(name);
	return at == by_name_.end() ? links_.find(name) : std::optional(by_index_->at(at->second));
}

std::optional<Link> LinksOnce::find(int index)
{
	const auto at = look().find(index);
	return at == look().end() ? links_.find(index) : std::optional(at->second);
}

std::vector<Link> LinksOnce::ports(const Link &bridge)
{
	std::vector<Link> out;
	for (const auto &[index, link] : look()) {
		if (link.master == bridge.index) {
			out.push_back(link);
		}
	}
	return out;
}

std::vector<Link> LinksOnce::list()
{
	std::vector<Link> out;
	for (const auto &[index, link] : look()) {
		out.push_back(link);
	}
	return out;
}

} // namespace ringway
