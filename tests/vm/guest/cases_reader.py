# SPDX-License-Identifier: BSD-2-Clause
"""A key that lies on an NFC reader, through the system's own pcscd, which asks polkit who may.

libfido2's part is stood in for, as in tests/integration/test_readers.py.
"""

import contextlib
import os
import subprocess
import sys

from console import alice_at_the_console
from machine import (BUILD, HELPER, Journal, TESTS, USER, case, enroll_words, forget, granted,
                     options, scene, sign_in, signed_in, system, tap, Terminal)
from virtual import Authenticator, find_program

VIRTUAL = os.path.join(TESTS, "virtual")
WITH_READERS = "/usr/local/libexec/passkey-device-reader"
READER_CONFIGURATION = "/etc/reader.conf.d/vpcd"


def prepare():
    if not os.path.exists(READER_CONFIGURATION):
        raise tap.Skip("vsmartcard-vpcd")
    try:
        library = find_program(BUILD, "libvirtual-reader.so")
    except FileNotFoundError:
        raise tap.Skip("libpcsclite-dev when the tests were built")
    os.makedirs(os.path.dirname(WITH_READERS), 0o755, exist_ok=True)
    system.run("sh", os.path.join(VIRTUAL, "make-virtual-device.sh"), HELPER, library, WITH_READERS)
    options("nfc = yes", "device_helper = " + WITH_READERS)
    system.write("/etc/default/pcscd", "PCSCD_ARGS=--info\n")


@contextlib.contextmanager
def card():
    """A card that lies on the reader: no node of it is anywhere but on a bus of its own."""
    journal = Journal()
    system.run("systemctl", "start", "pcscd.service")
    journal.wait_for("daemon ready")
    try:
        with Authenticator(BUILD, os.path.join(system.ROOT, "reader")) as key, subprocess.Popen(
                [sys.executable, os.path.join(VIRTUAL, "reader", "card.py"), key.bus],
                stdin=subprocess.PIPE) as process:
            yield
            process.kill()
    finally:
        system.run("systemctl", "stop", "pcscd.service", "pcscd.socket")


@case
def a_key_on_a_reader_enrols_and_signs_in():
    prepare()
    forget()
    with card():
        with Terminal(enroll_words("--name", "Card")) as terminal:
            granted(terminal, "Enrolled ")
        with sign_in() as terminal:
            signed_in(terminal)
        with scene.sudo() as terminal:
            scene.password(terminal)
            granted(terminal)


@case
def a_key_on_a_reader_signs_in_for_the_person_at_the_machine():
    prepare()
    with alice_at_the_console() as console, card():
        forget()
        with Terminal(enroll_words("--name", "Card")) as terminal:
            granted(terminal, "Enrolled ")
        # in her session: it is by this that polkit knows who sits there
        console.enter("clear; pamtester passkey %s authenticate" % USER)
        console.wait_for("successfully authenticated")
