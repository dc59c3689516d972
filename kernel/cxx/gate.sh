#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# gate.sh OBJDUMP OBJECT - refuse an object that needs what a kernel module has not.
#
# Nothing in the kernel runs static constructors, unwinds exceptions, sets up C++ TLS or
# links a C++ run time. Any of these in an object is a mistake in its source: say which.
#
# Symbols are read with objdump: nm shows those of the bytecode instead where gcc's linker plugin is installed,
# so what it says depends on the machine.
set -eu
objdump=$1 object=$2
bad=0

# An object that cannot be read has not passed.
table=$("$objdump" -t "$object") || exit 1

sections=$("$objdump" -h "$object" |
	grep -oE '[[:space:]]\.(init_array|fini_array|ctors|dtors|eh_frame|gcc_except_table|tdata|tbss)([.[:space:]]|$)' |
	tr -d '[:blank:]' | sort -u) || true
for section in $sections; do
	echo "$object: section $section needs a C++ run time: make the static object constinit, drop the exception or thread_local" >&2
	bad=1
done

# operator new/delete, exceptions, RTTI, guards of function-local statics, unwinder.
symbols=$(printf '%s\n' "$table" | awk '/\*UND\*/ { print $NF }' |
	grep -oE '(_Znw|_Zna|_Zdl|_Zda|__cxa_|__gxx_|_Unwind_|_ZTI|_ZTV|_ZSt[0-9]|__dso_handle|__dynamic_cast)[A-Za-z0-9_]*' |
	sort -u) || true
for symbol in $symbols; do
	echo "$object: undefined symbol $symbol belongs to the C++ run time: see CONTRIBUTING.md, 'What C++ may use in the kernel'" >&2
	bad=1
done

# A weak definition that is not an inline function's copy would silently override the kernel's. (gcc itself defines
# one, named after the file, in the debug information of the bytecode.) The second flag, at column 19, is w for weak;
# above the symbols stands the object's path, in which anything may be at column 19.
weak=$(printf '%s\n' "$table" | sed '1,/^SYMBOL TABLE:/d' |
	awk 'substr($0, 19, 1) == "w" && !/\*UND\*/ && !/\.gnu\.(debug)?lto_/ && $NF !~ /^_Z/ { print $NF }')
for symbol in $weak; do
	echo "$object: weak symbol $symbol: define it once, strongly" >&2
	bad=1
done
exit $bad
