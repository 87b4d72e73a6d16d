# SPDX-License-Identifier: BSD-2-Clause
"""Which processes run. Each is a pid; what may not be looked at is passed over."""

import contextlib
import os


def _pids():
    return map(int, filter(str.isdigit, os.listdir("/proc")))


def by_program(matches):
    """Those whose program's path satisfies matches, in the mount namespace of the caller."""
    here = os.readlink("/proc/self/ns/mnt")
    found = []
    for pid in _pids():
        with contextlib.suppress(OSError):
            if os.readlink("/proc/%d/ns/mnt" % pid) == here and \
                    matches(os.readlink("/proc/%d/exe" % pid)):
                found.append(pid)
    return found


def by_name(name):
    """Those that were called by this name and have not ended, whoever's they are."""
    found = []
    for pid in _pids():
        with contextlib.suppress(OSError):
            with open("/proc/%d/cmdline" % pid, "rb") as file:
                line = file.read()
            with open("/proc/%d/stat" % pid) as file:
                state = file.read().rsplit(")", 1)[1].split()[0]
            if line.split(b"\0")[0] == name.encode() and state not in "ZX":
                found.append(pid)
    return found
