# SPDX-License-Identifier: BSD-2-Clause
"""pam_passkey.so under the real libpam: the conversation, the application's process, sign counts.

usage: test_module_host.py BUILD        as root; nothing outside a temporary folder changes
"""

import base64
import os
import pwd
import re
import signal
import socket
import subprocess
import threading
import time

import processes
import tap
from stand import (AUTHINFO_UNAVAIL, AUTH_ERR, CASES, KEY, LINE, MAXTRIES, NOBODY, PERM_DENIED,
                   PIN, Result, SUCCESS, TOUCH, USER, USER_UNKNOWN, case,
                   case_without_sanitizer, check, stand)

# conversation


@case
def a_pin_is_asked_for_and_a_wrong_one_again():
    host = socket.gethostname()
    with stand(PIN + "event pin_needed 0 7 pin-invalid\nexpect\nevent touch 0\nassertion flags=05\n",
               LINE + " uv=required\n") as it:
        result = it.run(arguments=["--answer", "99887766", "--answer", "13572468"])
        trace = it.read("device/trace")
    tap.equal(result.codes, [SUCCESS], "codes")
    tap.equal(result.said, ["ask PIN for Blue key: ",
                            "ask Wrong PIN. 7 tries left. PIN for Blue key: ",
                            "show Touch Blue key to sign in to %s as root" % host], "said")
    tap.contains(trace, "pin 0 99887766\npin 0 13572468\n")


@case
def a_pin_is_in_no_log_line_even_with_debug():
    with stand(PIN + "event pin_needed 0 7 pin-invalid\nexpect\nassertion flags=05\n") as it:
        result = it.run("debug", arguments=["--answer", "99887766", "--answer", "13572468"])
    tap.equal(result.codes, [SUCCESS], "codes")
    for line in result.logs:
        if "9988" in line or "1357" in line:
            raise AssertionError(line)


def forms(data):
    """How bytes may be written down: a part of any of these is too much."""
    return [data.hex(), data.hex().upper(), base64.b64encode(data).decode().rstrip("="),
            base64.urlsafe_b64encode(data).decode().rstrip("="), repr(data)[2:-1]]


@case
def no_challenge_signature_or_key_is_in_a_line_even_with_debug():
    damaged = LINE.replace("key=", "key=A") + "\n" + LINE.replace("id=", "id=*") + "\n" + LINE + " " + KEY
    for script, credentials in ((TOUCH + "assertion\n", LINE), (TOUCH + "assertion count=1\n", LINE),
                                (TOUCH + "assertion signature=flip\n", LINE),
                                (TOUCH + "assertion signature=other\n", LINE),
                                (TOUCH + "assertion id=other\n", LINE),
                                (TOUCH + "assertion size=40\n", LINE),
                                (TOUCH + "assertion handle=x\nraw 21ff\n", LINE),
                                (TOUCH + "assertion\n", damaged)):
        with stand(script, credentials + "\n") as it:
            result = it.run("debug", arguments=["--tell-random"])
            secrets = [bytes.fromhex(line) for line in it.read("device/secrets").split()] \
                if os.path.exists(it.path("device/secrets")) else []
        tap.equal(len(result.random), 1 if credentials == LINE else 0, "challenges")
        tap.equal(bool(secrets), credentials == LINE, "signatures and what was signed")
        secrets += [bytes.fromhex(challenge) for challenge in result.random]
        secrets += [base64.b64decode(KEY), base64.b64decode(KEY)[-64:]]
        for line in result.logs + [text for text, _ in result.audit]:
            for form in sum(map(forms, secrets), []):
                # from any place on: what is in the middle of it was aligned otherwise
                if any(form[at:at + 12] in line for at in range(0, len(form) - 12)):
                    raise AssertionError("%s: %s" % (form, line))


# What is known of a sign-in: before the user was looked up, after it, once a method was tried, once
# an authenticator has signed.
UNKNOWN = "service=test tty=/dev/pts/9 rhost=192.0.2.7"
ASKED = "user=root " + UNKNOWN
TRIED = ASKED + " method=local"
SIGNED = TRIED + ' credential="Blue key" id=ZmFrZS1j'


@case
def each_outcome_is_one_line_with_all_that_is_known():
    failed = "authenticator 0\nevent failed 0 0 %s\n"
    for outcome, known, script, options, more in (
            ("granted reason=ok", SIGNED, TOUCH + "assertion\n", (), {}),
            ("denied reason=signature", SIGNED, TOUCH + "assertion signature=flip\n", (), {}),
            ("denied reason=user-presence", SIGNED, TOUCH + "assertion flags=00\n", (), {}),
            ("denied reason=user-verification", SIGNED, TOUCH + "assertion\n",
             ("user_verification=required",), {}),
            ("denied reason=rp-id", SIGNED, TOUCH + "assertion rp=evil.example\n", (), {}),
            ("denied reason=credential-unknown", TRIED, TOUCH + "assertion id=other\n", (), {}),
            ("denied reason=cancelled", TRIED, failed % "cancelled", (), {}),
            ("denied reason=timeout", TRIED, failed % "timeout", (), {}),
            ("denied reason=no-authenticator", TRIED, failed % "no-authenticator", (), {}),
            ("denied reason=no-credential", TRIED, failed % "no-credential", (), {}),
            ("denied reason=pin-blocked", TRIED, failed % "pin-blocked", (), {}),
            ("denied reason=uv-blocked", TRIED, failed % "uv-blocked", (), {}),
            ("denied reason=device", TRIED, failed % "device", (), {}),
            ("unavailable reason=process", TRIED, "stop\n", (), {}),
            ("unavailable reason=not-found", TRIED, "", ("device_helper=/no-such-helper",), {}),
            ("denied reason=credential-disabled", ASKED, "", (), {"credentials": LINE + " disabled=yes"}),
            ("denied reason=credential-expired", ASKED, "", (),
             {"credentials": LINE + " expires=2001-01-01T00:00:00Z"}),
            ("denied reason=unenrolled", ASKED, "", (), {"credentials": None}),
            ("skipped reason=unenrolled", ASKED, "", ("unenrolled=skip",), {"credentials": None}),
            ("unavailable reason=option", UNKNOWN, "", ("nonsense=1",), {}),
            ("denied reason=user-unknown", UNKNOWN, "", (), {"user": "no-such-user"})):
        credentials = more.get("credentials", LINE)
        with stand(script, credentials and credentials + "\n") as it:
            result = it.run(*options, user=more.get("user", USER),
                            without=[option.split("=")[0] for option in options],
                            arguments=["--tty", "/dev/pts/9", "--rhost", "192.0.2.7"])
        line = result.log(": result=")
        if not re.fullmatch(re.escape("pam_passkey(test:auth): result=%s %s ms=" % (outcome, known)) +
                            "[0-9]+", line):
            raise AssertionError("%r is not %s %s" % (line, outcome, known))


@case
def what_was_decided_is_recorded_once_and_without_a_name_that_somebody_chose():
    key = "credential=ZmFrZS1j"
    for script, options, user, expected in (
            (TOUCH + "assertion\n", (), USER,
             [("passkey reason=ok method=local " + key, SUCCESS)]),
            (TOUCH + "assertion flags=00\n", (), USER,
             [("passkey reason=user-presence method=local " + key, AUTH_ERR)]),
            ("event failed 0 0 pin-blocked\n", (), USER,
             [("passkey reason=pin-blocked method=local credential=?", MAXTRIES)]),
            ("", (), "no-such-user",
             [("passkey reason=user-unknown method=? credential=?", USER_UNKNOWN)]),
            ("", ("nonsense=1",), USER,
             [("passkey reason=option method=? credential=?", USER_UNKNOWN)])):
        with stand(script) as it:
            tap.equal(it.run(*options, user=user).audit, expected, "record")
    with stand(credentials=None) as it:
        tap.equal(it.run("unenrolled=skip").audit, [], "record of a sign-in that was skipped")


@case_without_sanitizer
def a_pin_is_not_left_in_memory():
    wrong_then_right = PIN + "event pin_needed 0 7 pin-invalid\nexpect\nassertion flags=05\n"
    backwards = ["QvZ7-reppe-4711-lacitnedifnoc-yrev-a-si-siht", "QvZ7-dlog-0815-tnorf-ot-kcab-daer-nip-a-si"]
    endings = (wrong_then_right, PIN + "stop\n", PIN + "hang\n", PIN + "raw 00\n")
    for script in endings:
        with stand(script) as it:
            result = it.run(arguments=["--search", "--answer", backwards[0], "--answer", backwards[1]])
            trace = it.read("device/trace")
        tap.contains(trace, "pin 0 " + backwards[0][::-1])
        found = [event["times"] for event in result.events if "found" in event]
        tap.equal(found, [0], "copies after %r" % script)


@case
def a_conversation_that_fails_never_signs_in():
    touch = TOUCH + "assertion flags=05\n"
    pin = PIN + "assertion flags=05\n"
    for fault, script in (("no-conversation", touch), ("no-conversation", pin), ("error", pin),
                          ("again", touch), ("again", pin), ("information", touch),
                          ("no-response", pin), ("null-answer", pin), ("empty", pin),
                          ("newline", pin), ("huge", pin)):
        with stand(script) as it:
            result = it.run("unenrolled=skip", arguments=["--fault", fault])
            trace = it.read("device/trace")
        if result.codes[0] not in (AUTH_ERR, AUTHINFO_UNAVAIL, PERM_DENIED):
            raise AssertionError("%s: %r" % (fault, result.codes))
        if "pin 0" in trace:
            raise AssertionError("%s: a PIN was sent: %s" % (fault, trace))


@case
def an_application_that_shows_nothing_but_answers_gets_no_response_for_cues():
    """A cue wants no answer: a missing response array is fine there."""
    check(SUCCESS, arguments=["--fault", "no-response"])


@case
def without_cues_the_touch_is_not_announced():
    check(SUCCESS, "cue=no", said=[])


@case
def hostile_names_stay_one_printable_line():
    name = 'name="x%s%n%p\u202e' + '"'
    result = check(SUCCESS, script="authenticator 0 fido2 product=\x1b[2Jp%s%n\x07\nevent touch 0\n"
                   "assertion\n", credentials=LINE.replace('name="Blue key"', "name=\"%s%n%p\"") + "\n"
                   "passkey1 id=QUFB alg=es256 key=%s rp=example.com %s\n" % (KEY, name))
    for text in result.said + result.logs:
        if not text.isprintable():
            raise AssertionError(repr(text))


@case
def nothing_tells_that_a_name_is_unknown_or_what_was_typed():
    for name in ("no-such-user", "hunter2!", "root ", "../root", "a:b", "x" * 300, "r\n", "-x"):
        result = check(AUTH_ERR, "unenrolled=skip", user=name, said=[])
        for line in result.logs:
            if "user=" in line or (len(name) > 3 and name in line.replace("test:auth", "")):
                raise AssertionError("%r: %s" % (name, line))


# the process of the application


@case
def an_application_that_names_nobody_is_refused():
    result = check(AUTH_ERR, user=None, arguments=["--fault", "error"],
                   log="result=denied reason=conversation service=test")
    tap.equal(result.audit, [("passkey reason=conversation method=? credential=?", USER_UNKNOWN)],
              "record")


@case
def pam_user_stays_as_it_was():
    tap.equal(check(SUCCESS).users, [USER], "users")
    tap.equal(check(AUTH_ERR, script="event failed 0 0 device\n").users, [USER], "users")


@case
def the_environment_decides_nothing():
    hostile = {"HOME": "/nonexistent", "XDG_CONFIG_HOME": "/tmp", "PATH": "/nonexistent",
               "FIDO_DEBUG": "1", "OPENSSL_CONF": "/nonexistent", "PAM_USER": "nobody",
               "LD_LIBRARY_PATH": "", "TZ": ":/etc/shadow", "LC_ALL": "C", "TMPDIR": "/nonexistent"}
    with stand() as it:
        first = it.run(env={})
        second = it.run(env=hostile)
    tap.equal(first.codes + second.codes, [SUCCESS, SUCCESS], "codes")
    tap.equal(first.said, second.said, "said")


@case
def the_application_is_left_as_it_was():
    for script, code in ((TOUCH + "assertion\n", SUCCESS), ("stop\n", AUTHINFO_UNAVAIL),
                         ("event failed 0 0 device\n", AUTH_ERR), (PIN + "hang\n", AUTH_ERR)):
        with stand(script) as it:
            result = it.run(arguments=["--census", "--sigchld"])
        tap.equal(result.codes, [code], "codes")
        tap.equal(result.census[0], result.census[1], "census")
        tap.contains(result.census[1], "chldsignals=0 child=-1")


@case
def closed_standard_descriptors_do_no_harm():
    with stand() as it:
        result = it.run(arguments=["--close-stdio", "--census"])
    tap.equal(result.codes, [SUCCESS], "codes")
    tap.equal(result.census[0], result.census[1], "census")


@case
def two_handles_at_once_do_not_meet():
    with stand() as it:
        tap.equal(it.run(arguments=["--nested"]).codes, [SUCCESS, SUCCESS], "nested")
        tap.equal(it.run(arguments=["--threads", "8"]).codes, [SUCCESS] * 8, "threads")


@case
def a_forked_child_signs_in_with_a_challenge_of_its_own():
    with stand() as it:
        result = it.run(arguments=["--fork", "--tell-random", "--census"])
    tap.equal(result.codes, [SUCCESS] * 3, "codes")
    tap.equal(len(set(result.random)), 3, "challenges")
    tap.equal(result.census[0], result.census[1], "census")


@case
def one_handle_may_sign_in_twice():
    with stand() as it:
        result = it.run(arguments=["--times", "2"])
    tap.equal(result.codes, [SUCCESS, SUCCESS], "codes")
    tap.equal(len([line for line in result.logs if "result=granted" in line]), 2, "audit lines")


@case
def setcred_succeeds_after_a_sign_in_alone():
    with stand() as it:
        tap.equal(it.run(arguments=["--setcred"]).setcred, [SUCCESS], "after success")
        tap.equal(it.run(arguments=["--setcred", "--times", "0"]).setcred, [PERM_DENIED],
                  "without a sign-in")
        it.script("event failed 0 0 device\n")
        if it.run(arguments=["--setcred"]).setcred[0] == SUCCESS:
            raise AssertionError("after a denial")


@case
def a_control_c_ends_the_wait_at_once_with_a_denial_and_no_process():
    with stand("authenticator 0\nevent touch 0\nhang\n") as it:
        it.service(it.options(without=("timeout",)))
        app = subprocess.Popen(it.command("--catch-int"), stdout=subprocess.PIPE,
                               start_new_session=True)
        line = app.stdout.readline()
        tap.contains(line.decode(), "Touch")  # the cue: now it waits for the touch
        before = time.monotonic()
        os.killpg(app.pid, signal.SIGINT)
        rest = app.stdout.read()
        app.wait()
        took = time.monotonic() - before
        code = Result(line.decode() + rest.decode(), 0).codes
        if code[0] not in (AUTH_ERR, AUTHINFO_UNAVAIL) or took > 3:
            raise AssertionError("%r after %.1f s" % (code, took))
        tap.equal(processes_of(it.helper), [], "processes left behind")


def processes_of(program):
    """The processes that run a program file."""
    return processes.by_program(lambda path: path == program)


@case
def no_process_is_left_behind_whatever_the_end():
    for script in (TOUCH + "assertion\n", "stop\n", "event failed 0 0 device\n", "raw 00\n",
                   TOUCH + "hang\n", PIN + "hang\n"):
        with stand(script) as it:
            it.run()
            tap.equal(processes_of(it.helper), [], "processes after %r" % script)


@case
def an_application_that_dies_leaves_no_process():
    with stand("authenticator 0\nevent touch 0\nhang\n") as it:
        it.service(it.options())
        app = subprocess.Popen(it.command(), stdout=subprocess.PIPE)
        app.stdout.readline()
        app.kill()
        app.wait()
        app.stdout.close()
        deadline = time.monotonic() + 5
        while processes_of(it.helper) and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        tap.equal(processes_of(it.helper), [], "processes left behind")


@case
def a_screen_locker_signs_in_without_privilege():
    nobody = pwd.getpwuid(NOBODY).pw_name
    with stand(TOUCH + "assertion count=5\n") as it:
        it.write("passkeys/" + nobody, LINE + "\n")
        result = it.run(arguments=["--uid", str(NOBODY), "--census"], user=nobody)
        tap.equal(result.codes, [SUCCESS], "codes")
        tap.contains("\n".join(result.logs), "not advanced")
        tap.equal(result.census[0], result.census[1], "census")
        tap.equal(os.listdir(it.path("state")), [], "state")


@case
def a_screen_locker_sees_the_count_that_root_advanced():
    nobody = pwd.getpwuid(NOBODY).pw_name
    with stand(TOUCH + "assertion count=5\n") as it:
        it.write("passkeys/" + nobody, LINE + "\n")
        tap.equal(it.run(user=nobody).codes, [SUCCESS], "as root")
        result = it.run(arguments=["--uid", str(NOBODY)], user=nobody)
        tap.equal(result.codes, [AUTH_ERR], "as the user, the same count")
        tap.contains("\n".join(result.logs), "reason=sign-count")


@case
def a_screen_locker_believes_files_of_root_alone():
    nobody = pwd.getpwuid(NOBODY).pw_name
    with stand() as it:
        path = it.write("passkeys/" + nobody, LINE + "\n")
        os.chown(path, NOBODY, NOBODY)
        result = it.run(arguments=["--uid", str(NOBODY)], user=nobody)
        tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes")


# counts


@case
def a_count_must_rise():
    with stand() as it:
        for count, code in ((5, SUCCESS), (6, SUCCESS), (6, AUTH_ERR), (1, AUTH_ERR), (0, AUTH_ERR),
                            (7, SUCCESS)):
            it.script(TOUCH + "assertion count=%d\n" % count)
            tap.equal(it.run().codes, [code], "codes with count %d" % count)
        tap.contains(it.read("state/root.counts"), "count=7")


@case
def a_zero_count_stays_zero_and_signs_in():
    with stand() as it:
        for _ in range(3):
            tap.equal(it.run().codes, [SUCCESS], "codes")


@case
def a_falling_count_is_logged_where_that_is_the_policy():
    with stand(TOUCH + "assertion count=5\n") as it:
        tap.equal(it.run().codes, [SUCCESS], "codes")
        result = it.run("sign_count=log")
        tap.equal(result.codes, [SUCCESS], "codes")
        tap.contains(result.log("did not rise"), "5 stored, 5 reported")
        tap.equal(it.run("sign_count=off").codes, [SUCCESS], "codes")


@case
def two_sign_ins_cannot_both_use_one_count():
    with stand(TOUCH + "assertion count=5\n") as it:
        result = it.run(arguments=["--threads", "8"])
    tap.equal(sorted(result.codes), [SUCCESS] + [AUTH_ERR] * 7, "codes")


@case
def a_damaged_state_is_unavailable():
    for text in ("garbage\n", "count1 id=x count=1\n", "count1", b"\0"):
        with stand() as it:
            it.write("state/root.counts", text)
            result = it.run("unenrolled=skip")
            tap.equal(result.codes, [AUTHINFO_UNAVAIL], "codes with %r" % text)
            tap.contains("\n".join(result.logs), it.path("state/root.counts"))


@case
def a_state_that_others_may_write_is_unavailable():
    with stand() as it:
        it.run()
        os.chmod(it.path("state/root.counts"), 0o666)
        tap.equal(it.run().codes, [AUTHINFO_UNAVAIL], "codes")


@case
def a_state_that_cannot_be_written_does_not_lock_anybody_out():
    with stand(TOUCH + "assertion count=5\n") as it:
        # a read-only bind mount stands in for a full or broken disk; only this process sees it
        words = ["unshare", "-m", "--propagation", "private", "sh", "-c",
                 "mount --bind %s %s && mount -o remount,ro,bind %s && exec \"$@\"" % (
                     (it.path("state"),) * 3), "sh"]
        it.service(it.options())
        done = subprocess.run(words + it.command(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise tap.Skip("no mount namespace: " + done.stderr.decode().strip())
        result = Result(done.stdout.decode(), 0)
    tap.equal(result.codes, [SUCCESS], "codes")
    tap.contains("\n".join(result.logs), "state: ")


@case
def the_helper_is_told_no_secret_and_no_environment():
    with stand(TOUCH + "hang\n") as it:
        it.service(it.options())
        app = subprocess.Popen(it.command(), stdout=subprocess.PIPE, env={"SECRET": "x"})
        app.stdout.readline()
        pid = processes_of(it.helper)[0]
        with open("/proc/%s/environ" % pid, "rb") as file:
            tap.equal(file.read(), b"", "environment")
        with open("/proc/%s/cmdline" % pid, "rb") as file:
            tap.equal(file.read(), b"passkey-device\0", "arguments")
        app.kill()
        app.wait()
        app.stdout.close()


tap.run(CASES)
