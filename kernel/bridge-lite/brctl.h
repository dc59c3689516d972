/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BRLITE_BRCTL_H
#define BRLITE_BRCTL_H

struct ifreq;
struct net_device;

/* ndo_siocdevprivate: brctl(8)'s words addif and delif. */
int brlite_siocdevprivate(struct net_device *dev, struct ifreq *ifr, void __user *data, int cmd);

#endif
