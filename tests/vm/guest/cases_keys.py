# SPDX-License-Identifier: BSD-2-Clause
"""Keys that come and go, several keys, keys with a PIN."""

from machine import (Key, PIN, case, case_for_all, enrol, only, options, refused, scene, sign_in, signed_in,
                     granted, tap, touch, waits_for_nobody)

WRONG = "999999"


@case
def a_key_that_is_plugged_in_while_sudo_waits_joins():
    with scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for("Insert your security key")
        with Key("blue", "--touch=control") as key:
            terminal.wait_for("Touch Blue key")
            touch(key)
            granted(terminal)


@case_for_all
def a_key_that_is_pulled_out_while_it_waits_may_come_back(by):
    with Key("blue", "--touch=control") as key, sign_in(by=by) as terminal:
        terminal.wait_for("Touch Blue key")
        key.wait_touch()
        key.unplug()
        terminal.wait_for("Insert your security key")
        key.plug()
        terminal.wait_for("Touch Blue key")
        touch(key)
        signed_in(terminal)


@case_for_all
def a_key_that_is_pulled_out_in_mid_answer_may_come_back(by):
    with Key("blue", "--touch=control") as key, sign_in(by=by) as terminal:
        terminal.wait_for("Touch Blue key")
        key.misbehave("unplug-mid-answer")
        touch(key)
        terminal.wait_for("Insert your security key")
        key.misbehave()
        key.plug()
        terminal.wait_for("Touch Blue key")
        touch(key)
        signed_in(terminal)


@case_for_all
def the_third_of_three_keys_is_theirs(by):
    with Key("red") as red, Key("green") as green, Key("blue", "--touch=control") as blue:
        with sign_in(by=by) as terminal:
            terminal.wait_for("Touch Blue key")
            touch(blue)
            signed_in(terminal)
        tap.equal("Insert" in terminal.shown, False, "asked for another key")
        for other in (red, green):
            tap.equal(other.stats()["touches"], 0, "touches of another key")


@case_for_all
def of_two_keys_that_are_both_theirs_the_touched_one_signs_in(by):
    with Key("blue") as blue:
        only(blue)
        with Key("green") as green:
            blue.unplug()
            enrol(green)
            blue.plug()
            for key in (blue, green):
                key.control("touch-mode control")
            with sign_in(by=by) as terminal:
                blue.wait_touch()
                touch(green)
                signed_in(terminal)
            waits_for_nobody(blue)
        only(blue)


@case_for_all
def a_key_with_a_pin_signs_in_where_verification_is_required(by):
    with Key("pin", "--pin", PIN) as key:
        only(key, pin=PIN)
        options("user_verification = required")
        with sign_in(by=by) as terminal:
            terminal.wait_for("PIN for Pin key: ")
            terminal.enter(PIN)
            terminal.wait_for("Touch Pin key")
            touch(key)
            signed_in(terminal)


@case_for_all
def a_wrong_pin_is_counted_until_the_key_is_blocked(by):
    key = Key("pin", "--pin", PIN, state="blocked-by-%s" % by)  # each is blocked for good
    with key:
        only(key, pin=PIN)
    options("user_verification = required")
    with key:
        three_wrong_pins(by)
    with key:  # a key counts on after it was without power
        three_wrong_pins(by)
    with key:
        one_wrong_pin("One try is left before Pin key blocks it", by)
        one_wrong_pin("The PIN of Pin key is blocked", by)
        with sign_in(by=by) as terminal:
            terminal.wait_for("PIN for Pin key: ")
            terminal.enter(PIN)
            terminal.wait_for("The PIN of Pin key is blocked")
            refused(terminal)


def three_wrong_pins(by):
    with sign_in(by=by) as terminal:
        for _ in range(3):
            terminal.wait_for("PIN for Pin key[^:]*: ")
            terminal.enter(WRONG)
        terminal.wait_for("take Pin key out, insert it again")
        refused(terminal)


def one_wrong_pin(answer, by):
    with sign_in(by=by) as terminal:
        terminal.wait_for("PIN for Pin key[^:]*: ")
        terminal.enter(WRONG)
        terminal.wait_for(answer)
        refused(terminal)


@case_for_all
def a_key_that_always_verifies_asks_for_its_pin_by_itself(by):
    with Key("strict", "--pin", PIN, "--always-uv") as key:
        only(key, pin=PIN)
        with sign_in(by=by) as terminal:
            terminal.wait_for("PIN for Strict key: ")
            terminal.enter(PIN)
            touch(key)
            signed_in(terminal)


@case_for_all
def a_finger_that_does_not_match_falls_back_to_the_pin(by):
    with Key("finger", "--pin", PIN, "--uv=ok") as key:
        only(key, pin=PIN)
    options("user_verification = required")
    with Key("finger", "--uv=fail", "--touch=delay:300") as key:
        with sign_in(by=by) as terminal:
            terminal.wait_for("Use the fingerprint reader of Finger key")
            terminal.wait_for("Fingerprint not recognised")
            terminal.wait_for("takes no more tries. PIN for Finger key: ")
            terminal.enter(PIN)
            signed_in(terminal)


@case_for_all
def a_key_that_knows_u2f_alone_signs_in(by):
    with Key("old", "--u2f-only") as key:
        only(key)
        with sign_in(by=by) as terminal:
            terminal.wait_for("Touch Old key")
            touch(key)
            signed_in(terminal)
