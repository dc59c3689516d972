# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the lab's host-side scripts share: where things are, and how to say what is going on.

lab_src=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname -- "$lab_src")
OUT=$(mkdir -p -- "${OUT:-$top/out}" && cd -- "${OUT:-$top/out}" && pwd)
lab_out=$OUT/lab
pkgs=$lab_out/pkgs          # downloaded .deb files
root=$lab_out/root          # what they hold
cache=$lab_out/image        # kernels and initramfs made from it
kernels=$lab_out/kernels    # "6.1 6.1.0-NN-amd64" a line, written by fetch.sh
checked=$lab_out/checked    # kernels that check themselves, made by checked-kernel.sh
mkdir -p "$pkgs" "$root" "$cache"

# The processor of every machine. SMAP/SMEP: dom0 dies of them under TCG. RDTSCP: PVH guests hang on its intercept.
# ERMS/FSRM: a "rep movsb" counts as one instruction per byte. XSAVE and what needs it: TCG loses XMM registers when Xen
# switches between domains, and programs die of it (libc copies pointers in them). x2APIC: QEMU 10 ends with "Bad icount
# read" where instructions are counted; QEMU 7.2 does not emulate it.
# shellcheck disable=SC2034
lab_cpu=max,-smap,-smep,-rdtscp,-erms,-fsrm,-xsave,-xsaveopt,-xsavec,-xsaves,-avx,-avx2,-pku,-x2apic

stage() { printf '[%4ds] %s\n' "$SECONDS" "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# kver 6.1 -> 6.1.0-NN-amd64, kver kasan -> 6.1.NNN-kasan
kver() {
	local v
	case $1 in checked | kasan)
		cat "$checked/$1/release" 2> /dev/null || die "kernel \"$1\" is not built yet; run: lab/checked-kernel.sh $1"
		return ;;
	esac
	v=$(awk -v k="$1" '$1 == k { print $2 }' "$kernels" 2>/dev/null)
	[ -n "$v" ] || die "no kernel \"$1\" in the lab; there are: $(awk '{ printf "%s ", $1 }' "$kernels")"
	echo "$v"
}

# The series of Debian's own kernel, and those of all that there are, without the ones that check themselves.
own_kernel() { "$top/packaging/kernels.sh" | awk 'NR == 1 { print $1 }'; }
all_kernels() { "$top/packaging/kernels.sh" | awk '{ print $1 }' | paste -sd ' '; }

# The packages list without comments.
packages() { sed -e 's/#.*//' -e 's/[[:space:]]*$//' -e '/^$/d' "$lab_src/packages.txt"; }

# What dom0 may load: for the selftests, and for the bench alone.
# shellcheck disable=SC2034 # for who sources this
dom0_modules=(xen-gntdev xen-gntalloc xen-evtchn xen-privcmd xenfs xen-netback bridge br_netfilter 8021q macvlan veth
	tun dummy e1000e pktgen netconsole crc32c_generic libcrc32c iptable_filter xt_physdev xt_tcpudp
	sch_ingress cls_matchall cls_u32 cls_flower act_gact act_mirred sch_netem sch_tbf sch_fq sch_cake)
# shellcheck disable=SC2034
bench_modules=(openvswitch nf_tables nf_conntrack)
