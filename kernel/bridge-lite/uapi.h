/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a brlite link says and takes in IFLA_LINKINFO over rtnetlink. Plain C, for programs too.
 */
#ifndef BRLITE_UAPI_H
#define BRLITE_UAPI_H

#define BRLITE_KIND "brlite"

/* IFLA_INFO_DATA of the bridge. All u32. */
enum {
	IFLA_BRLITE_UNSPEC,
	IFLA_BRLITE_AGEING_TIME, /* seconds until an unused learned address is forgotten; 0: learn nothing */
	IFLA_BRLITE_FDB_MAX, /* addresses in all; only when the bridge is made */
	IFLA_BRLITE_FDB_PORT_MAX, /* learned addresses per port */
	IFLA_BRLITE_FDB_ENTRIES, /* addresses now; read only */
	__IFLA_BRLITE_MAX,
};
#define IFLA_BRLITE_MAX (__IFLA_BRLITE_MAX - 1)

/* IFLA_INFO_SLAVE_DATA of a port. */
enum {
	IFLA_BRLITE_PORT_UNSPEC,
	IFLA_BRLITE_PORT_FDB_MAX, /* u32: addresses that may be learned here; the bridge's FDB_PORT_MAX at first */
	IFLA_BRLITE_PORT_FDB_ENTRIES, /* u32: addresses learned; read only */
	IFLA_BRLITE_PORT_COUNTERS, /* u64 each, in the order of ethtool -S on the bridge; read only */
	IFLA_BRLITE_PORT_ADDRESS_LOCK, /* u8: 1, only the addresses below may be senders behind this port */
	IFLA_BRLITE_PORT_ADDRESSES, /* nest of IFLA_BRLITE_ADDRESS: all of them; replaces those before */
	IFLA_BRLITE_PORT_STORM_BROADCAST, /* struct brlite_storm_limit: broadcasts that may come in here */
	IFLA_BRLITE_PORT_STORM_MULTICAST, /* the same for other groups */
	IFLA_BRLITE_PORT_STORM_UNKNOWN, /* the same for addresses that nobody knows */
	__IFLA_BRLITE_PORT_MAX,
};
#define IFLA_BRLITE_PORT_MAX (__IFLA_BRLITE_PORT_MAX - 1)

/* In IFLA_BRLITE_PORT_ADDRESSES: 4 bytes, an IPv4 address, or 16, an IPv6 address. */
enum {
	IFLA_BRLITE_ADDRESS_UNSPEC,
	IFLA_BRLITE_ADDRESS,
};
#define BRLITE_PORT_ADDRESSES_MAX 64

struct brlite_storm_limit {
	unsigned int rate; /* packets a second; 0: any number */
	unsigned int burst; /* packets at once */
};
#define BRLITE_STORM_RATE_MAX 10000000
#define BRLITE_STORM_BURST_MAX 1000000

#define BRLITE_AGEING_DEFAULT 300
#define BRLITE_FDB_MAX_DEFAULT 16384
#define BRLITE_FDB_MAX_LIMIT 1048576
#define BRLITE_FDB_PORT_MAX_DEFAULT 4096

#endif
