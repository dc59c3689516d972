#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run.sh [-k KERNEL] [-m fast|icount] [-t SECONDS] SCENARIO…    runs scenarios in one boot of dom0 kernel KERNEL
# run.sh [-k KERNEL] shell                                      a shell in dom0
#
# A SCENARIO is a file, or a name in lab/scenarios or selftests/kselftest; NAME=VALUE before it goes into
# its environment: run.sh STACK=stock first-packet STACK=ringway first-packet. A scenario in Python runs here and speaks
# with dom0 (lab/host/lab.py); one in shell runs in dom0. Modules come from out/modules, the command from out/bin; both
# may be missing as long as nothing asks for them.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
: "${lab_src:?}" "${lab_out:?}" "${kernels:?}" "${pkgs:?}" "${root:?}" "${cache:?}" "${top:?}"
. "$lab_src/tree.sh"

kernel=${ONE_KERNEL:-$(own_kernel)} mode=fast limit=600
while getopts k:m:t: o; do
	case $o in
	k) kernel=$OPTARG ;;
	m) mode=$OPTARG ;;
	t) limit=$OPTARG ;;
	*) die 'usage: run.sh [-k KERNEL] [-m fast|icount] [-t SECONDS] SCENARIO…|shell' ;;
	esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || die 'name a scenario; there are:' $'\n' \
	"$(cd "$lab_src/scenarios" && ls) $(cd "$top/selftests/kselftest" && ls ./*.{sh,py})"

scenario_file() {
	local f
	for f in "$1" "$lab_src/scenarios/$1"{,.sh} "$top/selftests/kselftest/$1"{,.sh,.py}; do
		[ -f "$f" ] && { echo "$f"; return; }
	done
	die "no scenario \"$1\" in lab/scenarios or selftests/kselftest"
}

# LAB_READY: the caller has done this, and starts several of us at once.
if [ -z "${LAB_READY:-}" ]; then
	"$lab_src/fetch.sh"
	"$lab_src/image.sh"
	make --no-print-directory -s -C "$lab_src" tools
fi
version=$(kver "$kernel")

# --- the overlay: all that an edit can change ---------------------------------------------------
work=$(mktemp -d "$lab_out/run.XXXXXX")
trap 'rm -rf "$work"' EXIT
t=$work/dom0
mkdir -p "$t"/lab/{bin,modules,scenarios} "$t/etc/xen/scripts" "$work/host"
export LAB_SCENARIOS=$work/host
install -m 755 "$lab_src/dom0/init" "$t/init"
cp "$lab_src"/dom0/*.sh "$t/lab/"
cp "$lab_out"/tools/* "$t/lab/bin/"
install -m 755 "$lab_src/dom0/vif-plain" "$t/lab/"
cp "$top/selftests/kselftest/"{ktap,lies,pair,veths}.sh "$t/lab/scenarios/"
cp "$OUT/modules/$version"/*.ko "$t/lab/modules/" 2> /dev/null || true
install -m 755 "$top/packaging/scripts/vif-bridge-lite" "$t/etc/xen/scripts/"
install -D -m 755 -t "$t/etc/xen/scripts/vif-post.d" "$top/packaging/scripts/vif-post.d/ringway.hook"
if [ -x "$OUT/bin/ringway" ]; then tree_program "$t" "$OUT/bin/ringway"; fi
cp "$lab_src"/scenarios/*.sh "$t/lab/scenarios/"
settings='' hvm='' # what HVM guests need is large
for s in "$@"; do
	case $s in
	shell) mode=shell limit=86400; echo shell ;;
	[A-Z]*=*) settings+="$(printf '%q' "$s") " ;;
	*) f=$(scenario_file "$s")
		case $f in *.py) cp "$f" "$work/host/" ;; *) cp "$f" "$t/lab/scenarios/" ;; esac
		! grep -q 'type=hvm' "$f" || hvm=1
		echo "$settings${f##*/}" ;;
	esac
done > "$t/lab/job"

archives=("$cache/dom0.cpio" "$cache/modules-$kernel.cpio")
[ -z "$hvm" ] || archives+=("$cache/hvm.cpio")
for k in $(awk '{ print $1 }' "$kernels") kasan; do
	[ -e "$cache/guest-$k.cpio" ] || continue
	archives+=("$cache/guest-$k.cpio")
	g=$work/guest-$k
	mkdir -p "$g"/lab/{bin,modules} "$t/guest/$k"
	install -m 755 "$lab_src"/guest/* "$lab_out/tools/"{vstream,framecheck,netload,lent,unplug,xdp.o} "$g/lab/bin/"
	mv "$g/lab/bin/init" "$g/init"
	rm "$g/lab/bin/README.md"
	# Without debug information: guests are small.
	for m in bridge-lite ringway-{netback,netfront} evilfront evilback splitfront; do
		f=$OUT/modules/$(kver "$k")/$m.ko
		[ ! -e "$f" ] || objcopy -g "$f" "$g/lab/modules/$m.ko"
	done
	tree_pack "$g" > "$t/guest/$k/overlay"
	[ -n "$hvm" ] || continue # it fetches what it boots, at the speed of an emulated card
	rm -f "$g"/lab/bin/{framecheck,netload,lent,xdp.o} "$g"/lab/modules/{bridge-lite,ringway-netback,evil*,splitfront}.ko
	tree_pack "$g" | gzip -9 > "$t/guest/$k/netboot-overlay.gz"
done
tree_pack "$t" > "$work/overlay.cpio"
cat "${archives[@]}" "$work/overlay.cpio" > "$work/initrd"

# Each object that is watched needs memory of its own, lockdep's tables besides.
[ "$kernel" != checked ] ||
	export LAB_DOM0_MEMORY=${LAB_DOM0_MEMORY:-2304} LAB_MEMORY=${LAB_MEMORY:-4096} LAB_ARGS="page_poison=1 ${LAB_ARGS:-}"

# -k 6.1 -m fast demo -> out/lab/results/6.1
"$lab_src/boot.sh" "$mode" "$limit" "$cache/vmlinux-$kernel" "$work/initrd" "${RESULTS:-$lab_out/results/$kernel}"
