#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# compiler.sh KDIR - is the C++ compiler there that belongs to the C compiler of the kernel? Says what to install.
set -eu
# With quotes or without: Kconfig of one release writes auto.conf so, and that of another one so.
text=$(sed -n 's/^CONFIG_CC_VERSION_TEXT="\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$1/include/config/auto.conf" 2> /dev/null)
# x86_64-linux-gnu-gcc-14 (Debian 14.2.0-19) 14.2.0 -> g++-14
series=$(printf '%s\n' "$text" | sed -n 's/^[^ ]*gcc.*) \([0-9]*\)\..*/\1/p')
if [ -z "$series" ]; then
	echo "ringway: cannot tell which gcc built this kernel (\"$text\"): trying without" >&2
	exit 0
fi
for compiler in "g++-$series" "x86_64-linux-gnu-g++-$series"; do
	command -v "$compiler" > /dev/null && exit 0
done
echo "ringway: this kernel was built with gcc $series, and g++-$series is not installed:" \
	"apt-get install g++-$series, then dpkg-reconfigure ringway-dkms" >&2
exit 1
