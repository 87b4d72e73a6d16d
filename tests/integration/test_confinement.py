#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The sandboxes of passkey-device, tried from inside (confinement_probe.c).

usage: test_confinement.py BUILD [CASE...]

Each attempt is made without a sandbox too, where it must succeed: one that would fail anyway proves
nothing.
"""

import contextlib
import errno
import os
import shutil
import socket
import subprocess
import sys
import tempfile

import reach
import tap

PROBE, = reach.shared(os.path.join(os.path.abspath(sys.argv[1]), "tests", "integration", "confinement_probe"))
ORDINARY = 54321  # a user that the system does not know
# What an ordinary user cannot do in any case.
NEEDS_PRIVILEGE = {"read-shadow", "chroot", "mount", "socket-packet", "bpf", "setuid-0", "setuid-12",
                   "open-mem"}
# What needs a node that is not there unless root makes it (DEVICES).
NEEDS_NODE = {"open-table-node", "open-table-node-to-read", "open-table-node-for-programs",
              "open-table-node-to-append", "open-table-node-or-create", "open-table-node-the-old-way",
              "open-node-by-own-path", "open-node-by-path-far-away", "open-readers",
              "open-readers-to-read"}
# What a container or a setting of the kernel may refuse to everybody, and what some processors and
# kernels alone take.
MAY_BE_MISSING = {"mount", "socket-packet", "bpf", "io_uring", "userfaultfd", "keys", "ptrace",
                  "read-memory", "read-memory-file", "user-namespace", "create-node-file", "open-mem",
                  "open-table-node-the-old-way", "make-table-writable-by-tag",
                  "unmap-table-from-other-half", "shrink-around-to-table"}
MEMORY = {"manage-memory", "manage-memory-below", "advise-next-page"}
# To name a file (O_PATH) is not to read it.
NAMED = {"open-readers", "open-place"}
# All that the processes can do of what is tried.
ALLOWED = {
    "supervisor": MEMORY | NAMED | {"read-sysfs", "list-sysfs", "watch-nodes"},
    "launcher": MEMORY | {"open-table-node", "start-process", "start-child"},
    "worker": MEMORY,
}
# And with nfc; whether a Unix socket may be connected to is another question.
NFC_TOO = {"supervisor": set(), "launcher": {"open-readers"}, "worker": set()}
FILES = {"open-file", "open-end-of-table-node", "open-readers-to-read", "read-shadow", "read-secret", "read-passwd", "read-proc", "list-root", "create-file",
         "create-node-file", "append-file", "write-file", "truncate-file", "make-folder",
         "make-link", "rename-file", "read-memory-file", "execute"}


# A /dev and a /run of the probe's own, with a device of the user, and one of root as /dev/mem is. What
# an attempt mounts stays in there too.
DEVICES = """
set -eu
uid=$1; shift
mount -t tmpfs -o mode=0755 none /dev
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/zero c 1 5
mknod -m 600 /dev/mem c 1 3
mknod -m 600 /dev/hidraw63 c 1 3
chown "$uid:$uid" /dev/hidraw63
mkdir -m 1777 /dev/shm
mount -t tmpfs -o mode=0755 none /run
mkdir -m 755 /run/pcscd
test "$uid" = 0 || set -- setpriv "--reuid=$uid" "--regid=$uid" --clear-groups -- "$@"
exec "$@"
"""


class Place:
    """A folder with what the probe tries to reach, and a process that it tries to look into."""

    def __init__(self, uid):
        self.uid = uid
        self.folder = tempfile.mkdtemp(prefix="ppk-confinement-")
        self._open = contextlib.ExitStack()

    def __enter__(self):
        os.mkdir(os.path.join(self.folder, "place"))
        self._open.callback(shutil.rmtree, self.folder)
        user = {"user": self.uid, "group": self.uid, "extra_groups": []}
        victim = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                  **(user if self.uid != os.getuid() else {}))
        self._open.enter_context(victim)
        self._open.callback(victim.kill)
        self.victim = victim.pid
        for address in (os.path.join(self.folder, "listener"),
                        "\0ppk-confinement-%d" % self.victim):
            listener = self._open.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen(1024)  # nobody accepts
        return self

    def __exit__(self, *_):
        self._open.close()

    def _prepare(self):
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if name in ("place", "listener"):
                continue
            (shutil.rmtree if os.path.isdir(path) and not os.path.islink(path) else os.unlink)(path)
        for name in ("secret", "file", "hidraw63"):
            with open(os.path.join(self.folder, name), "w") as file:
                file.write("x\n")
            os.chmod(os.path.join(self.folder, name), 0o600)
        for name in ("", "secret", "file", "hidraw63", "place", "listener"):
            os.chown(os.path.join(self.folder, name), self.uid, self.uid)

    def probe(self, role, without="none"):
        """What the attempts gave: a number by name."""
        self._prepare()
        command = [PROBE, role, without, self.folder, str(self.victim)]
        if os.getuid() == 0:
            command = ["unshare", "--mount", "sh", "-c", DEVICES, "sh", str(self.uid), *command]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        tap.equal(done.returncode, 0, "status of the probe as " + role)
        lines = [line.split() for line in done.stdout.decode().splitlines()]
        return {name: int(code) for name, code in lines}


def succeeded(got):
    return {name for name, code in got.items() if code == 0}


def possible(place):
    """The names of what succeeds without a sandbox."""
    got = place.probe("free")
    landlock = got.pop("landlock")
    failed = set(got) - succeeded(got) - MAY_BE_MISSING
    if place.uid:
        failed -= NEEDS_PRIVILEGE
    if os.getuid():
        failed -= NEEDS_NODE
    tap.equal(failed, set(), "what fails without a sandbox")
    for name in sorted(set(got) - succeeded(got)):
        print("# %s cannot be shown here: it fails without a sandbox" % name)
    return succeeded(got), landlock


def inside(place, role, without="none"):
    got = place.probe(role, without)
    del got["landlock"]
    return succeeded(got)


def nobody_reaches_more_than_is_said(uid):
    with Place(uid) as place:
        can, landlock = possible(place)
        if landlock < 1:
            raise tap.Skip("a kernel with Landlock")
        for role, allowed in ALLOWED.items():
            tap.equal(inside(place, role), allowed & can, "what is possible as " + role)
            more = inside(place, role + "+nfc")
            tap.equal(more - {"connect-path", "connect-abstract"}, (allowed | NFC_TOO[role]) & can,
                      "what is possible with nfc as " + role)
            # Landlock keeps other sockets than pcscd's out from Linux 7.1 on.
            tap.equal("connect-path" in more, landlock < 9, "a Unix socket with nfc as " + role)
            # and abstract ones from Linux 6.12 on
            tap.equal("connect-abstract" in more, landlock < 6,
                      "an abstract Unix socket with nfc as " + role)


def as_root_nothing_but_what_is_said_succeeds():
    needs_root()
    nobody_reaches_more_than_is_said(0)


def as_an_ordinary_user_nothing_but_what_is_said_succeeds():
    nobody_reaches_more_than_is_said(ORDINARY if os.getuid() == 0 else os.getuid())


def without_a_filter_landlock_keeps_files():
    with Place(0 if os.getuid() == 0 else os.getuid()) as place:
        can, landlock = possible(place)
        if landlock < 3:
            raise tap.Skip("a kernel with Landlock of Linux 6.2")
        for role in ALLOWED:
            tap.equal(inside(place, role, "filter") & FILES, set(), "files as " + role)


def each_version_of_landlock_keeps_files():
    """As an older kernel would answer: what it does not know must not be asked of it."""
    with Place(0 if os.getuid() == 0 else os.getuid()) as place:
        _, landlock = possible(place)
        if landlock < 1:
            raise tap.Skip("a kernel with Landlock")
        for version in range(1, landlock + 1):
            # the right to truncate came with the third version
            kept = FILES - ({"truncate-file"} if version < 3 else set())
            for role in ALLOWED:
                got = inside(place, role, "filter+%d" % version)
                tap.equal(got & kept, set(), "files as %s, version %d" % (role, version))


def without_landlock_the_filter_keeps_the_rest():
    with Place(0 if os.getuid() == 0 else os.getuid()) as place:
        can, _ = possible(place)
        reads = {"read-shadow", "read-secret", "read-passwd", "read-proc", "read-sysfs", "list-root",
                 "list-sysfs", "read-memory-file", "open-readers-to-read"}
        got = inside(place, "supervisor", "landlock")
        tap.equal(got - reads, ALLOWED["supervisor"] & can - reads, "what is possible as supervisor")
        for role in ("launcher", "worker"):
            got = place.probe(role, "landlock")
            # what this kernel may refuse on its own never gets so far
            for name in ("make-table-writable-by-tag", "shrink-around-to-table"):
                tap.equal(got[name], errno.EPERM, name + " as " + role)
            del got["landlock"]
            tap.equal(succeeded(got), ALLOWED[role] & can, "what is possible as " + role)


def without_landlock_the_id_keeps_the_shadow_file():
    needs_root()
    with Place(0) as place:
        for role in ("supervisor", "supervisor+nfc", "worker", "worker+nfc"):
            tap.equal("read-shadow" in inside(place, role, "landlock"), False, role)


def needs_root():
    if os.getuid() != 0:
        raise tap.Skip("root")


CASES = [
    as_root_nothing_but_what_is_said_succeeds,
    as_an_ordinary_user_nothing_but_what_is_said_succeeds,
    without_a_filter_landlock_keeps_files,
    each_version_of_landlock_keeps_files,
    without_landlock_the_filter_keeps_the_rest,
    without_landlock_the_id_keeps_the_shadow_file,
]

if __name__ == "__main__":
    chosen = sys.argv[2:]
    tap.run([case for case in CASES if not chosen or case.__name__ in chosen])
