// SPDX-License-Identifier: GPL-2.0-only
/* mark dom0|start|stop|next: tells lab/profile/plugin.c where the lab is, by running code at an address it knows. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	static const char *const names[] = {"dom0", "start", "stop", "next"};
	void *const at = (void *)0x5a5a00000000; /* as in plugin.c */
	unsigned char *code;

	for (int i = 0; argc == 2 && i < 4; i++) {
		if (strcmp(argv[1], names[i]))
			continue;
		code = mmap(at, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
		if (code == MAP_FAILED) {
			perror("mark: mmap");
			return 1;
		}
		code[16 * i] = 0xc3; /* ret */
		((void (*)(void))(code + 16 * i))();
		return 0;
	}
	fputs("usage: mark dom0|start|stop|next\n", stderr);
	return 1;
}
