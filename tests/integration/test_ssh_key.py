# SPDX-License-Identifier: BSD-2-Clause
"""passkeyctl enroll --ssh-key: OpenSSH's keys of security keys become credentials, and sign in.

usage: test_ssh_key.py BUILD        as root; nothing outside a temporary folder changes
"""

import base64
import hashlib
import json
import os
import shutil
import subprocess

import tap
from agent_desk import desk, expect
from ssh_agent import COUNTER, ECDSA, ED25519, FAILURE, SIGN_REQUEST
from stand import BUILD, CASES, NOBODY, SUCCESS, case

PASSKEYCTL = BUILD + "/tools/passkeyctl/passkeyctl"
RSA = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDA alice@old\n"


class Done:
    def __init__(self, done):
        self.status, self.out, self.error = done.returncode, done.stdout, done.stderr


def ctl(one, *words, socket=None, text="", **conf):
    """passkeyctl with a configuration of its own."""
    options = dict({"credentials": one.it.path("passkeys/%u"), "state": one.it.path("state"),
                    "device_helper": one.it.helper}, **conf)
    one.it.write("conf", "".join("%s = %s\n" % item for item in options.items()))
    env = {name: value for name, value in os.environ.items() if name != "SSH_AUTH_SOCK"}
    env.update({"TZ": "Europe/Berlin"}, **({"SSH_AUTH_SOCK": socket} if socket else {}))
    return Done(subprocess.run(
        [PASSKEYCTL, words[0], "--user", one.user, "--config", one.it.path("conf"), *words[1:]],
        env=env, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True, check=False))


def enroll(one, path, *words, status=0, part="", **options):
    done = ctl(one, "enroll", "--ssh-key", path, *words, **options)
    if done.status != status or part not in done.out + done.error:
        raise AssertionError("status %d, not %d: %s%s" % (done.status, status, done.out, done.error))
    return done


def lines(one):
    path = "passkeys/" + one.user
    return one.it.read(path).splitlines() if os.path.exists(one.it.path(path)) else []


@case
def a_public_key_is_enrolled_tested_and_signs_in():
    for uid in (0, NOBODY):
        for kind in (ED25519, ECDSA):
            with desk(uid) as one:
                key = one.stranger("Blue", kind)
                agent = one.agent(key)
                done = enroll(one, key.public, socket=agent.path,
                              part="Enrolled \"Blue\" for %s" % one.user)
                tap.contains(done.error, "no key handle")
                tap.equal("not tested" in done.error, False, "said to be untested")
                tap.contains(lines(one)[0], "uv=discouraged name=Blue rp=ssh: handle=none backup=no")
                tap.contains(one.it.read("state/%s.counts" % one.user), "count=%d" % COUNTER)
                expect(one.sign_in(agent.path, "methods=agent", "sign_count=off"), SUCCESS, "ok")


@case
def the_id_is_the_fingerprint_that_ssh_keygen_prints():
    with desk() as one:
        key = one.stranger("Blue")
        enroll(one, key.public)
        shown = json.loads(ctl(one, "show", "--json", "Blue").out)
        digest = hashlib.sha256(key.blob()).digest()
        tap.equal(shown["id"], base64.urlsafe_b64encode(digest).decode().rstrip("="), "id")
        listed = subprocess.run(["ssh-keygen", "-l", "-f", key.public], stdout=subprocess.PIPE,
                                text=True, check=True).stdout
        tap.contains(listed, base64.b64encode(digest).decode().rstrip("="))


@case
def without_an_agent_the_key_is_enrolled_and_said_to_be_untested():
    with desk() as one:
        key = one.stranger("Blue")
        tap.contains(enroll(one, key.public).error, "It was not tested")
        tap.contains(enroll(one, one.stranger("Red").public, socket=one.agent(key).path).error,
                     "It was not tested")
        tap.equal(len(lines(one)), 2, "lines")


@case
def a_key_whose_test_is_refused_is_not_written():
    with desk() as one:
        key = one.stranger("Blue", options=["no-touch-required"])
        enroll(one, key.public, socket=one.agent(key).path, status=1, part="no touch")
        other = one.stranger("Red")
        agent = one.agent(other, name="other")
        liar = one.liar(lambda body: bytes([FAILURE]) if body[0] == SIGN_REQUEST else agent.ask(body))
        enroll(one, other.public, socket=liar.path, status=1, part="did not sign")
        tap.equal(lines(one), [], "lines")


@case
def authorized_keys_and_ssh_add_are_read_from_standard_input():
    with desk() as one:
        key = one.stranger("Blue")
        text = "# keys\n" + RSA + "verify-required,from=\"10.0.0.0/8\" " + key.line()
        done = enroll(one, "-", text=text)
        tap.contains(done.error, "other options before the key")
        tap.contains(lines(one)[0], "uv=required")
        red = one.stranger("Red", ECDSA)
        enroll(one, "-", text=one.agent(red).run("ssh-add", "-L"), part="Enrolled \"Red\"")


@case
def an_expiry_time_is_kept_in_the_time_zone_of_the_machine():
    with desk() as one:
        for name, option, expected in (
                ("Blue", "expiry-time=\"20990701120000\" ", "expires=2099-07-01T10:00:00Z"),
                ("Red", "expiry-time=\"20990101Z\" ", "expires=2099-01-01T00:00:00Z")):
            enroll(one, "-", text=option + one.stranger(name).line())
            tap.contains(lines(one)[-1], expected)
        green = one.stranger("Green")
        enroll(one, "-", "--expires", "2090-01-01T00:00:00Z",
               text="expiry-time=\"20990101Z\" " + green.line())
        tap.contains(lines(one)[-1], "expires=2090-01-01T00:00:00Z")
        enroll(one, "-", text="expiry-time=\"20200101\" " + one.stranger("Old").line(), status=1,
               part="has expired")


@case
def the_private_file_gives_the_handle():
    with desk() as one:
        key = one.stranger("Blue", ECDSA)
        done = enroll(one, key.path, part="Enrolled \"Blue\"")
        tap.equal("handle" in done.error, False, "talk of a handle")
        tap.equal("handle=" in lines(one)[0], False, "handle= in the line")
        shown = json.loads(ctl(one, "show", "--json", "Blue").out)
        tap.equal(shown["has_handle"], True, "has_handle")
        # the dummy's handle is the private key itself, in PEM
        tap.contains(base64.urlsafe_b64decode(shown["id"] + "==").decode(), "EC PRIVATE KEY")
        tap.contains(open(one.it.path("passkeys/root")).read(), "rp=ssh: ")


@case
def a_private_file_that_says_too_much_or_too_little_is_refused():
    with desk() as one:
        key = one.stranger("Blue")
        locked = one.path("locked")
        shutil.copy(key.path, locked)
        subprocess.run(["ssh-keygen", "-q", "-p", "-N", "secret1", "-f", locked], check=True,
                       stdout=subprocess.DEVNULL)
        enroll(one, locked, status=3, part="ssh-keygen -p")
        plain = one.path("plain")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", plain], check=True)
        enroll(one, plain, status=1, part="not on a security key")
        tap.equal(lines(one), [], "lines")


@case
def what_is_no_key_is_refused_and_not_repeated():
    with desk() as one:
        one.it.write("secret", "root:$6$hush:19000:0:99999:7:::\n")
        done = enroll(one, one.it.path("secret"), status=1, part="no key of a security key")
        tap.equal("hush" in done.out + done.error, False, "secret shown")
        enroll(one, one.path("missing"), status=1, part="does not exist")
        os.mkfifo(one.path("fifo"))
        enroll(one, one.path("fifo"), status=1, part="is not a file")
        enroll(one, "/dev/zero", status=1, part="is not a file")
        enroll(one, "-", text="x" * 70000, status=1, part="too long")
        two = one.stranger("Blue").line() + one.stranger("Red").line()
        enroll(one, "-", text=two, status=1, part="2 keys of security keys")
        enroll(one, "-", text="cert-authority " + one.stranger("CA").line(), status=1,
               part="certificate authority")


@case
def a_certificate_is_refused():
    with desk() as one:
        authority, key = one.path("ca"), one.stranger("Blue")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", authority], check=True)
        subprocess.run(["ssh-keygen", "-q", "-s", authority, "-I", "x", "-n", "alice", key.public],
                       check=True)
        enroll(one, key.path + "-cert.pub", status=1, part="SSH certificate")


@case
def a_key_is_enrolled_once():
    with desk() as one:
        key = one.stranger("Blue")
        enroll(one, key.public)
        enroll(one, key.public, "--name", "Again", status=1, part="has this key already: \"Blue\"")
        enroll(one, key.path, "--name", "Again", status=1, part="has this key already: \"Blue\"")


@case
def policies_about_authenticators_are_not_passed():
    with desk() as one:
        key = one.stranger("Blue")
        roots = one.it.path("roots")
        os.mkdir(roots, 0o755)
        enroll(one, key.public, status=1, part="which model", aaguids="08987058-cadc-4b81-b6e1-30de50dcbe96",
               attestation_roots=roots)
        enroll(one, key.public, status=1, part="copied", synced="deny")
        enroll(one, key.public, socket=one.agent(key).path, synced="deny")


@case
def options_that_make_no_sense_with_it_are_refused():
    with desk() as one:
        key = one.stranger("Blue")
        enroll(one, key.public, "--rp-id", "example.com", status=2, part="--rp-id")
        enroll(one, key.public, "--discoverable", status=2, part="--discoverable")
        enroll(one, key.public, status=1, part="rp_id = example.com", rp_id="example.com")


@case
def an_agent_of_someone_else_does_not_test_for_the_user():
    with desk(NOBODY) as one:
        key = one.stranger("Blue")
        agent = one.agent(key)
        os.chown(agent.path, 1, -1)
        tap.contains(enroll(one, key.public, socket=agent.path).error, "It was not tested")


@case
def passkeyctl_test_asks_the_agent():
    with desk() as one:
        key = one.stranger("Blue")
        enroll(one, key.public)
        agent = one.agent(key)
        done = ctl(one, "test", socket=agent.path, methods="agent")
        tap.equal(done.status, 0, "status of %r" % done.error)
        tap.contains(done.out, "\"Blue\" signed in as root")
        done = ctl(one, "test", methods="agent")
        tap.contains(done.error, "no sign-in method works in this session")


@case
def show_and_doctor_say_what_it_is():
    with desk() as one:
        enroll(one, one.stranger("Blue").public)
        tap.contains(ctl(one, "show", "Blue").out, "none (SSH agent alone)")
        tap.equal(json.loads(ctl(one, "list", "--json").out)["credentials"][0]["has_handle"], False,
                  "has_handle")
        tap.contains(ctl(one, "doctor").out, "through an SSH agent alone")


tap.run(CASES)
