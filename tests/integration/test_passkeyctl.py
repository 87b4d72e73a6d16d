# SPDX-License-Identifier: BSD-2-Clause
"""passkeyctl as admins and users run it, in a private system.

usage: test_passkeyctl.py BUILD [PART OF A NAME]
"""

import base64
import glob
import json
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import termios

import scene
import tap
from scene import Terminal, system

CTL = system.PROGRAMS + "/passkeyctl"
FILE = system.PASSKEYS + "/alice"
PIN = "1234"
AS_ALICE = ["setpriv", "--reuid", "alice", "--regid", "alice", "--init-groups"]


case = tap.Cases()


class Done:
    """What a run of passkeyctl left: exit status, results, and what it said besides."""

    def __init__(self, process):
        self.out, self.err = process.communicate()
        self.status = process.returncode


def start(*words, as_alice=False, environment=None):
    """Start passkeyctl without a terminal."""
    command = (AS_ALICE if as_alice else []) + [CTL, *words]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, start_new_session=True,
                            env={"PATH": os.environ["PATH"], **(environment or {})}, cwd="/")


def ctl(*words, status=0, **options):
    done = Done(start(*words, **options))
    tap.equal(done.status, status, "exit status of %s (%s)" % (" ".join(words), done.err))
    if "Sanitizer" in done.err:
        raise AssertionError(done.err)
    return done


def alice(command, *words, **options):
    """The admin runs a command for alice."""
    return ctl(command, "--user", "alice", *words, **options)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def fresh(**options):
    """No passkeys, no counts, keys out of the box, the configuration as it is at first."""
    for path in glob.glob(system.PASSKEYS + "/*") + glob.glob(system.STATE + "/*") + \
            glob.glob(system.PASSKEYS + "/.*.lock") + glob.glob(system.ROOT + "/*.key"):
        os.unlink(path)
    shutil.rmtree("/home/alice/.config", ignore_errors=True)
    system.configure(timeout=scene.TIMEOUT_S, **options)


def enrolled(*names):
    """Enrol as many keys for alice, each another authenticator."""
    fresh()
    for name in names:
        with scene.key(name):
            alice("enroll", "--name", name)


def listed(user="alice", **options):
    return json.loads(ctl("list", "--user", user, "--json", **options).out)


# enrolling

@case
def enrolment_writes_one_line_with_owner_and_mode_that_the_module_demands():
    fresh()
    with scene.key():
        done = alice("enroll", "--name", "Blue key")
    tap.contains(done.out, 'Enrolled "Blue key" for alice in /etc/passkeys/alice')
    status = os.stat(FILE)
    tap.equal((status.st_uid, status.st_gid, stat.S_IMODE(status.st_mode)), (0, 0, 0o644))
    tap.equal(len(read(FILE).splitlines()), 1, "lines")
    for part in ("passkey1 ", 'name="Blue key"', "rp=", "alg=es256", "created="):
        tap.contains(read(FILE), part)


@case
def the_relying_party_id_is_recorded_from_option_configuration_or_host_name():
    host = os.uname().nodename.lower()
    for options, words, wanted in (({}, (), host), ({"rp_id": "a.example"}, (), "a.example"),
                                   ({}, ("--rp-id", "b.example"), "b.example")):
        fresh(**options)
        with scene.key():
            alice("enroll", "--name", "k", *words)
        tap.equal(listed()["credentials"][0]["rp_id"], wanted, "rp_id")


@case
def a_relying_party_id_that_the_configuration_refuses_is_refused_before_the_touch():
    fresh(rp_id="a.example")
    with scene.key() as key:
        done = alice("enroll", "--rp-id", "b.example", status=1)
        tap.equal(key.stats()["packets_in"], 0, "packets that reached the key")
    tap.contains(done.err, "could not sign in")


@case
def without_a_terminal_the_name_is_that_of_the_product_and_unique():
    fresh()
    for name in ("blue", "red", "green"):
        with scene.key(name):
            alice("enroll")
    names = [c["name"] for c in listed()["credentials"]]
    tap.equal(len(set(names)), 3, "names")
    tap.equal(names[1:], [names[0] + " 2", names[0] + " 3"], "names")


@case
def at_a_terminal_the_name_is_asked_for():
    fresh()
    with scene.key(), Terminal([CTL, "enroll", "--user", "alice"]) as terminal:
        terminal.wait_for(r"Found: .")
        terminal.wait_for(r"Name of this passkey \[.+\]: ")
        terminal.enter("Mine")
        tap.equal(terminal.finish(), 0, "exit status")
    tap.equal([c["name"] for c in listed()["credentials"]], ["Mine"], "names")


@case
def a_name_that_another_passkey_has_is_refused_before_the_touch():
    enrolled("blue")
    with scene.key("red") as key:
        done = alice("enroll", "--name", "blue", status=1)
        tap.equal(re.findall("^credential", read(key.state), re.M), [], "credentials on the key")
    tap.contains(done.err, "already has a passkey called")


@case
def a_key_that_is_enrolled_already_is_refused():
    enrolled("blue")
    before = read(FILE)
    with scene.key("blue"):
        done = alice("enroll", "--name", "again", status=1)
    tap.contains(done.err, "already enrolled")
    tap.equal(read(FILE), before, "file")


@case
def a_key_with_a_pin_that_is_enrolled_already_is_refused():
    fresh()
    words = [CTL, "enroll", "--user", "alice", "--user-verification", "required", "--name"]
    with scene.key(args=["--pin", PIN]):
        with Terminal(words + ["one"]) as terminal:
            terminal.wait_for("PIN for .*: ")
            terminal.enter(PIN)
            tap.equal(terminal.finish(), 0, "first enrolment")
        with Terminal(words + ["two"]) as terminal:
            if terminal_asks_for_pin(terminal):
                terminal.enter(PIN)
            tap.equal(terminal.finish(), 1, "second enrolment")
            tap.contains(terminal.shown, "already enrolled")


def terminal_asks_for_pin(terminal):
    return terminal.wait_for(r"PIN for .*: |already enrolled").group(0).startswith("PIN")


@case
def an_expiry_is_recorded_as_the_end_of_that_day():
    fresh()
    with scene.key():
        alice("enroll", "--name", "k", "--expires", "2040-12-31")
    tap.equal(listed()["credentials"][0]["expires"], "2040-12-31T23:59:59Z", "expires")


@case
def what_is_wrong_on_the_command_line_is_status_2_and_reaches_no_key():
    fresh()
    with scene.key() as key:
        for words in (["--expires", "2001-01-01"], ["--expires", "soon"], ["--timeout", "4"],
                      ["--timeout", "x"], ["--user-verification", "maybe"], ["--name", ""],
                      ["--name", "a\x1b[31mb"], ["--name", "x" * 129], ["--rp-id", "UPPER CASE"],
                      ["--rp-id", ""], ["--wrong"], ["operand"], ["--name"], ["--name=a", "--name=b"],
                      ["--config", "relative"]):
            wanted = 1 if words[0] == "--config" else 2
            done = alice("enroll", *words, status=wanted)
            tap.contains(done.err, "passkeyctl: error: ")
            tap.equal("\x1b" in done.err, False, "escape sequence on the terminal")
        tap.equal(key.stats()["packets_in"], 0, "packets that reached the key")
    tap.equal(os.path.exists(FILE), False, "file")
    for words in ([], ["wrong"], ["list", "operand"], ["show"], ["rename", "a"], ["list", "--yes"]):
        ctl(*words, status=2)


@case
def discoverable_and_user_verification_reach_the_authenticator():
    fresh()
    with scene.key() as key:
        alice("enroll", "--name", "plain", "--rp-id", "a.example")
        alice("enroll", "--name", "kept", "--rp-id", "b.example", "--discoverable")
        kept = re.findall(r"discoverable=(\d)", read(key.state))
    tap.equal(kept, ["0", "1"], "discoverable")


@case
def user_verification_is_recorded_and_enforced():
    fresh()
    words = [CTL, "enroll", "--user", "alice", "--name", "k", "--user-verification", "required"]
    with scene.key(args=["--pin", PIN]):
        with Terminal(words) as terminal:
            terminal.wait_for("PIN for .*: ")
            terminal.enter(PIN)
            tap.equal(terminal.finish(), 0, "enrolment")
        tap.equal(listed()["credentials"][0]["user_verification"], "required", "recorded")
        with Terminal([CTL, "test", "--user", "alice"]) as terminal:
            terminal.wait_for("PIN for k.*: ")
            terminal.enter(PIN)
            tap.equal(terminal.finish(), 0, "test with the PIN")
        # without a PIN there is no sign-in
        tap.equal(alice("test", status=1).out, "", "results of a test without a terminal")


@case
def a_key_without_pin_cannot_be_enrolled_where_verification_is_required():
    fresh()
    with scene.key():
        done = alice("enroll", "--name", "k", "--user-verification", "required", status=3)
    tap.contains(done.err, "PIN")
    tap.contains(done.err, "passkeyctl: hint: ")
    tap.equal(os.path.exists(FILE), False, "file")


@case
def a_pin_question_without_a_terminal_is_an_error_with_a_hint():
    fresh()
    with scene.key(args=["--pin", PIN]):
        done = alice("enroll", "--name", "k", "--user-verification", "required", status=1)
    tap.contains(done.err, "a PIN can be typed at a terminal alone")
    tap.equal(os.path.exists(FILE), False, "file")


@case
def a_key_removed_during_enrolment_leaves_no_line():
    fresh()
    with scene.key(args=["--touch=control"]) as key:
        process = start("enroll", "--user", "alice", "--name", "k")
        key.wait_touch()
        key.unplug()
        done = Done(process)
    tap.equal(done.status, 3, "exit status (%s)" % done.err)
    tap.equal(os.path.exists(FILE), False, "file")


@case
def a_key_that_nobody_touches_is_status_3():
    fresh()
    with scene.key(args=["--touch=never"]):
        done = alice("enroll", "--name", "k", status=3)
    tap.contains(done.err, "Touch ")
    tap.equal(os.path.exists(FILE), False, "file")


@case
def a_helper_that_others_may_write_is_not_run():
    fresh()
    helper = system.LIBRARY + "/passkey-device"
    with scene.key():
        os.chmod(helper, 0o777)
        try:
            done = alice("enroll", "--name", "k", status=1)
        finally:
            os.chmod(helper, 0o755)
    tap.contains(done.err, helper)


@case
def the_sign_count_of_the_enrolment_is_stored():
    enrolled("blue")
    tap.equal(listed()["credentials"][0]["sign_count"] > 0, True, "sign count")
    with scene.key("blue"):
        before = listed()["credentials"][0]["sign_count"]
        alice("test")
        tap.equal(listed()["credentials"][0]["sign_count"] > before, True, "it rises")


@case
def a_copy_made_before_the_test_assertion_is_refused_at_the_first_sign_in():
    fresh()
    with scene.key(args=["--touch=control"]) as key:
        process = start("enroll", "--user", "alice", "--name", "k")
        key.wait_touch()
        key.touch()
        key.wait_touch()
        shutil.copy(system.ROOT + "/blue.key", system.ROOT + "/copy.key")
        key.touch()
        tap.equal(Done(process).status, 0, "enrolment")
    with scene.key("copy"):
        tap.contains(alice("test", status=1).err, "sign count")


# which authenticators may be enrolled

ROOTS = system.ROOT + "/roots"


def trust(*files):
    """The folder of root certificates has these files: (name, content)."""
    shutil.rmtree(ROOTS, ignore_errors=True)
    os.mkdir(ROOTS, 0o755)
    for name, content in files:
        system.write(os.path.join(ROOTS, name), content)


@case
def attestation_is_verified_up_to_a_root_where_the_admin_says_so():
    with scene.key() as key:
        maker = key.control("attestation-certificate")
        for demand, roots, status in (("none", [], 0), ("verify", [("maker.pem", maker)], 0),
                                      ("require", [(".old", "x"), ("maker.pem", maker)], 0)):
            fresh(attestation=demand, attestation_roots=ROOTS)
            trust(*roots)
            alice("enroll", "--name", "k", "--rp-id", demand + ".example", status=status)
            tap.contains(read(FILE), "attestation=packed")


@case
def a_key_that_no_root_vouches_for_is_refused_and_leaves_no_line():
    with scene.key("red") as other:
        stranger = other.control("attestation-certificate")
    for demand, args, status, part in (
            ("verify", (), 1, "no root certificate vouches"), ("require", (), 1, "no root certificate vouches"),
            ("verify", ("--attestation=none",), 0, ""), ("verify", ("--attestation=self",), 0, ""),
            ("require", ("--attestation=none",), 1, "does not prove"),
            ("require", ("--attestation=self",), 1, "does not prove")):
        fresh(attestation=demand, attestation_roots=ROOTS)
        trust(("other.pem", stranger))
        with scene.key(args=args):
            tap.contains(alice("enroll", "--name", "k", status=status).err, part)
        tap.equal(os.path.exists(FILE), status == 0, "a file with " + " ".join((demand, *args)))


@case
def roots_that_cannot_be_used_end_the_enrolment_before_the_touch():
    fresh(attestation="require", attestation_roots=ROOTS)
    with scene.key() as key:
        maker = key.control("attestation-certificate")
        before = key.stats()["packets_in"]
        shutil.rmtree(ROOTS, ignore_errors=True)
        tap.contains(alice("enroll", "--name", "k", status=1).err, "does not exist")
        trust()
        tap.contains(alice("enroll", "--name", "k", status=1).err, "no root certificate is in this folder")
        trust(("maker.pem", maker), ("notes", "nothing"))
        tap.contains(alice("enroll", "--name", "k", status=1).err, ROOTS + "/notes")
        trust(("maker.pem", maker))
        os.chmod(ROOTS + "/maker.pem", 0o666)
        tap.contains(alice("enroll", "--name", "k", status=1).err, ROOTS + "/maker.pem")
        tap.equal(key.stats()["packets_in"], before, "packets that reached the key")
    tap.equal(os.path.exists(FILE), False, "file")


@case
def a_model_that_is_not_listed_is_refused():
    fresh()
    with scene.key():
        alice("enroll", "--name", "k")
        model = listed()["credentials"][0]["aaguid"]
    for models, status in (("08987058-cadc-4b81-b6e1-30de50dcbe96", 1),
                           ("08987058-cadc-4b81-b6e1-30de50dcbe96," + model, 0)):
        fresh(aaguids=models)
        with scene.key():
            done = alice("enroll", "--name", "k", status=status)
        tap.contains(done.err, "model of authenticator" if status else "")


# whom it serves

@case
def through_sudo_it_serves_the_person_who_called_sudo():
    fresh()
    environment = {"SUDO_USER": "alice", "SUDO_UID": str(pwd.getpwnam("alice").pw_uid)}
    with scene.key():
        done = ctl("enroll", "--name", "k", environment=environment)
    tap.contains(done.err, "For alice, who called sudo")
    tap.equal(os.path.exists(FILE), True, "alice's file")
    tap.equal(os.path.exists(system.PASSKEYS + "/root"), False, "root's file")
    tap.equal(json.loads(ctl("list", "--json", "--user", "root",
                             environment=environment).out)["user"], "root", "--user goes before sudo")


@case
def real_sudo_sets_what_is_needed():
    enrolled("blue")
    system.write("/etc/sudoers", "alice ALL=(ALL:ALL) NOPASSWD: ALL\n", 0o440)
    system.service("sudo", "required pam_permit.so")
    done = subprocess.run([*AS_ALICE, "sudo", "-n", CTL, "list", "--json"], check=False, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    tap.equal(done.returncode, 0, "exit status (%s)" % done.stderr)
    tap.equal(json.loads(done.stdout)["user"], "alice", "user")


@case
def half_or_contradicting_words_of_sudo_are_an_error():
    fresh()
    for environment in ({"SUDO_USER": "alice"}, {"SUDO_UID": "0"}, {"SUDO_USER": "alice", "SUDO_UID": "0"},
                        {"SUDO_USER": "alice", "SUDO_UID": "x"}, {"SUDO_USER": "../x", "SUDO_UID": "1"}):
        tap.contains(ctl("list", status=1, environment=environment).err, "passkeyctl: error: ")


@case
def an_ordinary_user_is_not_believed_about_sudo():
    enrolled("blue")
    done = ctl("list", "--json", as_alice=True, environment={"SUDO_USER": "root", "SUDO_UID": "0"})
    tap.equal(json.loads(done.out)["user"], "alice", "user")


@case
def an_ordinary_user_is_refused_for_somebody_else():
    fresh()
    for words in (["list"], ["enroll"], ["test"], ["doctor"], ["remove", "x", "--yes"]):
        for other in ("root", "nobody", "no-such-user"):
            done = ctl(words[0], "--user", other, *words[1:], status=1, as_alice=True)
            tap.contains(done.err, "only root may name another user")


@case
def an_ordinary_user_may_look_and_not_change_a_store_of_root():
    enrolled("blue")
    tap.contains(ctl("list", as_alice=True).out, "blue")
    for words in (["enroll"], ["rename", "blue", "x"], ["remove", "blue", "--yes"]):
        done = ctl(*words, status=1, as_alice=True)
        tap.contains(done.err, "only root may change")
        tap.contains(done.err, "sudo")


@case
def with_a_store_in_the_home_a_user_enrols_alone():
    fresh(credentials="%h/.config/passkeys")
    with scene.key():
        ctl("enroll", "--name", "k", as_alice=True)
        tap.equal(listed()["credentials"][0]["name"], "k", "what root sees")
        ctl("test", as_alice=True)
        ctl("rename", "k", "mine", as_alice=True)
    path = "/home/alice/.config/passkeys"
    status = os.stat(path)
    tap.equal((status.st_uid, stat.S_IMODE(status.st_mode)),
              (pwd.getpwnam("alice").pw_uid, 0o600), "owner and mode")
    ctl("remove", "mine", "--yes", as_alice=True)


@case
def root_enrols_into_a_home_and_the_file_is_the_users():
    fresh(credentials="%h/.config/passkeys")
    with scene.key():
        alice("enroll", "--name", "k")
    tap.equal(os.stat("/home/alice/.config/passkeys").st_uid, pwd.getpwnam("alice").pw_uid, "owner")


@case
def a_user_that_the_system_does_not_know_is_refused():
    fresh()
    for name in ("no-such-user", "../alice", "", "a b", "-x"):
        ctl("list", "--user=" + name, status=1)


# reading

@case
def list_and_show_agree_and_are_json():
    enrolled("blue", "red")
    credentials = listed()["credentials"]
    tap.equal([c["name"] for c in credentials], ["blue", "red"], "names")
    for credential in credentials:
        tap.equal(json.loads(alice("show", "--json", credential["name"]).out), credential, "by name")
        tap.equal(json.loads(alice("show", "--json", "--", credential["id"][:8]).out), credential,
                  "by the first characters of the id")
        tap.contains(alice("show", credential["name"]).out, credential["id"])
        tap.contains(alice("list").out, credential["id"][:8])


@case
def nothing_enrolled_is_an_empty_list():
    fresh()
    tap.equal(listed()["credentials"], [], "credentials")
    tap.contains(alice("list").err, "no passkey")
    alice("show", "x", status=1)


@case
def an_ambiguous_name_is_an_error_that_lists_the_ids():
    enrolled("blue", "red")
    system.write(FILE, read(FILE).replace("name=red", "name=blue").replace('name="red"', 'name="blue"'))
    ids = [c["id"] for c in listed()["credentials"]]
    for words in (["show", "blue"], ["rename", "blue", "x"], ["remove", "blue", "--yes"]):
        done = alice(*words, status=1)
        for identifier in ids:
            tap.contains(done.err, identifier[:8])
    alice("remove", "--yes", "--", ids[0])
    tap.equal([c["id"] for c in listed()["credentials"]], ids[1:], "what is left")


@case
def names_with_quotes_emoji_and_backslashes_survive():
    fresh()
    for number, name in enumerate(('Blue "key"', "\U0001f511 clé \\ \\\\", "日本語", "a=b #c",
                                   "x" * 128, "-x", "$(id) `id` %s %n")):
        with scene.key("key%d" % number):
            alice("enroll", "--name", name)
        tap.equal(listed()["credentials"][-1]["name"], name, "name")
        tap.equal(json.loads(alice("show", "--json", "--", name).out)["name"], name, "name")


@case
def hostile_names_in_a_file_reach_no_terminal():
    enrolled("blue")
    line = read(FILE)
    system.write(FILE, line + line.replace("id=", "id=AAAA").replace("blue", "\x1b[31mred\x07") +
                 "passkey1 \x1b]0;title\x07 \u202e id=\n")
    for words in (["list"], ["show", "blue"], ["list", "--json"], ["doctor"], ["show", "\x1b[2J"]):
        done = Done(start(words[0], "--user", "alice", *words[1:]))
        for text in (done.out, done.err):
            tap.equal(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text), [], "control characters")


@case
def a_product_name_with_escape_sequences_reaches_no_terminal():
    fresh()
    with scene.key():
        done = alice("enroll", "--name", "k")
    tap.equal(re.findall("[\x00-\x09\x0b-\x1f\x7f-\x9f]", done.err + done.out), [], "control characters")


# changing

@case
def rename_and_remove_change_one_line_and_keep_the_rest_of_the_file():
    enrolled("blue", "red")
    lines = read(FILE).splitlines()
    lines[1:1] = ["# alice's keys", "", "passkey9 from=the future", "passkey1 id=???", "  # indented"]
    system.write(FILE, "\n".join(lines) + "\n")
    alice("rename", "red", "green")
    after = read(FILE).splitlines()
    tap.equal(after[:-1], lines[:-1], "the other lines")
    tap.contains(after[-1], "green")
    alice("remove", "blue", "--yes")
    tap.equal(read(FILE).splitlines(), after[1:], "the other lines")
    with scene.key("red"):
        tap.contains(alice("test").out, '"green" signed in as alice')
    bad = listed()["bad_lines"]
    tap.equal([line["line"] for line in bad], [3, 4], "bad lines")


@case
def rename_refuses_a_name_that_is_taken_and_accepts_its_own():
    enrolled("blue", "red")
    before = read(FILE)
    tap.contains(alice("rename", "blue", "red", status=1).err, "another passkey is called")
    alice("rename", "blue", "", status=2)
    alice("rename", "blue", "a\nb", status=2)
    alice("rename", "green", "x", status=1)
    tap.equal(read(FILE), before, "file")
    alice("rename", "blue", "blue")


@case
def removing_the_last_one_warns_and_says_what_follows():
    enrolled("blue")
    tap.contains(alice("remove", "blue", "--yes").err, "the last passkey of alice")
    tap.equal(listed()["credentials"], [], "credentials")


@case
def removing_asks_first():
    enrolled("blue")
    tap.contains(alice("remove", "blue", status=2).err, "--yes")
    for answer, status, left in (("n", 1, 1), ("", 1, 1), ("yes", 0, 0)):
        with Terminal([CTL, "remove", "--user", "alice", "blue"]) as terminal:
            terminal.wait_for(r'Remove "blue" of alice\? \[y/N\] ')
            terminal.enter(answer)
            tap.equal(terminal.finish(), status, "exit status")
        tap.equal(len(listed()["credentials"]), left, "passkeys left")


@case
def eight_renames_at_once_lose_nothing():
    names = ["key%d" % number for number in range(8)]
    enrolled(*names)
    processes = [start("rename", "--user", "alice", name, "new " + name) for name in names]
    tap.equal([Done(process).status for process in processes], [0] * 8, "exit statuses")
    tap.equal([c["name"] for c in listed()["credentials"]], ["new " + name for name in names], "names")


def other_helper(number):
    """A configuration whose passkey-device sees a bus of its own."""
    folder = "%s/helper%d" % (system.ROOT, number)
    os.makedirs(folder + "/bus", 0o755, exist_ok=True)
    shutil.copy(system.LIBRARY + "/passkey-device", folder + "/passkey-device")
    conf = folder + "/conf"
    system.write(conf, "state = %s\ndevice_helper = %s/passkey-device\ntimeout = 60\n" %
                 (system.STATE, folder))
    return conf, scene.Authenticator(system.PROGRAMS, folder + "/bus", args=["--touch=control"])


@case
def eight_enrolments_at_once_lose_nothing():
    fresh()
    parts = [other_helper(number) for number in range(8)]
    for _, key in parts:
        key.start()
    try:
        processes = [start("enroll", "--user", "alice", "--config", conf, "--name", "same")
                     for conf, _ in parts]
        for _ in ("each has found the name free", "and made its credential"):
            for _, key in parts:
                key.wait_touch()
            for _, key in parts:
                key.touch()
        done = [Done(process) for process in processes]
    finally:
        for _, key in parts:
            key.stop()
    tap.equal([d.status for d in done], [0] * 8, "exit statuses (%s)" % [d.err for d in done])
    names = sorted(c["name"] for c in listed()["credentials"])
    tap.equal(names, sorted(["same"] + ["same %d" % number for number in range(2, 9)]), "names")
    tap.equal(len([c for c in listed()["credentials"] if c["sign_count"]]), 8, "sign counts")


def fill(path):
    """Leave no room on the file system."""
    rest = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        while True:
            os.write(rest, b"x" * 512)
    except OSError:
        os.close(rest)


@case
def on_a_full_disk_the_old_file_stays():
    enrolled("blue")
    small = system.ROOT + "/small"
    os.makedirs(small, exist_ok=True)
    system.run("mount", "-t", "tmpfs", "-o", "size=16k,mode=0755", "none", small)
    try:
        shutil.copy(FILE, small + "/alice")
        system.configure(timeout=scene.TIMEOUT_S, credentials=small + "/%u")
        alice("rename", "blue", "still room")
        fill(small + "/rest")
        before = read(small + "/alice")
        done = alice("rename", "still room", "no room", status=4)
        tap.contains(done.err, small)
        tap.equal(read(small + "/alice"), before, "file")
        tap.equal(sorted(os.listdir(small)), [".alice.lock", "alice", "rest"], "files")
        system.run("mount", "-o", "remount,ro", small)
        with scene.key("red") as key:
            process = Done(start("enroll", "--user", "alice", "--name", "k"))
            tap.equal(process.status in (1, 4), True, "status %d (%s)" % (process.status, process.err))
            tap.equal(key.stats()["packets_in"], 0, "packets that reached the key")
        tap.equal(read(small + "/alice"), before, "file")
    finally:
        system.run("umount", small)


@case
def an_unsafe_file_is_neither_read_nor_changed():
    enrolled("blue")
    before = read(FILE)
    for mode, status in ((0o666, 1), (0o664, 1)):
        os.chmod(FILE, mode)
        for words in (["list"], ["rename", "blue", "x"], ["remove", "blue", "--yes"], ["enroll"]):
            tap.contains(alice(*words, status=status).err, FILE)
    os.chmod(FILE, 0o644)
    tap.equal(read(FILE), before, "file")


@case
def a_configuration_with_a_mistake_stops_every_command():
    enrolled("blue")
    system.configure(timeout=scene.TIMEOUT_S, colour="red")
    for words in (["list"], ["enroll"], ["test"], ["rename", "blue", "x"]):
        done = alice(*words, status=1)
        tap.contains(done.err, "/etc/security/pam_passkey.conf:2")
    tap.contains(alice("doctor", status=1).out, "/etc/security/pam_passkey.conf:2")


# trying

@case
def test_says_which_of_several_keys_signed():
    enrolled("blue", "red")
    with scene.key("red"):
        tap.contains(alice("test").out, '"red" signed in as alice')
        result = json.loads(alice("test", "--json").out)
    tap.equal(result, {"user": "alice", "result": "granted", "reason": "ok", "credential": "red"}, "JSON")


@case
def test_refuses_a_key_that_is_not_enrolled():
    enrolled("blue")
    with scene.key("red"):
        done = alice("test", "--json", status=1)
    result = json.loads(done.out)
    tap.equal((result["result"], result["credential"]), ("denied", None), "JSON")
    tap.equal(result["reason"], "no-credential", "reason")


@case
def test_of_a_user_without_a_passkey_is_refused():
    fresh()
    tap.contains(alice("test", status=1).err, "passkeyctl enroll")


@case
def test_without_a_key_is_status_3():
    enrolled("blue")
    alice("test", status=3)


# the doctor

def diagnosis(*words, status=0, **options):
    os.makedirs(system.ROOT + "/pam", exist_ok=True)
    done = ctl("doctor", "--user", "alice", "--json", "--pam-folder", system.ROOT + "/pam", *words,
               status=status, **options)
    report = json.loads(done.out)
    tap.equal(report["healthy"], status == 0, "healthy")
    return [f for f in report["findings"] if f["severity"] != "ok"]


@case
def a_healthy_system_has_no_finding_but_notes():
    enrolled("blue")
    with scene.key("blue"):
        findings = diagnosis()
    tap.equal([f for f in findings if f["severity"] != "note"], [], "findings")


@case
def the_doctor_names_file_and_line_of_each_bad_line():
    enrolled("blue")
    good = read(FILE)
    system.write(FILE, good + "# comment\npasskey9 x\n" + good +
                 re.sub("id=.", "id=_", good).replace("alg=es256", "alg=es999") +
                 re.sub("id=.", "id=-", good).replace("alg=es256", "alg=eddsa"))
    findings = [f for f in diagnosis() if f["check"] == "credentials" and f["severity"] != "ok"]
    tap.equal([(f["file"], f["line"]) for f in findings], [(FILE, n) for n in (3, 4, 5, 6)], "places")


@case
def the_doctor_says_what_is_wrong_with_each_bad_line():
    """... where a sign-in logs the same, and skips the line."""
    enrolled("blue", "red")
    good, other = read(FILE).splitlines()
    key = re.search(r"key=(\S+)", good).group(1)
    fits = re.search(r"key=(\S+)", other).group(1)
    bad = {
        good.replace("uv=", "uv\0="): "a NUL byte in the line",
        good + "\r": "carriage return",
        good + " note=" + "x" * 8192: "at most 8192 bytes",
        re.sub(r" id=(\S+)\S", r" id=\1", good): "id= must be",
        good.replace(key, key[:-1]): "key= must be",
        good: "an earlier line has a credential with this id",
        re.sub(" id=.", " id=_", good).replace("alg=es256", "alg=es999"): "alg= must be",
        re.sub(" id=.", " id=-", good).replace("alg=es256", "alg=eddsa"): "does not fit its algorithm",
        re.sub(" id=.", " id=A", good).replace(key, fits[:-8]): "must be a whole SubjectPublicKeyInfo",
        "passkey9 id=AAAA": "knows passkey1 alone",
        good.replace(" rp=", " pr="): "rp",
        "id=AAAA": "begins with passkey1",
    }
    with open(FILE, "w", encoding="utf-8", newline="") as file:
        file.write("\n".join([good, *bad]) + "\n")
    findings = [f for f in diagnosis() if f["check"] == "credentials"]
    tap.equal([(f["file"], f["line"]) for f in findings],
              [(FILE, number) for number in range(2, len(bad) + 2)], "places")
    for finding, sentence in zip(findings, bad.values()):
        tap.contains(finding["message"], sentence)
        tap.equal(finding["severity"], "warning", sentence)
    shown = ctl("doctor", "--user", "alice", "--pam-folder", system.ROOT + "/pam").out
    for number in range(2, len(bad) + 2):
        tap.contains(shown, "%s:%d:" % (FILE, number))


def fifo(path):
    os.unlink(path)
    os.mkfifo(path, 0o644)


def link(path):
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)


def folder_in_place(path):
    os.unlink(path)
    os.mkdir(path, 0o755)


@case
def the_doctor_says_what_is_wrong_with_a_file_that_no_sign_in_reads():
    cases = {
        "group may write": (lambda: os.chmod(FILE, 0o664), "may be written by group or others"),
        "others may write": (lambda: os.chmod(FILE, 0o646), "may be written by group or others"),
        "another owner": (lambda: shutil.chown(FILE, "alice"), "belongs to somebody else"),
        "a symbolic link": (lambda: link(FILE), "is a symbolic link"),
        "a FIFO": (lambda: fifo(FILE), "is not a regular file"),
        "a folder": (lambda: folder_in_place(FILE), "is not a regular file"),
        "too large": (lambda: system.write(FILE, "#" * 1023 + "\n" + ("#" * 1023 + "\n") * 1024),
                      "is larger than allowed"),
        "too many lines": (lambda: system.write(FILE, "#\n" * 4097), "more than 4096 lines"),
        "a folder that others may write": (lambda: os.chmod(system.PASSKEYS, 0o777), system.PASSKEYS),
    }
    for what, (spoil, sentence) in cases.items():
        enrolled("blue")
        spoil()
        try:
            findings = [f for f in diagnosis(status=1) if f["check"] == "credentials"]
        finally:
            os.chmod(system.PASSKEYS, 0o755)
            if os.path.isdir(FILE):
                os.rmdir(FILE)
        tap.equal([f["severity"] for f in findings], ["error"], what)
        tap.contains(json.dumps(findings), sentence)
        tap.contains(findings[0]["file"] or "", system.PASSKEYS)
        tap.contains(findings[0]["hint"], "every sign-in of this user is refused")


@case
def the_doctor_decodes_every_key_in_full():
    enrolled("blue")
    good = read(FILE)
    der = bytearray(base64.b64decode(re.search(r"key=(\S+)", good).group(1)))
    der[-1] ^= 1  # of the right form still, and no point of the curve
    system.write(FILE, re.sub(r"key=\S+", "key=" + base64.b64encode(der).decode(), good))
    findings = [f for f in diagnosis(status=1) if f["check"] == "credentials"]
    tap.equal([(f["severity"], f.get("line")) for f in findings if f.get("file")], [("warning", 1)],
              "findings with a place")


@case
def the_doctor_notes_keys_of_a_line_that_have_no_effect():
    enrolled("blue")
    system.write(FILE, read(FILE).replace(" uv=", " user_verification=required uv=", 1))
    findings = [f for f in diagnosis() if f["check"] == "credentials" and f.get("file")]
    tap.equal([(f["severity"], f["line"]) for f in findings], [("note", 1)], "findings")
    tap.contains(json.dumps(findings), "user_verification=required")


@case
def the_doctor_names_what_keeps_the_user_out():
    enrolled("blue")
    good = read(FILE)
    cases = {
        "no passkey": "", "disabled": good.replace("uv=", "disabled=yes uv="),
        "expired": good.replace("uv=", "expires=2001-01-01T00:00:00Z uv="),
    }
    for what, text in cases.items():
        system.write(FILE, text)
        findings = diagnosis(status=1)
        tap.equal(any(f["severity"] == "error" and f["check"] == "credentials" for f in findings), True,
                  what)
    system.write(FILE, good, 0o666)
    tap.contains(json.dumps(diagnosis(status=1)), FILE)
    system.write(FILE, good)
    system.configure(rp_id="other.example")
    tap.contains(json.dumps(diagnosis(status=1)), "other-rp-id")
    system.configure(device_helper="/no/such/helper")
    tap.equal([f["check"] for f in diagnosis(status=1) if f["severity"] == "error"], ["helper"], "checks")
    fresh()
    system.write(FILE, good)
    system.write(system.STATE + "/alice.counts", "nonsense\n")
    tap.equal([f["check"] for f in diagnosis(status=1) if f["severity"] == "error"], ["state"], "checks")


@case
def a_machine_on_which_nothing_was_done_yet_is_no_trouble():
    fresh()
    system.configure(state="/var/none")
    tap.equal(alice("list").err, "alice has no passkey in /etc/passkeys/alice.\n", "what list says")
    system.configure(credentials="/etc/none/%u", state="/var/none")
    findings = {f["check"]: f for f in diagnosis(status=1)}
    tap.equal(findings["state"]["severity"], "note", "state")
    tap.equal(findings["credentials"]["hint"], "passkeyctl enroll makes it, with the first passkey", "hint")
    tap.equal(glob.glob("/etc/none") + glob.glob("/var/none"), [], "folders")


@case
def the_doctor_changes_nothing():
    fresh()
    before = sorted(glob.glob("/etc/passkeys/**", recursive=True) + glob.glob(system.STATE + "/**"))
    diagnosis(status=1)
    tap.equal(sorted(glob.glob("/etc/passkeys/**", recursive=True) + glob.glob(system.STATE + "/**")),
              before, "files")


@case
def the_doctor_reads_the_services_of_pam():
    enrolled("blue")
    folder = system.ROOT + "/pam"
    mistakes = {
        "good": ("auth requisite pam_unix.so\nauth required pam_passkey.so\n", None),
        "sufficient": ("auth requisite pam_unix.so\nauth sufficient pam_passkey.so\n", "error"),
        "ended-before": ("auth sufficient pam_unix.so\nauth required pam_passkey.so\n", "error"),
        "alone": ("auth required pam_passkey.so\n", "warning"),
        "option": ("@include common-auth\nauth required pam_passkey.so colour=red\n", "error"),
        "session": ("@include common-auth\nsession required pam_passkey.so\n", "error"),
    }
    for name, (text, severity) in mistakes.items():
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        system.write(folder + "/" + name, text)
        findings = [f for f in diagnosis(status=1 if severity == "error" else 0)
                    if f["check"] == "pam-service" and f["severity"] != "note"]
        tap.equal([(f["severity"], f["file"]) for f in findings],
                  [(severity, folder + "/" + name)] if severity else [], name)
    shutil.rmtree(folder)


def said_of_sudo(service, *sudoers, as_alice=False, mode=0o440):
    """What the doctor finds about sudo, whose service has this line, with these lines of sudoers."""
    folder = system.ROOT + "/pam"
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    system.write(folder + "/sudo", "auth requisite pam_unix.so\nauth required pam_passkey.so %s\n" % service)
    before = read("/etc/sudoers")
    system.write("/etc/sudoers", "".join(line + "\n" for line in sudoers), mode)
    try:
        done = ctl("doctor", *([] if as_alice else ["--user", "alice"]), "--json", "--pam-folder", folder,
                   as_alice=as_alice)
    finally:
        system.write("/etc/sudoers", before, 0o440)
        shutil.rmtree(folder)
    return [(f["severity"], f["hint"]) for f in json.loads(done.out)["findings"] if f["check"] == "sudo"]


@case
def the_doctor_asks_sudo_whether_it_keeps_the_way_to_the_agent():
    enrolled("blue")
    may = "alice ALL=(ALL:ALL) ALL"
    keep = 'Defaults env_keep += "SSH_AUTH_SOCK"'
    hint = "write into /etc/sudoers.d/passkey: " + keep
    tap.equal(said_of_sudo("methods=agent", may), [("warning", hint)], "without env_keep")
    tap.equal(said_of_sudo("methods=local,agent", keep.replace(" ", ":bob ", 1), may), [("warning", hint)],
              "with somebody else's")
    tap.equal(said_of_sudo("methods=agent", keep, may), [("ok", None)], "with env_keep")
    tap.equal(said_of_sudo("methods=agent", "Defaults !env_reset", may), [("ok", None)], "without env_reset")
    tap.equal(said_of_sudo("methods=agent"), [], "for who may run nothing")
    tap.equal(said_of_sudo("methods=local", may), [], "where no agent is asked")
    tap.equal(said_of_sudo("", may), [], "where no passkey could be in an agent")
    tap.equal(said_of_sudo("methods=agent", may, mode=0o666)[0][0], "note", "with a sudo that refuses all")
    tap.equal(said_of_sudo("methods=agent", may, as_alice=True)[0][0], "note", "as an ordinary user")
    system.configure(methods="agent")
    tap.equal(said_of_sudo("", may), [("warning", hint)], "with methods= in the configuration")
    tap.equal(said_of_sudo("methods=local", may), [], "with methods= on the line")
    system.configure()
    system.write(FILE, re.sub(r"\brp=\S+", "rp=ssh:", read(FILE)))
    tap.equal(said_of_sudo("", may), [("note", hint)], "with a passkey that an agent could hold")


@case
def the_samples_of_services_pass_the_doctor():
    enrolled("blue")
    folder = system.ROOT + "/pam"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(os.path.join(SOURCE, "conf", "pam.d"), folder)
    findings = [f for f in diagnosis() if f["check"] == "pam-service"]
    shutil.rmtree(folder)
    tap.equal(findings, [], "findings")


@case
def the_sample_configuration_has_the_values_that_it_names():
    fresh()
    with open(os.path.join(SOURCE, "conf", "pam_passkey.conf.in"), encoding="utf-8") as file:
        sample = file.read().replace("@device_helper@", system.LIBRARY + "/passkey-device")
    conf = system.ROOT + "/sample.conf"
    system.write(conf, re.sub(r"(?m)^#(?=\w+ = )", "", sample))
    tap.equal(read(conf).count("\n#") < sample.count("\n#"), True, "options without '#'")
    ctl("list", "--user", "alice", "--config", conf)


# the terminal

def echo_of(terminal):
    """Does the terminal echo? The master's settings are the slave's."""
    return bool(termios.tcgetattr(terminal._master)[3] & termios.ECHO)


def asking_for_the_pin():
    """passkeyctl at a terminal, waiting for a PIN."""
    terminal = Terminal([CTL, "enroll", "--user", "alice", "--name", "k", "--timeout", "60",
                         "--user-verification", "required"])
    terminal.wait_for("PIN for .*: ")
    return terminal


@case
def the_pin_is_not_echoed_and_the_terminal_is_restored():
    fresh()
    with scene.key(args=["--pin", PIN]), asking_for_the_pin() as terminal:
        tap.equal(echo_of(terminal), False, "echo while the PIN is asked for")
        terminal.enter(PIN)
        tap.equal(terminal.finish(), 0, "exit status")
        tap.equal(PIN in terminal.shown, False, "the PIN on the screen")
        tap.equal(echo_of(terminal), True, "echo afterwards")


@case
def a_wrong_pin_is_asked_for_again():
    fresh()
    with scene.key(args=["--pin", PIN]), asking_for_the_pin() as terminal:
        terminal.enter("9999")
        terminal.wait_for("Wrong PIN.*: ")
        terminal.enter(PIN)
        tap.equal(terminal.finish(), 0, "exit status")


@case
def what_was_typed_before_the_question_is_no_pin():
    fresh()
    with scene.key(args=["--pin", PIN]):
        terminal = Terminal([CTL, "enroll", "--user", "alice", "--name", "k",
                             "--user-verification", "required"])
        with terminal:
            terminal.enter("9999")
            terminal.wait_for("PIN for .*: ")
            terminal.enter(PIN)
            tap.equal(terminal.finish(), 0, "exit status")
            tap.equal("Wrong PIN" in terminal.shown, False, "the line typed before was tried")


def ended_by(what):
    """The exit status after the person or the system did something at the PIN question."""
    fresh()
    with scene.key(args=["--pin", PIN]), asking_for_the_pin() as terminal:
        helpers = scene.helpers()
        what(terminal)
        status = terminal.finish()
        tap.equal(echo_of(terminal), True, "echo afterwards")
        tap.equal(os.path.exists(FILE), False, "file")
        scene.wait_for_end(helpers)
    return status


@case
def ctrl_c_at_the_pin_restores_the_terminal_and_ends_by_the_signal():
    tap.equal(ended_by(lambda terminal: terminal.type("\x03")), -signal.SIGINT, "exit status")


@case
def a_half_typed_pin_does_not_reach_the_shell_after_ctrl_c():
    def half(terminal):
        terminal.type("12\x03")
    tap.equal(ended_by(half), -signal.SIGINT, "exit status")


@case
def sigterm_and_hangup_at_the_pin_restore_the_terminal():
    for number in (signal.SIGTERM, signal.SIGHUP):
        tap.equal(ended_by(lambda terminal: os.kill(terminal._process.pid, number)), -number, "status")


@case
def an_empty_pin_cancels():
    tap.equal(ended_by(lambda terminal: terminal.enter("")), 1, "exit status")
    tap.equal(ended_by(lambda terminal: terminal.type("\x04")), 1, "exit status")


@case
def an_over_long_pin_is_refused_whole_and_asked_for_again():
    fresh()
    with scene.key(args=["--pin", PIN]), asking_for_the_pin() as terminal:
        terminal.enter("1" * 64 + PIN)
        terminal.wait_for("A PIN has 4 to 63 characters.*: ")
        terminal.enter(PIN)
        tap.equal(terminal.finish(), 0, "exit status")
        tap.equal("Wrong PIN" in terminal.shown, False, "the rest of the line was tried")


@case
def stopping_at_the_pin_restores_the_terminal_and_asks_again():
    fresh()
    with scene.key(args=["--pin", PIN]), asking_for_the_pin() as terminal:
        os.kill(terminal._process.pid, signal.SIGTSTP)  # nobody waits: the kernel drops the stop
        terminal.wait_for("PIN for .*: ")
        tap.equal(echo_of(terminal), False, "echo while the PIN is asked for again")
        terminal.enter(PIN)
        tap.equal(terminal.finish(), 0, "exit status")


@case
def help_and_version_need_no_rights_and_no_configuration():
    system.configure(colour="red")
    tap.contains(ctl("--help", as_alice=True).out, "enroll")
    tap.contains(ctl("--version", as_alice=True).out, "passkeyctl ")
    for command in re.findall(r"(?m)^  (\w+)", ctl("--help").out.split("Options:")[0]):
        tap.contains(ctl(command, "--help", as_alice=True).out, "Usage: passkeyctl %s" % command)


@case
def a_full_standard_output_is_status_4():
    fresh()
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([CTL, "list", "--json", "--user", "alice"], stdout=full, check=False,
                              stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    tap.equal(done.returncode, 4, "exit status (%s)" % done.stderr)


@case
def closed_standard_descriptors_are_no_trouble():
    enrolled("blue")
    before = read(FILE)
    done = subprocess.run(["sh", "-c", "exec %s rename --user alice blue green <&- >&- 2>&-" % CTL],
                          check=False)
    tap.equal(done.returncode, 0, "exit status")
    tap.equal(read(FILE), before.replace("blue", "green"), "file")


@case
def ctrl_c_while_waiting_for_the_touch_writes_nothing_and_leaves_no_helper():
    fresh()
    with scene.key(args=["--touch=control"]) as key, \
            Terminal([CTL, "enroll", "--user", "alice", "--name", "k"]) as terminal:
        key.wait_touch()
        helpers = scene.helpers()
        terminal.wait_for("Touch .* to enrol it for alice")
        terminal.type("\x03")
        tap.equal(terminal.finish(), -signal.SIGINT, "exit status")
        scene.wait_for_end(helpers)
    tap.equal(os.path.exists(FILE), False, "file")


# completion

def proposed(*words):
    """What bash proposes for the last of these words."""
    script = ('PATH=%s:$PATH; source "$0"; COMP_WORDS=(passkeyctl "$@"); COMP_CWORD=$#; _passkeyctl; '
              'printf "%%s\\n" "${COMPREPLY[@]}"' % system.PROGRAMS)
    done = subprocess.run(["bash", "-c", script, COMPLETION, *words], check=True, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    return done.stdout.split("\n")[:-1]


@case
def bash_completes_commands_options_and_names():
    fresh()
    for number, name in enumerate(("Blue key", "it's; $(x)")):
        with scene.key("key%d" % number):
            ctl("enroll", "--name", name)
    tap.equal(proposed("re"), ["rename", "remove"], "commands")
    tap.equal(proposed("enroll", "--us"), ["--user", "--user-verification"], "options")
    tap.equal(proposed("enroll", "--user-verification", "r"), ["required"], "values")
    tap.equal(proposed("list", "--user", "ali"), ["alice"], "users")
    tap.equal(proposed("show", "Bl"), ["Blue\\ key"], "names")
    tap.equal(proposed("remove", "it"), ["it\\'s\\;\\ \\$\\(x\\)"], "quoted names")


if __name__ == "__main__":
    SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    COMPLETION = os.path.join(SOURCE, "tools", "passkeyctl", "passkeyctl.bash")
    scene.prepare(sys.argv[1])
    case.run()
