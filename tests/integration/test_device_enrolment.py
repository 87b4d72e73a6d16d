# SPDX-License-Identifier: BSD-2-Clause
"""passkey-device: enrolment, U2F.

usage: test_device_enrolment.py BUILD [CASE...]
"""

import select

import tap
from desk import Desk, PIN, RP, check_flags, group, processes_of, run, stranger, waits_for_nobody


#
# Enrolment.
#

def a_credential_comes_with_its_attestation():
    for option, certificates, form in (("basic", 1, "packed"), ("self", 0, "packed"),
                                       ("none", 0, "none")):
        with Desk() as desk:
            desk.key(0, "--attestation=" + option)
            credential = desk.enrol()
            tap.equal(credential["certificates"], certificates, "certificates")
            tap.equal(credential["format"], form, "format")
            tap.equal(len(credential["public_key"]), 128, "digits of the public key")


def the_first_algorithm_that_the_key_knows_is_used():
    for arguments, wanted, wants, digits in (([], "-7:-8", -7, 128), ([], "-8:-7", -8, 64),
                                             ([], "-36:-257:-8", -8, 64),
                                             (["--rs256"], "-257", -257, 2 * (2 + 3 + 256))):
        with Desk() as desk:
            desk.key(0, *arguments)
            credential = desk.enrol("rp=" + RP, "uv=discouraged", "algorithms=" + wanted)
            tap.equal(credential["algorithm"], wants, "algorithm")
            tap.equal(len(credential["public_key"]), digits, "digits of the public key")


def no_algorithm_in_common_ends_it():
    with Desk() as desk:
        desk.key()
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged", "algorithms=-36:-257")
        ceremony.expect("gone", err="unsupported")
        ceremony.expect("failed", err="unsupported")


def a_key_that_is_enrolled_already_is_refused():
    with Desk() as desk:
        desk.key()
        identity = desk.enrol()["credential_id"]
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged",
                            "exclude=%s:%s" % (stranger(1), identity))
        ceremony.expect("gone", err="already-enrolled")
        ceremony.expect("failed", err="already-enrolled")


def a_key_that_is_enrolled_already_is_refused_in_a_long_list_too():
    with Desk() as desk:
        desk.key(0, "--max-credentials-in-list", "4")
        identity = desk.enrol()["credential_id"]
        ids = [stranger(i) for i in range(9)] + [identity]
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged", "exclude=" + ":".join(ids))
        ceremony.expect("gone", err="already-enrolled")
        ceremony.expect("failed", err="already-enrolled")


def a_long_list_of_others_does_not_hinder_enrolment():
    with Desk() as desk:
        desk.key(0, "--max-credentials-in-list", "4")
        ids = [stranger(i) for i in range(10)]
        desk.enrol("rp=" + RP, "uv=discouraged", "exclude=" + ":".join(ids))


def enrolment_verifies_where_it_is_asked_to():
    with Desk() as desk:
        desk.key(0, "--pin", PIN)
        ceremony = desk.ask("create", "rp=" + RP, "uv=required")
        ceremony.expect("pin-needed", err="ok")
        ceremony.pin("9999")
        ceremony.expect("pin-needed", err="pin-invalid", retries=7)
        ceremony.pin(PIN)
        credential = ceremony.expect("credential")
        check_flags(credential, verified=True)


def enrolment_verifies_where_the_key_insists():
    with Desk() as desk:
        desk.key(0, "--pin", PIN, "--uv-for-all-credentials")
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged")
        ceremony.expect("pin-needed")
        ceremony.pin(PIN)
        ceremony.expect("credential")


def a_discoverable_credential_needs_a_key_that_can():
    with Desk() as desk:
        desk.key(0, "--no-resident-keys")
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged", "discoverable")
        ceremony.expect("gone", err="unsupported")
        ceremony.expect("failed", err="unsupported")


def a_discoverable_credential_gives_its_user_handle():
    with Desk() as desk:
        desk.key()
        identity = desk.enrol("rp=" + RP, "uv=discouraged", "discoverable")["credential_id"]
        assertion = desk.sign_in(group(identity)).expect("assertion")
        tap.equal(bytes.fromhex(assertion["user_handle"]), b"handle")


def a_touch_chooses_the_key_to_enrol():
    with Desk() as desk:
        keys = [desk.key(n, "--touch=control") for n in range(3)]
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged")
        for key in keys:
            key.wait_touch()
        keys[1].touch()
        keys[1].wait_touch()
        keys[1].touch()
        ceremony.until("credential")
        ceremony.finish()
        for key in (keys[0], keys[2]):
            waits_for_nobody(key)


def a_touch_chooses_a_u2f_key_to_enrol():
    with Desk() as desk:
        old = desk.key(0, "--u2f-only", "--touch=control")
        desk.key(1, "--touch=control")
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged")
        ceremony.until("touch")
        ceremony.until("touch")
        old.wait_touch()
        old.touch()
        while old.stats()["touches"] < 2:  # one that chooses, one that enrols
            select.select([], [], [], 0.01)
        old.touch()
        tap.equal(ceremony.until("credential")["format"], "fido-u2f")


def a_key_for_enrolment_is_waited_for():
    with Desk() as desk:
        ceremony = desk.ask("create", "rp=" + RP, "uv=discouraged")
        ceremony.expect("insert")
        desk.key()
        ceremony.expect("credential")


#
# U2F.
#

def a_u2f_key_enrols_and_signs_in():
    with Desk() as desk:
        desk.key(0, "--u2f-only")
        credential = desk.enrol()
        tap.equal(credential["format"], "fido-u2f")
        tap.equal(credential["algorithm"], -7)
        ceremony = desk.sign_in(group(stranger(1), credential["credential_id"], stranger(2)))
        ceremony.expect("assertion", credential_id=credential["credential_id"])


def a_u2f_key_asks_for_its_touch():
    with Desk() as desk:
        key = desk.key(0, "--u2f-only")
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch", index=0)
        key.wait_touch()
        key.touch()
        ceremony.expect("assertion", credential_id=identity)


def a_u2f_credential_works_beside_a_fido2_key():
    with Desk() as desk:
        old = desk.key(0, "--u2f-only")
        identity = desk.enrol()["credential_id"]
        desk.key(1)
        old.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.until("touch")
        old.wait_touch()
        old.touch()
        tap.equal(ceremony.until("assertion")["credential_id"], identity)


def a_u2f_key_cannot_verify():
    with Desk() as desk:
        desk.key(0, "--u2f-only")
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("gone", err="unsupported")
        ceremony.expect("failed", err="unsupported")


def cancelling_ends_u2f_too():
    with Desk() as desk:
        key = desk.key(0, "--u2f-only")
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch")
        ceremony.command("cancel")
        ceremony.expect("failed", err="cancelled")
        ceremony.finish()
        tap.equal(processes_of(desk.helper), [], "processes that are left")


if __name__ == "__main__":
    run(globals())
