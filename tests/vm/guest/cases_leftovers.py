# SPDX-License-Identifier: BSD-2-Clause
"""What is left behind, in memory and in the process table."""

import glob
import json
import os
import re
import signal
import subprocess

from machine import (BUILD, COUNTS, Journal, Key, OTHER, Terminal, USER, case, only, scene, sign_in,
                     signed_in, tap, touch)

APP = BUILD + "/tests/integration/pam-app"
SIGN_INS = 200
SETTLED = 50  # after so many all caches are filled


def processes():
    """The processes there are, without those of the kernel."""
    found = set()
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            with open(folder + "/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if fields[1] != "2" and not folder.endswith("/2"):  # 2: the parent of the kernel's own
            found.add(os.path.basename(folder))
    return found


def locks():
    """Who holds a lock on a file, and which."""
    with open("/proc/locks", encoding="ascii") as file:
        return {line.split(":", 1)[1] for line in file}


def data_kib(pid):
    """All memory that a process may write to."""
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return int(re.search(r"VmData:\s+(\d+) kB", file.read()).group(1))


def two_hundred_sign_ins(by):
    """One process of a user signs in so often. Returns its events and its memory after each."""
    app = subprocess.Popen(["setpriv", "--reuid", by, "--regid", by, "--init-groups",
                            APP, "--confdir", "/etc/pam.d", "--service", "passkey", "--user", USER,
                            "--times", str(SIGN_INS), "--census"],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    events, memory = [], []
    for line in app.stdout:
        events.append(json.loads(line))
        if "authenticate" in events[-1] and len(memory) < SIGN_INS - 1:
            memory.append(data_kib(app.pid))  # it is still at work: one is to come
    tap.equal(app.wait(), 0, "exit status")
    return events, memory


def leave_nothing_behind(by):
    with Key("blue") as key:
        only(key)
        key.control("touch-mode auto")
        os.chmod(key.path, 0o666)
        before = processes(), locks()
        events, memory = two_hundred_sign_ins(by)
        after = processes(), locks()
    codes = [event["authenticate"] for event in events if "authenticate" in event]
    tap.equal(codes, [0] * SIGN_INS, "codes")
    census = [event["census"] for event in events if "census" in event]
    tap.equal(census[0], census[1], "descriptors, signals and children")
    # the least of many: some are taken while the next sign-in is at work
    tap.equal(min(memory[-SETTLED:]), min(memory[SETTLED:2 * SETTLED]), "memory")
    tap.equal(after[0] - before[0], set(), "processes")
    tap.equal(after[1] - before[1], set(), "locks")


@case
def two_hundred_sign_ins_in_a_row_leave_nothing_behind():
    leave_nothing_behind("root")


@case
def two_hundred_sign_ins_of_an_ordinary_users_program_leave_nothing_behind():
    leave_nothing_behind(USER)


@case
def sudo_that_is_killed_while_it_waits_leaves_no_helper_behind():
    with Key("blue", "--touch=control") as key, scene.sudo() as terminal:
        scene.password(terminal)
        key.wait_touch()
        helpers = scene.helpers()
        for pid in scene.processes.by_program(lambda path: os.path.basename(path) == "sudo"):
            os.kill(pid, signal.SIGKILL)
        terminal.finish()
        scene.wait_for_end(helpers)


@case
def an_ordinary_users_program_that_is_killed_leaves_no_helper_behind():
    with Key("blue", "--touch=control") as key:
        os.chmod(key.path, 0o666)
        with sign_in(by=OTHER) as terminal:
            key.wait_touch()
            helpers = scene.helpers()
            for pid in scene.processes.by_program(
                    lambda path: os.path.basename(path) == "pamtester"):
                os.kill(pid, signal.SIGKILL)
            terminal.finish()
            scene.wait_for_end(helpers)
        with sign_in(by=OTHER) as terminal:  # the key is free, once it has noticed
            terminal.wait_for("Touch Blue key")  # before that it waits for who was killed
            touch(key)
            signed_in(terminal)


def counted():
    with open(COUNTS % USER, encoding="utf-8") as file:
        return file.read()


@case
def a_caller_who_limits_the_size_of_files_does_not_keep_the_count_from_rising():
    with Key("blue") as key:
        only(key)
        key.control("touch-mode auto")
        before, journal = counted(), Journal()
        # as "ulimit -f 0; su" does; only a kernel that keeps nothing from root shows it
        with Terminal(["prlimit", "--fsize=0:0", "pamtester", "passkey", USER, "authenticate"]) as terminal:
            signed_in(terminal)
    tap.equal(counted() != before, True, "the count has risen")
    tap.equal(len(journal.lines()), 1, "lines of the log")
