# SPDX-License-Identifier: BSD-2-Clause
"""passkey-device with libfido2's own transport, by which it does not show that a key waits for a touch.

usage: PPK_TEST_PROGRAMS=portable test_device_blind.py BUILD [CASE...]
"""

import tap
from desk import Desk, PIN, SHORT_MS, group, run, stranger


def who_holds_nothing_is_not_to_be_touched():
    for uv in ("discouraged", "preferred"):
        with Desk() as desk:
            desk.key()
            ceremony = desk.sign_in(group(stranger(1), uv=uv))
            ceremony.until("gone")
            tap.equal(ceremony.kinds(), ["authenticator", "gone"], "messages")


def nobody_is_told_to_touch_before_the_pin_is_right():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN)
        identity = desk.enrol(pin=PIN)["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.until("pin-needed")
        ceremony.pin("0000")
        ceremony.until("pin-needed")
        ceremony.pin(PIN)
        ceremony.until("touch")
        key.wait_touch()
        key.touch()
        ceremony.until("assertion")
        tap.equal(ceremony.kinds(), ["authenticator", "pin-needed", "pin-needed", "touch", "assertion"],
                  "messages")


def a_touch_is_told_once_for_a_list_in_parts():
    with Desk() as desk:
        key = desk.key(0, "--max-credentials-in-list", "2")
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(*[stranger(i) for i in range(5)], identity))
        ceremony.until("touch")
        key.wait_touch()
        key.touch()
        ceremony.until("assertion")
        tap.equal(ceremony.kinds(), ["authenticator", "touch", "assertion"], "messages")


def one_that_breaks_off_is_asked_again_but_not_for_ever():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.misbehave("garbage-cbor")
        ceremony = desk.sign_in(group(identity), timeout=6 * SHORT_MS)
        tap.equal(ceremony.until("failed")["err"], "device", "why it failed")
        tap.equal(ceremony.kinds().count("gone") in (2, 3, 4), True, "how often: %r" % ceremony.kinds())


if __name__ == "__main__":
    run(globals())
