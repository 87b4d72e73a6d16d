# SPDX-License-Identifier: BSD-2-Clause
"""Signing in over real sshd and ssh with the key at the client.   usage: test_ssh.py BUILD

With the machine's own OpenSSH, or with another (ssh_scene.py).
"""

import contextlib
import os
import re
import shutil
import sys

import scene
import ssh_scene
import tap
import virtual  # scene has put its folder on the path
from scene import system
from ssh_scene import Server, environment, run, terminal, words

WEB1 = ("web1", 2201, "methods=askpass origins=ssh://web1.example")
DEFAULT_ORIGINS = ("web1", 2201, "methods=askpass")
# pam_setcred(3) needs a module that has something to say: sshd signs in by another process
ONLY_PASSKEY = ("only", 2202, "", ["required pam_passkey.so methods=askpass origins=ssh://web1.example",
                                   "required pam_permit.so"])
BASE64 = r"[A-Za-z0-9_-]{40}"


def granted(result, shown=scene.USER):
    tap.equal((result[0], result[1].strip()), (0, shown), "what ssh gave (%s)" % result[2])


def refused(result):
    tap.equal(result[0] != 0 and result[1] == "", True, "refused, %r" % (result,))


def last_decision():
    return LOG.lines("result=")[-1]


def wait_for_password(shell):
    shell.wait_for(r"\(alice@web1\.example\) Password: ")
    shell.enter(scene.PASSWORD)


def the_sample_of_sshd_asks_for_both():
    server = Server(*DEFAULT_ORIGINS)
    shutil.copy(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../conf/pam.d/sshd"),
                "/etc/pam.d/" + server.service)
    passkey_alone = ["-o", "NumberOfPasswordPrompts=1"]
    with server:
        with scene.key():
            granted(run(words(server, "id", "-un", host="localhost")))
            wrong = environment(PASSKEY_ASKPASS_FALLBACK="/bin/echo")
            refused(run(words(server, "id", host="localhost", options=passkey_alone), wrong))
        with scene.key("red"):
            refused(run(words(server, "id", host="localhost", options=passkey_alone)))


def at_a_terminal_the_person_is_told_which_machine_asks_and_touches():
    with Server(*WEB1) as server, scene.key(args=["--touch=control"]) as key, \
            terminal(words(server, "id", "-un"), environment(PASSKEY_ASKPASS_FALLBACK=None)) as shell:
        wait_for_password(shell)
        shell.wait_for("Touch your security key to sign in to web1.example as alice")
        key.touch()
        shell.wait_for(r"(?m)^alice$")
        tap.equal(shell.finish(), 0, "exit status")
        tap.equal(scene.PASSWORD in shell.shown, False, "the password is echoed")
        tap.equal(re.search(BASE64, shell.shown), None, "base64 on the screen")
    for part in ("result=granted", "tty=ssh", "method=askpass", 'credential="Blue key"'):
        tap.contains(last_decision(), part)


def with_prefer_and_a_display_it_works_the_same():
    values = environment(SSH_ASKPASS_REQUIRE="prefer", DISPLAY=":99")
    with Server(*WEB1) as server, scene.key(), terminal(words(server, "id", "-un"), values) as shell:
        shell.wait_for(r"(?m)^alice$")
        tap.equal(shell.finish(), 0, "exit status")


def a_pin_is_typed_at_the_terminal_and_stays_at_the_client():
    demanding = ("web1", 2201, "methods=askpass origins=ssh://web1.example user_verification=required")
    with Server(*demanding) as server, scene.key("red", args=["--pin=24680"]):
        enrolled = terminal_enrolment()
        try:
            with terminal(words(server, "id", "-un")) as shell:
                shell.wait_for("PIN for your security key: ")
                shell.enter("24680")
                shell.wait_for(r"(?m)^alice$")
                tap.equal(shell.finish(), 0, "exit status")
        finally:
            system.write("%s/%s" % (system.PASSKEYS, scene.USER), enrolled)


def terminal_enrolment():
    """Enrol the red key with its PIN; returns the credential file as it was before."""
    with open("%s/%s" % (system.PASSKEYS, scene.USER), encoding="utf-8") as file:
        before = file.read()
    words_ = scene.enroll("Red key") + ["--user-verification", "required"]
    with scene.Terminal(words_) as shell:
        shell.wait_for("PIN for [^:]*: ")
        shell.enter("24680")
        tap.equal(shell.finish(), 0, "enrolment")
    return before


def without_a_terminal_the_fallback_gives_the_password():
    with Server(*WEB1) as server, scene.key():
        granted(run(words(server, "id", "-un", options=["-T"])))


def a_public_key_and_a_passkey_together_need_no_password():
    home = "/home/" + ssh_scene.PERSON
    system.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home + "/id")
    system.run("chown", ssh_scene.PERSON, home + "/id")
    shutil.copy(home + "/id.pub", system.ROOT + "/authorized_keys")
    both = Server(*ONLY_PASSKEY, ["AuthenticationMethods publickey,keyboard-interactive"])
    with both as server, scene.key():
        granted(run(words(server, "id", "-un", options=["-i", home + "/id"])))
        refused(run(words(server, "id", "-un")))


def ssh_command(server):
    return " ".join(words(server)[:-1])


def git_clones_over_it():
    repository = "/home/%s/repository" % scene.USER
    system.run("git", "init", "-q", "--bare", repository)
    system.run("chown", "-R", scene.USER, repository)
    with Server(*WEB1) as server, scene.key():
        result = run(["git", "clone", "-q", "alice@web1.example:" + repository, "clone"],
                     environment(GIT_SSH_COMMAND=ssh_command(server)))
    tap.equal(result[0], 0, "git said %r" % (result,))
    tap.equal(os.path.isdir("/home/%s/clone/.git" % ssh_scene.PERSON), True, "the clone")


def rsync_and_scp_copy_over_it():
    if not shutil.which("rsync"):
        raise tap.Skip("rsync is not installed")
    source = "/home/%s/file" % scene.USER
    system.write(source, "content\n")
    scp = ["scp", "-q", "-F", system.ROOT + "/ssh_config"]
    with Server(*WEB1) as server, scene.key():
        copies = (["rsync", "-e", ssh_command(server), "alice@web1.example:" + source, "by-rsync"],
                  [*scp, "-P", str(server.port), "alice@web1.example:" + source, "by-scp"])
        for command in copies:
            result = run(command)
            tap.equal(result[0], 0, "%s said %r" % (command[0], result))
            with open("/home/%s/%s" % (ssh_scene.PERSON, command[-1]), encoding="utf-8") as file:
                tap.equal(file.read(), "content\n", "what was copied")


def ansible_reaches_the_machine_over_it():
    """Without a password ansible turns keyboard-interactive off; ssh_args goes before that."""
    if not shutil.which("ansible"):
        raise tap.Skip("ansible is not installed")
    asks = "-o KbdInteractiveAuthentication=yes -o PreferredAuthentications=keyboard-interactive"
    with Server(*WEB1) as server, scene.key():
        result = run(["ansible", "all", "-i", "web1.example,", "-u", scene.USER, "-m", "raw", "-a",
                      "id -un", "--ssh-common-args", "-F %s/ssh_config -p %d" % (
                          system.ROOT, server.port)], environment(ANSIBLE_HOST_KEY_CHECKING="0",
                                                           ANSIBLE_SSH_ARGS=asks))
    tap.equal(result[0], 0, "ansible said %r" % (result,))
    tap.contains(result[1], scene.USER)


def under_tmux_the_person_is_asked_in_the_window():
    if not shutil.which("tmux"):
        raise tap.Skip("tmux is not installed")
    with Server(*WEB1) as server, scene.key(args=["--touch=control"]) as key, \
            terminal(["tmux", "-L", "askpass", "new-session", " ".join(words(server))]) as shell:
        key.wait_touch()
        shell.wait_for("Touch your security key to sign in to")
        key.touch()
        shell.enter("echo I am $(id -un)")
        shell.wait_for("I am alice")
        shell.enter("exit")
        shell.finish()


def a_second_session_of_a_control_master_asks_nothing():
    master = ["-o", "ControlMaster=auto", "-o", "ControlPath=/home/%s/control" % ssh_scene.PERSON,
              "-o", "ControlPersist=30"]
    with Server(*WEB1) as server:
        with scene.key() as key:
            granted(run(words(server, "id", "-un", options=[*master, "-f", "-N"])), "")
            before = key.stats()["transactions"]
            granted(run(words(server, "id", "-un", options=master)))
            tap.equal(key.stats()["transactions"], before, "what the key was asked")
        granted(run(words(server, "id", "-un", options=master)))
        run(words(server, options=[*master, "-O", "exit"]))


def at_login_grace_time_the_client_is_let_go():
    grace = Server(*ONLY_PASSKEY, ["LoginGraceTime 1"])
    with grace as server, scene.key(args=["--touch=never"]):
        result = run(words(server, "id", "-un"))
        refused(result)
        scene.wait_for_end_of_all_helpers()


def the_answer_in_time_is_within_login_grace_time():
    with Server(*ONLY_PASSKEY, ["LoginGraceTime 20"]) as server, \
            scene.key(args=["--touch=control"]) as key:
        session = ssh_scene.Session(words(server, "id", "-un"))
        key.wait_touch()
        key.touch()
        granted(session.finish())


def each_name_by_which_ssh_calls_this_machine_is_understood():
    """The default of origins=: host name, full name, and the address of the connection."""
    name = system.run("uname", "-n").strip()
    with open("/etc/hosts", "a", encoding="utf-8") as file:
        file.write("127.0.0.1 %s.example.com %s\n" % (name, name))
    hosts = [("127.0.0.1", []), ("::1", []), ("0:0:0:0:0:0:0:1", []), ("localhost", []),
             ("LocalHost", []), (name, []), (name + ".example.com", []),
             ("alias", ["-o", "HostName=127.0.0.1"]), (name, ["-o", "HostName=%h.example.com"]),
             ("web1.example", ["-o", "HostKeyAlias=" + name])]
    with Server(*DEFAULT_ORIGINS) as server, scene.key():
        for host, options in hosts:
            result = run(words(server, "id", "-un", host=host, options=options))
            granted(result, scene.USER)


def a_name_that_is_none_of_this_machine_is_refused_and_the_log_says_what_to_do():
    with Server(*DEFAULT_ORIGINS) as server, scene.key():
        LOG.forget()
        result = run(words(server, "id", "-un", options=["-o", "NumberOfPasswordPrompts=1"]))
        refused(result)
    tap.contains(last_decision(), "reason=origin")
    tap.contains(LOG.lines("ssh://web1.example, and this machine is")[0], "origins= lacks a name")


def without_the_program_a_person_sees_one_short_sentence():
    plain = environment(SSH_ASKPASS=None, SSH_ASKPASS_REQUIRE=None)
    with Server(*WEB1) as server, terminal(words(server, options=["-o", "NumberOfPasswordPrompts=1"]),
                                           plain) as shell:
        wait_for_password(shell)
        shell.wait_for(r"\(alice@web1\.example\) (Passkey needed[^\n]*\[passkey1\]: )")
        shell.enter("")
        tap.equal(shell.finish() != 0, True, "refused")
        tap.equal(re.search(BASE64, shell.shown), None, "base64 on the screen")
    tap.contains(last_decision(), "reason=cancelled")


def by_hand_the_question_is_pasted_and_the_answer_too():
    plain = environment(SSH_ASKPASS=None, SSH_ASKPASS_REQUIRE=None)
    with Server(*WEB1) as server, scene.key(), terminal(words(server, "id", "-un"), plain) as shell:
        wait_for_password(shell)
        ssh_scene.answer_by_hand(shell, "alice@web1.example")
        shell.wait_for(r"(?m)^alice$")
        tap.equal(shell.finish(), 0, "exit status")


def recorder(name, *answers):
    """An askpass program that notes each question and gives these answers, then nothing."""
    path = "%s/record-%s" % (system.ROOT, name)
    notes = path + ".notes"
    system.write(notes, "", 0o666)
    system.write(path, "#!/bin/sh\nn=$(grep -c '' %s)\nprintf '%%s' \"$1\" | tr '\\n' '|' >>%s\n"
                 "echo >>%s\ncase $n in\n%s*) echo ;;\nesac\n" % (
                     notes, notes, notes, "".join("%d) echo '%s' ;;\n" % item
                                                  for item in enumerate(answers))), 0o755)
    return path, notes


def asked(server, user, *answers):
    """The questions that a stranger is asked, what is random in them left out."""
    program, notes = recorder(user, *answers)
    refused(run(words(server, "id", user=user, options=["-o", "NumberOfPasswordPrompts=1"]),
                environment(SSH_ASKPASS=program)))
    with open(notes, encoding="utf-8") as file:
        return [re.sub(r"passkey1:\S+", "passkey1:...", line.replace(user + "@", "USER@"))
                for line in file.read().splitlines()]


def strangers_are_asked_the_same_as_everybody():
    with Server(*ONLY_PASSKEY) as server:
        for answers in ((), ("",), ("passkey1", ""), ("passkey1", "passkey1:AAAA"),
                        ("passkey1", "nonsense"), ("paste", "x"), ("yes",)):
            wanted = asked(server, scene.USER, *answers)
            tap.equal(len(wanted) >= 1, True, "questions")
            for user in (scene.OTHER, "nobody-of-this-name", "root"):
                tap.equal(asked(server, user, *answers), wanted, "questions to %s" % user)


def without_methods_it_is_the_same():
    """methods=auto: who comes over ssh is asked at the client, strangers too."""
    auto = Server("auto", 2204, auth=["required pam_passkey.so origins=ssh://web1.example",
                                      "required pam_permit.so"])
    with auto as server:
        with scene.key():
            granted(run(words(server, "id", "-un")))
        tap.contains(last_decision(), "method=askpass")
        wanted = asked(server, scene.USER, "passkey1", "nonsense")
        tap.equal(len(wanted), 2, "questions")
        for user in (scene.OTHER, "nobody-of-this-name"):
            tap.equal(asked(server, user, "passkey1", "nonsense"), wanted, "questions to %s" % user)


def a_stranger_is_asked_about_the_same_credentials_again():
    challenges = []
    with Server(*ONLY_PASSKEY) as server:
        for _ in range(2):
            program, notes = recorder("again", "passkey1", "")
            run(words(server, "id", user="nobody-of-this-name",
                      options=["-o", "NumberOfPasswordPrompts=1"]), environment(SSH_ASKPASS=program))
            with open(notes, encoding="utf-8") as file:
                challenges.append(re.findall(r"passkey1:(\S+)", file.read())[-1])
    first, second = challenges
    tap.equal(first != second, True, "the challenge is fresh")
    # version, challenge and time are 35 bytes; characters 48 on hold what follows
    tap.equal(first[48:], second[48:], "the credentials")


@contextlib.contextmanager
def enrolled_besides(count, id_characters):
    """Others' credentials before alice's own, each with an id of so many characters of base64url."""
    path = "%s/%s" % (system.PASSKEYS, scene.USER)
    with open(path, encoding="utf-8") as file:
        own = file.read()
    unnamed = re.sub(r' name="[^"]*"', "", own)
    system.write(path, "".join(re.sub(r"\bid=\S+", "id=%03d" % number + "A" * (id_characters - 3), unnamed)
                               for number in range(count)) + own)
    try:
        yield
    finally:
        system.write(path, own)


def lengths_of_challenge_and_answer(key="blue"):
    """Of a sign-in that is granted."""
    program, seen = system.ROOT + "/counts", system.ROOT + "/counted"
    system.write(program, "#!/bin/sh\ncase $1 in *passkey1:*) printf '%%s\\n' \"$1\" >>%s ;; esac\n"
                 "%s \"$1\" | tee -a %s\n" % (seen, ssh_scene.ASKPASS, seen), 0o755)
    system.write(seen, "", 0o666)
    with Server(*WEB1) as server, scene.key(key):
        granted(run(words(server, "id", "-un"), environment(SSH_ASKPASS=program)))
    with open(seen, encoding="utf-8") as file:
        return [len(line) for line in file.read().splitlines() if "passkey1:" in line]


def answers_fit_with_twenty_credentials_enrolled():
    with enrolled_besides(19, 84):
        _, answer = lengths_of_challenge_and_answer()
    tap.equal(answer < 500, True, "%d characters" % answer)


def an_answer_by_eddsa_is_no_longer():
    """All algorithms: tests/unit/core/ssh_challenge.c. An authenticator that is asked by ssh-keygen uses this one."""
    path, folder = "%s/%s" % (system.PASSKEYS, scene.USER), system.ROOT + "/eddsa"
    with open(path, encoding="utf-8") as file:
        before = file.read()
    os.mkdir(folder)
    with scene.key("eddsa"):
        system.run("ssh-keygen", "-q", "-t", "ed25519-sk", "-N", "", "-f", folder + "/id",
                   env=virtual.environment(system.LIBRARY, system.BUS))
    try:
        os.unlink(path)
        system.run(system.PROGRAMS + "/passkeyctl", "enroll", "--user", scene.USER, "--ssh-key",
                   folder + "/id")
        with enrolled_besides(19, 84):
            _, answer = lengths_of_challenge_and_answer("eddsa")
        tap.contains(last_decision(), "method=askpass")
    finally:
        system.write(path, before)
    tap.equal(answer < 500, True, "%d characters" % answer)


def the_largest_challenge_passes_through_sshd_and_ssh():
    """As many credentials as a user may have, with ids as long as they may be."""
    with enrolled_besides(63, 1364):
        challenge, answer = lengths_of_challenge_and_answer()
    tap.equal(challenge > 80000, True, "%d characters" % challenge)
    tap.equal(answer < 500, True, "%d characters" % answer)


CASES = [
    the_sample_of_sshd_asks_for_both,
    at_a_terminal_the_person_is_told_which_machine_asks_and_touches,
    with_prefer_and_a_display_it_works_the_same,
    a_pin_is_typed_at_the_terminal_and_stays_at_the_client,
    without_a_terminal_the_fallback_gives_the_password,
    a_public_key_and_a_passkey_together_need_no_password,
    git_clones_over_it,
    rsync_and_scp_copy_over_it,
    ansible_reaches_the_machine_over_it,
    under_tmux_the_person_is_asked_in_the_window,
    a_second_session_of_a_control_master_asks_nothing,
    at_login_grace_time_the_client_is_let_go,
    the_answer_in_time_is_within_login_grace_time,
    each_name_by_which_ssh_calls_this_machine_is_understood,
    a_name_that_is_none_of_this_machine_is_refused_and_the_log_says_what_to_do,
    without_the_program_a_person_sees_one_short_sentence,
    by_hand_the_question_is_pasted_and_the_answer_too,
    strangers_are_asked_the_same_as_everybody,
    without_methods_it_is_the_same,
    a_stranger_is_asked_about_the_same_credentials_again,
    answers_fit_with_twenty_credentials_enrolled,
    an_answer_by_eddsa_is_no_longer,
    the_largest_challenge_passes_through_sshd_and_ssh,
]

if __name__ == "__main__":
    LOG = ssh_scene.prepare(sys.argv[1])
    tap.run(CASES)
