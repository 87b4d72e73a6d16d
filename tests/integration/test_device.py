# SPDX-License-Identifier: BSD-2-Clause
"""passkey-device: what it costs, touch, ending, other programs, listing.

usage: test_device.py BUILD [CASE...]
"""

import contextlib
import os
import resource
import select
import signal
import subprocess

import tap
from desk import (Desk, PATIENCE, PIN, SHORT_MS, check_flags, group, on_linux, processes_of, run,
                  status_of, stranger, transactions, waits_for_nobody)
import raw_ctaphid  # desk knows where it is

NOBODY = "65534"


#
# What it costs.
#

@on_linux
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


@on_linux
def ten_credentials_cost_three_transactions_too():
    with Desk() as desk:
        key = desk.key()
        identity = desk.enrol()["credential_id"]
        key.stats_reset()
        ceremony = desk.sign_in(group(*[stranger(i) for i in range(9)], identity))
        ceremony.expect("assertion", credential_id=identity)
        tap.equal(transactions(key), 3, "transactions")


@on_linux
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


@on_linux
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


@on_linux
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


@on_linux
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
        tap.equal(ceremony.until("failed")["err"], "device")


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




def cancelling_ends_the_blinking():
    with Desk() as desk:
        key, ceremony, _ = desk.waiting_for_touch()
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
            key, ceremony, _ = desk.waiting_for_touch()
            for pid in processes_of(desk.helper):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
            ceremony.expect("failed", err="cancelled")
            ceremony.finish()
            tap.equal(processes_of(desk.helper), [], "processes that are left")
            waits_for_nobody(key)


def nothing_is_left_when_the_program_is_killed():
    with Desk() as desk:
        key, ceremony, _ = desk.waiting_for_touch()
        tap.equal(len(processes_of(desk.helper)), 3, "supervisor, launcher and worker")
        pidfds = [os.pidfd_open(pid) for pid in processes_of(desk.helper)]
        ceremony.process.kill()
        for fd in pidfds:
            if not select.select([fd], [], [], PATIENCE)[0]:
                raise AssertionError("a process is left")
            os.close(fd)
        waits_for_nobody(key)


def nothing_is_left_when_one_of_its_processes_is_killed():
    for number, role in enumerate(("supervisor", "launcher")):
        with Desk() as desk:
            _, ceremony, _ = desk.waiting_for_touch()
            pids = sorted(processes_of(desk.helper))
            pidfds = [os.pidfd_open(pid) for pid in pids]
            os.kill(pids[number], signal.SIGKILL)
            if role == "launcher":
                ceremony.until("failed")
                tap.equal(ceremony.seen[-1]["err"], "process")
            for fd in pidfds:
                if not select.select([fd], [], [], PATIENCE)[0]:
                    raise AssertionError("a process is left")
                os.close(fd)
            if role == "supervisor":
                ceremony.expect("ended", err="process")


#
# Confinement: what each layer keeps out is tried from inside by test_confinement.py.
#

@on_linux
def every_process_is_confined():
    with Desk() as desk:
        _, ceremony, _ = desk.waiting_for_touch()
        supervisor, launcher, worker = sorted(processes_of(desk.helper))
        for pid in (supervisor, launcher, worker):
            status = status_of(pid)
            tap.equal(status["NoNewPrivs"], "1", "NoNewPrivs")
            tap.equal(status["Seccomp"], "2", "Seccomp")
            for capabilities in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                tap.equal(int(status[capabilities], 16), 0, capabilities)
            tap.equal(os.stat("/proc/%d/mem" % pid).st_uid, 0, "owner of its memory")
        if os.getuid() == 0:
            for pid in (supervisor, worker):
                tap.equal(status_of(pid)["Uid"].split(), [NOBODY] * 4, "Uid")
            tap.equal(status_of(launcher)["Uid"].split(), [NOBODY, "0", NOBODY, "0"], "Uid")
            for pid in (supervisor, launcher, worker):
                tap.equal(status_of(pid)["Gid"].split(), [NOBODY] * 4, "Gid")
                tap.equal(status_of(pid)["Groups"].strip(), "", "Groups")
            tap.equal(len(os.listdir("/proc/%d/fd" % worker)), 5, "open descriptors")


#
# Other programs.
#

def a_crash_leaves_no_core_with_a_pin_in_it():
    limit = resource.getrlimit(resource.RLIMIT_CORE)
    if limit[1] == 0:
        raise tap.Skip("core files are switched off for this process and its children")
    resource.setrlimit(resource.RLIMIT_CORE, (limit[1], limit[1]))
    try:
        with Desk() as desk:
            key = desk.key()
            identity = desk.enrol()["credential_id"]
            key.control("touch-mode control")
            desk.sign_in(group(identity)).expect("touch")
            pids = processes_of(desk.helper)
            tap.equal(len(pids), 3, "processes")
            for pid in pids:
                with open("/proc/%d/limits" % pid, encoding="ascii") as limits:
                    tap.contains(" ".join(limits.read().split()), "Max core file size 0 0 bytes")
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, limit)


@on_linux
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


if __name__ == "__main__":
    run(globals())
