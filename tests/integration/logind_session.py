# SPDX-License-Identifier: BSD-2-Clause
"""Sessions as logind leaves them: control groups and files below /run/systemd, in the private system.

enter() makes a control group of this process the root of a cgroup namespace. The groups that are made
below it are removed at the end; nothing else outside of the private system changes.
"""

import atexit
import ctypes
import os
import pwd

import tap
from private_system import write

CLONE_NEWCGROUP = 0x02000000


def _hierarchy():
    """Where the control groups that logind uses are mounted."""
    for path in ("/sys/fs/cgroup/systemd", "/sys/fs/cgroup"):
        if os.path.exists(path + "/cgroup.procs"):
            return path
    return None


class Groups:
    """The control groups of this test. Skips the case where they cannot be made."""

    root = None

    @classmethod
    def enter(cls):
        if cls.root is not None:
            return
        hierarchy = _hierarchy()
        if hierarchy is None:
            raise tap.Skip("no cgroup file system")
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            marks = ("name=systemd",) if hierarchy.endswith("systemd") else ("",)
            own = [line.rstrip("\n").split(":", 2)[2] for line in file
                   if line.split(":")[1] in marks][0]
        root = "%s%s/ppk-test-%d" % (hierarchy, own.rstrip("/"), os.getpid())
        try:
            os.mkdir(root)
            cls._move(root)
        except OSError as reason:
            raise tap.Skip("a cgroup file system that can be written (%s)" % reason)
        cls.root, cls._before = root, hierarchy + own
        atexit.register(cls._leave)
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWCGROUP) != 0:
            raise tap.Skip("cgroup namespaces (%s)" % os.strerror(ctypes.get_errno()))

    @staticmethod
    def _move(group):
        with open(group + "/cgroup.procs", "w", encoding="utf-8") as file:
            file.write(str(os.getpid()))

    @classmethod
    def _leave(cls):
        cls._move(cls._before)
        for folder, _, _ in os.walk(cls.root, topdown=False):
            os.rmdir(folder)


def inside(group, words):
    """The words that run a program in a group, such as user.slice/user-1000.slice/session-5.scope."""
    Groups.enter()
    path = os.path.join(Groups.root, group)
    os.makedirs(path, exist_ok=True)
    return ["sh", "-c", "echo $$ >'%s/cgroup.procs' && exec \"$@\"" % path, "sh"] + list(words)


def group(user, unit):
    uid = pwd.getpwnam(user).pw_uid
    return "user.slice/user-%d.slice/%s" % (uid, unit)


def session(number, remote, **more):
    """What logind writes down of a session."""
    os.makedirs("/run/systemd/sessions", 0o755, exist_ok=True)
    values = dict({"CLASS": "user", "TYPE": "tty", "REMOTE": int(remote)}, **more)
    write("/run/systemd/sessions/%s" % number, "".join("%s=%s\n" % item for item in values.items()))
