# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the emulator did wrong and no hardware can do: such a run says nothing of what was tested, so init does it once more.
#
# EFLAGS has bits that are always zero (3, 5, 15, 22 to 31), and a 64-bit kernel's never has VM (17). Neither POPF nor IRET
# can set them and each exception writes the register itself down, so no program and no memory that was written to
# by mistake brings them into a report. TCG keeps the flags as the last operands and works them out when someone asks; a PVH guest's
# were 049e8246 once, which looks like part of a pointer. A VMRUN with VM set makes the next interrupt a general protection
# fault, that a double fault, and the guest panics. Where TCG takes an operand for flags is not known.
# Nothing else is forgiven.

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
