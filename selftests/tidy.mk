# SPDX-License-Identifier: GPL-2.0-only
#
# clang-tidy over the kernel's C++, compiled as the unit tests compile it; one stamp a file, so that only
# what changed is looked at again. Locks are checked here too (core/thread_safety.h).
#
#	make -f selftests/tidy.mk [TIDY_MODULES="core netback"]

TOP  := $(abspath $(dir $(abspath $(lastword $(MAKEFILE_LIST))))..)
OUT  ?= $(TOP)/out
DIR  := $(abspath $(OUT))/tidy
TIDY ?= clang-tidy-14
MODULES := $(filter-out core,$(or $(TIDY_MODULES),netback netfront bridge-lite))

CORE    := $(wildcard $(TOP)/kernel/core/*.h*)
SOURCES := $(foreach m,$(MODULES),$(shell find $(TOP)/kernel/$(m) -name '*.cpp'))
STAMPS  := $(DIR)/core.ok $(SOURCES:$(TOP)/kernel/%.cpp=$(DIR)/%.ok)
FLAGS   := -std=gnu++20 -DRINGWAY_HOSTED -I$(TOP)/kernel -isystem $(TOP)/kernel/cxx/xen -Wall -Wextra -Wthread-safety \
	   -Wno-missing-field-initializers -Wno-sign-compare

.DELETE_ON_ERROR:
.PHONY: all
all: $(STAMPS)

# The core has no .cpp: one that includes every header.
$(DIR)/core.cpp: $(CORE)
	@mkdir -p $(@D)
	@printf '#include "%s"\n' $(patsubst $(TOP)/kernel/%,%,$(CORE)) > $@

# Prints nothing when there is nothing to say: clang-tidy counts what it suppressed on stderr.
define check
	@mkdir -p $(@D)
	@$(TIDY) --quiet --config-file=$(TOP)/.clang-tidy --header-filter='^$(TOP)/kernel/(core|[a-z-]+/[a-z_/]+\.hpp)' $< -- $(FLAGS) \
		> $@.log 2>&1 || { grep -v '^[0-9]* warnings\? generated\|^Suppressed\|^Use -header-filter' $@.log; exit 1; }
	@touch $@
endef

$(DIR)/core.ok: $(DIR)/core.cpp $(TOP)/.clang-tidy
	$(check)

.SECONDEXPANSION:
$(DIR)/%.ok: $(TOP)/kernel/%.cpp $(CORE) $(TOP)/.clang-tidy $$(shell find $(TOP)/kernel/$$(firstword $$(subst /, ,$$*)) -name '*.h*')
	$(check)
