#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# gate_test.sh - the gate that every C++ object of a module has to pass (kernel/cxx/gate.sh) refuses what
# a kernel cannot run, says what it was, and lets clean code through; so does the one for the linked module
# (kernel/cxx/sections.sh). KTAP on standard output.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
gate=$PWD/kernel/cxx/gate.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What of the kernel's own flags matters here; a test adds what it needs to be wrong.
flags=(-std=gnu++20 -O2 -ffreestanding -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -fno-gnu-unique -fno-pie)

said=$work/said
# shellcheck source=selftests/result.sh
. selftests/result.sh

# Compiles the C++ on standard input and shows it to the gate.
judge() { # FLAG...
	g++-12 "${flags[@]}" "$@" -x c++ -c -o "$work/object.o" - > "$work/said" 2>&1 ||
		{ echo "does not compile" >> "$work/said"; return 2; }
	sh "$gate" objdump "$work/object.o" > "$work/said" 2>&1
}

accept() { # TEXT FLAG...
	local text=$1
	shift
	judge "$@" && [ ! -s "$work/said" ]
	result $? "accepts $text"
}

# Refused with exit code 1 and a message that names the reason.
refuse() { # TEXT REASON FLAG...
	local text=$1 reason=$2
	shift 2
	judge "$@"
	[ $? = 1 ] && grep -q -- "$reason" "$work/said" && grep -q "object.o: " "$work/said"
	result $? "refuses $text"
}

echo "KTAP version 1"
echo "1..21"

accept "plain functions and data" << 'END'
static const int table[] = {1, 2, 3};
int counter = 4;
extern "C" int pick(int i) { return table[i & 1] + counter++; }
END
accept "inline functions and templates, whose copies are weak" << 'END'
template <typename T> __attribute__((noinline)) T twice(T v) { return v + v; }
struct A { int v; __attribute__((noinline)) int get() const { return v; } };
int f(A &a) { return twice(a.get()) + twice(a.v); }
END
accept "a constinit object with a constexpr constructor" << 'END'
struct A { int v; constexpr A(int n) : v(n) {} };
constinit A a{7};
int f() { return a.v++; }
END
accept "calls to C functions the kernel has" << 'END'
extern "C" void *memcpy(void *, const void *, unsigned long);
extern "C" void kfree(const void *);
void f(void *a, void *b) { memcpy(a, b, 4096); kfree(b); }
END
accept "an object with bytecode for link-time optimisation" -g -flto -ffat-lto-objects << 'END'
inline int twice(int v) { return 2 * v; }
int f(int v) { return twice(v); }
END

refuse "a static constructor" "section .init_array" << 'END'
int start();
struct A { int v; A() : v(start()) {} };
A a;
END
refuse "a static destructor" "__cxa_atexit\|section .init_array" << 'END'
struct A { ~A(); };
A a;
END
refuse "a destructor function" "section .fini_array" << 'END'
__attribute__((destructor)) static void at_end() { asm volatile(""); }
END
refuse "a function-local static that needs a guard" "symbol __cxa_guard_acquire" << 'END'
int start();
int f() { static int v = start(); return v; }
END
refuse "operator new" "symbol _Znwm" << 'END'
int *f() { return new int(3); }
END
refuse "operator new[]" "symbol _Znam" << 'END'
int *f(unsigned n) { return new int[n]; }
END
refuse "operator delete" "symbol _ZdlPv" << 'END'
void f(int *p) { delete p; }
END
refuse "a thread_local" "section .tbss" << 'END'
thread_local int v;
int f() { return ++v; }
END
refuse "an initialised thread_local" "section .tdata" << 'END'
thread_local int v = 5;
int f() { return ++v; }
END
refuse "exceptions and their tables" "section .gcc_except_table" -fexceptions -fasynchronous-unwind-tables << 'END'
void g();
int f() { try { g(); } catch (...) { return 1; } return 0; }
END
refuse "a virtual function nobody defined" "symbol __cxa_pure_virtual" << 'END'
struct A { virtual int f() = 0; A(); };
A::A() {}
END
refuse "a weak C symbol, which would override the kernel's" "weak symbol kfree" << 'END'
extern "C" __attribute__((weak)) void kfree(const void *) {}
END

# What objdump prints above the symbols is the object's path: no letter of it is a symbol's flag.
name=$(printf 'w%.0s' {1..40})
(cd "$work" && echo 'int f() { return 1; }' | g++-12 "${flags[@]}" -x c++ -c - -o "$name" && sh "$gate" objdump "$name") > "$work/said" 2>&1
result $? "accepts an object whatever its path"

# Not an object at all: no verdict is not a good verdict.
echo "no object" > "$work/object.o"
! sh "$gate" objdump "$work/object.o" > "$work/said" 2>&1
result $? "refuses a file that is no object"

# A module whose functions' groups bring a section each, as it comes out of the link.
sections() { # NAME...
	local name
	for name in "$@"; do
		echo ".section $name,\"aG\",@progbits,group_$((++group)),comdat"
		echo ".long 1"
	done | as -o "$work/object.o" - > "$work/said" 2>&1 || return 2
	sh "$PWD/kernel/cxx/sections.sh" objdump "$work/object.o" > "$work/said" 2>&1
}
group=0
sections .records .others && [ ! -s "$work/said" ]
result $? "accepts a module whose sections have a name each"
sections .records .others .records
[ $? = 1 ] && grep -q "object.o: several sections are named .records" "$work/said"
result $? "refuses a module that has a section's name twice"

[ $failed = 0 ]
