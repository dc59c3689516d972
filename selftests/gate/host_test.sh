#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# host_test.sh - a scenario in Python on the host and dom0's half of it (lab/host/lab.py, lab/dom0/host.sh) speak
# with each other: results, output, exit codes, what fails and what dies. dom0 is a shell of this machine. KTAP on
# standard output.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed "s,/tmp/,$work/,g; s,/lab/scenarios/,$work/,; s,/dev/ttyS1,$work/to-dom0," lab/dom0/host.sh > "$work/host.sh"
cat > "$work/ktap.sh" << 'END'
failed=0
ktap_plan() { echo "1..$1"; }
ktap_result() { [ "$1" = 0 ] && echo "ok $2" && return; failed=1; echo "not ok $2"; return 1; }
check() { local text=$1 code; shift; "$@" > /dev/null; code=$?; ktap_result $code "$text"; }
ktap_end() { exit $failed; }
END

export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=lab/host
number=0 failed=0
expect() { # TEXT WANTED
	number=$((number + 1))
	[ "$2" != "$got" ] || { echo "ok $number $1"; return; }
	failed=$((failed + 1))
	printf 'wanted: %s\ngot:    %s\n' "$2" "$got" | sed 's/^/# /'
	echo "not ok $number $1"
}
# What boot.sh does: `got` is what dom0 printed, and its exit code.
scenario() { # a scenario on standard input, behind what each of them begins with
	local line code
	{ printf 'from lab import Lab, quote\nlab = Lab(plan=2)\n'; cat; } > "$work/scenario.py"
	rm -f "$work"/{to-dom0,from-dom0,replies}
	mkfifo "$work"/{to-dom0,from-dom0,replies}
	exec 6<> "$work/from-dom0" 7<> "$work/replies" 8<> "$work/to-dom0"
	(timeout 20 bash "$work/host.sh" A=1 scenario.py 9>&6 > "$work/said" 2> /dev/null; echo "#end $?" >&6) &
	while IFS= read -r -t 20 line <&6; do
		case $line in
		'#host A=1 scenario.py ') (timeout 20 python3 "$work/scenario.py" <&7 >&8 2> /dev/null || echo "exit $?" >&8) & ;;
		'#reply '*) printf '%s\n' "${line#'#reply '}" >&7 ;;
		'#end '*) code=${line#'#end '}; break ;;
		esac
	done
	got=$(paste -sd '|' "$work/said")"|${code:-nothing}"
}

echo "KTAP version 1"
echo "1..8"
scenario <<< 'lab.check("words", "true")
lab.check("a function", lambda a: a == 1, 1)
lab.end()'
expect 'what holds' '1..2|ok words|ok a function|0'
scenario <<< 'lab.check("words", "false")
lab.check("a function", lambda: ["one thing", "and another"])
lab.end()'
expect 'what does not, and why' '1..2|not ok words|# one thing|# and another|not ok a function|1'
scenario <<< 'lab.need("words", "false")
lab.end()'
expect 'what is needed ends it' '1..2|not ok words|1'
scenario <<< 'lab.check("words", lambda: 1 / 0)'
grep -q '^# ZeroDivisionError: division by zero$' "$work/said"
got=$?${got##*|}
expect 'a scenario that dies says of what' 01
scenario <<< 'lab.run("kept=here; f() { echo two; return 7; }")
said = lab.run("echo one; f >&2")
lab.check(f"{said} {said.code}", "[ $kept = here ]")
lab.end()'
expect 'output, exit code, and a shell that stays the same' $'1..2|ok one two 7|0'
scenario <<< 'text = "it'"'"'s $HOME; \"quoted\" * \\ "
lab.check("quoted", lambda: lab.run(f"echo {quote(text)}") == text)
lab.end()'
expect 'quoting' '1..2|ok quoted|0'
scenario <<< 'crowd = {"a": "sh -c \"echo 1 >&2; echo 2 >&2; exit 3\"", "b": "true", "c": "sleep 9"}
said = lab.at_once(crowd, seconds=1)
lab.check(" ".join(f"{n}:{s.code}:{s.count(chr(10))}" for n, s in said.items()), "true")
lab.end()'
expect 'commands at once: codes, complaints, and an end' '1..2|ok a:3:2 b:0:0 c:124:0|0'
scenario <<< 'lab.check("long", lambda: lab.run("seq 2000").count("\n") == 1999)
lab.check("longer", lambda: len(lab.run(f"echo {3000 * quote(chr(32))}")) == 3000)
lab.end()'
expect 'long lines and long answers' '1..2|ok long|ok longer|0'
[ $failed = 0 ]
