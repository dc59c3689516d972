# SPDX-License-Identifier: GPL-2.0-only
#
# Ringway's front door. Everything made lands below out/. `make help` lists what there is.
SHELL := /bin/bash
OUT   ?= $(CURDIR)/out
export OUT

# One kernel: KDIR. The lab's, which the project is proven on: those that packaging/kernels.sh names, the first of which is
# the lab's own unless ONE_KERNEL says another.
KDIR ?= /lib/modules/$(shell uname -r)/build
headers = $(shell ls -d /lib/modules/$(1).*-amd64/build 2>/dev/null | sort -V | tail -n 1)
series  = $(shell packaging/kernels.sh | cut -d ' ' -f 1)
own     = $(or $(ONE_KERNEL),$(firstword $(series)))

SOAK_MINUTES ?= 60

all: modules toolstack ## the three modules for KDIR and the ringway command

modules: ## the three modules: KDIR=/lib/modules/…/build, LTO=n, ONLY="netback …"
	$(MAKE) -C kernel modules KDIR=$(KDIR)

modules-6.1 modules-6.12: modules-%: setup
	@echo "modules for Linux $*"
	@{ $(MAKE) -s -C kernel modules KDIR=$(call headers,$*) && \
		$(MAKE) -s -C selftests/kselftest KDIR=$(call headers,$*); } > $(OUT)/modules-$*.log 2>&1 || \
		{ cat $(OUT)/modules-$*.log; exit 1; }

# Which kernels there are is known once their headers are.
modules-own: setup
	@$(MAKE) -s modules-$(own)
modules-lab: setup
	@$(MAKE) -s $(series:%=modules-%)

modules-all: setup modules-lab ## the modules for each kernel of Debian 12, 13 and unstable, the others' in folders with those releases; SUITES="trixie sid"
	@packaging/suites.sh modules $(SUITES)
	@packaging/suites.sh command $(SUITES)

deb: setup ## Debian packages into out/deb: the command, modules for each kernel whose headers are here, DKMS
	@packaging/deb.sh

deb-test: setup ## those packages in a Debian of their own: installed, built by DKMS, purged, compared
	@packaging/deb-test.sh

host-test: setup modules-lab toolstack ## those packages on a Debian host with Xen: installed, used, rebooted, upgraded, purged; PARTS=life
	@packaging/setup.sh host-deps.txt
	@$(MAKE) -s -C lab host-test PARTS='$(PARTS)'

toolstack: ## the ringway command
	$(MAKE) -s -j$(shell nproc) -C toolstack WHOLE=y

demo: setup modules-own toolstack ## boot a Xen host, pass traffic with stock and with Ringway, print the table
	$(MAKE) -s -C lab demo

bench: setup modules-own toolstack ## all traffic, all stacks: table, out/bench.json, plot; STACKS= WORKLOADS= REPEATS= MODEL=1
	@$(MAKE) -s -C lab bench STACKS='$(STACKS)' WORKLOADS='$(WORKLOADS)' REPEATS='$(REPEATS)' PACKETS='$(PACKETS)' MODEL='$(MODEL)'

profile: setup modules-own toolstack ## which functions a packet's instructions go to: STACK= LOAD=udp|8to1|paced|to-dom0|from-uplink|tcp FRAME= MODEL=1
	@$(MAKE) -s -C lab profile STACK='$(STACK)' LOAD='$(LOAD)' FRAME='$(FRAME)' PACKETS='$(PACKETS)' MODEL='$(MODEL)'

test: ## everything: hosted checks, then the lab's selftests on both kernels
	@selftests/test.sh

check: setup ## the hosted part alone: unit tests, style, generated files
	@selftests/check.sh

fuzz: setup ## the fuzzers, FUZZ_SECONDS=600 each
	@selftests/fuzz/run.sh

bench-core: setup ## instructions per packet of the core's steps, against the checked-in bar; LOOK=1: their times
	@$(if $(LOOK),$(MAKE) -s -C selftests/bench core_look && $(OUT)/bench/core_look,selftests/bench/count.sh)

bench-native: setup ## the way between mapped buffers in real time on this machine, beside Debian's DPDK where that is installed: FRAMES=60,1514 REPEATS= JSON=1
	@$(MAKE) -s -j$(shell nproc) -C selftests/native
	@selftests/native/bench.py $(if $(FRAMES),--frames $(FRAMES)) $(if $(REPEATS),--repeats $(REPEATS)) $(if $(JSON),-j)

lab: setup modules-own toolstack ## a shell in dom0, or one scenario: SCENARIO=name, ONE_KERNEL=6.12
	$(MAKE) -s -C lab $(if $(SCENARIO),lab-run,lab-shell)

platforms: setup modules-lab toolstack ## all kinds of guests on all kernels of dom0: README's table of what was run where; ONE_KERNEL=6.12
	@lab/platforms.sh

soak: setup modules-lab toolstack ## random events with traffic for SOAK_MINUTES (60): SEED=n repeats, ONE_KERNEL=6.12
	@lab/run.sh -k $(own) -t $$(($(SOAK_MINUTES) * 60 + 900)) SOAK_MINUTES=$(SOAK_MINUTES) \
		$(if $(SEED),SEED=$(SEED)) soak; code=$$?; cat $(OUT)/lab/results/$(own)/ktap.txt; exit $$code

modules-checked modules-kasan: modules-%: setup
	@packaging/setup.sh checked-deps.txt
	@lab/checked-kernel.sh $*

checked: modules-checked modules-kasan modules-lab toolstack ## the selftests on kernels with lockdep, kmemleak, KASAN, which it builds once; SCENARIOS="…"
	@ONE_KERNEL=checked SECONDS_LIMIT=10800 $(MAKE) -s -C lab selftest; code=$$?; \
		selftests/flatten.sh $(OUT)/lab/results/selftest/checked/ktap.txt > $(OUT)/checked.log; \
		selftests/summary.sh $(OUT)/checked.log && exit $$code

setup: $(OUT)/.setup ## install the packages that building and testing need (root)
$(OUT)/.setup: packaging/build-deps.txt packaging/setup.sh
	@mkdir -p $(OUT)
	@packaging/setup.sh
	@touch $@

compile_commands: ## compile_commands.json, for editors: the C++ as it is compiled for this host
	@$(MAKE) -s -C xenstore-schema
	@selftests/compile_commands.py compile_commands.json "-C toolstack all check" "-C selftests/unit" "-C selftests/fuzz" \
		"-C selftests/bench" "-C selftests/native" "-C lab tools"

clean: ## remove everything made
	rm -rf $(OUT)

help: ## this list
	@grep -hE '^[a-z][a-z .0-9_-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9_-]+)[^#]*## /\1\t/' | sort | \
		while IFS=$$'\t' read -r name text; do printf '  make %-16s %s\n' "$$name" "$$text"; done

.PHONY: all modules modules-6.1 modules-6.12 modules-own modules-lab modules-all deb deb-test host-test modules-checked modules-kasan checked toolstack demo bench profile test check fuzz bench-core bench-native compile_commands lab setup clean help soak platforms
