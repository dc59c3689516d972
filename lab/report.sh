#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# report.sh ROWS JSON: turns the demo's measurements into the table and the JSON file.
# A row: stack, workload, frame, packets that arrived, then instructions of dom0, sender, receiver per
# packet (TCP: per MB).
set -euo pipefail
rows=$1 json=$2

awk '{
	printf "%s{\"stack\":\"%s\",\"workload\":\"%s\",\"frame\":%d,\"packets\":%d,\"dom0\":%d,\"sender\":%d," \
		"\"receiver\":%d,\"total\":%d}",
		NR == 1 ? "{\"rows\":[\n" : ",\n", $1, $2, $3, $4, $5, $6, $7, $5 + $6 + $7
} END { print "\n]}" }' "$rows" > "$json"

awk '
function thousands(n,    s) {
	for (s = ""; n >= 1000; n = int(n / 1000)) s = sprintf(" %03d", n % 1000) s
	return n s
}
# Nothing costs less than nothing: what is no figure is shown as none.
function known_cost(stack, key, column) { return (stack, key) in seen && value[stack, key, column] > 0 }
function cell(stack, key, column) {
	if (!((stack, key) in seen)) return "-"
	if (known_cost(stack, key, column)) return thousands(value[stack, key, column])
	unknown = 1
	return "?"
}
function ratio(key, column) {
	if (!known_cost("stock", key, column) || !known_cost("ringway", key, column)) return "-"
	return sprintf("%.2f", value["ringway", key, column] / value["stock", key, column])
}
{
	key = $2 " " $3
	if (!(key in known)) { known[key] = 1; order[++count] = key }
	seen[$1, key] = 1
	for (c = 1; c <= 3; c++) value[$1, key, c] = $(c + 4)
}
END {
	print "CPU instructions per delivered packet (TCP: per MB of 2^20 bytes), guest to guest."
	print "Ratio: Ringway / stock, lower is better.\n"
	print "                  |          dom0                |          sender              |          receiver"
	print "workload   frame  |     stock    Ringway ratio |     stock    Ringway ratio |     stock    Ringway ratio"
	for (i = 1; i <= count; i++) {
		split(order[i], k, " ")
		printf "%-8s %7s ", k[1], k[2]
		for (c = 1; c <= 3; c++)
			printf " | %9s %10s %5s", cell("stock", order[i], c), cell("ringway", order[i], c), ratio(order[i], c)
		print ""
	}
	print "\nCounted with QEMU -icount, for each domain by the accounting of Xen, including the work of the hypervisor for it."
	print "Cache and TLB misses and IPIs are not counted. pktgen spins while it waits, so the UDP figure of the sender is its"
	print "CPU limit, not the cost of sending."
	if (unknown) {
		print "?: the longer run of two took no more instructions than the shorter one. Debian 13 sends TCP with an iperf3 that"
		print "polls while it waits; what that costs the sender is not known."
	}
}' "$rows"
