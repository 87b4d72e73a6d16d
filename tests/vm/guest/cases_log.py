# SPDX-License-Identifier: BSD-2-Clause
"""What the system's log and the kernel's audit trail say, and what they do not."""

import os
import re

from audit_trail import TRUSTED_APP, AuditTrail
from machine import (Journal, Key, OTHER, PASSWORD, PIN, USER, case, granted, only, options, refused,
                     scene, sign_in, signed_in, system, tap, touch)

PASSKEY_FILE = os.path.join(system.PASSKEYS, USER)
SHOWN_OF_ID = 8  # so many letters of an id are shown


def credential():
    """(id, public key) of alice's only credential."""
    with open(PASSKEY_FILE, encoding="utf-8") as file:
        return re.search(r"\bid=(\S+) .*\bkey=(\S+)", file.read()).groups()


def secrets():
    """What no log may show: what was typed, and each long value of the credential."""
    with open(PASSKEY_FILE, encoding="utf-8") as file:
        values = re.findall(r"\b(?:id|key)=(\S+)", file.read())
    return [PIN, "314159", PASSWORD, *values]


@case
def the_log_shows_no_pin_challenge_or_key_even_with_debug():
    with Key("secret", "--pin", PIN) as key:
        only(key, pin=PIN)
        journal = Journal()
        options("user_verification = required", "debug = yes")
        with sign_in() as terminal:
            terminal.wait_for("PIN for Secret key: ")
            terminal.enter("314159")
            terminal.wait_for("Wrong PIN")
            terminal.enter(PIN)
            touch(key)
            signed_in(terminal)
    lines = journal.lines()
    tap.equal(len([line for line in lines if "result=" in line]), 1, "outcomes in %r" % lines)
    tap.equal(len(lines) > 1, True, "lines of debug")
    for line in lines:
        for secret in secrets():
            tap.equal(secret in line, False, "%r in %r" % (secret, line))
        # a challenge has 32 bytes: 43 letters of base64, 64 of hexadecimal
        tap.equal(re.findall(r"[A-Za-z0-9+/_-]{43,}", line), [], "long words in %r" % line)


def sudo_with(key, end):
    """alice types sudo id and touches her key."""
    with scene.sudo() as terminal:
        scene.password(terminal)
        touch(key)
        end(terminal)


@case
def the_log_tells_the_outcome_in_one_line():
    with Key("secret", "--pin", PIN) as key:
        only(key, pin=PIN)
        journal = Journal()
        sudo_with(key, granted)
    line, = [line for line in journal.lines() if "result=" in line]
    for word in ("result=granted", "user=alice", "service=sudo", "tty=", "method=local",
                 'credential="Secret key"', "id=", "ms="):
        tap.contains(line, word)


@case
def the_log_says_when_a_key_may_not_be_opened():
    journal = Journal()
    options(timeout=5)
    with Key("secret"), sign_in(by=OTHER) as terminal:
        terminal.wait_for("may not be used from here: ask your administrator")
        refused(terminal)
    line, = [line for line in journal.lines() if "result=" in line]
    tap.contains(line, "result=denied reason=device-permission user=alice service=passkey ")


def trusted(records):
    """The text of the one record that the module wrote; no record has a secret in it."""
    text, = [text for kind, text in records if kind == TRUSTED_APP]
    for _, record in records:
        for secret in secrets():
            tap.equal(secret in record, False, "%r in %r" % (secret, record))
    return text


@case
def the_audit_trail_has_one_record_of_a_sign_in():
    with Key("secret", "--pin", PIN) as key:
        only(key, pin=PIN)
        with AuditTrail() as trail:
            sudo_with(key, granted)
            text = trusted(trail.sign_in())
    tap.contains(text, "msg='op=PAM:passkey reason=ok method=local credential=%s acct=\"alice\" "
                 "exe=\"/usr/bin/sudo\"" % credential()[0][:SHOWN_OF_ID])
    tap.equal(re.search(r"terminal=/dev/pts/\d+ res=(\w+)", text).group(1), "success", "result")


@case
def the_audit_trail_has_one_record_of_a_denial():
    with Key("secret", "--pin", PIN) as key:
        only(key, pin=PIN)
        key.misbehave("bad-signature")
        with AuditTrail() as trail:
            sudo_with(key, refused)
            text = trusted(trail.sign_in())
    tap.contains(text, "msg='op=PAM:passkey reason=signature method=local credential=%s acct=\"alice\" "
                 % credential()[0][:SHOWN_OF_ID])
    tap.equal(re.search(r" res=(\w+)", text).group(1), "failed", "result")


@case
def the_audit_trail_names_nobody_who_is_not_known():
    typed = "my-secret-password"
    with AuditTrail() as trail, sign_in(user=typed) as terminal:
        refused(terminal)
        text = trusted(trail.sign_in())
    tap.contains(text, "reason=user-unknown")
    tap.equal(typed in text, False, "the name in %r" % text)
