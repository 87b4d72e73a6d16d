# SPDX-License-Identifier: BSD-2-Clause
"""Real programs, with one key that is plugged in."""

import contextlib
import os
import signal

from machine import (Journal, Key, OTHER, Terminal, USER, case, enroll_words, granted, refused,
                     scene, system, tap, touch, waits_for_nobody)

SSHD_CONFIG = """\
ListenAddress 127.0.0.1
Port 2222
HostKey /etc/ssh/vm_host_key
UsePAM yes
KbdInteractiveAuthentication yes
PasswordAuthentication no
AuthenticationMethods keyboard-interactive
LoginGraceTime 0
"""
SSH = ["ssh", "-p", "2222", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
       "-o", "LogLevel=ERROR", "-o", "NumberOfPasswordPrompts=1", USER + "@127.0.0.1", "id -un"]


@case
def an_admin_enrols_a_key():
    with Key("blue", "--touch=control") as key, \
            Terminal(enroll_words("--name", "Blue key")) as terminal:
        for _ in range(2):  # one touch to make the credential, one to see that it signs in
            key.wait_touch()
            terminal.wait_for("Touch")
            key.touch()
        tap.equal(terminal.finish(), 0, "exit status")


@case
def sudo_asks_for_the_password_then_the_touch_and_lets_in():
    with Key("blue", "--touch=control") as key, scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for(r"Touch Blue key to sign in to \S+ as alice")
        key.touch()
        granted(terminal)


@case
def sudo_refuses_a_key_that_is_not_enrolled_and_goes_on_with_the_right_one():
    with Key("red"), scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for("not enrolled for alice")
        with Key("blue", "--touch=control") as key:
            touch(key)
            granted(terminal)


@case
def sudo_gives_up_when_ctrl_c_is_typed_and_the_key_stops_blinking():
    with Key("blue", "--touch=control") as key, scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for("Touch Blue key")
        key.wait_touch()
        helpers = scene.helpers()
        terminal.type("\x03")
        refused(terminal)
        scene.wait_for_end(helpers)
        waits_for_nobody(key)


@case
def su_lets_in_with_password_and_touch():
    words = ["su", "-c", "id -un", USER]
    with Key("blue", "--touch=control") as key, Terminal(words, user=OTHER) as terminal:
        scene.password(terminal)
        terminal.wait_for("Touch Blue key")
        key.touch()
        granted(terminal, r"(?m)^alice$")


@contextlib.contextmanager
def sshd():
    """The stock sshd with the sample PAM service, on a port of its own."""
    if not os.path.exists("/etc/ssh/vm_host_key"):
        system.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/vm_host_key")
    os.makedirs("/run/sshd", 0o755, exist_ok=True)
    system.write("/etc/ssh/vm_config", SSHD_CONFIG)
    system.run("/usr/sbin/sshd", "-f", "/etc/ssh/vm_config", "-o", "PidFile=/run/vm_sshd.pid")
    try:
        yield
    finally:
        with open("/run/vm_sshd.pid", encoding="ascii") as file:
            os.kill(int(file.read()), signal.SIGTERM)


@case
def sshd_lets_in_with_password_and_a_key_at_the_server():
    with sshd(), Key("blue", "--touch=control") as key, Terminal(SSH, user=OTHER) as terminal:
        scene.password(terminal)
        touch(key)
        granted(terminal, r"(?m)^alice$")


@case
def sshd_lets_nobody_in_without_the_touch():
    journal = Journal()
    with sshd(), Key("blue", "--touch=control") as key, Terminal(SSH, user=OTHER) as terminal:
        scene.password(terminal)
        key.wait_touch()
        key.unplug()
        key.misbehave("bad-signature")
        key.control("touch-mode auto")
        key.plug()
        tap.equal(terminal.finish() != 0, True, "refused")
    tap.contains("\n".join(journal.lines()), "reason=signature")
