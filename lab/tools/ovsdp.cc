// SPDX-License-Identifier: GPL-2.0-only
// ovsdp add DATAPATH PORT PORT    a datapath of Open vSwitch's kernel module with two network devices as
// ports 1 and 2,
//                                 and two flows: what enters by one leaves by the other
// ovsdp del DATAPATH
//
// What the benchmark needs of Open vSwitch, without its daemons: flows that are there match on the port
// alone, so no packet is ever asked about. Generic netlink, families ovs_datapath, ovs_vport and ovs_flow
// (linux/openvswitch.h).
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/openvswitch.h>
#include <net/if.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace
{

[[noreturn]] void fail(const std::string &what, int error)
{
	fprintf(stderr, "ovsdp: %s: %s\n", what.c_str(), strerror(error));
	exit(1);
}

// One request: netlink header, generic header, attributes; all aligned to four bytes.
class Request
{
public:
	Request(uint16_t family, uint8_t command, uint8_t version)
	{
		nlmsghdr *h = append<nlmsghdr>();
		h->nlmsg_type = family;
		h->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
		genlmsghdr *g = append<genlmsghdr>();
		g->cmd = command;
		g->version = version;
	}
	void datapath(uint32_t index) { append<ovs_header>()->dp_ifindex = static_cast<int>(index); }

	void put(uint16_t type, const void *data, size_t n)
	{
		const size_t at = open(type);
		const size_t from = bytes_.size();
		bytes_.resize(from + n);
		memcpy(bytes_.data() + from, data, n);
		close(at);
	}
	void put(uint16_t type, uint32_t value) { put(type, &value, sizeof value); }
	void put(uint16_t type, const std::string &text) { put(type, text.c_str(), text.size() + 1); }

	size_t open(uint16_t type)
	{
		const size_t at = bytes_.size();
		append<nlattr>()->nla_type = type;
		return at;
	}
	void close(size_t at)
	{
		reinterpret_cast<nlattr *>(bytes_.data() + at)->nla_len =
			static_cast<uint16_t>(bytes_.size() - at);
		bytes_.resize((bytes_.size() + 3) & ~size_t{3});
	}

	const std::vector<char> &finished()
	{
		reinterpret_cast<nlmsghdr *>(bytes_.data())->nlmsg_len = static_cast<uint32_t>(bytes_.size());
		return bytes_;
	}

private:
	template <class T>
	T *append()
	{
		const size_t at = bytes_.size();
		bytes_.resize(at + sizeof(T));
		return reinterpret_cast<T *>(bytes_.data() + at);
	}
	std::vector<char> bytes_;
};

class Netlink
{
public:
	Netlink()
	{
		if (fd_ < 0)
			fail("netlink socket", errno);
	}

	// Returns the first answer before the acknowledgement (empty when there is none).
	std::vector<char> ask(Request &request, const std::string &what)
	{
		const std::vector<char> &bytes = request.finished();
		if (send(fd_, bytes.data(), bytes.size(), 0) < 0)
			fail(what, errno);
		std::vector<char> answer;
		for (;;) {
			std::vector<char> data(8192);
			ssize_t n = recv(fd_, data.data(), data.size(), 0);
			if (n < 0)
				fail(what, errno);
			for (auto *h = reinterpret_cast<nlmsghdr *>(data.data()); NLMSG_OK(h, n);
			     h = NLMSG_NEXT(h, n)) {
				if (h->nlmsg_type == NLMSG_ERROR) {
					const int error = static_cast<nlmsgerr *>(NLMSG_DATA(h))->error;
					if (error != 0)
						fail(what, -error);
					return answer;
				}
				const char *from = static_cast<char *>(NLMSG_DATA(h));
				answer.assign(from, from + h->nlmsg_len - NLMSG_HDRLEN);
			}
		}
	}

	uint16_t family(const std::string &name)
	{
		Request request{GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1};
		request.put(CTRL_ATTR_FAMILY_NAME, name);
		const std::vector<char> answer = ask(request, name + " (is openvswitch loaded?)");
		for (size_t at = GENL_HDRLEN; at + sizeof(nlattr) <= answer.size();) {
			nlattr a{};
			memcpy(&a, answer.data() + at, sizeof a);
			if (a.nla_type == CTRL_ATTR_FAMILY_ID) {
				uint16_t id = 0;
				memcpy(&id, answer.data() + at + NLA_HDRLEN, sizeof id);
				return id;
			}
			at += NLA_ALIGN(a.nla_len);
		}
		fail(name, ENOENT);
	}

private:
	int fd_ = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
};

void add_port(Netlink &netlink, uint32_t datapath, uint32_t number, const std::string &device)
{
	Request request{netlink.family(OVS_VPORT_FAMILY), OVS_VPORT_CMD_NEW, OVS_VPORT_VERSION};
	request.datapath(datapath);
	request.put(OVS_VPORT_ATTR_PORT_NO, number);
	request.put(OVS_VPORT_ATTR_TYPE, uint32_t{OVS_VPORT_TYPE_NETDEV});
	request.put(OVS_VPORT_ATTR_NAME, device);
	request.put(OVS_VPORT_ATTR_UPCALL_PID, 0u);
	netlink.ask(request, "port " + device);
}

void add_flow(Netlink &netlink, uint32_t datapath, uint32_t from, uint32_t to)
{
	const ovs_key_ethernet any{};
	Request request{netlink.family(OVS_FLOW_FAMILY), OVS_FLOW_CMD_NEW, OVS_FLOW_VERSION};
	request.datapath(datapath);
	size_t nest = request.open(OVS_FLOW_ATTR_KEY | NLA_F_NESTED);
	request.put(OVS_KEY_ATTR_IN_PORT, from);
	request.put(OVS_KEY_ATTR_ETHERNET, &any, sizeof any);
	request.close(nest);
	nest = request.open(OVS_FLOW_ATTR_MASK | NLA_F_NESTED);
	request.put(OVS_KEY_ATTR_IN_PORT, ~0u);
	request.put(OVS_KEY_ATTR_ETHERNET, &any, sizeof any);
	request.close(nest);
	nest = request.open(OVS_FLOW_ATTR_ACTIONS | NLA_F_NESTED);
	request.put(OVS_ACTION_ATTR_OUTPUT, to);
	request.close(nest);
	netlink.ask(request, "flow from port " + std::to_string(from));
}

void add(const char *name, const char *first, const char *second)
{
	Netlink netlink;
	Request request{netlink.family(OVS_DATAPATH_FAMILY), OVS_DP_CMD_NEW, OVS_DATAPATH_VERSION};
	request.datapath(0);
	request.put(OVS_DP_ATTR_NAME, std::string{name});
	request.put(OVS_DP_ATTR_UPCALL_PID, 0u);
	netlink.ask(request, name);
	const uint32_t datapath = if_nametoindex(name);
	add_port(netlink, datapath, 1, first);
	add_port(netlink, datapath, 2, second);
	add_flow(netlink, datapath, 1, 2);
	add_flow(netlink, datapath, 2, 1);
}

void del(const char *name)
{
	Netlink netlink;
	Request request{netlink.family(OVS_DATAPATH_FAMILY), OVS_DP_CMD_DEL, OVS_DATAPATH_VERSION};
	request.datapath(if_nametoindex(name));
	netlink.ask(request, name);
}

} // namespace

int main(int argc, char **argv)
{
	const std::string command = argc > 1 ? argv[1] : "";
	if (command == "add" && argc == 5) {
		add(argv[2], argv[3], argv[4]);
	} else if (command == "del" && argc == 3) {
		del(argv[2]);
	} else {
		fprintf(stderr, "usage: ovsdp add DATAPATH PORT PORT | del DATAPATH\n");
		return 2;
	}
	return 0;
}
