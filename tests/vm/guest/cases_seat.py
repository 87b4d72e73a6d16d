# SPDX-License-Identifier: BSD-2-Clause
"""A person at the machine itself: login on a virtual terminal, and what udev gives to whom."""

import contextlib
import os
import subprocess

from console import alice_at_the_console
from machine import (Journal, Key, OTHER, PASSWORD, Terminal, USER, case, scene, sign_in, signed_in,
                     system, tap, touch)

DISPLAY = ":7"


def may_open(user, node):
    """Whether an ordinary user may use a device node."""
    return subprocess.run(["setpriv", "--reuid", user, "--regid", user, "--init-groups",
                           "test", "-r", node, "-a", "-w", node], check=False).returncode == 0


@case
def login_on_a_virtual_terminal_lets_in_with_password_and_touch():
    journal = Journal()
    with alice_at_the_console():
        pass
    granted = [line for line in journal.lines() if "result=granted" in line]
    for part in ("user=alice", "service=login", "tty=/dev/tty1"):
        tap.contains(granted[0], part)


@case
def udev_gives_the_key_to_who_sits_at_the_machine_and_to_nobody_else():
    with alice_at_the_console():
        with Key("blue") as key:
            tap.equal(may_open(USER, key.path), True, "alice, who sits there")
            tap.equal(may_open(OTHER, key.path), False, "bob, who does not")
    with Key("blue") as key:
        tap.equal(may_open(USER, key.path), False, "alice, who has left")


@case
def an_ordinary_user_at_the_machine_signs_in_with_a_key_that_comes_later():
    with alice_at_the_console(), sign_in(by=USER) as terminal:
        terminal.wait_for("Insert your security key")
        with Key("blue", "--touch=control") as key:
            terminal.wait_for("Touch Blue key")
            touch(key)
            signed_in(terminal)


@case
def a_screen_locker_opens_for_the_person_at_the_machine():
    with alice_at_the_console(), display(), Key("blue", "--touch=control") as key:
        lock()
        lockers = [os.pidfd_open(pid) for pid in scene.processes.by_program(
            lambda path: os.path.basename(path) == "i3lock")]
        keyboard("type", PASSWORD)
        keyboard("key", "Return")
        touch(key)
        scene.wait_for_end(lockers)


def lock():
    """alice locks the screen. The locker goes into the background once it is locked."""
    subprocess.run(["setpriv", "--reuid", USER, "--regid", USER, "--init-groups", "i3lock"],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True,
                   env={"DISPLAY": DISPLAY, "PATH": os.environ["PATH"], "HOME": "/home/" + USER})


def keyboard(*words):
    system.run("xdotool", *words, env={"DISPLAY": DISPLAY, "PATH": os.environ["PATH"]})


@contextlib.contextmanager
def display():
    """An X server without a screen."""
    ready, told = os.pipe()
    server = subprocess.Popen(["Xvfb", DISPLAY, "-ac", "-screen", "0", "320x200x24", "-nolisten",
                               "tcp", "-displayfd", str(told)], pass_fds=[told],
                              stdin=subprocess.DEVNULL)
    os.close(told)
    try:
        if not os.read(ready, 16):
            raise RuntimeError("Xvfb does not start")
        yield
    finally:
        os.close(ready)
        server.terminate()
        server.wait()


@case
def a_key_that_may_not_be_opened_is_waited_for_until_it_may():
    with Key("blue", "--touch=control") as key, sign_in(by=OTHER) as terminal:
        tap.equal(may_open(OTHER, key.path), False, "bob")
        terminal.wait_for("Insert your security key")
        os.chmod(key.path, 0o666)
        terminal.wait_for("Touch Blue key")
        touch(key)
        signed_in(terminal)


@case
def the_doctor_tells_who_may_not_open_a_key():
    with Key("blue") as key, Terminal(["passkeyctl", "doctor"], user=OTHER) as terminal:
        terminal.wait_for("a security key is at %s, which you may not open" % key.path)
        terminal.finish()
