# SPDX-License-Identifier: BSD-2-Clause
"""Enrolment by who is no admin: with a store in the home, and through sudo."""

import json
import os
import pwd
import stat

from console import alice_at_the_console
from machine import (Journal, Key, OTHER, PIN, Terminal, USER, case, enroll_words, granted, only, options,
                     scene, sign_in, signed_in, system, tap, touch)

IN_THE_HOME = "credentials = %h/.config/passkeys"
HOME_FILE = "/home/%s/.config/passkeys"


def owner_and_mode(path):
    status = os.lstat(path)
    return pwd.getpwuid(status.st_uid).pw_name, oct(status.st_mode)


def names(user=USER):
    shown = json.loads(system.run("passkeyctl", "list", "--json", "--user", user))
    return [credential["name"] for credential in shown["credentials"]]


def enrolled(terminal, key, path):
    """A touch to make the credential, and one to see that it signs in."""
    touch(key)
    touch(key)
    terminal.wait_for("Enrolled .* in " + path)
    tap.equal(terminal.finish(), 0, "exit status")


@case
def a_user_at_the_machine_enrols_alone_and_signs_in():
    path = HOME_FILE % USER
    with alice_at_the_console(), Key("own", "--touch=control") as key:
        options(IN_THE_HOME)
        with Terminal(["passkeyctl", "enroll", "--name", "Own key"], user=USER) as terminal:
            enrolled(terminal, key, path)
        tap.equal(owner_and_mode(path), (USER, oct(stat.S_IFREG | 0o600)), "owner and mode")
        tap.equal(names(), ["Own key"], "credentials")
        for by in (USER, None):  # a screen locker of hers, and a program of root
            with sign_in(by=by) as terminal:
                terminal.wait_for("Touch Own key")
                touch(key)
                signed_in(terminal)


@case
def a_user_enrols_a_key_with_a_pin_alone_and_signs_in_with_both():
    path = HOME_FILE % OTHER
    options(IN_THE_HOME, "user_verification = required")
    with Key("finger", "--pin", PIN, "--touch=control") as key:
        os.chmod(key.path, 0o666)
        with Terminal(["passkeyctl", "enroll", "--name", "Finger key", "--user-verification=required"],
                      user=OTHER) as terminal:
            terminal.wait_for("PIN for [^:]*: ")
            terminal.enter(PIN)
            enrolled(terminal, key, path)
        tap.equal(owner_and_mode(path), (OTHER, oct(stat.S_IFREG | 0o600)), "owner and mode")
        with sign_in(OTHER, by=OTHER) as terminal:
            terminal.wait_for("PIN for Finger key: ")
            terminal.enter(PIN)
            touch(key)
            signed_in(terminal)


@case
def a_user_enrols_a_second_key_through_sudo_and_signs_in_with_it():
    path = os.path.join(system.PASSKEYS, USER)
    words = ["sh", "-c", "sudo echo in && read go && sudo passkeyctl enroll --name 'Spare key'"]
    with Key("blue") as blue:
        only(blue)
        with Terminal(words, user=USER) as terminal:
            scene.password(terminal)
            touch(blue)
            terminal.wait_for("(?m)^in$")
            blue.stop()
            with Key("spare", "--touch=control") as spare:
                terminal.enter("go")
                enrolled(terminal, spare, path)
    tap.equal(owner_and_mode(path), ("root", oct(stat.S_IFREG | 0o644)), "owner and mode")
    tap.equal(names(), ["Blue key", "Spare key"], "credentials")
    journal = Journal()
    with Key("spare", "--touch=control") as spare, scene.sudo() as terminal:
        scene.password(terminal)
        touch(spare)
        granted(terminal)
    tap.contains("\n".join(journal.lines()), 'method=local credential="Spare key"')


@case
def a_user_enrols_nothing_into_the_admins_store_nor_for_anybody_else():
    before = names()
    with Key("spare") as spare:
        os.chmod(spare.path, 0o666)
        for words in (["passkeyctl", "enroll", "--name", "x"], enroll_words("--name", "x", user=OTHER)):
            with Terminal(words, user=USER) as terminal:
                tap.equal(terminal.finish() != 0, True, "refused")
        tap.equal(spare.stats()["touches"], 0, "touches")
    tap.equal(names(), before, "credentials of alice")
    tap.equal(names(OTHER), [], "credentials of bob")
