#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# arrows_test.sh - arrows.py sees a circle and an arrow that goes up, in calls and in includes, and names what makes
# them; what is no arrow it lets be. KTAP on standard output.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
arrows=$PWD/selftests/arrows.py
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree

said=$work/said
# shellcheck source=selftests/result.sh
. selftests/result.sh

# A small part of a roof, decisions and services, all of whose arrows go down; a test plants what is wrong in it.
plant() { # FILE, its text on standard input
	mkdir -p "$(dirname "$tree/part/$1")"
	cat > "$tree/part/$1"
}
begin() {
	rm -rf "$tree" "$work/objects"
	mkdir -p "$tree"
	cat > "$tree/order" <<-'END'
		floors part part *.c logic/ linux/
		knows part
	END
	plant main.c <<< 'int decide(int); int start(void) { return decide(1); }'
	plant logic/step.hpp <<< '#pragma once
int helper(int);'
	plant logic/decide.cpp <<< '#include "step.hpp"
#include "../linux/host.h"
template <typename T> __attribute__((noinline)) T twice(T v) { return v + v; }
extern "C" int decide(int v) { return helper(twice(v)) + service(v); }'
	plant logic/step.cpp <<< '#include "step.hpp"
#include "../linux/host.h"
template <typename T> __attribute__((noinline)) T twice(T v) { return v + v; }
int helper(int v) { return service(twice(v)); }'
	plant linux/host.h <<< '#ifdef __cplusplus
extern "C" {
#else
#include <linux/types.h>
#endif
int service(int);
#ifdef __cplusplus
}
#endif'
	plant linux/service.c <<< 'int (*handler)(int); int service(int v) { return handler ? handler(v) : v; }'
}
calls() {
	local file object
	while IFS= read -r file; do
		object=$work/objects/${file#"$tree"/part/}
		mkdir -p "${object%/*}"
		case $file in
		*.c) gcc -O2 -c -o "${object%.*}.o" "$file" ;;
		*) g++-12 -std=gnu++20 -O2 -c -o "${object%.*}.o" "$file" ;;
		esac || return 2
	done < <(find "$tree/part" -name '*.c' -o -name '*.cpp')
	"$arrows" --top "$tree" --order "$tree/order" calls "part=$work/objects"
}
includes() { "$arrows" --top "$tree" --order "$tree/order" includes; }

accepts() { # TEXT calls|includes
	"$2" > "$work/said" 2>&1
	result $? "$1"
}
# Refused, and each WORD is in what is said of it.
refuses() { # TEXT calls|includes WORD…
	local text=$1 code word
	"$2" > "$work/said" 2>&1
	code=$?
	for word in "${@:3}"; do grep -qF -e "$word" "$work/said" || code="$code; no word of \"$word\""; done
	echo "exit code $code" >> "$work/said"
	[ "$code" = 1 ]
	result $? "refuses $text"
}

echo "KTAP version 1"
echo "1..11"
begin
accepts 'accepts calls that go down, copies of inline functions, and handlers handed down as pointers' calls
begin
plant logic/step.cpp <<< 'extern "C" int decide(int); int helper(int v) { return v ? decide(v - 1) : 0; }'
refuses 'a circle of two files' calls 'not ok 1' 'a circle of 2 files' 'ok 2' \
	'logic/decide.cpp -> logic/step.cpp: helper' 'logic/step.cpp -> logic/decide.cpp: decide'
begin
plant logic/step.cpp <<< 'int third(int); int helper(int v) { return third(v); }'
plant logic/third.cpp <<< 'extern "C" int decide(int); int third(int v) { return v ? decide(v - 1) : 0; }'
refuses 'a circle of three files' calls 'a circle of 3 files' 'logic/step.cpp -> logic/third.cpp: third'
begin
plant logic/third.cpp <<< 'int first(int); int second(int); int third(int v) { return first(v) + second(v); }'
plant logic/first.cpp <<< 'int second(int); int first(int v) { return second(v); }'
plant logic/second.cpp <<< 'int second(int v) { return v; }'
accepts 'accepts two ways to the same file' calls
begin
plant other.c <<< 'int told(int v) { return v; }'
plant linux/service.c <<< 'int told(int); int service(int v) { return told(v); }'
refuses 'a call that goes up, though in no circle' calls 'ok 1' 'not ok 2' 'up: linux/service.c -> other.c: told'
begin
plant elsewhere/lost.c <<< 'int lost;'
refuses 'a file on no floor' calls 'elsewhere/lost.c is on no floor'
begin
accepts 'accepts includes that go down' includes
begin
plant linux/host.hpp <<< '#include "../logic/step.hpp"'
refuses 'an include that goes up' includes 'part/linux/host.hpp:1: linux/ is below logic/'
begin
plant logic/step.hpp <<< '#include "more.hpp"'
plant logic/more.hpp <<< '#include "step.hpp"'
refuses 'headers that include each other' includes 'part/logic/more.hpp part/logic/step.hpp'
begin
mkdir "$tree/other" "$tree/kernel"
echo 'int other;' > "$tree/other/other.h"
plant logic/step.hpp <<< '#include "../../other/other.h"'
refuses 'a neighbour whom nobody introduced' includes 'part may not know other/other.h'
begin
mkdir "$tree/kernel"
mv "$tree/part" "$tree/kernel/"
sed -i 's,part$,kernel/part,; s,part part,part kernel/part,' "$tree/order"
echo '#include <linux/types.h>' >> "$tree/kernel/part/linux/host.h"
refuses "a kernel header that C++ sees by another header" includes \
	'kernel/part/logic/decide.cpp -> kernel/part/linux/host.h:10: <linux/types.h>'
[ $failed = 0 ]
