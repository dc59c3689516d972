/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cputime [DOMID...]: CPU time that each domain has used so far, in nanoseconds, as Xen's scheduler
 * accounts it (XEN_DOMCTL_getdomaininfo). Under QEMU's -icount a nanosecond is one instruction.
 * Without arguments: a JSON object of all domains. With: their values in that order on one line.
 *
 * C, because libxenctrl's headers are GNU C that no C++ compiler takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <xenctrl.h>

#define MAX_DOMAINS 1024

static xc_domaininfo_t domains[MAX_DOMAINS];

static int print_one(int count, unsigned long id, char end)
{
	for (int i = 0; i < count; i++) {
		if (domains[i].domain == id) {
			printf("%llu%c", (unsigned long long)domains[i].cpu_time, end);
			return 0;
		}
	}
	fprintf(stderr, "cputime: no domain %lu; see: xl list\n", id);
	return 1;
}

int main(int argc, char **argv)
{
	xc_interface *xen = xc_interface_open(NULL, NULL, 0);
	int count, failed = 0;

	if (!xen) {
		fprintf(stderr, "cputime: no access to the hypervisor; run it as root in dom0\n");
		return 1;
	}
	count = xc_domain_getinfolist(xen, 0, MAX_DOMAINS, domains);
	xc_interface_close(xen);
	if (count < 0) {
		perror("cputime: xc_domain_getinfolist");
		return 1;
	}
	if (argc > 1) {
		for (int i = 1; i < argc && !failed; i++)
			failed = print_one(count, strtoul(argv[i], NULL, 10), i + 1 < argc ? ' ' : '\n');
		return failed;
	}
	for (int i = 0; i < count; i++)
		printf("%c\"%u\":%llu", i ? ',' : '{', domains[i].domain, (unsigned long long)domains[i].cpu_time);
	printf("}\n");
	return 0;
}
