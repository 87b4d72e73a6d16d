# SPDX-License-Identifier: BSD-2-Clause
"""Attacks on sign-ins with the key at the client, with real sshd and ssh.   usage: test_ssh_attacks.py BUILD

The relay: a person signs in to evil.example, whose PAM module (relay_module.c) asks what the attacker
tells it to; the attacker signs in to web1.example as that person at the same time.
"""

import os
import re
import shutil
import sys
import threading

import scene
import ssh_scene
import tap
from scene import system
from ssh_scene import ASKPASS, Server, Session, environment, run, words

RELAY = system.ROOT + "/relay"
WEB1 = ("web1", 2201, "methods=askpass origins=ssh://web1.example")
ONCE = ["-o", "NumberOfPasswordPrompts=1"]


def decision():
    return LOG.lines("result=")[-1]


def refused(result, reason):
    tap.equal(result[0] != 0 and result[1] == "", True, "refused, %r" % (result,))
    tap.contains(decision(), "reason=%s " % reason)
    tap.contains(decision(), "result=denied")


def askpass(name, on_challenge, hello="passkey1"):
    """An askpass program: knows the password, says hello, and runs a line of shell for a challenge."""
    path = "%s/askpass-%s" % (system.ROOT, name)
    system.write(path, "#!/bin/sh\ncase $1 in\n*'[passkey1]: ') echo '%s' ;;\n*passkey1:*) %s ;;\n"
                 "*) echo '%s' ;;\nesac\n" % (hello, on_challenge, scene.PASSWORD), 0o755)
    return environment(SSH_ASKPASS=path)


class Evil:
    """The server that means harm, and its end of the two pipes."""

    def __init__(self):
        shutil.rmtree(RELAY, ignore_errors=True)
        os.mkdir(RELAY, 0o777)
        os.chmod(RELAY, 0o777)
        for name in ("questions", "answers"):
            os.mkfifo(RELAY + "/" + name, 0o666)
            os.chmod(RELAY + "/" + name, 0o666)
        self.server = Server("evil", 2202, auth=["required relay-module.so " + RELAY])

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *arguments):
        self.server.__exit__(*arguments)

    def ask(self, *questions):
        """Runs in a thread: ask these, one after the other; the answers are in .answers()."""
        self._answers = []
        self._thread = threading.Thread(target=self._ask, args=(questions,), daemon=True)
        self._thread.start()

    def _ask(self, questions):
        with open(RELAY + "/questions", "w", encoding="utf-8") as out, \
                open(RELAY + "/answers", encoding="utf-8") as answers:
            for question in questions:
                out.write(question.replace("\n", "\\n") + "\n")
                out.flush()
                self._answers.append(answers.readline().rstrip("\n"))

    def answers(self):
        self._thread.join(scene.PATIENCE_S)
        return self._answers


def victim(evil, host="evil.example"):
    """The person signs in to the evil server, with the real passkey-askpass."""
    return Session(words(evil.server, "id", host=host, options=ONCE), environment())


def a_relayed_answer_is_refused_by_the_other_server_whose_log_says_why():
    """evil.example passes web1's challenge on to a person who signs in there, and the answer back."""
    pass_on = ("exec 3>%s/questions 4<%s/answers; printf 'Welcome [passkey1]: \\n' >&3; read -r x <&4; "
               "printf '%%s\\n' \"${1#*) }\" >&3; read -r answer <&4; echo \"$answer\" | tee %s/relayed" %
               (RELAY, RELAY, system.ROOT))
    system.write(system.ROOT + "/relayed", "", 0o666)
    LOG.forget()
    with Server(*WEB1) as server, Evil() as evil, scene.key() as key:
        person = victim(evil)
        attacker = run(words(server, "id", options=ONCE), askpass("relay", pass_on))
        person.finish()
        tap.equal(key.stats()["touches"] >= 1, True, "the person touched the key")
        refused(attacker, "origin")
    with open(system.ROOT + "/relayed", encoding="utf-8") as file:
        tap.contains(file.read(), "passkey1:")  # it was a real answer
    tap.contains(LOG.lines("the answer was made for")[0],
                 "ssh://evil.example, and this machine is ssh://web1.example: another machine may have "
                 "passed a question of this one on")


def the_same_answer_would_have_been_good_without_the_relay():
    """What the attack above lacks is nothing but the name of the machine."""
    with Server(*WEB1) as server, scene.key():
        result = run(words(server, "id", "-un", options=ONCE),
                     askpass("honest", ASKPASS + " \"$1\""))
    tap.equal((result[0], result[1]), (0, "alice\n"), "what ssh gave")


def a_prompt_that_imitates_the_name_of_another_machine_gets_no_answer():
    challenge = a_challenge_of_web1()
    for text in ("(alice@web1.example) " + challenge, "\n(alice@web1.example) " + challenge,
                 "\r(alice@web1.example) " + challenge, "Hello\n" + challenge, challenge + "\n",
                 challenge + "\n(alice@web1.example) " + challenge, "\b" * 24 + challenge):
        with Evil() as evil, scene.key() as key:
            before = key.stats()["touches"]
            evil.ask("Welcome [passkey1]: ", text)
            _, _, error = victim(evil).finish()
            tap.equal(evil.answers(), ["passkey1", ""], "answers to %r" % text)
            tap.contains(error, "ssh does not say which machine asks: refused")
            tap.equal(key.stats()["touches"], before, "touches")


def a_user_name_that_imitates_the_name_of_another_machine_gets_no_answer():
    """An address of somebody else's making: ssh://alice@web1.example) passkey1:...@evil.example

    Newer ssh refuses such names itself; passkey-askpass does where it does not (test_askpass.py).
    """
    challenge = a_challenge_of_web1()
    for name in ("alice@web1.example) x", "alice@web1.example) " + challenge):
        with Evil() as evil, scene.key() as key:
            evil.ask("Welcome [passkey1]: ", challenge)
            command = words(evil.server, "id", host="evil.example", user=name, options=ONCE)
            status, out, error = run(command, environment())
            tap.equal((status != 0, out), (True, ""), "refused")
            tap.equal(re.search("invalid characters|does not say which machine", error) is not None,
                      True, "why: %r" % error)
            tap.equal(key.stats()["touches"], 0, "touches")


def a_challenge_of_web1():
    """A real one, to which no answer was given."""
    path = system.ROOT + "/challenge"
    system.write(path, "", 0o666)
    with Server(*WEB1) as server:
        run(words(server, "id", options=ONCE), askpass("keep", "printf %%s \"${1#*) }\" >%s" % path))
    with open(path, encoding="utf-8") as file:
        return file.read()


def kept_answer(user=scene.USER):
    """An answer that a person gave, and that let them in."""
    path = system.ROOT + "/kept"
    system.write(path, "", 0o666)
    with Server(*WEB1) as server, scene.key():
        result = run(words(server, "id", "-un", user=user, options=ONCE),
                     askpass("tee", "%s \"$1\" | tee %s" % (ASKPASS, path)))
    tap.equal(result[0], 0, "the honest sign-in: %r" % (result,))
    return path


def a_replayed_answer_is_refused():
    path = kept_answer()
    with Server(*WEB1) as server:
        refused(run(words(server, "id", options=ONCE), askpass("replay", "cat " + path)), "signature")


def an_answer_for_another_user_is_refused():
    """Bob has alice's key enrolled too; what was signed for her sign-in does not serve for his."""
    path = kept_answer()
    shutil.copy("%s/%s" % (system.PASSKEYS, scene.USER), "%s/%s" % (system.PASSKEYS, scene.OTHER))
    try:
        with Server(*WEB1) as server:
            refused(run(words(server, "id", user=scene.OTHER, options=ONCE),
                        askpass("other", "cat " + path)), "signature")
            tap.contains(decision(), "user=bob")
    finally:
        os.unlink("%s/%s" % (system.PASSKEYS, scene.OTHER))


def an_answer_to_the_challenge_of_another_sign_in_is_refused():
    """Two sign-ins at once; the answer to one is given to the other, and neither lets in."""
    swap = system.ROOT + "/swap"
    os.mkfifo(swap, 0o666)
    os.chmod(swap, 0o666)
    LOG.forget()
    with Server(*WEB1) as server, scene.key():
        first = Session(words(server, "id", options=ONCE),
                        askpass("gives", "%s \"$1\" >%s" % (ASKPASS, swap)))
        second = run(words(server, "id", options=ONCE), askpass("takes", "cat " + swap))
        for status, out, _ in (second, first.finish()):
            tap.equal((status != 0, out), (True, ""), "refused")
    tap.equal(sorted(re.search(r"reason=(\S+)", line).group(1) for line in LOG.lines("result=")),
              ["cancelled", "signature"], "reasons")
    os.unlink(swap)


def oversized_and_endless_answers_are_refused():
    # what ssh cuts off ends its program by a signal, which ssh takes for no answer; this one goes on
    huge = "head -c 1000000 /dev/zero | tr '\\0' A; true"
    for text, reason in ((huge, "syntax"), ("printf passkey1:; " + huge, "syntax"),
                         ("exec yes AAAA | tr -d '\\n'", "cancelled"), ("printf 'passkey1:AQ\\377'", "syntax"),
                         ("echo passkey1:AgAA", "syntax"), ("true", "cancelled")):
        with Server(*WEB1) as server:
            refused(run(words(server, "id", options=ONCE), askpass("huge", text)), reason)


def an_endless_first_answer_is_refused():
    with Server(*WEB1) as server:
        refused(run(words(server, "id", options=ONCE), askpass("hello", "true", "A" * 1000)), "cancelled")


def an_answer_after_the_timeout_is_refused():
    """A real answer, given after another key was waited for in vain as long as the server allows."""
    for name in ("ready", "late"):
        os.mkfifo("%s/%s" % (system.ROOT, name))
        os.chmod("%s/%s" % (system.ROOT, name), 0o666)
    late = askpass("late", "answer=$(%s \"$1\"); echo >%s/ready; read -r x <%s/late; echo \"$answer\"" %
                   (ASKPASS, system.ROOT, system.ROOT))
    with Server(*WEB1) as server:
        with scene.key():
            session = Session(words(server, "id", options=ONCE), late)
            with open(system.ROOT + "/ready", encoding="utf-8") as file:
                file.read()
        wait_out_the_timeout()
        with open(system.ROOT + "/late", "w", encoding="utf-8") as file:
            file.write("now\n")
        refused(session.finish(), "timeout")


def wait_out_the_timeout():
    """passkeyctl test waits for a key as long as the module does for an answer, and started later."""
    with scene.key(args=["--touch=never"]), scene.Terminal(
            [system.PROGRAMS + "/passkeyctl", "test", "--user", scene.USER]) as shell:
        tap.equal(shell.finish() != 0, True, "nobody touched it")


def a_strangers_answer_is_never_good():
    """Even a perfect answer of the key, for a user that is not there."""
    with Server("only", 2203, auth=["required pam_passkey.so methods=askpass origins=ssh://web1.example",
                                    "required pam_permit.so"]) as server, scene.key():
        for user in ("nobody-of-this-name", scene.OTHER):
            LOG.forget()
            status, out, _ = run(words(server, "id", user=user, options=ONCE), environment())
            tap.equal((status != 0, out), (True, ""), "refused")
            tap.equal(re.search("result=granted", "\n".join(LOG.lines())), None, "the log")


CASES = [
    a_relayed_answer_is_refused_by_the_other_server_whose_log_says_why,
    the_same_answer_would_have_been_good_without_the_relay,
    a_prompt_that_imitates_the_name_of_another_machine_gets_no_answer,
    a_user_name_that_imitates_the_name_of_another_machine_gets_no_answer,
    a_replayed_answer_is_refused,
    an_answer_for_another_user_is_refused,
    an_answer_to_the_challenge_of_another_sign_in_is_refused,
    oversized_and_endless_answers_are_refused,
    an_endless_first_answer_is_refused,
    an_answer_after_the_timeout_is_refused,
    a_strangers_answer_is_never_good,
]

if __name__ == "__main__":
    with open(os.path.join(sys.argv[1], "tests/integration/relay-module.so"), "rb") as file:
        MODULE = file.read()
    LOG = ssh_scene.prepare(sys.argv[1])
    with open(os.path.join(system.pam_module_folder(), "relay-module.so"), "wb") as file:
        file.write(MODULE)
    tap.run(CASES)
