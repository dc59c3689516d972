#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# packages_test.sh - what can be said of the Debian packages without building them: their release, what is in them
# (packages.txt), what makes a bridge at boot, and what DKMS runs. `make deb-test` installs real ones. KTAP.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
top=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
said=$work/said

# shellcheck source=selftests/result.sh
. selftests/result.sh

# The tree of the packages as debian/rules lays it out, of files that only have the right names.
contents() {
	local tree=$work/tree
	mkdir -p "$tree/out/bin" "$tree/out/modules/KERNEL"
	git ls-files -z | xargs -0 cp --parents -t "$tree" && cp -r packaging/debian "$tree/debian" || return 1
	sed 's/@KERNEL@/KERNEL/' packaging/debian/modules.control >> "$tree/debian/control"
	touch "$tree/out/bin/ringway" "$tree/out/modules/KERNEL/"{bridge-lite,ringway-netback,ringway-netfront}.ko
	make -s -C "$tree" -f debian/rules override_dh_auto_install modules_dir=MODULES || return 1
	(cd "$tree/debian" && find ringway/ ringway-*/ -type f,l -printf '%m %p\n' | sed "s/$(cat "$top/VERSION")/VERSION/" |
		grep -v '/usr/src/.*/kernel/' | sort -k 2)
}

# A network of files, and an "ip" that writes down what it is told; it cannot make what is in $work/cannot.
network() { # DEVICE…
	rm -rf "$work/net" "$work/told"
	for device in "$@"; do
		mkdir -p "$work/net/$device"
		echo "00:16:3e:00:00:0${#device}" > "$work/net/$device/address"
	done
}
cat > "$work/ip" <<END
#!/bin/sh
case "\$*" in *"type brlite") [ ! -e "$work/cannot" ] || { echo "Error: Unknown device type."; exit 2; } ;; esac
echo "\$*" >> "$work/told"
END
printf '#!/bin/sh\n' | tee "$work/logger" > "$work/sleep"
chmod +x "$work/ip" "$work/logger" "$work/sleep"
bridge() { PATH="$work:$PATH" RINGWAY_TEST_NET=$work/net RINGWAY_TEST_CHOICE=$work/choice sh packaging/network/bridge "$@" > "$said" 2>&1; }
told() { echo "told: $(cat "$work/told")" >> "$said" && diff - "$work/told" >> "$said"; }

echo "KTAP version 1"
echo "1..18"
[ "$(cat VERSION)" = "$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)" ]
result $? "packaging/debian/changelog has the release of VERSION"
contents > "$work/contents" 2> "$said"
diff selftests/gate/packages.txt "$work/contents" >> "$said"
result $? "the packages hold what packages.txt says, no more and no less"

# %I makes a bridge's "-" a "/", and systemd's word for "a guest of Xen" leaves out dom0.
! grep -rn -e '%I' -e '^ConditionVirtualization=' packaging/network packaging/systemd > "$said"
result $? "units run in dom0, and for bridges of any name"

network eth0 eth10
bridge up xenbr0 eth0 eth10 && told << 'END'
link add name xenbr0 address 00:16:3e:00:00:04 type brlite
link set dev eth0 master xenbr0 up
link set dev eth10 master xenbr0 up
link set dev xenbr0 up
END
result $? "a bridge at boot is of kind brlite and has the address of its first port"
network eth0
touch "$work/cannot"
bridge up xenbr0 eth0 && grep -q 'NO BRIDGE OF KIND brlite (Error: Unknown device type.): made one of kind bridge' "$said" && told << 'END'
link add name xenbr0 address 00:16:3e:00:00:04 type bridge
link set dev eth0 master xenbr0 up
link set dev xenbr0 up
END
result $? "where the kernel cannot make one it is an ordinary one, said aloud"
rm "$work/cannot"
network eth0
grep -m 2 -o '# [SW][^"\]*' toolstack/src/swap/boot_files.cpp > "$work/choice" && bridge up xenbr0 eth0 && [ ! -s "$said" ] && told << 'END'
link add name xenbr0 address 00:16:3e:00:00:04 type bridge
link set dev eth0 master xenbr0 up
link set dev xenbr0 up
END
result $? "on a host that 'ringway use stock' moved it is an ordinary one"
rm "$work/choice"
network eth0
bridge up xenbr0 eth1 eth0 && grep -q 'no device eth1' "$said" && told << 'END'
link add name xenbr0 address 00:16:3e:00:00:04 type brlite
link set dev eth0 master xenbr0 up
link set dev xenbr0 up
END
result $? "a port that is not there is named, and the others join"
network eth0 xenbr0
bridge up xenbr0 eth0 && told << 'END'
link set dev eth0 master xenbr0 up
link set dev xenbr0 up
END
result $? "a bridge that is there is not made again"
network xenbr0
mkdir "$work/net/xenbr0/lower_eth0"
bridge down xenbr0 && told << 'END'
link set dev eth0 nomaster
link del dev xenbr0
END
result $? "taken away, its ports are left without a master"
bridge sideways xenbr0
[ $? = 2 ] && grep -q 'sideways: not up or down' "$said"
result $? "anything but up and down is refused"

mkdir -p "$work/kdir/include/config"
compiler() { # VERSION-TEXT, as one release of Linux writes it or another
	echo "CONFIG_CC_VERSION_TEXT=$1" > "$work/kdir/include/config/auto.conf"
	sh packaging/dkms/compiler.sh "$work/kdir" > "$said" 2>&1
}
finds() { compiler "$1" && [ ! -s "$said" ]; }
finds "gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0" && finds '"gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0"'
result $? "DKMS finds the g++ of Debian 12's kernels"
lacks() { ! compiler "$1" && grep -q 'apt-get install g++-99' "$said"; }
lacks "x86_64-linux-gnu-gcc-99 (Debian 99.1.0-1) 99.1.0" && lacks '"x86_64-linux-gnu-gcc-99 (Debian 99.1.0-1) 99.1.0"'
result $? "DKMS says which g++ is missing"
# A "make" that fails with link-time optimisation.
printf '#!/bin/sh\necho "$*"\ncase "$*" in *LTO=y) exit 1 ;; esac\n' > "$work/make"
chmod +x "$work/make"
(cd "$work" && PATH="$work:$PATH" sh "$top/packaging/dkms/build.sh" /kdir) > "$said" 2>&1 &&
	grep -q 'LTO=n$' "$said" && grep -q 'once more without' "$said"
result $? "DKMS builds without link-time optimisation where it fails with it"

# The package's removal on a host whose /etc, /proc and /run are below $work/host.
host=$work/host
removal() { # CODE of "ringway use stock"
	mkdir -p "$host/etc/network/interfaces.d"
	printf '#!/bin/sh\necho "$*" >> "%s"\nexit %s\n' "$host/asked" "$1" > "$work/ringway"
	chmod +x "$work/ringway"
	sed "s,\( \|(\)/\(etc\|proc\|run\|sys\)/,\1$host/\2/,g" packaging/debian/ringway.prerm > "$host/prerm"
	PATH="$work:$PATH" sh "$host/prerm" remove > "$said" 2>&1
}
asked() { [ "$(cat "$host/asked" 2> /dev/null)" = "$1" ]; }
mkdir -p "$host/proc/xen"
removal 0 && asked ""
result $? "a host without Ringway's bridges loses the package without more ado"
printf 'iface xenbr0 inet dhcp\n\tbrlite_ports eth0\n' > "$host/etc/network/interfaces.d/xen"
mkdir -p "$host/etc/network"
! removal 0 && asked "" && grep -q "brlite_ports in $host/etc/network/interfaces.d/xen" "$said"
result $? "one that would boot without a bridge, and is no dom0 now, does not"
echo control_d > "$host/proc/xen/capabilities"
removal 0 && asked "use stock --yes --no-confirm"
result $? "a dom0 that would is moved to the stock drivers first, whatever it runs now"
! removal 1 && grep -q "the package stays" "$said"
result $? "and keeps the package where that fails"

printf '#!/bin/sh\nprintf "dlstatus:1:20.4:a\\npmstatus:b:100.0:c\\n" >&3\necho "it broke"\nexit 3\n' > "$work/apt-get"
chmod +x "$work/apt-get"
(
	# shellcheck source=packaging/progress.sh
	. packaging/progress.sh
	PATH="$work:$PATH" apt_get "$work/log" install b
) > "$said" 2>&1
[ $? = 3 ] && grep -q ' 20 % fetched$' "$said" && grep -q ' 100 % installed$' "$said" && grep -qx 'it broke' "$work/log"
result $? "a set-up says how far apt is, keeps what it said, and fails with it"
[ $failed = 0 ]
