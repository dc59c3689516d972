/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions of x86-64 that cost far more than others, told by their bytes. */
#ifndef LAB_PROFILE_INSTRUCTIONS_H
#define LAB_PROFILE_INSTRUCTIONS_H

#include <stddef.h>
#include <stdint.h>

enum dear {
	NOT_DEAR = -1,
	LOCKED, /* a lock prefix, or an exchange with memory */
	LFENCE,
	MFENCE,
	CR3,
	CR4,
	INVLPG,
	INVPCID,
	SYSCALL, /* of a PV guest: a hypercall, or a system call by way of Xen */
	SYSRET,
	IRET,
	VMRUN, /* the hypervisor enters a PVH or HVM guest, so one exit */
	VMMCALL,
	RDTSC,
	RDMSR,
	WRMSR,
	CPUID,
	PORT, /* in and out */
	HLT,
	PAUSE,
	DEAR
};
extern const char *const dear_names[DEAR];

enum dear decode(const uint8_t *bytes, size_t size);

#endif
