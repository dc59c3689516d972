// SPDX-License-Identifier: GPL-2.0-only
/* evilfront: lies in XenStore. Each has the number of the case it is (docs/security.md). */
#include <linux/slab.h>

#include "evilfront.h"

void evil_state(struct evil *e, const char *text) { xenbus_write(XBT_NIL, e->xdev->nodename, "state", text); }

/* NB-33, NB-35, NB-36, NB-39: "NAME=VALUE,-NAME,…" */
int evil_write_nodes(struct evil *e)
{
	char *rest = e->nodes, *item, number[16];
	const char *value;
	int err = 0;

	while (!err && (item = strsep(&rest, ","))) {
		char *split = strchr(item, '=');

		if (item[0] == '-') {
			err = xenbus_rm(XBT_NIL, e->xdev->nodename, item + 1);
			continue;
		}
		if (!split)
			continue;
		*split = '\0';
		value = number;
		if (!strcmp(split + 1, "$tx"))
			snprintf(number, sizeof(number), "%u", e->tx_ref);
		else if (!strcmp(split + 1, "$rx"))
			snprintf(number, sizeof(number), "%u", e->rx_ref);
		else if (!strcmp(split + 1, "$port"))
			snprintf(number, sizeof(number), "%u", e->port);
		else
			value = split + 1;
		err = xenbus_write(XBT_NIL, e->xdev->nodename, item, value);
	}
	return err;
}

/* NB-45, NB-50: the state that it has, again and again. */
static void state_storm(struct evil *e)
{
	unsigned long end = jiffies + e->seconds * HZ;
	unsigned int n;

	for (n = 0; evil_storming(e, end); n++)
		evil_state(e, "4");
	pr_info("evilfront: stormed: states %u\n", n);
}

/* RL-18: a state that dom0 has reason to complain of, two hundred times. */
static void state_nine(struct evil *e)
{
	unsigned int n;

	for (n = 0; n < 200 && !READ_ONCE(e->over); n++)
		evil_state(e, "9");
	pr_info("evilfront: stormed: states %u\n", n);
}

/* NB-40: every state, text that is none, nothing, and as much as XenStore takes. */
static void state_walk(struct evil *e)
{
	static const char *const words[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "255", "-1", "4294967297",
					    "Connected", "", "4 4", "0x4"};
	unsigned long end = jiffies + e->seconds * HZ;
	char *page = kmalloc(3001, GFP_KERNEL);
	unsigned int n;

	if (!page)
		return;
	memset(page, '4', 3000);
	page[3000] = '\0';
	for (n = 0; evil_storming(e, end); n++) {
		u32 pick = get_random_u32() % (ARRAY_SIZE(words) + 1);

		evil_state(e, pick < ARRAY_SIZE(words) ? words[pick] : page);
	}
	kfree(page);
	pr_info("evilfront: stormed: states %u\n", n);
}

/* CL-09, NB-50: nodes until XenStore wants no more of them. */
static void node_flood(struct evil *e)
{
	char name[24];
	unsigned int n;

	for (n = 0; n < 3000 && !READ_ONCE(e->over); n++) {
		snprintf(name, sizeof(name), "junk/%u", n);
		if (xenbus_write(XBT_NIL, e->xdev->nodename, name, "\x1b[31m%s%n../../"))
			break;
	}
	pr_info("evilfront: stormed: nodes %u\n", n);
}

/*
 * CL-07, and CL-02's counterpart: what is others' can be neither read nor written; what is dom0's own is not ours to
 * write.
 */
static void spy(struct evil *e)
{
	static const char *const theirs[] = {"/local/domain/%d/device/vif/0", "/local/domain/0/backend/vif/%d/0",
					     "/libxl/%d/device/vif/0"};
	unsigned int i, got = 0, tried = 0;
	int self = -1, domain;
	char path[64], *text;

	xenbus_scanf(XBT_NIL, "domid", "", "%d", &self);
	for (domain = 0; domain < 16; domain++)
		for (i = 0; i < ARRAY_SIZE(theirs); i++) {
			snprintf(path, sizeof(path), theirs[i], domain);
			tried++;
			if (domain != self) {
				text = xenbus_read(XBT_NIL, path, "mac", NULL);
				got += !IS_ERR(text);
				if (!IS_ERR(text))
					kfree(text);
				text = xenbus_read(XBT_NIL, path, "state", NULL);
				got += !IS_ERR(text);
				if (!IS_ERR(text))
					kfree(text);
			}
			if (domain != self || i)
				got += !xenbus_write(XBT_NIL, path, "hotplug-status", "connected");
		}
	pr_info("evilfront: stormed: domain %d spied %u of %u\n", self, got, tried);
}

bool evil_store_lie(struct evil *e)
{
	const char *fe = e->xdev->nodename;

	if (!strcmp(e->lie, "state-storm"))
		state_storm(e);
	else if (!strcmp(e->lie, "state-nine"))
		state_nine(e);
	else if (!strcmp(e->lie, "state-walk"))
		state_walk(e);
	else if (!strcmp(e->lie, "node-flood"))
		node_flood(e);
	else if (!strcmp(e->lie, "spy"))
		spy(e);
	else if (!strcmp(e->lie, "state-empty"))
		evil_state(e, "");
	else if (!strcmp(e->lie, "delete-state")) /* NB-41 */
		xenbus_rm(XBT_NIL, fe, "state");
	else if (!strcmp(e->lie, "delete-link")) /* NB-41, CL-01 */
		xenbus_rm(XBT_NIL, fe, "backend");
	else if (!strcmp(e->lie, "delete-dir")) /* NB-41 */
		xenbus_rm(XBT_NIL, fe, "");
	else if (!strcmp(e->lie, "wrong-link")) /* CL-01: the way to another guest's backend */
		xenbus_write(XBT_NIL, fe, "backend", "/local/domain/0/backend/vif/1/0");
	else if (!strcmp(e->lie, "never-close")) /* CL-14, NB-42: see backend_changed() */
		;
	else
		return false;
	return true;
}
