#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# sections.sh OBJDUMP MODULE - refuse a module that has two sections of one name.
#
# The kernel shows the sections of a module in sysfs and does not load one in which a name is there twice.
# Newer compilers make such modules where groups survive the link: a function's ftrace record lies in its group.
set -eu
objdump=$1 module=$2

# The line below a section's name has its flags; only what is loaded and not empty counts.
all=$("$objdump" -h "$module")
twice=$(printf '%s\n' "$all" | awk '$1 ~ /^[0-9]+$/ { name = $2; size = $3; getline; if (/ALLOC/ && size !~ /^0+$/) print name }' |
	sort | uniq -d)
[ -n "$twice" ] || exit 0
for section in $twice; do
	echo "$module: several sections are named $section, so the kernel would not load the module: build it with LTO=n" >&2
done
exit 1
