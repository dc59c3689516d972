#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# summary_test.sh - the counting of test results itself: a result that is lost must not look like success.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
summary=$PWD/selftests/summary.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

number=0 failed=0
expect() { # TEXT LINE CODE FILE...
	local text=$1 line=$2 code=$3 got got_code
	shift 3
	got=$(cd "$work" && "$summary" "$@" 2> said)
	got_code=$?
	number=$((number + 1))
	if [ "$(tail -n 1 <<< "$got")" = "$line" ] && [ $got_code = "$code" ]; then
		echo "ok $number $text"
		return
	fi
	failed=$((failed + 1))
	printf '# wanted: %s (exit code %s)\n# got:    %s (exit code %s)\n' "$line" "$code" "$got" $got_code
	sed 's/^/# /' "$work/said"
	echo "not ok $number $text"
}
file() { cat > "$work/$1"; }

file good.gtest << 'END'
Running main() from ./googletest/src/gtest_main.cc
[==========] 12 tests from 3 test suites ran. (7 ms total)
[  PASSED  ] 12 tests.
END
file bad.gtest << 'END'
Running main() from ./googletest/src/gtest_main.cc
a_test.cc:12: Failure
[  FAILED  ] A.B (0 ms)
[==========] 12 tests from 3 test suites ran. (7 ms total)
[  PASSED  ] 9 tests.
[  SKIPPED ] 1 test.
[  FAILED  ] 2 tests, listed below:
[  FAILED  ] A.B
[  FAILED  ] A.C

 2 FAILED TESTS
END
file brief.gtest << 'END'
Running main() from ./googletest/src/gtest_main.cc
a_test.cc:2: Failure
[  FAILED  ] A.C (0 ms)
[==========] 4 tests from 1 test suite ran. (0 ms total)
[  PASSED  ] 2 tests.
[  SKIPPED ] 1 test.
END
file crashed.gtest << 'END'
Running main() from ./googletest/src/gtest_main.cc
==1==ERROR: AddressSanitizer: heap-use-after-free
END
cat "$work/good.gtest" "$work/crashed.gtest" > "$work/second-crashed.gtest"
cat "$work/good.gtest" "$work/bad.gtest" > "$work/two.gtest"
file good.ktap << 'END'
KTAP version 1
1..3
ok 1 one
ok 2 two # SKIP no such device
# a comment that says not ok 4
ok 3 - three
END
file bad.ktap << 'END'
KTAP version 1
1..2
not ok 1 one
ok 2 two
END
file short.ktap << 'END'
KTAP version 1
1..5
ok 1 one
ok 2 two
END
file skipped.ktap << 'END'
KTAP version 1
1..0 # SKIP not root
END
file bail.ktap << 'END'
1..1
ok 1 one
Bail out! the machine died
END
printf '1..1\r\nok 1 over a serial line\r\n' > "$work/serial.ktap"
file nothing.log << 'END'
make: *** [Makefile:48: a.o] Error 1
END
: > "$work/empty.log"

echo "KTAP version 1"
echo "1..18"
expect "GoogleTest that passes" "12 passed, 0 failed, 0 skipped" 0 good.gtest
expect "GoogleTest with failures and skips" "9 passed, 2 failed, 1 skipped" 1 bad.gtest
expect "GoogleTest in brief, where failures are not counted" "2 passed, 1 failed, 1 skipped" 1 brief.gtest
expect "GoogleTest that crashed" "0 passed, 1 failed, 0 skipped" 1 crashed.gtest
expect "a second GoogleTest that crashed" "12 passed, 1 failed, 0 skipped" 1 second-crashed.gtest
expect "two GoogleTests in one file" "21 passed, 2 failed, 1 skipped" 1 two.gtest
expect "KTAP that passes" "2 passed, 0 failed, 1 skipped" 0 good.ktap
expect "KTAP with a failure" "1 passed, 1 failed, 0 skipped" 1 bad.ktap
expect "KTAP that stopped early: each missing result" "2 passed, 3 failed, 0 skipped" 1 short.ktap
expect "KTAP skipped as a whole" "0 passed, 0 failed, 1 skipped" 0 skipped.ktap
expect "KTAP that bailed out" "1 passed, 1 failed, 0 skipped" 1 bail.ktap
expect "KTAP from a serial line" "1 passed, 0 failed, 0 skipped" 0 serial.ktap
expect "a log without results" "0 passed, 1 failed, 0 skipped" 1 nothing.log
expect "an empty file" "0 passed, 1 failed, 0 skipped" 1 empty.log
# Nested, as the lab has it: flattened first.
nested() { selftests/flatten.sh "$work/$1.nested" > "$work/$1.ktap"; }
file whole.nested << 'END'
1..2
  1..1
  ok 1 one
ok 1 a.sh
  1..2
  ok 1 two
  not ok 2 three
not ok 2 b.sh # exit code 1
END
nested whole
file between.nested << 'END'
1..3
  1..1
  ok 1 one
ok 1 a.sh
END
nested between
file within.nested << 'END'
1..3
  1..1
  ok 1 one
ok 1 a.sh
  1..2
  ok 1 two
END
nested within
expect "scenarios with tests in them" "2 passed, 1 failed, 0 skipped" 1 whole.ktap
expect "a boot that ended between two scenarios" "1 passed, 1 failed, 0 skipped" 1 between.ktap
expect "a boot that ended within a scenario, and another one never began" "2 passed, 2 failed, 0 skipped" 1 within.ktap
expect "all of it together" "14 passed, 0 failed, 1 skipped" 0 good.gtest good.ktap
[ $failed = 0 ]
