# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The Debian host of `make host-test` as a machine: power on, a command in it, power off. It is reached as an
# administrator reaches his: by ssh, through the bridge that its guests are on. The emulator's own network forwards one
# port of 127.0.0.1 to the host and lets nothing else in or out.
#
#   boots_with KERNEL INITRD   from the next power on
#   host_on          boots what is on the disk, waits until ssh answers
#   on_host COMMAND  runs it there, as root
#   host_put FILE…   copies files to its /root; host_get NAME FILE: one from there
#   host_off         power off; host_reboot: off and on
: "${lab_out:?}" "${cache:?}" "${results:?}"

debian=$lab_out/debian
machine='' port='' boots=0 kernel='' initrd='' # the last two: what is booted

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

ssh_options=(-i "$debian/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes
	-o ConnectTimeout=60 -o ServerAliveInterval=15 -o ServerAliveCountMax=8)
on_host() { timeout "${limit:-300}" ssh "${ssh_options[@]}" -p "$port" root@127.0.0.1 "$@" < /dev/null; }
host_put() { timeout 300 scp -q "${ssh_options[@]}" -P "$port" "$@" root@127.0.0.1:; }

host_get() { timeout 300 scp -q "${ssh_options[@]}" -P "$port" "root@127.0.0.1:$1" "$2"; }

answers() {
	local until=$((SECONDS + $1))
	while [ $SECONDS -lt $until ]; do
		limit=90 on_host true 2> /dev/null && return
		kill -0 "$machine" 2> /dev/null || { echo "the machine is off"; return 1; }
		sleep 3
	done
	echo "nobody answers ssh within $1 s"
	return 1
}

boots_with() { kernel=$1 initrd=$2; } # what a boot loader would take from the disk

host_on() {
	boots=$((boots + 1))
	port=$(free_port)
	# Bytes to the console wake Xen, should the emulator lose a timer; nobody reads them.
	qemu-system-x86_64 -accel tcg,thread=single -smp 1 -cpu "${lab_cpu:?}" -m 2560 -display none -no-reboot -nodefaults \
		-netdev "user,id=up,restrict=on,hostfwd=tcp:127.0.0.1:$port-10.0.2.15:22" \
		-device 'e1000e,romfile=,netdev=up,mac=00:16:3e:fe:00:01,addr=3' \
		-drive "file=$results/disk,format=raw,if=virtio,cache=unsafe" \
		-kernel "$cache/xen" -append 'console=com1 com1=115200 dom0_mem=1280M,max:1280M dom0_max_vcpus=1 loglvl=warning' \
		-initrd "$kernel root=/dev/vda rw console=hvc0 quiet panic=5,$initrd" \
		-serial stdio > "$results/console.$boots" 2>&1 < <(while sleep 5; do printf '\0' 2> /dev/null || break; done) &
	machine=$!
	answers 900
}

host_off() {
	[ -n "$machine" ] || return 0
	on_host 'systemctl poweroff' || true
	machine_ends 240
}
machine_ends() {
	local until=$((SECONDS + $1)) code=0
	while kill -0 "$machine" 2> /dev/null && [ $SECONDS -lt $until ]; do sleep 1; done
	if kill -0 "$machine" 2> /dev/null; then
		echo "the machine does not end within $1 s"
		kill "$machine"
		code=1
	fi
	wait "$machine" || true
	machine=''
	return $code
}
# The emulator ends when the machine reboots.
host_reboot() {
	on_host 'systemctl reboot' || true
	machine_ends 240 && host_on
}
