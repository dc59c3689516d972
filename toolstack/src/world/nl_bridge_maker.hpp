// SPDX-License-Identifier: GPL-2.0-only
//
// Bridges over rtnetlink. Reading is in nl_bridge_look.cpp, making in nl_bridge_build.cpp.
#pragma once

#include <filesystem>
#include "context/bridge_maker.hpp"
#include "world/nl_batch.hpp"

namespace ringway
{

class NlBridgeMaker : public BridgeMaker
{
public:
	std::vector<std::string> names() override;
	std::optional<BridgeImage> look(const std::string &name) override;
	void try_out(const BridgeImage &image) override;
	std::chrono::microseconds build(const BridgeImage &image) override;
	void join(const BridgeImage &image, const BridgePort &port) override;

private:
	void look_at_links(BridgeImage &image);
	void look_at_ports(BridgeImage &image);
	void look_at_addresses(BridgeImage &image);
	void look_at_routes(BridgeImage &image);
	void look_at_neighbours(BridgeImage &image);
	void look_at_disciplines(BridgeImage &image);

	BatchSocket socket_;
};

// Folders of /proc/sys/net that the kernel makes for each device.
std::vector<std::filesystem::path> sysctl_folders(const std::string &device);

} // namespace ringway
