# SPDX-License-Identifier: BSD-2-Clause
"""A private copy of the parts of a system that signing in touches.

enter() moves this process into a mount namespace of its own, in which /etc, /dev, /run, /home,
/var/log and the folder of PAM modules are copies on a tmpfs at /mnt. Users are added, PAM services
changed and programs such as sudo, su and login run for real; nothing outside the namespace
changes, and all of it is gone with the last process in it. Needs root.
"""

import ctypes
import glob
import os
import socket
import subprocess
import threading

import reach

ROOT = "/mnt"
LIBRARY = ROOT + "/lib"
BUS = LIBRARY + "/bus"
STATE = ROOT + "/state"
PASSKEYS = "/etc/passkeys"
PROGRAMS = ROOT + "/bin"

# The helper of another system's passkey-askpass, where that one is tested.
PORTABLE_PARTS = [("tests/virtual/passkey-device-virtual-portable", LIBRARY + "/passkey-device-portable")] \
    if reach.PORTABLE else []

CLONE_NEWNS = 0x00020000


def run(*words, **options):
    """Run a program that must succeed; returns its standard output."""
    done = subprocess.run(words, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError("%s failed: %s" % (" ".join(words), done.stdout.strip()))
    return done.stdout


def _bind(source, target):
    run("mount", "--bind", source, target)


def _copy_and_bind(folder, name):
    copy = os.path.join(ROOT, name)
    run("cp", "-a", folder, copy)
    _bind(copy, folder)


def _private_dev():
    copy = ROOT + "/dev"
    os.mkdir(copy, 0o755)
    for node in ("null", "zero", "full", "random", "urandom", "tty", "ptmx"):
        run("cp", "-a", "/dev/" + node, copy)
    for folder in ("pts", "shm"):
        os.mkdir(os.path.join(copy, folder))
        _bind("/dev/" + folder, os.path.join(copy, folder))
    os.symlink("/proc/self/fd", copy + "/fd")
    run("mount", "--rbind", copy, "/dev")


def pam_module_folder():
    """Where this machine's PAM modules are."""
    for pattern in ("/usr/lib/*/security/pam_unix.so", "/usr/lib*/security/pam_unix.so",
                    "/lib/*/security/pam_unix.so"):
        for path in glob.glob(pattern):
            return os.path.dirname(path)
    raise RuntimeError("no pam_unix.so on this machine")


class Syslog(threading.Thread):
    """Listens on the namespace's own /dev/log and keeps every line."""

    def __init__(self):
        super().__init__(daemon=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        self._lines = []
        self._changed = threading.Condition()
        self.start()

    def run(self):
        while True:
            line = self._socket.recv(65536).rstrip(b"\0\n").decode("utf-8", "replace")
            with self._changed:
                self._lines.append(line)
                self._changed.notify_all()

    def lines(self, containing=""):
        """The lines so far that contain a text. A datagram is here once its sender returned."""
        mark = "end-of-lines-%d" % id(object())
        probe = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        probe.sendto(mark.encode(), "/dev/log")
        with self._changed:
            self._changed.wait_for(lambda: mark in self._lines)
            self._lines.remove(mark)
            return [line for line in self._lines if containing in line]

    def forget(self):
        self.lines()
        with self._changed:
            self._lines.clear()


def enter(build, above=None):
    """Enter the namespace and install what build made. Returns the Syslog of the namespace.

    above: a folder whose usr/ is laid over the machine's, as if its programs were installed.
    """
    if os.geteuid() != 0:
        raise RuntimeError("a private system needs root: run this as root or with sudo")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise RuntimeError("unshare: " + os.strerror(ctypes.get_errno()))
    run("mount", "--make-rprivate", "/")
    # what build made is read first: its folder may lie below one that is hidden now
    parts = _read_parts(build)
    if above:
        run("mount", "-t", "overlay", "-o", "lowerdir=%s/usr:/usr" % above, "pam_passkey", "/usr")
    run("mount", "-t", "tmpfs", "-o", "mode=0755,size=256m", "pam_passkey", ROOT)
    for folder, name in (("/etc", "etc"), (pam_module_folder(), "security")):
        _copy_and_bind(folder, name)
    _private_dev()
    hidden = ["/run", "/home", "/var/log"]
    for folder in hidden:
        run("mount", "-t", "tmpfs", "-o", "mode=0755", "pam_passkey", folder)
    for path in ("/run/utmp", "/var/log/wtmp", "/var/log/lastlog", "/var/log/btmp"):
        open(path, "w").close()
    _write_parts(parts)
    os.environ["TMPDIR"] = ROOT + "/tmp"
    os.mkdir(ROOT + "/tmp", 0o1777)
    os.chmod(ROOT + "/tmp", 0o1777)
    return Syslog()


def _read_parts(build):
    parts = {}
    for name, target in (
            ("pam_passkey/pam/pam_passkey.so", pam_module_folder() + "/pam_passkey.so"),
            ("pam_passkey/pam/pam_passkey_crypto.so",
             pam_module_folder() + "/pam_passkey_crypto.so"),
            ("tools/passkeyctl/passkeyctl", PROGRAMS + "/passkeyctl"),
            (("tests/portable/" if reach.PORTABLE else "tools/passkey-askpass/") +
             reach.variant("passkey-askpass"), PROGRAMS + "/passkey-askpass"),
            ("tests/virtual/passkey-device-virtual", LIBRARY + "/passkey-device"),
            *PORTABLE_PARTS,
            ("tests/virtual/libvirtual-bus.so", LIBRARY + "/libvirtual-bus.so"),
            ("tests/virtual/passkey-authenticator", PROGRAMS + "/passkey-authenticator")):
        with open(os.path.join(build, name), "rb") as part:
            parts[target] = part.read()
    return parts


def _write_parts(parts):
    for folder in (LIBRARY, BUS, STATE, PROGRAMS):
        os.makedirs(folder, 0o755)
    for target, content in parts.items():
        with open(target, "wb") as out:
            out.write(content)
        os.chmod(target, 0o755)
    for name in ("/passkey-device", "/passkey-device-portable"):
        if LIBRARY + name in parts:
            reach.name_bus(LIBRARY + name, LIBRARY + "/libvirtual-bus.so")


def add_user(name, password):
    run("useradd", "--create-home", "--shell", "/bin/sh", name)
    subprocess.run(["chpasswd"], input="%s:%s\n" % (name, password), text=True, check=True)


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    os.chmod(path, mode)


def configure(**options):
    """Write /etc/security/pam_passkey.conf of the namespace."""
    options.setdefault("state", STATE)
    options.setdefault("device_helper", LIBRARY + "/passkey-device")
    lines = ["%s = %s\n" % item for item in options.items()]
    write("/etc/security/pam_passkey.conf", "".join(lines))


def service(name, *auth):
    """A PAM service: password first, then the passkey; account and session as simple as can be."""
    auth = auth or ("requisite pam_unix.so", "required pam_passkey.so")
    text = "".join("auth %s\n" % line for line in auth)
    text += "account required pam_unix.so\nsession required pam_permit.so\n"
    write("/etc/pam.d/" + name, text)
