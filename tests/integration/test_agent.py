# SPDX-License-Identifier: BSD-2-Clause
"""The agent method under the real libpam: a real ssh-agent with sk- keys, and agents that attack.

usage: test_agent.py BUILD        as root; nothing outside a temporary folder changes
"""

import hashlib
import json
import os
import subprocess
import threading

import ssh_agent
import tap
from agent_desk import desk, expect
from ssh_agent import (COUNTER, ECDSA, ED25519, FAILURE, REQUEST_IDENTITIES, SIGN_REQUEST, sign_request,
                       signature_of, string, take_string, with_signature)
from stand import AUTHINFO_UNAVAIL, AUTH_ERR, CASES, NOBODY, SUCCESS, Result, case

REFUSED = "warn The passkey's answer was not accepted"
NO_WAY = "warn No passkey can be used in this session"


def touch(one, name="Blue"):
    return "show Touch %s at your own computer to sign in to %s as %s" % (
        name, os.uname().nodename, one.user)


@case
def a_key_in_the_agent_signs_in():
    for uid in (0, NOBODY):
        for kind in (ED25519, ECDSA):
            with desk(uid) as one:
                agent = one.agent(one.stranger(), one.key(kind=kind))
                expect(one.sign_in(agent.path), SUCCESS, "ok", [touch(one)])
                tap.contains(one.it.read("state/%s.counts" % one.user), "count=%d" % COUNTER)


@case
def a_counter_that_does_not_rise_is_refused_or_logged():
    with desk() as one:
        agent = one.agent(one.key())
        expect(one.sign_in(agent.path), SUCCESS, "ok")
        expect(one.sign_in(agent.path), AUTH_ERR, "sign-count", [touch(one), REFUSED])
        result = one.sign_in(agent.path, "methods=agent", "sign_count=log")
        expect(result, SUCCESS, "ok")
        result.log("the sign count did not rise")


@case
def a_counter_that_falls_is_refused():
    with desk() as one:
        key = one.key()
        for counter, code, reason in ((500, SUCCESS, "ok"), (501, SUCCESS, "ok"),
                                      (499, AUTH_ERR, "sign-count"), (501, AUTH_ERR, "sign-count"),
                                      (502, SUCCESS, "ok")):
            dummy = ssh_agent.dummy_with_counter(one.folder, counter)
            agent = one.agent(key, name="agent%d-%s" % (counter, reason), dummy=dummy)
            expect(one.sign_in(agent.path), code, reason)
        tap.contains(one.it.read("state/root.counts"), "count=502")


@case
def the_agent_is_asked_for_the_keys_that_are_credentials_alone():
    with desk() as one:
        agent = one.agent(one.stranger("Red"), one.key("Blue"), one.stranger("Green", ECDSA))
        liar = one.liar(agent.ask)
        expect(one.sign_in(liar.path, "methods=agent", "sign_count=off"), SUCCESS, "ok")
        tap.equal([body[0] for body in liar.seen], [REQUEST_IDENTITIES, SIGN_REQUEST], "questions")


@case
def a_key_that_is_not_plugged_in_is_followed_by_the_next():
    with desk() as one:
        blue, green = one.key("Blue"), one.key("Green", ECDSA)
        agent = one.agent(blue, green)

        def reply(body):
            if body[0] == SIGN_REQUEST and take_string(body[1:])[0] == blue.blob():
                return bytes([FAILURE])
            return agent.ask(body)
        liar = one.liar(reply)
        expect(one.sign_in(liar.path), SUCCESS, "ok", [touch(one), touch(one, "Green")])


@case
def an_agent_that_will_not_sign_is_said_to_the_person():
    with desk() as one:
        agent = one.agent(one.key())
        liar = one.liar(lambda body: bytes([FAILURE]) if body[0] == SIGN_REQUEST else agent.ask(body))
        expect(one.sign_in(liar.path), AUTH_ERR, "agent-refused",
               [touch(one), "warn Your SSH agent did not sign: is Blue plugged in at your own computer?"])


@case
def an_agent_without_the_keys_is_passed_over():
    with desk() as one:
        one.key("Blue")
        agent = one.agent(one.stranger())
        expect(one.sign_in(agent.path), AUTHINFO_UNAVAIL, "method-unavailable", [NO_WAY])
        agent = one.agent(name="empty")
        expect(one.sign_in(agent.path), AUTHINFO_UNAVAIL, "method-unavailable", [NO_WAY])
        expect(one.sign_in(None), AUTHINFO_UNAVAIL, "method-unavailable", [NO_WAY])


@case
def a_credential_without_a_handle_is_not_looked_for_in_the_usb_port():
    with desk() as one:
        one.key("Blue")
        expect(one.sign_in(None, "methods=local"), AUTHINFO_UNAVAIL, "method-unavailable", [NO_WAY])


@case
def verification_that_the_service_demands_is_demanded_of_the_agent_too():
    with desk() as one:
        agent = one.agent(one.key())
        expect(one.sign_in(agent.path, "methods=agent", "user_verification=required"), AUTH_ERR,
               "user-verification", [touch(one), REFUSED])


@case
def a_remote_host_makes_the_session_remote():
    """methods=auto, and a credential that is in the agent: no question to the USB port."""
    with desk() as one:
        agent = one.agent(one.key())
        result = one.sign_in(agent.path, "methods=auto", arguments=["--rhost", "192.0.2.7"])
        expect(result, SUCCESS, "ok", [touch(one)])
        result.log("the session is remote: the application names a remote host")


@case
def no_spelling_of_an_address_makes_the_session_local():
    with desk() as one:
        agent = one.agent(one.key())
        for rhost in ("127.0.0.1", "::1", "2001:db8::7", "::ffff:192.0.2.7", "::ffff:127.0.0.1",
                      "web2.example.com"):
            result = one.sign_in(agent.path, "methods=auto", "sign_count=off",
                                 arguments=["--rhost", rhost])
            expect(result, SUCCESS, "ok", [touch(one)])
            result.log("the session is remote: the application names a remote host")
        result = one.sign_in(agent.path, "methods=auto", "sign_count=off", arguments=["--rhost", ""])
        if "names a remote host" in "\n".join(result.logs):
            raise AssertionError("nothing passes for a remote host")


@case
def the_socket_in_the_pam_environment_goes_first():
    with desk() as one:
        agent = one.agent(one.key())
        liar = one.liar(agent.ask)
        result = one.sign_in(agent.path, arguments=["--pam-env", "SSH_AUTH_SOCK=" + liar.path])
        expect(result, SUCCESS, "ok", [touch(one)])
        tap.equal([body[0] for body in liar.seen], [REQUEST_IDENTITIES, SIGN_REQUEST], "questions")


# attacks: the agent lies

def signs_with(agent, other):
    """Lists what the agent has, and signs with another key than the one that is asked for."""
    def reply(body):
        if body[0] == SIGN_REQUEST:
            data, _ = take_string(take_string(body[1:])[1])
            return agent.ask(sign_request(other.blob(), data))
        return agent.ask(body)
    return reply


@case
def an_agent_that_lists_the_key_but_signs_with_another_is_refused():
    for kind in (ED25519, ECDSA):
        with desk() as one:
            blue, red = one.key(kind=kind), one.stranger(kind=kind)
            agent = one.agent(blue, red)
            liar = one.liar(signs_with(agent, red))
            expect(one.sign_in(liar.path), AUTH_ERR, "signature", [touch(one), REFUSED])


@case
def an_agent_that_signs_with_a_key_of_another_kind_is_refused():
    with desk() as one:
        blue, red = one.key(kind=ED25519), one.stranger(kind=ECDSA)
        agent = one.agent(blue, red)
        expect(one.sign_in(one.liar(signs_with(agent, red)).path), AUTH_ERR, "agent")


@case
def a_signature_without_a_touch_is_refused():
    for kind in (ED25519, ECDSA):
        with desk() as one:
            agent = one.agent(one.key(kind=kind, options=["no-touch-required"]))
            expect(one.sign_in(agent.path), AUTH_ERR, "user-presence", [touch(one), REFUSED])


@case
def flags_and_counter_are_part_of_what_is_signed():
    def flags(kind, signature, flags, counter):
        return with_signature(kind, signature, flags | 0x04, counter)

    def counter(kind, signature, flags, counter):
        return with_signature(kind, signature, flags, counter + 1)

    def touched(kind, signature, flags, counter):
        return with_signature(kind, signature, 1, counter)
    for change, options in ((flags, ()), (counter, ()), (touched, ["no-touch-required"])):
        with desk() as one:
            agent = one.agent(one.key(options=options))
            liar = one.liar(lambda body, change=change, agent=agent: change(
                *signature_of(agent.ask(body))) if body[0] == SIGN_REQUEST else agent.ask(body))
            expect(one.sign_in(liar.path), AUTH_ERR, "signature", [touch(one), REFUSED])


def replaying(agent, answers):
    """Records what the agent signs, or answers with what it was given."""
    kept = list(answers)

    def reply(body):
        if body[0] != SIGN_REQUEST:
            return agent.ask(body)
        if kept:
            return kept[0]
        answer = agent.ask(body)
        answers.append(answer)
        return answer
    return reply


@case
def a_signature_that_was_used_is_refused():
    with desk() as one:
        agent, answers = one.agent(one.key()), []
        options = ("methods=agent", "sign_count=off")
        expect(one.sign_in(one.liar(replaying(agent, answers)).path, *options), SUCCESS, "ok")
        liar = one.liar(replaying(agent, answers), name="again")
        expect(one.sign_in(liar.path, *options), AUTH_ERR, "signature", [touch(one), REFUSED])


@case
def a_signature_over_another_challenge_is_refused():
    """What the agent was asked to sign at one sign-in, signed and brought at the next."""
    with desk() as one:
        agent = one.agent(one.key())
        asked = []

        def refuse(body):
            if body[0] == SIGN_REQUEST:
                asked.append(take_string(take_string(body[1:])[1])[0])
                return bytes([FAILURE])
            return agent.ask(body)
        one.sign_in(one.liar(refuse).path)

        def other_challenge(body):
            if body[0] == SIGN_REQUEST:
                key, _ = take_string(body[1:])
                return agent.ask(sign_request(key, asked[0]))
            return agent.ask(body)
        liar = one.liar(other_challenge, name="other")
        expect(one.sign_in(liar.path), AUTH_ERR, "signature", [touch(one), REFUSED])


class Told(threading.Thread):
    """A sign-in that tells its challenge while it goes on."""

    def __init__(self, one):
        super().__init__(daemon=True)
        self._one = one
        self._process = None
        self._lines, self._told, self._challenge = [], threading.Event(), None

    def begin(self, socket):
        one = self._one
        one.it.service(one.it.options("methods=agent", without=("methods",)))
        self._process = subprocess.Popen(
            one.it.command("--tell-random", user=one.user), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, env=dict(os.environ, SSH_AUTH_SOCK=socket), text=True)
        self.start()

    def run(self):
        for line in self._process.stdout:
            self._lines.append(line)
            if "random" in json.loads(line):
                self._challenge = bytes.fromhex(json.loads(line)["random"])
                self._told.set()

    def challenge(self):
        if not self._told.wait(ssh_agent.PATIENCE_S):
            raise AssertionError("no challenge is told")
        return self._challenge

    def result(self):
        self.join(ssh_agent.PATIENCE_S)
        return Result("".join(self._lines), self._process.wait(ssh_agent.PATIENCE_S))


def sshsig(host, user, service, challenge):
    """What core/ssh_agent.md says is signed."""
    message = b"".join(map(string, (b"sign-in", host.encode(), user.encode(), service.encode(),
                                    challenge)))
    return b"SSHSIG" + string(b"pam_passkey") + string(b"") + string(b"sha256") + string(
        hashlib.sha256(message).digest())


def sign_in_signed_for(**other):
    """A sign-in whose own challenge the agent signs for another host, user or service."""
    with desk() as one:
        agent = one.agent(one.key())
        purpose = dict({"host": os.uname().nodename, "user": one.user, "service": "test"}, **other)
        told = Told(one)

        def reply(body):
            if body[0] != SIGN_REQUEST:
                return agent.ask(body)
            key, _ = take_string(body[1:])
            data = sshsig(challenge=told.challenge(), **purpose)
            return agent.ask(sign_request(key, data))
        told.begin(one.liar(reply).path)
        return told.result()


@case
def a_signature_for_another_host_is_refused():
    expect(sign_in_signed_for(), SUCCESS, "ok")  # so it is the other host that is refused
    expect(sign_in_signed_for(host="evil.example"), AUTH_ERR, "signature")


@case
def a_signature_for_another_user_is_refused():
    expect(sign_in_signed_for(user="alice"), AUTH_ERR, "signature")


@case
def a_signature_for_another_service_is_refused():
    expect(sign_in_signed_for(service="sshd"), AUTH_ERR, "signature")


@case
def a_key_that_demands_verification_signs_in_with_it():
    with desk() as one:
        key = one.key(options=["verify-required"], more=["uv=required"])
        askpass = one.path("askpass")
        with open(askpass, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho 1234\n")
        os.chmod(askpass, 0o755)
        agent = one.agent(key, environment={"SSH_ASKPASS": askpass, "SSH_ASKPASS_REQUIRE": "force"})
        expect(one.sign_in(agent.path, "methods=agent", "user_verification=required"), SUCCESS, "ok",
               [touch(one)])


@case
def what_is_signed_is_an_sshsig_of_this_module():
    with desk() as one:
        agent = one.agent(one.key())
        liar = one.liar(agent.ask)
        expect(one.sign_in(liar.path), SUCCESS, "ok")
        data, _ = take_string(take_string(liar.seen[1][1:])[1])
        tap.equal(data[:6], b"SSHSIG", "magic")
        namespace, rest = take_string(data[6:])
        reserved, rest = take_string(rest)
        algorithm, rest = take_string(rest)
        digest, rest = take_string(rest)
        tap.equal((namespace, reserved, algorithm, len(digest), rest),
                  (b"pam_passkey", b"", b"sha256", 32, b""), "parts")


# attacks: the agent does not stop, or says too much

def lists(agent, then):
    return lambda body: then if body[0] == SIGN_REQUEST else agent.ask(body)


@case
def an_oversized_answer_is_not_read():
    with desk() as one:
        agent = one.agent(one.key())
        huge = b"\xff\xff\xff\xff"
        liar = one.liar(lists(agent, lambda talk: talk.sendall(huge)))
        expect(one.sign_in(liar.path), AUTH_ERR, "agent")
        liar = one.liar(lambda body: lambda talk: talk.sendall(huge), name="at-once")
        result = expect(one.sign_in(liar.path), AUTHINFO_UNAVAIL, "method-unavailable", [NO_WAY])
        result.log("the SSH agent is not asked")


def drip(talk):
    """A frame of the largest size, a byte at a time, until nobody reads."""
    talk.sendall((256 * 1024).to_bytes(4, "big"))
    while True:
        talk.sendall(b"\x0e")
        ssh_agent.select_nothing()


@case
def an_endless_answer_ends_with_the_timeout():
    with desk() as one:
        agent = one.agent(one.key())
        liar = one.liar(lists(agent, drip))
        expect(one.sign_in(liar.path), AUTH_ERR, "timeout",
               [touch(one), "warn Nobody touched a security key within 5 seconds"])


@case
def an_agent_that_never_lists_its_keys_is_passed_over():
    with desk() as one:
        one.key()
        liar = one.liar(lambda body: drip)
        expect(one.sign_in(liar.path), AUTHINFO_UNAVAIL, "method-unavailable", [NO_WAY])


@case
def nonsense_is_refused():
    with desk() as one:
        agent = one.agent(one.key())
        for number, answer in enumerate((b"", b"\x0e", b"\x0e\0\0\0\x01", b"\x0e\0\0\0\0", b"\x63",
                                         b"\x0e\xff\xff\xff\xff", None)):
            then = (lambda talk: talk.sendall(bytes(4))) if answer == b"" else answer
            liar = one.liar(lists(agent, then), name="liar%d" % number)
            expect(one.sign_in(liar.path), AUTH_ERR, "agent")


@case
def a_list_without_end_is_refused():
    with desk() as one:
        one.key()
        for number, answer in enumerate((b"\x0c\xff\xff\xff\xff", b"\x0c\0\0\0\x01", b"\x0c",
                                         b"\x0c\0\0\0\x00\0", b"\x05", None)):
            liar = one.liar(lambda body, answer=answer: answer, name="liar%d" % number)
            expect(one.sign_in(liar.path), AUTHINFO_UNAVAIL, "method-unavailable", [NO_WAY])


# attacks: the socket

def not_asked(one, socket, why, seen=()):
    result = expect(one.sign_in(socket), AUTHINFO_UNAVAIL, "method-unavailable", [NO_WAY])
    tap.contains(result.log("the SSH agent is not asked"), why)
    tap.equal(list(seen), [], "questions")


@case
def an_agent_socket_of_someone_else_is_not_asked():
    with desk(NOBODY) as one:
        agent = one.agent(one.key())
        liar = one.liar(agent.ask)
        os.chown(liar.path, 1, -1)
        not_asked(one, liar.path, "belongs to somebody else", liar.seen)


@case
def a_socket_where_someone_else_listens_is_not_asked():
    with desk(NOBODY) as one:
        agent = one.agent(one.key())
        liar = one.liar(agent.ask)  # the file is the user's, but this process listens: root
        not_asked(one, liar.path, "somebody else listens", liar.seen)


@case
def a_symbolic_link_to_the_socket_is_not_followed():
    with desk() as one:
        liar = one.liar(one.agent(one.key()).ask)
        os.symlink(liar.path, one.path("link"))
        not_asked(one, one.path("link"), "symbolic link", liar.seen)
        os.symlink(one.folder, one.it.path("folder"))
        not_asked(one, one.it.path("folder/liar"), "symbolic link", liar.seen)


@case
def a_socket_in_a_folder_of_others_is_not_asked():
    with desk(NOBODY) as one:
        agent = one.agent(one.key())
        os.chmod(one.folder, 0o777)
        not_asked(one, agent.path, "may be written by group or others")
        os.chmod(one.folder, 0o755)
        os.chown(one.folder, 1, -1)
        not_asked(one, agent.path, "belongs to somebody else")


@case
def a_path_that_is_no_socket_is_not_asked():
    with desk() as one:
        one.key()
        not_asked(one, one.path("Blue"), "is not a socket")
        not_asked(one, one.path("missing"), "does not exist")
        os.mkfifo(one.path("fifo"))
        not_asked(one, one.path("fifo"), "is not a socket")
        not_asked(one, one.folder + "/../x", ". or ..")
        for path in ("relative", "", one.path("x" * 200)):
            expect(one.sign_in(path), AUTHINFO_UNAVAIL, "method-unavailable", [NO_WAY])


@case
def the_users_rights_are_what_counts_and_not_roots():
    with desk(NOBODY) as one:
        agent = one.agent(one.key())
        locked = one.it.path("locked")
        os.mkdir(locked, 0o700)
        os.link(agent.path, locked + "/socket")
        not_asked(one, locked + "/socket", "permission denied")


tap.run(CASES)
