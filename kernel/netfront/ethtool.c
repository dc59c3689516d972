// SPDX-License-Identifier: GPL-2.0-only
/* What ethtool shows and sets: counters (-S), the driver (-i), the copy limits (--set-tunable). */
#include <linux/ethtool.h>

#include "netfront/callbacks.h"
#include "netfront/entry.h"

/* The stock driver's one name comes first, where scripts expect it. */
static const struct {
	char name[ETH_GSTRING_LEN];
	bool tx;
	u16 offset;
} counters[] = {
#define RX(what)                                                             \
	{                                                                    \
		"rx_" #what, false, offsetof(struct netfront_rx_stats, what) \
	}
#define TX(what)                                                            \
	{                                                                   \
		"tx_" #what, true, offsetof(struct netfront_tx_stats, what) \
	}
	RX(gso_checksum_fixup), TX(dropped),       TX(copied),    TX(linearised), TX(stopped),
	TX(notified),           TX(backend_error), RX(copied),    RX(no_memory),  RX(refill_failed),
	RX(bad_slot),           RX(bad_extra),     RX(bad_frame), RX(notified),   RX(spurious),
	RX(xdp_drop),           RX(xdp_tx),        RX(xdp_redirect), RX(xdp_failed), RX(xdp_copied),
	RX(xdp_too_long),       TX(stuck),         TX(xdp),           TX(xdp_full),
#undef RX
#undef TX
};

/* How many queues' buffers the backend has mapped. */
static const char mapped_queues[ETH_GSTRING_LEN] = "mapped_queues";

/* Per queue, after the totals. */
static const char *const queue_counters[] = {"tx_packets", "tx_bytes", "rx_packets", "rx_bytes"};

static int get_sset_count(struct net_device *dev, int set)
{
	if (set != ETH_SS_STATS)
		return -EOPNOTSUPP;
	return ARRAY_SIZE(counters) + 1 + vif_of(dev)->queues * ARRAY_SIZE(queue_counters);
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	unsigned int i, j;

	if (set != ETH_SS_STATS)
		return;
	for (i = 0; i < ARRAY_SIZE(counters); i++, data += ETH_GSTRING_LEN)
		memcpy(data, counters[i].name, ETH_GSTRING_LEN);
	memcpy(data, mapped_queues, ETH_GSTRING_LEN);
	data += ETH_GSTRING_LEN;
	for (i = 0; i < vif_of(dev)->queues; i++)
		for (j = 0; j < ARRAY_SIZE(queue_counters); j++, data += ETH_GSTRING_LEN)
			snprintf(data, ETH_GSTRING_LEN, "queue_%u_%s", i, queue_counters[j]);
}

static void get_ethtool_stats(struct net_device *dev, struct ethtool_stats *unused, u64 *data)
{
	const struct vif_host *host = vif_of(dev);
	u64 *queue_data = data + ARRAY_SIZE(counters) + 1;
	struct netfront_tx_stats tx;
	struct netfront_rx_stats rx;
	unsigned int i, j;

	memset(data, 0, ARRAY_SIZE(counters) * sizeof(*data));
	data[ARRAY_SIZE(counters)] = netfront_mapped_queues(host->vif);
	for (i = 0; i < host->queues; i++) {
		read_tx(&host->queue[i], &tx);
		read_rx(&host->queue[i], &rx);
		for (j = 0; j < ARRAY_SIZE(counters); j++) {
			const void *from = counters[j].tx ? (const void *)&tx : (const void *)&rx;

			data[j] += *(const unsigned long long *)(from + counters[j].offset);
		}
		*queue_data++ = tx.packets;
		*queue_data++ = tx.bytes;
		*queue_data++ = rx.packets;
		*queue_data++ = rx.bytes;
	}
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, KBUILD_MODNAME, sizeof(info->driver));
	strscpy(info->bus_info, dev_name(&vif_of(dev)->bus->dev), sizeof(info->bus_info));
}

static int get_tunable(struct net_device *dev, const struct ethtool_tunable *tunable, void *data)
{
	const struct copy_limits limits = netfront_copy_limits(vif_of(dev)->vif);

	if (tunable->id == ETHTOOL_TX_COPYBREAK)
		*(u32 *)data = limits.tx;
	else if (tunable->id == ETHTOOL_RX_COPYBREAK)
		*(u32 *)data = limits.rx;
	else
		return -EOPNOTSUPP;
	return 0;
}

static int set_tunable(struct net_device *dev, const struct ethtool_tunable *tunable, const void *data)
{
	struct copy_limits limits = netfront_copy_limits(vif_of(dev)->vif);

	if (tunable->id == ETHTOOL_TX_COPYBREAK)
		limits.tx = *(const u32 *)data;
	else if (tunable->id == ETHTOOL_RX_COPYBREAK)
		limits.rx = *(const u32 *)data;
	else
		return -EOPNOTSUPP;
	return netfront_set_copy_limits(vif_of(dev)->vif, limits) ? 0 : -ERANGE;
}

const struct ethtool_ops vif_ethtool_ops = {
	.get_drvinfo = get_drvinfo,
	.get_link = ethtool_op_get_link,
	.get_ts_info = ethtool_op_get_ts_info,
	.get_sset_count = get_sset_count,
	.get_strings = get_strings,
	.get_ethtool_stats = get_ethtool_stats,
	.get_tunable = get_tunable,
	.set_tunable = set_tunable,
};
