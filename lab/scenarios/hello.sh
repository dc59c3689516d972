# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The smallest scenario: dom0 answers.
. /lab/lab.sh
echo "KTAP version 1"
echo "1..1"
xl list >&2
ip link >&2
xl list | grep -q Domain-0 && echo "ok 1 dom0 is listed" || { echo "not ok 1 dom0 is listed"; exit 1; }
