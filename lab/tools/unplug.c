// SPDX-License-Identifier: GPL-2.0-only
/*
 * unplug: takes the emulated network cards out of an HVM guest, as its kernel does at boot where it has PV drivers and
 * is not told otherwise (arch/x86/xen/platform-pci-unplug.c).
 */
#include <stdio.h>
#include <sys/io.h>

#define PORT 0x10
#define MAGIC 0x49d2
#define ALL_NICS 2

int main(void)
{
	if (ioperm(PORT, 4, 1)) {
		perror("unplug: ioperm");
		return 1;
	}
	if (inw(PORT) != MAGIC) {
		fputs("unplug: nobody here takes cards out\n", stderr);
		return 1;
	}
	outw(ALL_NICS, PORT);
	return 0;
}
