# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced after lib.sh by what runs QEMU with our plugin.

# plugin_ready KERNEL: builds it, and sets symbols, the file with the names of Xen's and dom0's functions, and
# plugin, what LAB_PLUGIN has to begin with.
plugin_ready() {
	local here=$lab_out/profile switch
	mkdir -p "$here"
	gcc -O2 -Wall -Wextra -Werror -fPIC -shared -o "$here/plugin.so" \
		"$lab_src/profile/"{plugin,model,caches,instructions}.c || return 1
	# The names, once for each kernel.
	symbols=$here/symbols-$(kver "$1")
	if [ ! -s "$symbols" ]; then
		RESULTS=$here/names "$lab_src/run.sh" -k "$1" -t 600 symbols || return 1
		base64 -d "$here/names/symbols.gz.base64" | gzip -dc > "$symbols.new"
		mv "$symbols.new" "$symbols"
	fi
	switch=$(awk '$1 == "x" && found { print found "-" $2; exit } $1 == "x" && $3 == "context_switch" { found = $2 }' \
		<(sort -k 1,2 "$symbols"))
	[ -n "$switch" ] || die "Xen has no function context_switch in $symbols"
	# shellcheck disable=SC2034 # for who sources this
	plugin=$here/plugin.so,switch=$switch
	rm -f "$here/counts".*
}
