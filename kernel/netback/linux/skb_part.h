/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * skb_part.h - the part of a page that an skb gets, which is what it is charged with (truesize).
 *
 * HOSTILE: a guest can see to it that of all skbs in a page one stays, and then the page does. So even the smallest is
 * charged with a quarter of 4 KiB, which is, with the skb's own memory, a third of what it can keep.
 */
#ifndef RINGWAY_NETBACK_LINUX_SKB_PART_H
#define RINGWAY_NETBACK_LINUX_SKB_PART_H

#define SKB_PART_PAGE 4096u

/* INVARIANT: bytes <= SKB_PART_PAGE, so much of packets of up to that size as lies in an skb itself. */
static inline unsigned int skb_part(unsigned int bytes)
{
	return bytes <= SKB_PART_PAGE / 4 ? SKB_PART_PAGE / 4 : bytes <= SKB_PART_PAGE / 2 ? SKB_PART_PAGE / 2 : SKB_PART_PAGE;
}

#endif
