# SPDX-License-Identifier: GPL-2.0-only
#
# kxx.mk - how C++20 gets into an ordinary Kbuild module.
#
# A module's Kbuild says
#
#	obj-m       := foo.o
#	foo-y       := main.o linux/glue.o core.o	# main.c, linux/glue.c, core.cpp
#	kxx-lto-y   := linux/glue.o core.o		# optimised together, across languages
#	include $(src)/../cxx/kxx.mk
#
# and gets: .cpp compiled with the very code generation options of the kernel's C,
# glue.c inlined into the C++ by LTO (LTO=n links the plain way), and a gate that
# refuses what a module cannot run (static constructors, a C++ run time).

kxx-dir := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))

# The file VERSION at the top of the sources, for MODULE_VERSION. The build works in a mirror made of
# symbolic links, so the real path of this file leads there.
CFLAGS_main.o += -DRINGWAY_VERSION='"$(shell cat $(dir $(realpath $(kxx-dir)/kxx.mk))../../VERSION)"'

# --- Compiling in either language -----------------------------------------------------
# Quoted includes name a file by its path below kernel/; <linux/...> never means our linux/.
ccflags-y += -iquote $(kxx-dir)/..

# What linux/compat.h asks the headers and not their version: stable series and distributions take things over.
# $(call kxx-has,HEADER,PATTERN) is y where the kernel's include/HEADER has PATTERN.
kxx-has = $(shell grep -qs '$(2)' $(srctree)/include/$(1) && echo y)
ccflags-$(call kxx-has,linux/netdevice.h,netns_immutable) += -DCOMPAT_NETNS_IMMUTABLE
ccflags-$(call kxx-has,linux/netdevice.h,netif_get_flags) += -DCOMPAT_NETIF_GET_FLAGS
ccflags-$(call kxx-has,linux/netdevice.h,bool \*notified) += -DCOMPAT_FDB_TELLS
ccflags-$(call kxx-has,linux/rtnetlink.h,struct ndo_fdb_dump_context) += -DCOMPAT_FDB_DUMP_CONTEXT
ccflags-$(call kxx-has,linux/hrtimer.h,hrtimer_setup) += -DCOMPAT_HRTIMER_SETUP
ccflags-$(call kxx-has,net/rtnetlink.h,rtnl_newlink_params) += -DCOMPAT_NEWLINK_PARAMS
ccflags-$(call kxx-has,xen/xenbus.h,driver_state.const struct) += -DCOMPAT_DRIVER_STATE_DEVICE

# --- Compiling a .cpp ---------------------------------------------------------------
# g++ is the twin of the gcc Kbuild uses, so retpolines, return thunks, IBT, stack
# protector, ftrace hooks and padding come out the same in both languages.
# Only the program's own name is changed, not a folder's ("ccache /opt/gcc/bin/gcc-12").
KXX ?= $(foreach word,$(CC),$(if $(findstring /,$(word)),$(dir $(word)))$(subst gcc,g++,$(notdir $(word))))
ifeq ($(shell command -v $(lastword $(KXX)) 2>/dev/null),)
$(error this kernel is built with $(CC), and Ringway's modules need the C++ compiler beside it, $(KXX), \
which is not installed: try apt-get install $(notdir $(lastword $(KXX))))
endif
ifndef CONFIG_CC_IS_GCC
$(error this kernel is not built with gcc ($(CONFIG_CC_VERSION_TEXT)): Ringway's modules cannot be built for it)
endif
kxx-stdinc := $(shell $(KXX) -x c++ -E -v /dev/null 2>&1 | sed -n 's,^ \(.*/c++/.*\),\1,p')
kxx-stdinc += $(shell $(KXX) -print-file-name=include)

# Options g++ refuses or warns about.
kxx-c-only := -std=% -Wstrict-prototypes -Werror=strict-prototypes -Wmissing-prototypes \
	-Werror=implicit-function-declaration -Werror=implicit-int -Werror=incompatible-pointer-types \
	-Werror=designated-init -Wno-override-init% -Wno-pointer-sign -Wdeclaration-after-statement \
	-Wold-style-definition -Wno-unterminated-string-initialization

# Thread-safe statics and __cxa_atexit stay on: they turn a static object that would need
# run-time construction into an undefined symbol, which modpost reports as an error.
kxx-cxx-only := -std=gnu++20 -ffreestanding -fno-exceptions -fno-rtti -fno-gnu-unique \
	-Wextra -Wno-missing-field-initializers -Wno-sign-compare -Wno-unused-parameter \
	-Wnon-virtual-dtor -Woverloaded-virtual -Wsuggest-override -Werror

# pahole cannot encode C++ or LTO debug info and would fail the build where it makes
# module BTF (headers that ship a vmlinux), so there is no debug info there.
kxx-nodebug := $(if $(CONFIG_DEBUG_INFO_BTF_MODULES),$(if $(wildcard $(objtree)/vmlinux),-g0))

# KASAN would register each file's globals in a static constructor, which the gate cannot tell from one of ours.
kxx-kasan := $(if $(CONFIG_KASAN),--param asan-globals=0)

# No $(LINUXINCLUDE), no /usr/include: C++ sees neither kernel nor libc headers, only
# freestanding libstdc++, Xen's public headers and the project's own.
kxx_flags = -Wp,-MMD,$(depfile) -nostdinc $(addprefix -isystem ,$(kxx-dir)/std $(kxx-stdinc)) \
	-isystem $(kxx-dir)/xen -I$(kxx-dir)/.. -I$(src) \
	$(filter-out $(kxx-c-only),$(_c_flags)) $(kxx-cxx-only) $(kxx-nodebug) $(kxx-kasan) $(cxxflags-y) \
	$(modkern_cflags) $(basename_flags) $(modname_flags)

# "ld -r" keeps only the first copy of an inline function in a COMDAT group, while the
# ftrace table still points into every copy. Without the group all copies stay, weak.
quiet_cmd_cxx_o_cpp = CXX $(quiet_modtag) $@
      cmd_cxx_o_cpp = $(KXX) $(kxx_flags) -c -o $@ $< ; \
	$(OBJCOPY) --remove-section=.group $@ $(cmd_objtool)

define rule_cxx_o_cpp
	$(call cmd_and_fixdep,cxx_o_cpp)
	$(call cmd,kxx_gate)
	$(call cmd,gen_objtooldep)
endef

quiet_cmd_kxx_gate =
      cmd_kxx_gate = sh $(kxx-dir)/gate.sh $(OBJDUMP) $@

$(obj)/%.o: $(src)/%.cpp FORCE
	$(call if_changed_rule,cxx_o_cpp)

# --- Linking the module -------------------------------------------------------------
# objtool runs once, on the linked module, where it sees which glue functions never
# return. (Kbuild itself does so where IBT is configured.)
override delay-objtool := y

# Objects in kxx-lto-y carry GCC bytecode beside ordinary code (fat objects: nm and a
# Kbuild that renames the link command still work). Linking with gcc instead of ld
# compiles all bytecode as one unit: glue.c gets inlined into the C++. From gcc 14 on a function's ftrace record lies
# in the function's own group, which would keep it a section of its own in the module: the linker dissolves groups.
ifneq ($(LTO),n)
ifdef CONFIG_CC_IS_GCC
$(foreach o,$(kxx-lto-y),$(eval CFLAGS_$(o) += -flto -ffat-lto-objects $(kxx-nodebug)))
override cmd_ld_multi_m = $(CC) $(filter -m% -f% -O% -g% -pg -W%,$(KBUILD_CFLAGS)) $(kxx-nodebug) -r -nostdlib \
	-fno-gnu-unique -flto=1 -flto-partition=none -flinker-output=nolto-rel -Wl,--force-group-allocation \
	-o $@ @$(patsubst %.o,%.mod,$@) $(cmd_objtool)
endif
endif
