# SPDX-License-Identifier: BSD-2-Clause
"""pam_passkey.so, passkey-device and software authenticators, together under the real libpam.

usage: test_module_keys.py BUILD        as root; in a private system
"""

import os
import shutil
import subprocess

import scene
import tap
from scene import system
from stand import (APP, AUTHINFO_UNAVAIL, AUTH_ERR, BUILD, CASES, MAXTRIES, MODULE, Result,
                   SUCCESS, case)

PIN = "271828"
SLOW = "--touch=delay:300"  # a person; without a wait no touch is asked for
CONFDIR = system.ROOT + "/services"
COMMAND = [system.PROGRAMS + "/pam-app", "--confdir", CONFDIR, "--service", "test",
           "--user", scene.USER]


def prepare():
    with open(APP, "rb") as file:
        app = file.read()
    scene.prepare(BUILD)
    with open(COMMAND[0], "wb") as file:
        file.write(app)
    os.chmod(COMMAND[0], 0o755)
    os.mkdir(CONFDIR, 0o755)
    system.write(CONFDIR + "/other", "auth required pam_deny.so\n")
    options()
    scene.enrolled()
    shutil.copy(system.ROOT + "/blue.key", system.ROOT + "/original.key")


def options(*words):
    module = os.path.join(system.pam_module_folder(), os.path.basename(MODULE))
    system.write(CONFDIR + "/test", "auth required %s %s\n" % (module, " ".join(words)))


def fresh(*args):
    """The enrolled key as it was after its enrolment, and no state of earlier sign-ins."""
    for name in os.listdir(system.STATE):
        os.unlink(os.path.join(system.STATE, name))
    shutil.copy(system.ROOT + "/original.key", system.ROOT + "/blue.key")
    options()
    return scene.key(args=args)


def sign_in(*answers):
    words = [word for answer in answers for word in ("--answer", answer)]
    done = subprocess.run(COMMAND + words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          timeout=60, check=True)
    return Result(done.stdout.decode(), 0)


def check(code, key, *answers, log=None):
    with key:
        result = sign_in(*answers)
    tap.equal(result.codes, [code], "codes (%r, %r)" % (result.said, result.logs))
    if log is not None:
        tap.contains("\n".join(result.logs), log)
    return result


def beginnings(result):
    return [line.split(" to sign in")[0] for line in result.said]


@case
def a_touch_signs_in():
    result = check(SUCCESS, fresh(SLOW), log="result=granted")
    tap.equal(beginnings(result), ["show Touch Blue key"], "said")


@case
def a_key_that_demands_its_pin_gets_it():
    key = fresh("--pin", PIN, "--always-uv", SLOW)
    result = check(SUCCESS, key, PIN)
    tap.equal(beginnings(result), ["ask PIN for Blue key: ", "show Touch Blue key"], "said")


@case
def a_pin_is_in_no_log_line_even_with_debug():
    with fresh("--pin", PIN, "--always-uv") as key:
        options("debug")
        results = [sign_in("314159", PIN)]
        key.misbehave("bad-signature")
        results.append(sign_in(PIN))
    tap.equal([result.codes for result in results], [[SUCCESS], [AUTH_ERR]], "codes")
    for line in sum([result.logs for result in results], []):
        if "3141" in line or PIN[:4] in line:
            raise AssertionError(line)


@case
def wrong_pins_are_counted_aloud():
    result = check(SUCCESS, fresh("--pin", PIN, "--always-uv", SLOW), "314159", "161803", PIN)
    tap.equal(beginnings(result), ["ask PIN for Blue key: ",
                                   "ask Wrong PIN. 7 tries left. PIN for Blue key: ",
                                   "ask Wrong PIN. 6 tries left. PIN for Blue key: ",
                                   "show Touch Blue key"], "said")


@case
def three_wrong_pins_end_it_until_the_key_is_inserted_again():
    result = check(MAXTRIES, fresh("--pin", PIN, "--always-uv"), "1111", "2222", "3333", PIN)
    tap.contains(result.said[-1], "take Blue key out")
    tap.contains("\n".join(result.logs), "reason=pin-auth-blocked")


@case
def the_last_try_is_left_to_another_sign_in():
    key = fresh("--pin", PIN, "--always-uv")
    for answers in (("1111", "2222", "3333"), ("1111", "2222", "3333")):
        check(MAXTRIES, key, *answers)
    result = check(AUTH_ERR, key, "1111", PIN)  # two are left
    tap.equal(result.said, ["ask PIN for Blue key: ",
                            "warn Wrong PIN. One try is left before Blue key blocks it: "
                            "look the PIN up, then start again"], "said")
    check(SUCCESS, key, PIN)


@case
def a_blocked_pin_ends_at_once():
    key = fresh("--pin", PIN, "--always-uv")
    for answers in (("1111", "2222", "3333"), ("1111", "2222", "3333"), ("1111",), ("1111",)):
        with key:
            sign_in(*answers)
    result = check(MAXTRIES, key, PIN, log="reason=pin-blocked")
    tap.contains(result.said[-1], "is blocked")


@case
def a_fingerprint_signs_in_where_verification_is_required():
    key = fresh("--uv=ok", SLOW)
    options("user_verification=required")
    result = check(SUCCESS, key)
    tap.contains(result.said[0], "show Use the fingerprint reader of Blue key")


@case
def a_fingerprint_that_fails_falls_back_to_the_pin():
    key = fresh("--uv=fail", "--pin", PIN)
    options("user_verification=required")
    result = check(SUCCESS, key, PIN)
    tap.contains("\n".join(result.said), "warn Fingerprint not recognised")
    tap.contains("\n".join(result.said), "ask The fingerprint reader takes no more tries. PIN for")


@case
def a_key_without_pin_cannot_verify_anybody():
    key = fresh()
    options("user_verification=required")
    result = check(AUTH_ERR, key)
    tap.contains(result.said[-1], "A PIN is required")


@case
def a_copied_key_is_refused_once_the_original_signed_in():
    key = fresh()
    check(SUCCESS, key)
    shutil.copy(system.ROOT + "/original.key", system.ROOT + "/blue.key")
    check(AUTH_ERR, key, log="reason=sign-count")


@case
def somebody_elses_key_is_named_as_such():
    fresh()
    result = check(AUTH_ERR, scene.key("red"), log="reason=no-credential")
    tap.contains(result.said[0], "This security key is not enrolled for alice; insert another")


@case
def nobody_inserts_a_key():
    result = sign_in()
    tap.equal(result.codes, [AUTH_ERR], "codes")
    tap.contains(result.said[0], "Insert your security key")
    tap.equal(result.said[-1], "warn No security key was inserted within 5 seconds", "said")


@case
def a_key_that_is_pulled_out_and_inserted_again_signs_in():
    with fresh("--touch=control") as key:
        app = subprocess.Popen(COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        lines = [app.stdout.readline()]
        key.unplug()
        lines.append(app.stdout.readline())
        key.plug()
        lines.append(app.stdout.readline())
        key.touch()
        result = Result("".join(lines) + app.stdout.read(), app.wait())
    tap.equal(result.codes, [SUCCESS], "codes (%r, %r)" % (result.said, result.logs))
    tap.equal(beginnings(result), ["show Touch Blue key", "show Insert your security key",
                                   "show Touch Blue key"], "said")


@case
def a_key_that_breaks_its_word_lets_nobody_in():
    for name in ("wrong-counter", "cleared-up", "wrong-rp-hash", "bad-signature",
                 "wrong-credential-id", "be-bs-inconsistent", "extra-bytes", "garbage-cbor",
                 "oversized-answer", "truncated-answer", "bad-length", "wrong-channel", "seq-error",
                 "unplug-mid-answer", "endless-keepalive", "hang"):
        key = fresh()
        check(SUCCESS, key)
        with key:
            key.misbehave(name)
            result = sign_in()
        if result.codes[0] not in (AUTH_ERR, AUTHINFO_UNAVAIL):
            raise AssertionError("%s: %r %r" % (name, result.codes, result.logs))


@case
def a_cleared_uv_flag_lets_nobody_in_where_verification_is_required():
    key = fresh("--uv=ok")
    options("user_verification=required")
    with key:
        key.misbehave("cleared-uv")
        result = sign_in()
    tap.equal(result.codes, [AUTH_ERR], "codes")
    tap.contains("\n".join(result.logs), "reason=user-verification")


@case
def hostile_strings_of_a_key_stay_one_printable_line():
    with fresh("--product", "\x1b[2J%s%n\x07evil\nPassword: ") as key:
        key.misbehave("hostile-strings")
        options("debug")
        result = sign_in()
    tap.equal(result.codes, [SUCCESS], "codes")
    for text in result.said + result.logs:
        if not text.isprintable():
            raise AssertionError(repr(text))


prepare()
tap.run(CASES)
