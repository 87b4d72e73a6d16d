# SPDX-License-Identifier: BSD-2-Clause
"""Real sudo, su and login, at a terminal, in a private system.   usage: test_programs.py BUILD"""

import os
import re
import signal
import sys

import processes
import scene
import tap
from scene import Terminal, system


def granted(terminal, shown):
    terminal.wait_for(shown)
    tap.equal(terminal.finish(), 0, "exit status")


def refused(terminal):
    tap.equal(terminal.finish() != 0, True, "refused")
    tap.equal(re.search(r"(?m)^0$", terminal.shown), None, "what the command printed")


def sudo_asks_for_the_password_then_the_touch_and_lets_in():
    with scene.key(args=["--touch=control"]) as key, scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for(r"Touch Blue key to sign in to \S+ as alice")
        key.touch()
        granted(terminal, r"(?m)^0$")


def sudo_refuses_without_a_key():
    with scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for("Insert your security key")
        refused(terminal)


def sudo_refuses_a_key_that_is_not_enrolled():
    with scene.key("red"), scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for("not enrolled for alice")
        refused(terminal)


def sudo_refuses_without_a_touch():
    with scene.key(args=["--touch=never"]), scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for("Touch Blue key")
        refused(terminal)


def sudo_refuses_a_wrong_password_before_the_key_is_asked():
    with scene.key() as key, scene.sudo() as terminal:
        terminal.wait_for(r"(?i)password[^:\n]*:")
        terminal.enter("wrong")
        refused(terminal)
        tap.equal(key.stats()["packets_in"], 0, "packets that reached the key")


def ctrl_c_while_waiting_for_the_touch_ends_at_once_with_a_refusal():
    with scene.key(args=["--touch=control"]) as key, scene.sudo() as terminal:
        scene.password(terminal)
        key.wait_touch()
        terminal.wait_for("Touch Blue key")
        helpers = scene.helpers()
        terminal.type("\x03")
        refused(terminal)
        scene.wait_for_end(helpers)


def sudo_killed_while_waiting_leaves_no_helper_behind():
    with scene.key(args=["--touch=control"]) as key, scene.sudo() as terminal:
        scene.password(terminal)
        key.wait_touch()
        helpers = scene.helpers()
        for pid in processes.by_program(lambda path: os.path.basename(path) == "sudo"):
            os.kill(pid, signal.SIGKILL)
        terminal.finish()
        scene.wait_for_end(helpers)


def su_lets_in_with_password_and_touch():
    words = ["su", "-c", "id -un", scene.USER]
    with scene.key(args=["--touch=control"]) as key, Terminal(words, user=scene.OTHER) as terminal:
        scene.password(terminal)
        terminal.wait_for("Touch Blue key")
        key.touch()
        granted(terminal, r"(?m)^alice$")


def su_refuses_a_key_that_is_not_enrolled():
    words = ["su", "-c", "id -un", scene.USER]
    with scene.key("red"), Terminal(words, user=scene.OTHER) as terminal:
        scene.password(terminal)
        terminal.wait_for("not enrolled for alice")
        tap.equal(terminal.finish() != 0, True, "refused")
        tap.contains(terminal.shown, "Authentication failure")


def login_opens_a_shell_after_password_and_touch():
    with scene.key(args=["--touch=control"]) as key, Terminal(["login", scene.USER]) as terminal:
        scene.password(terminal)
        terminal.wait_for("Touch Blue key")
        key.touch()
        terminal.enter("echo I am $(id -un)")
        terminal.wait_for(r"I am alice\n")
        terminal.enter("exit")
        terminal.finish()


def login_refuses_a_key_that_is_not_enrolled():
    with scene.key("red"), Terminal(["login", scene.USER]) as terminal:
        scene.password(terminal)
        terminal.wait_for("not enrolled for alice")
        terminal.wait_for("Login incorrect")


def the_log_names_user_service_credential_and_result():
    LOG.forget()
    with scene.key(), scene.sudo() as terminal:
        scene.password(terminal)
        granted(terminal, r"(?m)^0$")
    line = LOG.lines("result=granted")[-1]
    for part in ("user=alice", "service=sudo", "method=local", 'credential="Blue key"'):
        tap.contains(line, part)


CASES = [
    sudo_asks_for_the_password_then_the_touch_and_lets_in,
    sudo_refuses_without_a_key,
    sudo_refuses_a_key_that_is_not_enrolled,
    sudo_refuses_without_a_touch,
    sudo_refuses_a_wrong_password_before_the_key_is_asked,
    ctrl_c_while_waiting_for_the_touch_ends_at_once_with_a_refusal,
    sudo_killed_while_waiting_leaves_no_helper_behind,
    su_lets_in_with_password_and_touch,
    su_refuses_a_key_that_is_not_enrolled,
    login_opens_a_shell_after_password_and_touch,
    login_refuses_a_key_that_is_not_enrolled,
    the_log_names_user_service_credential_and_result,
]

if __name__ == "__main__":
    LOG = scene.prepare(sys.argv[1])
    scene.enrolled()
    tap.run(CASES)
