#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# make-virtual-device.sh PASSKEY_DEVICE LIBVIRTUAL_BUS OUTPUT
#
# Copies a program and makes the copy load the virtual bus before all other libraries, so that
# no environment is needed: with a folder `bus` beside it, the copy sees that in place of /dev.
# Works for any dynamically linked program, and for one that carries a sanitizer's runtime.
set -eu

if [ $# -ne 3 ]; then
	echo "usage: $0 PASSKEY_DEVICE LIBVIRTUAL_BUS OUTPUT" >&2
	exit 2
fi
program=$1
library=$(realpath "$2")
output=$3

new=$(mktemp "$output.XXXXXX")
trap 'rm -f "$new"' EXIT
cp -- "$program" "$new"
# patchelf puts a new entry before the old ones: it comes before libc and before libfido2. By its
# path, so that the loader does not search for it in more folders than for a real one.
patchelf --add-needed "$library" "$new"
chmod 755 "$new"
mv -- "$new" "$output"
