# SPDX-License-Identifier: GPL-2.0-only
#
# clang-tidy over the kernel's C++, compiled as the unit tests compile it. It reads a folder's files as one: the headers,
# which they share, are most of its work, and it would do that work again for each of them. So no two files of a folder
# may give one name to two things. One stamp a folder: only what changed is looked at again. Locks are checked here too
# (core/thread_safety.h).
#
#	make -f selftests/tidy.mk [TIDY_MODULES="core netback"]

TOP  := $(abspath $(dir $(abspath $(lastword $(MAKEFILE_LIST))))..)
OUT  ?= $(TOP)/out
DIR  := $(abspath $(OUT))/tidy
TIDY ?= clang-tidy-14
MODULES := $(filter-out core,$(or $(TIDY_MODULES),netback netfront bridge-lite))

CORE    := $(wildcard $(TOP)/kernel/core/*.h*)
SOURCES := $(foreach m,$(MODULES),$(shell find $(TOP)/kernel/$(m) -name '*.cpp'))
FOLDERS := $(sort $(patsubst $(TOP)/kernel/%/,%,$(dir $(SOURCES))))
FLAGS   := -std=gnu++20 -DRINGWAY_HOSTED -I$(TOP)/kernel -isystem $(TOP)/kernel/cxx/xen -Wall -Wextra -Wthread-safety \
	   -Wno-missing-field-initializers -Wno-sign-compare

.DELETE_ON_ERROR:
.PHONY: all
all: $(DIR)/core.ok $(FOLDERS:%=$(DIR)/%.ok)

# The core has no .cpp: one that includes every header.
files_of = $(if $(filter core,$(1)),$(DIR)/headers.cpp,$(wildcard $(TOP)/kernel/$(1)/*.cpp))
$(DIR)/headers.cpp: $(CORE)
	@mkdir -p $(@D)
	@printf '#include "%s"\n' $(patsubst $(TOP)/kernel/%,%,$(CORE)) > $@

.SECONDEXPANSION:
$(DIR)/%.ok: $$(call files_of,$$*) $(CORE) $(TOP)/.clang-tidy $(TOP)/selftests/tidy.sh \
		$$(shell find $(TOP)/kernel/$$(firstword $$(subst /, ,$$*)) -name '*.h*')
	@mkdir -p $(@D)
	@TIDY=$(TIDY) $(TOP)/selftests/tidy.sh $(@:.ok=.cpp) $(call files_of,$*) -- --quiet --config-file=$(TOP)/.clang-tidy \
		--header-filter='^$(TOP)/kernel/(core|[a-z-]+/[a-z_/]+\.hpp)' $(@:.ok=.cpp) -- $(FLAGS)
	@touch $@
