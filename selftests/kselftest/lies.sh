# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# evilfront's lies on the rings, for the scenarios that tell them: LIE and what is to become of it. The numbers of the cases
# are in evilfront's ring.c and control.c.
# off = the vif is disabled, error = answered with an error, fine = answered as honest

# shellcheck disable=SC2034 # used by who reads this
ring_lies='prod-ahead:off prod-far:off prod-back:off cross-page:off slot-missing:off slots-22:off extra-missing:off
	extra-unknown:off extra-endless:off gso-zero:off rx-ahead:off
	slots-20:error bad-gref:error gref-revoked:error runt:error size-wrap:error
	zero-slots:fine gso-no-tcp:fine same-slot:fine scribble:fine rx-bad-gref:fine rx-read-only:fine
	event-storm:fine packet-storm:fine
	ctrl-ahead:off ctrl-bogus:fine ctrl-storm:fine'
