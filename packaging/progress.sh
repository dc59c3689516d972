# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# progress.sh - for scripts that have apt fetch or install much: apt_get LOG ARGUMENT… runs apt-get, keeps what it says in
# LOG, and prints a line for each fifth that is fetched or installed.
apt_get() { # LOG ARGUMENT…
	local log=$1
	shift
	# What apt says of its progress goes to descriptor 3, for programs to read.
	apt-get -o APT::Status-Fd=3 "$@" 3>&1 > "$log" 2>&1 | fifths
}

fifths() {
	local kind percent doing fifth said=''
	while IFS=: read -r kind _ percent _; do
		case $kind in
		dlstatus) doing=fetched ;;
		pmstatus) doing=installed ;;
		*) continue ;;
		esac
		fifth=$((${percent%%.*} / 20 * 20))
		[ "$said" != "$doing $fifth" ] || continue
		said="$doing $fifth"
		[ $fifth = 0 ] || echo "${0##*/}: $fifth % $doing"
	done
}
