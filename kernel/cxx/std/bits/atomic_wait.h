/* SPDX-License-Identifier: GPL-2.0-only */
/* Empty on purpose: std::atomic::wait() needs threads and futexes, which a module has not. */
