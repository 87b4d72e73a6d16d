# SPDX-License-Identifier: BSD-2-Clause
"""passkey-device: PIN and fingerprint.

usage: test_device_verification.py BUILD [CASE...]
"""

import tap
from desk import Desk, PIN, SHORT_MS, check_flags, group, replug, run, stranger


def verification_is_left_out_where_it_is_discouraged():
    with Desk() as desk:
        desk.key(0, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        assertion = desk.sign_in(group(identity)).expect("assertion")
        check_flags(assertion, verified=False)


def verification_that_is_preferred_uses_the_pin():
    with Desk() as desk:
        desk.key(0, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(identity, uv="preferred"))
        ceremony.expect("pin-needed")
        ceremony.pin(PIN)
        check_flags(ceremony.expect("assertion"), verified=True)


def verification_that_is_preferred_is_left_out_where_nothing_is_set_up():
    with Desk() as desk:
        desk.key()
        identity = desk.enrol()["credential_id"]
        assertion = desk.sign_in(group(identity, uv="preferred")).expect("assertion")
        check_flags(assertion, verified=False)


def verification_that_is_required_fails_where_nothing_is_set_up():
    with Desk() as desk:
        desk.key()
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("gone", err="pin-not-set")
        ceremony.expect("failed", err="pin-not-set")


def verification_that_is_required_needs_a_key_that_can():
    with Desk() as desk:
        desk.key(0, "--no-pin")
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("gone", err="unsupported")
        ceremony.expect("failed", err="unsupported")


def a_key_that_cannot_verify_and_is_not_theirs_is_no_failure():
    with Desk() as desk:
        desk.key()
        ceremony = desk.sign_in(group(stranger(1), uv="required"), timeout=SHORT_MS)
        ceremony.expect("gone", err="no-credential")
        ceremony.expect("insert")
        ceremony.expect("failed", err="no-credential")


def a_key_that_always_verifies_is_asked_to():
    with Desk() as desk:
        desk.key(0, "--pin", PIN, "--always-uv")
        identity = desk.enrol(pin=PIN)["credential_id"]
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("pin-needed")
        ceremony.pin(PIN)
        check_flags(ceremony.expect("assertion"), verified=True)


def the_fingerprint_comes_before_the_pin():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN, "--uv=ok")
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("verify", index=0)
        key.wait_touch()
        key.control("uv ok")
        check_flags(ceremony.expect("assertion"), verified=True)


def a_fingerprint_that_does_not_match_can_be_tried_again():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN, "--uv=ok")
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("verify")
        key.wait_touch()
        key.control("uv fail")
        ceremony.expect("verify-failed", retries=4)
        ceremony.expect("verify")
        key.wait_touch()
        key.control("uv ok")
        check_flags(ceremony.expect("assertion"), verified=True)


def blocked_fingerprints_fall_back_to_the_pin():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN, "--uv=ok")
        identity = desk.enrol()["credential_id"]
        key.control("uv fail:100")
        ceremony = desk.sign_in(group(identity, uv="required"))
        for left in (4, 3, 2, 1):
            ceremony.expect("verify-failed", retries=left)
        ceremony.expect("pin-needed", err="uv-blocked")
        ceremony.pin(PIN)
        check_flags(ceremony.expect("assertion", credential_id=identity), verified=True)


def blocked_fingerprints_without_a_pin_end_it():
    with Desk() as desk:
        key = desk.key(0, "--no-pin", "--uv=ok", "--ctap20")
        identity = desk.enrol()["credential_id"]
        key.control("uv fail:100")
        ceremony = desk.sign_in(group(identity, uv="required"))
        message = ceremony.until("gone")
        tap.equal(message["err"], "uv-blocked")
        ceremony.expect("failed", err="uv-blocked")


def an_old_key_falls_back_to_the_pin_too():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN, "--uv=ok", "--ctap20")
        identity = desk.enrol(pin=PIN)["credential_id"]
        key.control("uv fail:100")
        ceremony = desk.sign_in(group(identity, uv="required"))
        tap.equal(ceremony.until("pin-needed")["err"], "uv-blocked")
        ceremony.pin(PIN)
        check_flags(ceremony.expect("assertion", credential_id=identity), verified=True)


def both_pin_protocols_work():
    for protocol in ("1", "2"):
        with Desk() as desk:
            desk.key(0, "--pin", PIN, "--protocols=" + protocol)
            identity = desk.enrol()["credential_id"]
            ceremony = desk.sign_in(group(identity, uv="required"))
            ceremony.expect("pin-needed")
            ceremony.pin(PIN)
            ceremony.expect("assertion")


def a_wrong_pin_is_asked_for_again():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("pin-needed", err="ok")
        ceremony.pin("9999")
        ceremony.expect("pin-needed", err="pin-invalid", retries=7)
        ceremony.pin(PIN)
        check_flags(ceremony.expect("assertion"), verified=True)
        tap.contains(key.control("retries"), "8 ")


def a_pin_that_is_too_short_costs_no_try():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("pin-needed", err="ok")
        ceremony.pin("12")
        ceremony.expect("pin-needed", err="pin-invalid")
        tap.contains(key.control("retries"), "8 ")
        ceremony.pin(PIN)
        ceremony.expect("assertion")


def three_wrong_pins_in_a_row_end_it():
    with Desk() as desk:
        desk.key(0, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(identity, uv="required"))
        for left in (255, 7, 6):
            ceremony.expect("pin-needed", retries=left)
            ceremony.pin("9999")
        ceremony.expect("gone", err="pin-auth-blocked")
        ceremony.expect("failed", err="pin-auth-blocked")




def spend(desk, key, identity, left):
    """Wrong PINs until so many tries are left, with the key plugged in again after each."""
    while int(key.control("retries").split()[0]) > left:
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.until("pin-needed")
        ceremony.pin("9999")
        ceremony.until("pin-needed", "gone")
        ceremony.process.kill()
        replug(key)


def the_last_try_is_never_used_up():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        spend(desk, key, identity, left=2)
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("pin-needed")
        ceremony.pin("9999")
        ceremony.expect("gone", err="pin-invalid", retries=1)
        ceremony.expect("failed", err="pin-invalid", retries=1)
        tap.contains(key.control("retries"), "1 ")


def a_blocked_pin_ends_it():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        spend(desk, key, identity, left=0)
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("pin-needed")
        ceremony.pin(PIN)
        ceremony.expect("gone", err="pin-blocked")
        ceremony.expect("failed", err="pin-blocked")


def cancelling_the_question_for_the_pin_ends_it():
    with Desk() as desk:
        desk.key(0, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("pin-needed")
        ceremony.command("cancel")
        ceremony.expect("failed", err="cancelled")
        ceremony.finish()


def unplugging_during_the_question_for_the_pin_is_noticed():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN)
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("pin-needed")
        key.unplug()
        ceremony.expect("gone", err="device")
        ceremony.expect("insert")
        key.plug()
        ceremony.expect("pin-needed")
        ceremony.pin(PIN)
        ceremony.expect("assertion")


if __name__ == "__main__":
    run(globals())
