// SPDX-License-Identifier: GPL-2.0-only
/*
 * XDP programs for selftests/kselftest/xdp.sh, one a section: ip link set eth0 xdp obj /lab/bin/xdp.o section drop
 *
 * Those that drop, answer or redirect do so with echo requests (ICMP over IPv4) and let all others pass, so that ARP
 * works on.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/icmp.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SECOND_VIF 3 /* eth1's ifindex */
#define VETH 100     /* made with that number */

struct echo {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct icmphdr icmp;
} __attribute__((packed));

/* The packet, if it is an echo request. */
static __always_inline struct echo *echo_of(struct xdp_md *packet)
{
	struct echo *echo = (void *)(long)packet->data;

	if ((void *)(echo + 1) > (void *)(long)packet->data_end)
		return NULL;
	if (echo->ethernet.h_proto != bpf_htons(ETH_P_IP) || echo->ip.ihl != 5)
		return NULL;
	return echo->ip.protocol == IPPROTO_ICMP && echo->icmp.type == ICMP_ECHO ? echo : NULL;
}

/* Becomes its answer. */
static __always_inline void answer(struct echo *echo, unsigned char from)
{
	const __be32 address = echo->ip.saddr;
	unsigned int sum = echo->icmp.checksum + bpf_htons(ICMP_ECHO << 8);
	unsigned char mac[ETH_ALEN];

	__builtin_memcpy(mac, echo->ethernet.h_source, ETH_ALEN);
	__builtin_memcpy(echo->ethernet.h_source, echo->ethernet.h_dest, ETH_ALEN);
	__builtin_memcpy(echo->ethernet.h_dest, mac, ETH_ALEN);
	if (from) { /* a station that the bridge does not know from elsewhere */
		echo->ethernet.h_source[0] = 2;
		echo->ethernet.h_source[5] = from;
	}
	echo->ip.saddr = echo->ip.daddr;
	echo->ip.daddr = address;
	echo->icmp.type = ICMP_ECHOREPLY;
	echo->icmp.checksum = sum + (sum >> 16);
}

SEC("pass") int on_pass(struct xdp_md *packet) { return XDP_PASS; }
SEC("drop") int on_drop(struct xdp_md *packet) { return echo_of(packet) ? XDP_DROP : XDP_PASS; }
SEC("abort") int on_abort(struct xdp_md *packet) { return echo_of(packet) ? XDP_ABORTED : XDP_PASS; }
SEC("nonsense") int on_nonsense(struct xdp_md *packet) { return echo_of(packet) ? 77 : XDP_PASS; }

SEC("tx") int on_tx(struct xdp_md *packet)
{
	struct echo *echo = echo_of(packet);

	if (!echo)
		return XDP_PASS;
	answer(echo, 0);
	return XDP_TX;
}

SEC("redirect") int on_redirect(struct xdp_md *packet)
{
	struct echo *echo = echo_of(packet);

	if (!echo)
		return XDP_PASS;
	answer(echo, 0x99);
	return bpf_redirect(SECOND_VIF, 0);
}

SEC("veth") int on_veth(struct xdp_md *packet) { return echo_of(packet) ? bpf_redirect(VETH, 0) : XDP_PASS; }

/* bpf_xdp_adjust_tail(): more behind the packet hurts nobody; less makes large ones invalid. */
SEC("grow") int on_grow(struct xdp_md *packet)
{
	return bpf_xdp_adjust_tail(packet, 64) ? XDP_DROP : XDP_PASS;
}

SEC("cut") int on_cut(struct xdp_md *packet)
{
	if (packet->data_end - packet->data < 1000)
		return XDP_PASS;
	return bpf_xdp_adjust_tail(packet, -4) ? XDP_DROP : XDP_PASS;
}

/* bpf_xdp_adjust_head(): an echo request becomes one of VLAN 5. */
SEC("tag") int on_tag(struct xdp_md *packet)
{
	struct ethhdr old, *ethernet;
	__be16 *vlan;

	if (!echo_of(packet))
		return XDP_PASS;
	__builtin_memcpy(&old, (void *)(long)packet->data, sizeof(old));
	if (bpf_xdp_adjust_head(packet, -4))
		return XDP_DROP;
	ethernet = (void *)(long)packet->data;
	vlan = (void *)(ethernet + 1);
	if ((void *)(vlan + 2) > (void *)(long)packet->data_end)
		return XDP_DROP;
	*ethernet = old;
	ethernet->h_proto = bpf_htons(ETH_P_8021Q);
	vlan[0] = bpf_htons(5);
	vlan[1] = old.h_proto;
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
