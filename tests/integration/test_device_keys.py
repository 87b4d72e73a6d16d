# SPDX-License-Identifier: BSD-2-Clause
"""passkey-device: plugging in and out, several keys.

usage: test_device_keys.py BUILD [CASE...]
"""

import os

import tap
from desk import Desk, PIN, RP, SHORT_MS, group, run, stranger, waits_for_nobody


#
# Plugging in and out.
#

def a_key_is_asked_for_where_there_is_none():
    with Desk() as desk:
        ceremony = desk.sign_in(group(stranger(1)), timeout=SHORT_MS)
        ceremony.expect("insert")
        ceremony.expect("failed", err="no-authenticator")


def a_key_that_is_plugged_in_while_waiting_joins():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.unplug()
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("insert")
        key.plug()
        ceremony.expect("assertion", credential_id=identity)


def a_key_that_may_be_opened_only_later_joins_then():
    with Desk() as desk:
        key = desk.key(0, "--mode", "000")
        ceremony = desk.sign_in(group(stranger(1)), timeout=SHORT_MS, **desk.ordinary_user())
        ceremony.until("insert")
        for path in (key.control_path, os.path.join(desk.bus, key.node)):
            os.chmod(path, 0o666)
        tap.equal(ceremony.until("gone")["err"], "no-credential")


def a_key_that_is_not_theirs_does_not_end_the_waiting():
    with Desk() as desk:
        right = desk.key(0)
        identity = desk.enrol()["credential_id"]
        right.unplug()
        desk.key(1)
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("gone", err="no-credential")
        ceremony.expect("insert")
        right.plug()
        ceremony.expect("assertion", credential_id=identity)


def a_key_that_is_unplugged_while_it_waits_is_gone_and_may_come_back():
    with Desk() as desk:
        key, ceremony, identity = desk.waiting_for_touch()
        key.unplug()
        ceremony.expect("gone", err="device")
        ceremony.expect("insert")
        key.plug()
        ceremony.expect("touch")
        key.wait_touch()
        key.touch()
        ceremony.expect("assertion", credential_id=identity)


def a_key_that_is_put_in_again_before_the_helper_looks_is_asked_again():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.misbehave("hang")  # nothing a person could do: the helper does not watch for keys yet
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("authenticator")
        with desk.helpers_stopped():
            key.unplug()
            key.misbehave()
            key.control("touch-mode control")
            key.plug()
        ceremony.expect("gone", err="device")
        ceremony.expect("touch")
        key.wait_touch()
        key.touch()
        ceremony.expect("assertion", credential_id=identity)


def a_key_that_is_unplugged_in_mid_answer_is_gone():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.misbehave("unplug-mid-answer")
        ceremony = desk.sign_in(group(identity), timeout=SHORT_MS)
        ceremony.expect("gone", err="device")
        ceremony.expect("insert")
        ceremony.expect("failed")


#
# Several keys.
#

def the_third_of_three_keys_is_theirs():
    with Desk() as desk:
        third = desk.key(2)
        identity = desk.enrol()["credential_id"]
        desk.key(0)
        desk.key(1)
        third.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        message = ceremony.until("touch", "gone")
        while message["type"] != "touch":
            tap.equal(message["err"], "no-credential")
            message = ceremony.until("touch", "gone")
        third.wait_touch()
        third.touch()
        tap.equal(ceremony.until("assertion")["credential_id"], identity)
        tap.equal("insert" in ceremony.kinds(), False, "asked for another key")


def the_first_touch_of_two_wins_and_the_other_stops_blinking():
    with Desk() as desk:
        first = desk.key(0)
        one = desk.enrol()["credential_id"]
        first.unplug()
        second = desk.key(1)
        two = desk.enrol()["credential_id"]
        first.plug()
        for key in (first, second):
            key.control("touch-mode control")
        ceremony = desk.sign_in(group(one, two))
        ceremony.until("touch")
        ceremony.until("touch")
        first.wait_touch()
        second.wait_touch()
        second.touch()
        tap.equal(ceremony.until("assertion")["credential_id"], two)
        ceremony.finish()
        waits_for_nobody(first)


def no_other_key_loses_a_retry():
    with Desk() as desk:
        right = desk.key(1, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        others = [desk.key(0, "--pin", "0000"), desk.key(2, "--pin", "0000")]
        ceremony = desk.sign_in(group(identity, uv="required"))
        asked = ceremony.until("pin-needed")["index"]
        ceremony.pin("9999")
        tap.equal(ceremony.until("pin-needed")["index"], asked, "the key that is asked")
        ceremony.pin(PIN)
        tap.equal(ceremony.until("assertion")["credential_id"], identity)
        for key in others:
            tap.contains(key.control("retries"), "8 ")
            tap.equal(key.stats()["touches"], 0, "touches of another key")
        tap.equal(right.stats()["touches"], 2, "touches")


def a_touch_chooses_among_keys_that_may_hide_a_credential():
    with Desk() as desk:
        right = desk.key(1, "--pin", PIN)
        identity = desk.enrol("rp=" + RP, "uv=required", "protect=3", "discoverable",
                              pin=PIN)["credential_id"]
        other = desk.key(0, "--pin", "0000")
        for key in (right, other):
            key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.until("touch")
        ceremony.until("touch")
        right.wait_touch()
        right.touch()
        ceremony.until("pin-needed")
        ceremony.pin(PIN)
        right.wait_touch()
        right.touch()
        tap.equal(ceremony.until("assertion")["credential_id"], identity)
        tap.contains(other.control("retries"), "8 ")


def second_of_two_is_chosen(desk):
    """Two keys with a PIN, both the user's; the second is touched, and asks for its PIN."""
    first = desk.key(0, "--pin", "1111")
    one = desk.enrol()["credential_id"]
    first.unplug()
    second = desk.key(1, "--pin", "2222")
    two = desk.enrol()["credential_id"]
    first.plug()
    for key in (first, second):
        key.control("touch-mode control")
    ceremony = desk.sign_in(group(one, two, uv="required"))
    ceremony.until("touch")
    ceremony.until("touch")
    second.wait_touch()
    second.touch()
    ceremony.until("pin-needed")
    return first, second, one, two, ceremony


def a_touch_chooses_among_keys_that_are_both_theirs():
    with Desk() as desk:
        first, second, one, two, ceremony = second_of_two_is_chosen(desk)
        ceremony.pin("2222")
        second.wait_touch()
        second.touch()
        tap.equal(ceremony.until("assertion")["credential_id"], two)
        tap.contains(first.control("retries"), "8 ")


def the_other_key_gets_its_turn_when_the_chosen_one_fails():
    with Desk() as desk:
        first, second, one, two, ceremony = second_of_two_is_chosen(desk)
        second.unplug()
        ceremony.until("gone")
        ceremony.until("pin-needed")
        ceremony.pin("1111")
        first.wait_touch()
        first.touch()
        tap.equal(ceremony.until("assertion")["credential_id"], one)


def a_key_without_pin_and_one_with_blink_together():
    with Desk() as desk:
        plain = desk.key(0)
        one = desk.enrol()["credential_id"]
        plain.unplug()
        locked = desk.key(1, "--pin", PIN)
        two = desk.enrol()["credential_id"]
        plain.plug()
        for key in (plain, locked):
            key.control("touch-mode control")
        ceremony = desk.sign_in(group(one, two, uv="preferred"))
        ceremony.until("touch")
        ceremony.until("touch")
        locked.wait_touch()
        locked.touch()
        ceremony.until("pin-needed")
        ceremony.pin(PIN)
        locked.wait_touch()
        locked.touch()
        tap.equal(ceremony.until("assertion")["credential_id"], two)
        ceremony.finish()
        waits_for_nobody(plain)


if __name__ == "__main__":
    run(globals())
