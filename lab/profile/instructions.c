// SPDX-License-Identifier: GPL-2.0-only
/* See instructions.h. Source: AMD64 Architecture Programmer's Manual, volume 3, appendix A (opcode maps). */
#include "instructions.h"

#include <stdbool.h>

const char *const dear_names[DEAR] = {"locked",  "lfence", "mfence", "cr3",   "cr4",     "invlpg", "invpcid",
				      "syscall", "sysret", "iret",   "vmrun", "vmmcall", "rdtsc",  "rdmsr",
				      "wrmsr",   "cpuid",  "port",   "hlt",   "pause"};

struct prefixes {
	bool lock, operand_size, repeat;
};

static size_t skip_prefixes(const uint8_t *b, size_t size, struct prefixes *has)
{
	size_t i = 0;

	for (; i < size; i++) {
		switch (b[i]) {
		case 0xf0:
			has->lock = true;
			break;
		case 0x66:
			has->operand_size = true;
			break;
		case 0xf3:
			has->repeat = true;
			break;
		case 0xf2: /* and segments */
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
			break;
		default:
			return i;
		}
	}
	return i;
}

/* Group 7: 0f 01 and a byte whose middle bits, or all of it, tell which. */
static enum dear group_7(uint8_t modrm)
{
	if (modrm == 0xd8)
		return VMRUN;
	if (modrm == 0xd9)
		return VMMCALL;
	return modrm < 0xc0 && (modrm >> 3 & 7) == 7 ? INVLPG : NOT_DEAR;
}

static enum dear two_bytes(uint8_t opcode, uint8_t next, bool operand_size)
{
	const uint8_t middle = next >> 3 & 7;

	switch (opcode) {
	case 0x01:
		return group_7(next);
	case 0x05:
		return SYSCALL;
	case 0x07:
		return SYSRET;
	case 0x22:
		return middle == 3 ? CR3 : middle == 4 ? CR4 : NOT_DEAR;
	case 0x30:
		return WRMSR;
	case 0x31:
		return RDTSC;
	case 0x32:
		return RDMSR;
	case 0x38:
		return operand_size && next == 0x82 ? INVPCID : NOT_DEAR;
	case 0xa2:
		return CPUID;
	case 0xae:
		return next < 0xc0 ? NOT_DEAR : middle == 5 ? LFENCE : middle == 6 ? MFENCE : NOT_DEAR;
	default:
		return NOT_DEAR;
	}
}

enum dear decode(const uint8_t *bytes, size_t size)
{
	struct prefixes has = {};
	size_t i = skip_prefixes(bytes, size, &has);

	if (has.lock)
		return LOCKED;
	if (i < size && (bytes[i] & 0xf0) == 0x40) /* REX */
		i++;
	if (i >= size)
		return NOT_DEAR;

	const uint8_t next = i + 1 < size ? bytes[i + 1] : 0, third = i + 2 < size ? bytes[i + 2] : 0;

	switch (bytes[i]) {
	case 0x0f:
		return two_bytes(next, third, has.operand_size);
	case 0x86: /* xchg with memory locks by itself */
	case 0x87:
		return next < 0xc0 ? LOCKED : NOT_DEAR;
	case 0x90:
		return has.repeat ? PAUSE : NOT_DEAR;
	case 0xcf:
		return IRET;
	case 0xe4:
	case 0xe5:
	case 0xe6:
	case 0xe7:
	case 0xec:
	case 0xed:
	case 0xee:
	case 0xef:
		return PORT;
	case 0xf4:
		return HLT;
	default:
		return NOT_DEAR;
	}
}
