# SPDX-License-Identifier: BSD-2-Clause
"""passkey-device and a key in an NFC reader, confined as it ships, through a real pcscd.

usage: test_readers.py BUILD [CASE...]

libfido2's part is stood in for (tests/virtual/reader) where it was built without PC/SC, as Debian's
was. pcscd, the reader and polkit, which pcscd of Debian 13 asks, live in namespaces of this test.
Needs root.
"""

import contextlib
import ctypes
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

import tap
from desk import BUILD, Desk, HERE, RP, SHORT_MS, find_program, group, run

CARD = os.path.join(HERE, os.pardir, "virtual", "reader", "card.py")
READER_CONFIGURATION = "/etc/reader.conf.d/vpcd"
CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
LONG_MS = 30000  # all cases can wait for so long, in vain, and the test still tells which


def unshare():
    """A network and a /run of this process' own."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS | CLONE_NEWNET) != 0:
        raise tap.Skip("root, and namespaces: " + os.strerror(ctypes.get_errno()))
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "none", "/run"], check=True)
    os.mkdir("/run/pcscd", 0o755)
    os.mkdir("/run/dbus", 0o755)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def _asks_polkit():
    """Whether this pcscd was built to ask it: it then takes nobody where it finds none."""
    shown = subprocess.run(["pcscd", "--help"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return b"polkit" in shown.stdout


class ReaderDesk(Desk):
    """A desk with a reader, and a passkey-device whose libfido2 knows PC/SC."""

    def __enter__(self):
        super().__enter__()
        # beside no bus: the confinement is the one that ships, with nothing added
        folder = os.path.join(self.folder, "helper")
        os.mkdir(folder, 0o755)
        self.helper = os.path.join(folder, os.path.basename(self.helper))
        shutil.copy(find_program(BUILD, "passkey-device-reader"), self.helper)
        if _asks_polkit():
            # the bus that polkit is called on; it starts polkit, which ends with it
            self._start(b"unix:", "dbus-daemon", "--system", "--nofork", "--nopidfile", "--nosyslog",
                        "--print-address=1")
        self._start(b"daemon ready", "pcscd", "--foreground", "--info")
        return self

    def _start(self, sign, *words):
        """Start a daemon, which has said this once it serves. It ends with the desk."""
        daemon = self._open.enter_context(subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE))
        self._open.callback(daemon.kill)
        if not any(sign in line for line in daemon.stdout):
            raise AssertionError(words[0] + " has ended")

    def ask(self, *words, timeout=LONG_MS, **run):
        return super().ask(*words, timeout=timeout, **run)

    def enrol_by_reader(self):
        """A new credential, through the reader: it may take a while until that tells of its card."""
        ceremony = self.ask("create", "rp=" + RP, "uv=discouraged", "nfc")
        credential = ceremony.until("credential")
        ceremony.finish()
        return credential

    def lay_on(self):
        """Lay a card on the reader; it lies there until the end of the test."""
        if not hasattr(self, "_authenticator"):
            self._authenticator = self.key()
        card = self._open.enter_context(subprocess.Popen(
            [sys.executable, CARD, self.bus], stdin=subprocess.PIPE))
        self._open.callback(card.kill)


def prepare():
    if os.getuid() != 0:
        raise tap.Skip("root")
    if shutil.which("pcscd") is None:
        raise tap.Skip("pcscd")
    if _asks_polkit() and shutil.which("dbus-daemon") is None:
        raise tap.Skip("dbus")
    if not os.path.exists(READER_CONFIGURATION):
        raise tap.Skip("vsmartcard-vpcd")
    with contextlib.suppress(FileNotFoundError):
        find_program(BUILD, "passkey-device-reader")
        if os.getpid() not in prepare.done:
            unshare()
            prepare.done.add(os.getpid())
        return
    raise tap.Skip("libpcsclite-dev when the tests were built")


prepare.done = set()


def a_key_on_a_reader_enrols_and_signs_in():
    prepare()
    with ReaderDesk() as desk:
        desk.lay_on()
        credential = desk.enrol_by_reader()
        ceremony = desk.ask("assert", "nfc", "group=" + group(credential["credential_id"]))
        ceremony.until("assertion")
        ceremony.finish()
        products = [m["product"] for m in ceremony.seen if m["type"] == "authenticator"]
        tap.equal(products, ["Virtual PCD 00 00"], "products")


def a_key_that_is_laid_on_later_is_found():
    prepare()
    with ReaderDesk() as desk:
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged", "nfc")
        ceremony.expect("insert")
        desk.lay_on()
        ceremony.until("credential")
        ceremony.finish()


def without_the_option_no_reader_is_asked():
    prepare()
    with ReaderDesk() as desk:
        desk.lay_on()
        desk.enrol_by_reader()
        desk.ask("list").expect("listed")
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged", timeout=SHORT_MS)
        ceremony.expect("insert")
        ceremony.expect("failed", err="no-authenticator")
        ceremony = desk.ask("list", "nfc")
        tap.equal(ceremony.expect("authenticator")["product"], "Virtual PCD 00 00")
        ceremony.expect("listed")


if __name__ == "__main__":
    run({name: value for name, value in globals().items() if name not in ("prepare", "unshare")})
