// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rules of a port, as rtnetlink gives and shows them: a list for each direction, replaced as a whole. No
 * reader waits for it. CONTEXT: RTNL, all of this file.
 */
#include <linux/percpu.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/stringify.h>
#include <net/netlink.h>

#include "bridge-lite/entry.h"
#include "bridge-lite/settings/in_force.h"
#include "bridge-lite/settings/refuse.h"
#include "bridge-lite/settings/rules.h"
#include "linux/compat.h"

struct brlite_rules {
	struct brlite_rule_hits __percpu *hits;
	struct brlite_rule_list *list; /* what the switch reads */
	u32 count;
	u8 rest;
	struct brlite_rule given[BRLITE_RULES_MAX];
	u64 memory[]; /* of the list */
};

static const struct brlite_way ways[BRLITE_DIRECTIONS] = {
	[BRLITE_FROM_GUEST] = { IFLA_BRLITE_PORT_RULES_FROM, BRLITE_RULES_FROM },
	[BRLITE_TO_GUEST] = { IFLA_BRLITE_PORT_RULES_TO, BRLITE_RULES_TO },
};

/* CONTEXT: nobody reads it any more. */
static void free_rules(struct brlite_rules *rules)
{
	if (!rules)
		return;
	free_percpu(rules->hits);
	kvfree(rules);
}

/* --- Changing ------------------------------------------------------------------------------------------- */

static int read_one(struct brlite_rules *rules, const struct nlattr *attribute, bool *has_rest,
		    struct netlink_ext_ack *extack)
{
	switch (nla_type(attribute)) {
	case IFLA_BRLITE_RULES_REST:
		if (nla_len(attribute) != sizeof(u8) || nla_get_u8(attribute) > BRLITE_RULE_ACCEPT)
			return brlite_refuse(extack, attribute,
					     "Invalid default action: it must be one byte, 0 (drop) or 1 (accept)");
		rules->rest = nla_get_u8(attribute);
		*has_rest = true;
		return 0;
	case IFLA_BRLITE_RULE:
		if (nla_len(attribute) != sizeof(struct brlite_rule))
			return brlite_refuse(extack, attribute, "Malformed rule: its length is not that of struct brlite_rule");
		if (rules->count == BRLITE_RULES_MAX) {
			NL_SET_ERR_MSG_ATTR(extack, attribute,
					    "Too many rules: a port can have at most " __stringify(BRLITE_RULES_MAX)
					    " per direction");
			return -ERANGE;
		}
		memcpy(&rules->given[rules->count], nla_data(attribute), sizeof(struct brlite_rule));
		if (!brlite_rule_is_possible(&rules->given[rules->count]))
			return brlite_refuse(extack, attribute, "Invalid rule: no packet can match it");
		rules->count++;
		return 0;
	}
	return brlite_refuse(extack, attribute, "Unknown attribute in the list of rules");
}

static int read_all(struct brlite_rules *rules, const struct nlattr *nest, bool *has_rest,
		    struct netlink_ext_ack *extack)
{
	const struct nlattr *attribute;
	int rest, err = 0;

	nla_for_each_nested(attribute, nest, rest) {
		err = read_one(rules, attribute, has_rest, extack);
		if (err)
			return err;
	}
	if (rules->count && !*has_rest) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "Rules need a default action, for packets that match none of them");
		return -EINVAL;
	}
	return 0;
}

/* The rules of a nest; NULL when there are none, or an error. */
static struct brlite_rules *make(const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct brlite_rules *rules = kvzalloc(sizeof(*rules) + brlite_rule_list_bytes(), GFP_KERNEL);
	bool has_rest = false;
	int err;

	if (!rules)
		return ERR_PTR(-ENOMEM);
	err = read_all(rules, nest, &has_rest, extack);
	if (!err && has_rest) {
		rules->hits = alloc_percpu(struct brlite_rule_hits);
		err = rules->hits ? 0 : -ENOMEM;
	}
	if (err || !has_rest) {
		free_rules(rules);
		return err ? ERR_PTR(err) : NULL;
	}
	rules->list = brlite_rule_list_init(rules->memory, rules->given, rules->count, rules->rest,
					    compat_plain(struct brlite_rule_hits, rules->hits));
	return rules;
}

static bool same(const struct brlite_rules *a, const struct brlite_rules *b)
{
	if (!a || !b)
		return a == b;
	return a->count == b->count && a->rest == b->rest && !memcmp(a->given, b->given, sizeof(a->given));
}

int brlite_change_rules(struct brlite_slave *slave, struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct brlite_rules *made[BRLITE_DIRECTIONS] = {}, *before;
	unsigned int way;

	for (way = 0; way < BRLITE_DIRECTIONS; way++) {
		if (!data[ways[way].attribute])
			continue;
		made[way] = make(data[ways[way].attribute], extack);
		if (IS_ERR(made[way])) {
			int err = PTR_ERR(made[way]);

			while (way--)
				free_rules(made[way]);
			return err;
		}
	}
	for (way = 0; way < BRLITE_DIRECTIONS; way++) {
		if (!data[ways[way].attribute])
			continue;
		if (same(slave->rules[way], made[way])) { /* their hits go on */
			free_rules(made[way]);
			continue;
		}
		brlite_put_in_force(&slave->port, rules[way], made[way] ? made[way]->list : NULL, ways[way].bit);
		before = slave->rules[way];
		slave->rules[way] = made[way];
		if (before) {
			synchronize_net();
			free_rules(before);
		}
	}
	return 0;
}

void brlite_free_rules(struct brlite_slave *slave)
{
	unsigned int way;

	for (way = 0; way < BRLITE_DIRECTIONS; way++)
		free_rules(slave->rules[way]);
}

/* --- Showing -------------------------------------------------------------------------------------------- */

size_t brlite_rules_size(void)
{
	return BRLITE_DIRECTIONS * (nla_total_size(0) + nla_total_size(sizeof(u8)) +
				    BRLITE_RULES_MAX * nla_total_size(sizeof(struct brlite_rule)) +
				    nla_total_size(BRLITE_RULE_HITS * sizeof(u64)));
}

static void sum_hits(const struct brlite_rules *rules, u64 *sums)
{
	unsigned int i;
	int cpu;

	memset(sums, 0, BRLITE_RULE_HITS * sizeof(*sums));
	for_each_possible_cpu(cpu)
		for (i = 0; i < BRLITE_RULE_HITS; i++)
			sums[i] += READ_ONCE(per_cpu_ptr(rules->hits, cpu)->n[i]);
}

static int fill_one(struct sk_buff *skb, u16 attribute, const struct brlite_rules *rules)
{
	struct nlattr *nest = nla_nest_start(skb, attribute);
	u64 sums[BRLITE_RULE_HITS];
	u32 i;

	if (!nest || nla_put_u8(skb, IFLA_BRLITE_RULES_REST, rules->rest))
		return -EMSGSIZE;
	for (i = 0; i < rules->count; i++)
		if (nla_put(skb, IFLA_BRLITE_RULE, sizeof(rules->given[i]), &rules->given[i]))
			return -EMSGSIZE;
	sum_hits(rules, sums);
	if (nla_put(skb, IFLA_BRLITE_RULES_HITS, sizeof(sums), sums))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int brlite_fill_rules(struct sk_buff *skb, const struct brlite_slave *slave)
{
	unsigned int way;

	for (way = 0; way < BRLITE_DIRECTIONS; way++)
		if (slave->rules[way] && fill_one(skb, ways[way].attribute, slave->rules[way]))
			return -EMSGSIZE;
	return 0;
}
