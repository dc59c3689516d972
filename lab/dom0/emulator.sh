# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Detects a state that only a mistake of the emulator explains, because no hardware can be in it. Such a run says
# nothing about what was tested, so init repeats it once.
#
# EFLAGS has bits that are always zero (3, 5, 15, 22 to 31), and in a 64-bit kernel VM (17) is never set. Neither
# POPF nor IRET can set them, and an exception stores the register itself. So no program and no stray write to memory
# can bring them into a report. TCG keeps the last operands and computes the flags when they are needed. A PVH
# guest's flags were 049e8246 once, which looks like part of a pointer. VMRUN with VM set turns the next interrupt into
# a general protection fault, that one becomes a double fault, and the guest panics. Where TCG mistakes an operand for
# flags is not known. Nothing else is forgiven.

# emulator_fault FILE…: of guests' consoles; prints the first such line and where it is, fails where there is none.
emulator_fault() {
	local file line
	for file in "$@"; do
		while IFS= read -r line; do
			[[ $line =~ EFLAGS:\ ([0-9a-fA-F]{8})([^0-9a-fA-F]|$) ]] || continue
			((16#${BASH_REMATCH[1]} & 16#ffc28028)) || continue
			echo "${file##*/}: ${line%$'\r'}"
			return 0
		done < "$file"
	done
	return 1
}
