#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The sandboxes of passkey-device, tried from inside (confinement_probe.c).

usage: test_confinement.py BUILD [CASE...]

Each attempt is made without a sandbox too, where it must succeed: one that would fail anyway proves
nothing.
"""

import contextlib
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
NEEDS_PRIVILEGE = {"read-shadow", "chroot", "mount", "socket-packet", "bpf", "setuid-0", "setuid-12"}
# What a container or a setting of the kernel may refuse to everybody.
MAY_BE_MISSING = {"mount", "socket-packet", "bpf", "io_uring", "userfaultfd", "keys", "ptrace",
                  "read-memory", "read-memory-file", "user-namespace", "create-node-file"}
# All that the processes can do of what is tried.
ALLOWED = {
    "supervisor": {"read-sysfs", "list-sysfs", "watch-nodes"},
    "launcher": {"open-node", "start-process", "start-child"},
    "worker": set(),
}
FILES = {"read-shadow", "read-secret", "read-passwd", "read-proc", "list-root", "create-file",
         "create-node-file", "append-file", "write-file", "truncate-file", "make-folder", "make-link",
         "rename-file", "read-memory-file", "execute"}


class Place:
    """A folder with what the probe tries to reach, and a process that it tries to look into."""

    def __init__(self, uid):
        self.uid = uid
        self.folder = tempfile.mkdtemp(prefix="ppk-confinement-")
        self._open = contextlib.ExitStack()

    def __enter__(self):
        os.mkdir(os.path.join(self.folder, "place"))
        self._open.callback(shutil.rmtree, self.folder)
        victim = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                  **self._as_user())
        self._open.enter_context(victim)
        self._open.callback(victim.kill)
        self.victim = victim.pid
        for address in (os.path.join(self.folder, "listener"),
                        "\0ppk-confinement-%d" % self.victim):
            listener = self._open.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(address)
            listener.listen(16)
        return self

    def __exit__(self, *_):
        self._open.close()

    def _as_user(self):
        return {"user": self.uid, "group": self.uid, "extra_groups": []} if self.uid else {}

    def _prepare(self):
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if name in ("place", "listener"):
                continue
            (shutil.rmtree if os.path.isdir(path) and not os.path.islink(path) else os.unlink)(path)
        for name in ("secret", "file"):
            with open(os.path.join(self.folder, name), "w") as file:
                file.write("x\n")
            os.chmod(os.path.join(self.folder, name), 0o600)
        for name in ("", "secret", "file", "place", "listener"):
            os.chown(os.path.join(self.folder, name), self.uid, self.uid)

    def probe(self, role, without="none"):
        """What the attempts gave: a number by name."""
        self._prepare()
        command = [PROBE, role, without, self.folder, str(self.victim)]
        if self.uid == 0:  # what is mounted stays in there
            command = ["unshare", "--mount", *command]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              **self._as_user())
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
            tap.equal(more - {"connect-path"}, allowed & can, "what is possible with nfc as " + role)
            # Landlock keeps other sockets than pcscd's out from Linux 7.1 on.
            tap.equal("connect-path" in more, landlock < 9, "a Unix socket with nfc as " + role)


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
                 "list-sysfs", "write-file", "read-memory-file"}
        for role, allowed in ALLOWED.items():
            got = inside(place, role, "landlock")
            tap.equal(got - reads, allowed & can - reads, "what is possible as " + role)
        tap.equal(inside(place, "worker", "landlock"), set(), "what is possible as worker")


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
