# SPDX-License-Identifier: BSD-2-Clause
"""passkey-device with software authenticators, driven as the module does it.

usage: test_device.py BUILD [CASE...]
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile

import tap

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "virtual"))
import raw_ctaphid  # noqa: E402
from virtual import Authenticator, find_program  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
DRIVER = os.path.join(BUILD, "tests", "integration", "device_driver")
RP = "example.com"
PIN = "1234"
PATIENCE = 60  # seconds until a test that hangs is a failure; no test ends by it
LONG_MS = 60000
SHORT_MS = 1200


class Desk:
    """A machine: passkey-device, and what is plugged in."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ppk-device-")
        self.bus = os.path.join(self.folder, "bus")
        self.helper = os.path.join(self.folder, "passkey-device")
        self._open = contextlib.ExitStack()

    def __enter__(self):
        os.mkdir(self.bus, 0o755)
        shutil.copy(find_program(BUILD, "passkey-device-virtual"), self.helper)
        return self

    def __exit__(self, *_):
        self._open.close()
        shutil.rmtree(self.folder)

    def key(self, number=0, *args):
        """A key that is plugged in, until the end of the test or key.stop()."""
        key = Authenticator(BUILD, self.bus, node="hidraw%d" % number, args=args)
        return self._open.enter_context(key)

    def ask(self, what, *args, timeout=LONG_MS):
        return self._open.enter_context(Ceremony(self.helper, what, *args, timeout=timeout))

    def enrol(self, *args, pin=None):
        """A new credential on the only key that is plugged in."""
        ceremony = self.ask("create", *(args or ["rp=" + RP, "uv=discouraged"]))
        while True:
            message = ceremony.next()
            if message["type"] == "pin-needed":
                ceremony.pin(pin)
            elif message["type"] == "credential":
                ceremony.finish()
                return message
            elif message["type"] not in ("authenticator", "touch", "verify"):
                raise AssertionError(message)

    def sign_in(self, *groups, timeout=LONG_MS):
        return self.ask("assert", *["group=" + g for g in groups], timeout=timeout)


class Ceremony:
    """One run of passkey-device: messages out, commands in."""

    def __init__(self, helper, what, *args, timeout):
        self.process = subprocess.Popen([DRIVER, helper, what, "timeout=%d" % timeout, *args],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.seen = []
        self._rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def _line(self):
        while b"\n" not in self._rest:
            if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
                raise AssertionError("no message after %r" % self.seen)
            read = os.read(self.process.stdout.fileno(), 65536)
            if not read:
                raise AssertionError("ended after %r" % self.seen)
            self._rest += read
        line, self._rest = self._rest.split(b"\n", 1)
        return json.loads(line)

    def next(self):
        message = self._line()
        self.seen.append(message)
        return message

    def expect(self, kind, **values):
        """The next message, not counting "here is an authenticator"."""
        message = self.next()
        while message["type"] == "authenticator" and kind != "authenticator":
            message = self.next()
        tap.equal(message["type"], kind, "type of %r after %r" % (message, self.seen[:-1]))
        for name, value in values.items():
            tap.equal(message[name], value, "%s of %r" % (name, message))
        return message

    def until(self, *kinds):
        """The next message of one of these kinds; others are passed over."""
        message = self.next()
        while message["type"] not in kinds:
            if message["type"] in ("assertion", "credential", "failed", "ended", "listed"):
                raise AssertionError("%r came before %r" % (message, kinds))
            message = self.next()
        return message

    def pin(self, text):
        self.command("pin " + text)

    def command(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def finish(self):
        """Wait until driver and passkey-device have ended."""
        self.process.stdin.close()
        self.process.stdin = None
        tap.equal(self.process.wait(PATIENCE), 0, "exit status")
        return self

    def kinds(self):
        return [m["type"] for m in self.seen]


def group(*ids, uv="discouraged", rp=RP):
    return "%s/%s/%s" % (rp, uv, ":".join(ids))


def stranger(number, length=64):
    """The id of a credential that no key here holds."""
    return ("%02x" % (number + 1)) * length


def check_flags(assertion, verified):
    flags = int(assertion["authenticator_data"][64:66], 16)
    tap.equal(bool(flags & 1), True, "user presence")
    tap.equal(bool(flags & 4), verified, "user verification")


def transactions(key):
    return key.stats()["transactions"]


def processes_of(helper):
    """The processes that run a program."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open("/proc/%s/cmdline" % pid, "rb") as file:
                line = file.read()
            with open("/proc/%s/stat" % pid) as file:
                state = file.read().rsplit(")", 1)[1].split()[0]
            name = os.path.basename(helper).encode()
            if line.split(b"\0")[0] == name and state not in "ZX" and \
                    os.path.realpath("/proc/%s/exe" % pid) in (helper, ""):
                found.append(int(pid))
    return found


#
# What it costs.
#

def an_assertion_costs_three_transactions():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.stats_reset()
        ceremony = desk.sign_in(group(identity))
        check_flags(ceremony.expect("assertion", credential_id=identity), verified=False)
        ceremony.finish()
        tap.equal(transactions(key), 3, "transactions")
        tap.equal(ceremony.kinds(), ["authenticator", "assertion"], "messages")


def ten_credentials_cost_three_transactions_too():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.stats_reset()
        ceremony = desk.sign_in(group(*[stranger(i) for i in range(9)], identity))
        ceremony.expect("assertion", credential_id=identity)
        tap.equal(transactions(key), 3, "transactions")


def a_pin_costs_two_transactions_more():
    for count in (0, 9):
        with Desk() as desk:
            key = desk.key(0, "--pin", PIN)
            identity = desk.enrol()["credential_id"]
            key.stats_reset()
            ceremony = desk.sign_in(
                group(*[stranger(i) for i in range(count)], identity, uv="required"))
            ceremony.expect("pin-needed", err="ok", retries=255)
            ceremony.pin(PIN)
            check_flags(ceremony.expect("assertion", credential_id=identity), verified=True)
            tap.equal(transactions(key), 5, "transactions")


def a_list_is_split_where_the_key_takes_fewer():
    with Desk() as desk:
        key = desk.key(0, "--max-credentials-in-list", "4")
        identity = desk.enrol()["credential_id"]
        key.stats_reset()
        ceremony = desk.sign_in(group(*[stranger(i) for i in range(9)], identity))
        ceremony.expect("assertion", credential_id=identity)
        tap.equal(transactions(key), 2 + 3, "transactions")


def a_list_is_split_where_the_key_takes_shorter_messages():
    with Desk() as desk:
        key = desk.key(0, "--max-message-size", "512")
        identity = desk.enrol()["credential_id"]
        ceremony = desk.sign_in(group(*[stranger(i) for i in range(9)], identity))
        ceremony.expect("assertion", credential_id=identity)


def an_id_that_is_too_long_for_the_key_is_left_out():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.stats_reset()
        ceremony = desk.sign_in(group(stranger(1, length=200), identity))
        ceremony.expect("assertion", credential_id=identity)
        tap.equal(transactions(key), 3, "transactions")


def the_only_id_may_be_left_out_of_the_answer():
    with Desk() as desk:
        desk.key(0, "--omit-credential-id")
        identity = desk.enrol()["credential_id"]
        desk.sign_in(group(identity)).expect("assertion", credential_id=identity)


def groups_are_asked_in_their_order():
    with Desk() as desk:
        key = desk.key()
        other = desk.enrol("rp=example.org", "uv=discouraged")["credential_id"]
        key.stats_reset()
        ceremony = desk.sign_in(group(stranger(1)), group(other, rp="example.org"))
        ceremony.expect("assertion", credential_id=other)
        tap.equal(transactions(key), 4, "transactions")


#
# Touch.
#

def a_touch_is_asked_for_when_the_key_waits():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch", index=0)
        key.wait_touch()
        key.touch()
        ceremony.expect("assertion", credential_id=identity)


def a_key_whose_patience_ends_first_is_asked_again():
    with Desk() as desk:
        key = desk.key(0, "--timeout", "1100")
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        key.stats_reset()
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch", index=0)
        while transactions(key) < 4:
            key.wait_touch()
        key.wait_touch()
        key.touch()
        ceremony.expect("assertion", credential_id=identity)


def a_key_that_lies_about_its_patience_is_given_up():
    with Desk() as desk:
        key = desk.key(0, "--timeout", "1")
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode never")
        ceremony = desk.sign_in(group(identity), timeout=SHORT_MS)
        tap.equal(ceremony.until("gone")["err"], "device")
        ceremony.expect("insert")
        ceremony.expect("failed", err="device")


def nobody_touches():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity), timeout=SHORT_MS)
        ceremony.expect("touch")
        ceremony.expect("failed", err="timeout")
        ceremony.finish()
        key.stats_reset()  # answers, so it is not waiting any more
        waits_for_nobody(key)


def waits_for_nobody(key):
    """The key does not wait for anybody."""
    try:
        key.touch()
    except Exception as reason:  # the control answers "error: nobody waits"
        tap.contains(str(reason), "nobody waits")
    else:
        raise AssertionError("the key still waits for a touch")


def cancelling_ends_the_blinking():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch")
        ceremony.command("cancel")
        ceremony.expect("failed", err="cancelled")
        ceremony.finish()
        waits_for_nobody(key)


def an_assertion_that_comes_after_cancelling_is_nobodys():
    with Desk() as desk:
        key = desk.key(0, "--misbehave", "answer-after-cancel")
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch")
        ceremony.command("cancel")
        ceremony.expect("failed", err="cancelled")
        tap.equal(ceremony.finish().kinds()[-1], "failed")


def a_signal_of_the_terminal_cancels():
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
        with Desk() as desk:
            key = desk.key()
            identity = desk.enrol()["credential_id"]
            key.control("touch-mode control")
            ceremony = desk.sign_in(group(identity))
            ceremony.expect("touch")
            for pid in processes_of(desk.helper):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            ceremony.expect("failed", err="cancelled")
            ceremony.finish()
            tap.equal(processes_of(desk.helper), [], "processes that are left")
            waits_for_nobody(key)


def nothing_is_left_when_the_program_is_killed():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch")
        tap.equal(len(processes_of(desk.helper)), 2, "supervisor and worker")
        pidfds = [os.pidfd_open(pid) for pid in processes_of(desk.helper)]
        ceremony.process.kill()
        for fd in pidfds:
            if not select.select([fd], [], [], PATIENCE)[0]:
                raise AssertionError("a process is left")
            os.close(fd)
        waits_for_nobody(key)


def nothing_is_left_when_passkey_device_is_killed():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch")
        pids = processes_of(desk.helper)
        pidfds = [os.pidfd_open(pid) for pid in pids]
        os.kill(min(pids), signal.SIGKILL)
        for fd in pidfds:
            if not select.select([fd], [], [], PATIENCE)[0]:
                raise AssertionError("a process is left")
            os.close(fd)
        ceremony.expect("ended", err="process")


def status_of(pid):
    with open("/proc/%d/status" % pid) as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def what_reads_an_authenticator_is_confined():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch")
        supervisor, worker = sorted(processes_of(desk.helper))
        for pid in (supervisor, worker):
            tap.equal(status_of(pid)["NoNewPrivs"], "1", "NoNewPrivs")
            tap.equal(os.stat("/proc/%d/mem" % pid).st_uid, 0, "owner of its memory")
        confined = status_of(worker)
        tap.equal(confined["Seccomp"], "2", "Seccomp")
        if os.getuid() == 0:
            tap.equal(confined["Uid"].split(), ["65534"] * 4, "Uid")
            tap.equal(confined["Groups"].strip(), "", "Groups")
            tap.equal(int(confined["CapPrm"], 16), 0, "CapPrm")
        tap.equal(len(os.listdir("/proc/%d/fd" % worker)), 5, "open descriptors")


#
# User verification.
#

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
        key.control("uv ok")
        check_flags(ceremony.expect("assertion"), verified=True)


def a_fingerprint_that_does_not_match_can_be_tried_again():
    with Desk() as desk:
        key = desk.key(0, "--pin", PIN, "--uv=ok")
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity, uv="required"))
        ceremony.expect("verify")
        key.control("uv fail")
        ceremony.expect("verify-failed", retries=4)
        ceremony.expect("verify")
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


def replug(key):
    key.unplug()
    key.plug()


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
    if os.getuid() == 0:
        raise tap.Skip("root may open everything")
    with Desk() as desk:
        key = desk.key(0, "--mode", "000")
        ceremony = desk.sign_in(group(stranger(1)), timeout=SHORT_MS)
        ceremony.expect("insert")
        os.chmod(os.path.join(desk.bus, key.node), 0o666)
        ceremony.expect("gone", err="no-credential")


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
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = desk.sign_in(group(identity))
        ceremony.expect("touch")
        key.unplug()
        ceremony.expect("gone", err="device")
        ceremony.expect("insert")
        key.plug()
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


def a_touch_chooses_among_keys_that_are_both_theirs():
    with Desk() as desk:
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
        ceremony.pin("2222")
        second.wait_touch()
        second.touch()
        tap.equal(ceremony.until("assertion")["credential_id"], two)
        tap.contains(first.control("retries"), "8 ")


def the_other_key_gets_its_turn_when_the_chosen_one_fails():
    with Desk() as desk:
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


#
# Keys that break their word. The request's time decides only that the key never answered.
#

BREAKS_THE_TRANSPORT = ["garbage-cbor", "oversized-answer", "truncated-answer", "bad-length",
                        "wrong-channel", "seq-error", "unplug-mid-answer", "endless-keepalive",
                        "hang", "hang-init", "hang-info"]


def misbehaviours():
    for name in BREAKS_THE_TRANSPORT:
        yield (name,)
        if not name.startswith("hang-"):
            yield name, "everywhere"


def a_key_that_breaks_its_word_costs_at_most_the_time():
    for names in misbehaviours():
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
    for names in misbehaviours():
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


#
# Other programs.
#

def a_key_that_another_program_uses_is_waited_for():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        with raw_ctaphid.Open(desk.bus) as other:
            channel = other.init()
            # authenticatorSelection: it waits for a touch
            other.send(channel, raw_ctaphid.CBOR, b"\x0b")
            key.wait_touch()
            ceremony = desk.sign_in(group(identity))
            while key.stats()["transactions"] < 7:  # enrolment, the other's two, ours
                select.select([], [], [], 0.01)
            other.send(channel, raw_ctaphid.CANCEL)
            ceremony.expect("touch")
            key.wait_touch()
            key.touch()
            ceremony.expect("assertion", credential_id=identity)


def a_key_that_another_program_has_locked_is_waited_for():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.control("touch-mode control")
        first = desk.sign_in(group(identity))
        first.expect("touch")
        second = desk.sign_in(group(identity))
        first.command("cancel")
        first.expect("failed", err="cancelled")
        second.expect("touch")
        key.wait_touch()
        key.touch()
        second.expect("assertion", credential_id=identity)


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
# Listing.
#

def all_keys_are_listed():
    with Desk() as desk:
        desk.key(0, "--product", "Blue", "--pin", PIN)
        desk.key(1, "--product", "Green", "--uv=ok")
        desk.key(2, "--product", "Red", "--u2f-only")
        ceremony = desk.ask("list")
        found = {}
        while True:
            message = ceremony.next()
            if message["type"] == "listed":
                break
            found[message["product"]] = message
        tap.equal(sorted(found), ["Blue", "Green", "Red"])
        tap.equal(found["Blue"]["has_pin"], True)
        tap.equal(found["Green"]["has_uv"], True)
        tap.equal(found["Red"]["fido2"], False)


def no_key_makes_an_empty_list():
    with Desk() as desk:
        desk.ask("list").expect("listed")


def a_key_that_hangs_does_not_hide_the_others():
    with Desk() as desk:
        desk.key(0, "--product", "Blue")
        desk.key(1, "--misbehave", "hang-init")
        ceremony = desk.ask("list", timeout=SHORT_MS)
        tap.equal(ceremony.expect("authenticator")["product"], "Blue")
        ceremony.expect("listed")


def started_by_hand_it_does_nothing():
    with Desk() as desk:
        tap.equal(subprocess.run([desk.helper], stdin=subprocess.DEVNULL).returncode, 2)


CASES = [value for name, value in list(globals().items())
         if getattr(value, "__module__", "") == "__main__" and hasattr(value, "__code__") and
         value.__code__.co_argcount == 0 and name != "misbehaviours"]

if __name__ == "__main__":
    chosen = sys.argv[2:]
    tap.run([case for case in CASES if not chosen or case.__name__ in chosen])
