# SPDX-License-Identifier: BSD-2-Clause
"""passkey-device: keys that break their word.

usage: test_device_misbehaviour.py BUILD [CASE...]
"""

import contextlib

import tap
from desk import Desk, PIN, SHORT_MS, group, processes_of, replug, run

BREAKS_THE_TRANSPORT = ["garbage-cbor", "oversized-answer", "truncated-answer", "bad-length",
                        "wrong-channel", "seq-error", "unplug-mid-answer", "endless-keepalive",
                        "hang", "hang-init", "hang-info"]


def _misbehaviours():
    for name in BREAKS_THE_TRANSPORT:
        yield (name,)
        if not name.startswith("hang-"):
            yield name, "everywhere"


def a_key_that_breaks_its_word_costs_at_most_the_time():
    for names in _misbehaviours():
        with Desk() as desk:
            key = desk.key()
            identity = desk.enrol()["credential_id"]
            key.misbehave(*names)
            ceremony = desk.sign_in(group(identity), timeout=SHORT_MS)
            message = ceremony.until("failed")
            if message["err"] not in ("timeout", "device"):
                raise AssertionError("%r: %r" % (names, message))
            ceremony.finish()
            tap.equal(processes_of(desk.helper), [], "processes after %r" % (names,))


def a_key_that_breaks_its_word_takes_nothing_from_a_good_one():
    for names in _misbehaviours():
        with Desk() as desk:
            bad = desk.key(0)
            lie = desk.enrol()["credential_id"]
            bad.unplug()
            good = desk.key(1)
            truth = desk.enrol()["credential_id"]
            good.control("touch-mode control")
            bad.misbehave(*names)
            bad.plug()
            ceremony = desk.sign_in(group(lie, truth))
            good.wait_touch()
            good.touch()
            tap.equal(ceremony.until("assertion")["credential_id"], truth, repr(names))
            ceremony.finish()
            tap.equal(processes_of(desk.helper), [], "processes after %r" % (names,))


def a_key_that_breaks_its_word_does_not_hinder_the_pin_of_a_good_one():
    for names in [("hang",), ("hang-init",), ("hang-info",), ("endless-keepalive",),
                  ("garbage-cbor", "everywhere")]:
        with Desk() as desk:
            good = desk.key(1, "--pin", PIN)
            identity = desk.enrol()["credential_id"]
            bad = desk.key(0, "--pin", "0000")
            bad.misbehave(*names)
            good.control("touch-mode control")
            ceremony = desk.sign_in(group(identity, uv="required"))
            while True:
                message = ceremony.until("pin-needed", "touch")
                if message["type"] == "pin-needed":
                    break
                with contextlib.suppress(Exception):
                    good.touch()
            ceremony.pin(PIN)
            good.wait_touch()
            good.touch()
            tap.equal(ceremony.until("assertion")["credential_id"], identity, repr(names))


def hostile_strings_are_made_harmless():
    with Desk() as desk:
        key = desk.key()
        desk.enrol()
        key.misbehave("hostile-strings")
        replug(key)
        product = desk.ask("list").expect("authenticator")["product"]
        tap.equal(product.isprintable(), True, repr(product))
        tap.equal("\x1b" in product or "\u202e" in product, False, repr(product))


def what_a_lie_says_is_left_to_the_verifier():
    for name in ("wrong-counter", "cleared-up", "wrong-rp-hash", "bad-signature",
                 "wrong-credential-id", "be-bs-inconsistent", "extra-bytes"):
        with Desk() as desk:
            key = desk.key()
            identity = desk.enrol()["credential_id"]
            key.misbehave(name)
            desk.sign_in(group(identity)).expect("assertion")


if __name__ == "__main__":
    run(globals())
