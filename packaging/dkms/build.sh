#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh KDIR - builds the three modules for DKMS. Where that fails with link-time optimisation it is tried
# without: the same modules, a little slower.
set -u
build() { make -j"$(nproc)" -C kernel modules KDIR="$1" OUT="$PWD/out" LTO="$2"; }

build "$1" y && exit 0
echo "ringway: building with link-time optimisation failed (see above): once more without it"
rm -rf out
build "$1" n
