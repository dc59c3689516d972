# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# host.sh NAME=VALUE… SCENARIO.py - dom0's half of a scenario that runs on the host (lab/host/lab.py). It asks the
# host to start the scenario, then runs the lines of shell that come back over the results' port, with all that a
# scenario can say:
#   say LINE      what it prints is KTAP          run LINE      what it prints goes back, with the exit code
# An answer is "#reply |TEXT" for each line of output and "#reply =CODE" behind them.
. /lab/scenarios/ktap.sh

# at_once SECONDS (NAME COMMAND)…: all commands at the same time. Prints "NAME CODE", and behind it a tab and a line
# for each line that the command said on stderr.
at_once() {
	local seconds=$1 dir=/tmp/at-once name names=()
	shift
	rm -rf $dir
	mkdir $dir
	while [ $# -gt 0 ]; do
		names+=("$1")
		{ eval "timeout $seconds $2" > "$dir/$1.out" 2> "$dir/$1.said"; echo $? > "$dir/$1.code"; } &
		shift 2
	done
	wait
	for name in "${names[@]}"; do
		echo "$name $(< "$dir/$name.code")"
		sed 's/^/\t/' "$dir/$name.said"
	done
}

answer() { # CODE FILE
	sed 's/^/#reply |/' "$2" >&9
	echo "#reply =$1" >&9
}

exec 8< /dev/ttyS1
echo "#host $(printf '%q ' "$@")" >&9
while IFS= read -r request <&8; do
	case $request in
	'say '*) eval "${request#say }"; answer $? /dev/null ;;
	'run '*) eval "${request#run }" > /tmp/host.said 2>&1; answer $? /tmp/host.said ;;
	'exit '*) exit "${request#exit }" ;;
	esac
done
