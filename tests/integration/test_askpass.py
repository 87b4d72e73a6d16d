# SPDX-License-Identifier: BSD-2-Clause
"""passkey-askpass by itself, as ssh runs it.   usage: test_askpass.py BUILD [alone]

alone: without the cases for which other programs load the module, which they cannot where it carries a
sanitizer.
"""

import base64
import os
import re
import sys

import scene
import ssh_scene
import tap
from scene import system
from ssh_scene import ASKPASS, environment, run, terminal

HERE = os.path.dirname(os.path.abspath(__file__))
NOWHERE = {"PASSKEY_ASKPASS_FALLBACK": None}


def ask(prompt, **more):
    """Run it without a terminal: (status, standard output, standard error)."""
    return run([ASKPASS, prompt], environment(**more))


def other_questions_go_to_the_fallback_with_their_text():
    prompts = ("Enter passphrase for key '/home/carol/.ssh/id': ", "(alice@web1) Password: ",
               "(alice@web1) two\nlines: ")
    program = system.ROOT + "/repeats"
    system.write(program, "#!/bin/sh\nprintf '%s/%s' \"$1\" \"$SSH_ASKPASS_PROMPT\"\nexit 7\n", 0o755)
    for prompt in prompts:
        tap.equal(ask(prompt, PASSKEY_ASKPASS_FALLBACK=program, SSH_ASKPASS_PROMPT="confirm"),
                  (7, prompt + "/confirm", ""), "what the fallback was given")


def a_fallback_that_is_missing_or_itself_ends_and_is_said():
    status, out, error = ask("Password: ", PASSKEY_ASKPASS_FALLBACK="/nowhere/askpass")
    tap.equal((status, out), (1, ""), "a missing one")
    tap.contains(error, "/nowhere/askpass (PASSKEY_ASKPASS_FALLBACK) cannot be run")
    status, out, error = ask("Password: ", PASSKEY_ASKPASS_FALLBACK=ASKPASS)
    tap.equal((status, out), (1, ""), "itself")
    tap.contains(error, "there is no terminal to ask at")


def at_a_terminal_an_answer_is_not_echoed():
    with terminal([ASKPASS, "(alice@web1) first line\nPassword: "], environment(**NOWHERE)) as shell:
        shell.wait_for(r"\(alice@web1\) first line\nPassword: ")
        shell.enter("secret " * 100)
        shell.wait_for("(secret ){100}\n")  # the answer, on standard output
        tap.equal(shell.finish(), 0, "exit status")
        tap.equal(shell.shown.count("secret "), 100, "how often it is shown")


def a_question_about_a_host_key_is_echoed():
    with terminal([ASKPASS, "Key is new.\nContinue connecting (yes/no/[fingerprint])? "],
                  environment(**NOWHERE)) as shell:
        shell.wait_for("fingerprint]\\)\\? ")
        shell.enter("yes")
        tap.equal(shell.finish(), 0, "exit status")
        tap.equal(len(re.findall("yes\n", shell.shown)), 2, "echo and answer")
    with terminal([ASKPASS, "(alice@evil) Password (yes/no)? "], environment(**NOWHERE)) as shell:
        shell.wait_for("no\\)\\? ")
        shell.enter("secret")
        tap.equal(shell.finish(), 0, "exit status")
        tap.equal(shell.shown.count("secret"), 1, "a server's question is not echoed")


def what_ssh_says_of_a_question_is_followed():
    for answer, status in (("yes", 0), ("y", 0), ("no", 1), ("", 1)):
        with terminal([ASKPASS, "Allow use of key?"],
                      environment(SSH_ASKPASS_PROMPT="confirm", **NOWHERE)) as shell:
            shell.wait_for(r"Allow use of key\? \[y/N\] ")
            shell.enter(answer)
            tap.equal(shell.finish(), status, "exit status after %r" % answer)
    with terminal([ASKPASS, "Confirm user presence"],
                  environment(SSH_ASKPASS_PROMPT="none", **NOWHERE)) as shell:
        shell.wait_for("Confirm user presence\n")
        shell.type("\x03")
        tap.equal(shell.finish() != 0, True, "ended by the signal")


def control_characters_of_a_server_do_not_reach_the_terminal():
    with terminal([ASKPASS, "\033[2Jfirst\nPass\033]0;word: "], environment(**NOWHERE)) as shell:
        shell.wait_for("Pass.*word: ")
        tap.equal("\033" in shell.shown, False, "an escape sequence")
        shell.enter("x")
        shell.finish()


def a_question_for_a_passkey_without_ssh_s_word_on_who_asks_is_refused():
    for prompt in ("passkey1:AQID", "\n(alice@web1) passkey1:AQID", "Needed [passkey1]: ",
                   "(alice@evil) \n(alice@web1) passkey1:AQID",
                   "(alice@web1) x@evil) passkey1:AQID"):
        status, out, error = ask(prompt)
        tap.equal((status, out), (1, ""), "what it gave for %r" % prompt)
        tap.contains(error, "ssh does not say which machine asks: refused")


def what_is_no_challenge_is_refused():
    for text in ("passkey1:", "passkey1:AQID", "passkey1:AgAA"):
        status, out, error = ask("(alice@web1) " + text)
        tap.equal((status, out), (1, ""), "what it gave for %r" % text)
        tap.contains(error, "this is no question for a passkey")


def the_first_question_is_answered_at_once():
    tap.equal(ask("(alice@web1) Hello\nNeeded [passkey1]: ", **NOWHERE), (0, "passkey1\n", ""), "answer")


def encode(data):
    return "passkey1:" + base64.urlsafe_b64encode(data).decode().rstrip("=")


def decode(text):
    tap.contains(text, "passkey1:")
    text = text.strip()[len("passkey1:"):]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def challenge(uv=0, timeout_s=5):
    """core/ssh_challenge.md, for alice's own credential behind one that the key does not hold."""
    with open("%s/%s" % (system.PASSKEYS, scene.USER), encoding="utf-8") as file:
        line = file.read()
    rp_id = re.search(r"\brp=(\S+)", line).group(1).encode()
    own = decode("passkey1:" + re.search(r"\bid=(\S+)", line).group(1))
    ids = b"".join(len(one).to_bytes(2, "big") + one for one in (b"x" * 64, own))
    return encode(bytes([1]) + bytes(range(32)) + timeout_s.to_bytes(2, "big") + bytes([1, len(rp_id)]) +
                  rp_id + bytes([uv, 2]) + ids)


def an_answer_names_the_host_that_ssh_names_and_the_credential():
    with scene.key() as key:
        status, out, error = ask("(alice@Web1.Example.) " + challenge(), **NOWHERE)
        tap.equal((status, key.stats()["touches"]), (0, 1), "what it gave: %r" % error)
    answer = decode(out)
    tap.equal(answer[:2], b"\1\1", "version and index")
    tap.equal(answer[2:3 + answer[2]], b"\x0cweb1.example", "host")


def an_answer_at_the_terminal_takes_a_touch_or_a_pin_and_says_who_asks():
    with scene.key(args=["--touch=control"]) as key, \
            terminal([ASKPASS, "(alice@web1) " + challenge()], environment(**NOWHERE)) as shell:
        shell.wait_for("Touch your security key to sign in to web1 as alice\n")
        key.touch()
        shell.wait_for("passkey1:")
        tap.equal(shell.finish(), 0, "exit status")
    with scene.key(args=["--pin=24680"]), \
            terminal([ASKPASS, "(alice@web1) " + challenge(uv=2)], environment(**NOWHERE)) as shell:
        shell.wait_for("PIN for your security key: ")
        shell.enter("24680")
        shell.wait_for("passkey1:")
        tap.equal((shell.finish(), "24680" in shell.shown), (0, False), "exit status, and echo")


def without_a_key_or_a_touch_there_is_no_answer_and_it_is_said_why():
    status, out, error = ask("(alice@web1) " + challenge(), **NOWHERE)
    tap.equal((status, out), (3, ""), "without a key")
    tap.contains(error, "No security key was inserted within 5 seconds")
    with scene.key("red"):
        status, out, error = ask("(alice@web1) " + challenge(), **NOWHERE)
    tap.equal((status, out), (1, ""), "with another key")
    tap.contains(error, "not enrolled for alice")


def a_pin_is_asked_for_by_pinentry_where_there_is_no_terminal():
    folder = system.ROOT + "/pinentry"
    os.makedirs(folder, exist_ok=True)
    said = folder + "/said"
    system.write(said, "", 0o666)
    for data, granted in (("D 2%34680\nOK", True), ("ERR 83886179 cancelled", False)):
        system.write(folder + "/pinentry", "#!/bin/sh\necho OK hello\nwhile read -r line; do\n"
                     "echo \"$line\" >>%s\ncase $line in GETPIN*) printf '%%s\\n' '%s' ;; *) echo OK ;; esac\n"
                     "done\n" % (said, data), 0o755)
        with ssh_scene.Server("pin", 2203, "methods=askpass origins=ssh://web1.example "
                              "user_verification=required") as server, \
                scene.key(args=["--pin=24680"]):
            result = run(ssh_scene.words(server, "id", "-un", options=["-o", "NumberOfPasswordPrompts=1"]),
                         environment(PATH=folder + ":" + os.environ["PATH"]))
        tap.equal(result[0] == 0, granted, "what ssh gave: %r" % (result,))
    with open(said, encoding="utf-8") as file:
        tap.contains(file.read(), "SETDESC PIN for your security key")


def sudo_takes_an_answer_by_hand():
    """sudo's conversation takes 511 bytes; the answer is made wherever the key is."""
    system.service("sudo", "requisite pam_unix.so", "required pam_passkey.so methods=askpass "
                   "origins=ssh://web1.example")
    with scene.key(), scene.sudo() as shell:
        scene.password(shell)
        ssh_scene.answer_by_hand(shell, "web1.example")
        shell.wait_for(r"(?m)^0$")
        tap.equal(shell.finish(), 0, "exit status")


def an_answer_by_hand_takes_a_pipe_too_and_no_host_from_it():
    status, out, error = run(["sh", "-c", "echo '(alice@web1.example) passkey1:AQID' | %s --answer web2" %
                              ASKPASS], environment(**NOWHERE))
    tap.equal((status, out), (1, ""), "what it gave")
    tap.contains(error, "this is no question for a passkey")


def install_prints_three_lines_for_the_shell_and_ssh():
    """And one more word where another askpass program is set up already."""
    for before, fallback in (({}, ""), ({"SSH_ASKPASS": "/usr/bin/other"}, "/usr/bin/other"),
                             ({"SSH_ASKPASS": "/opt/it's mine/ask"}, "'/opt/it'\\''s mine/ask'"),
                             ({"PASSKEY_ASKPASS_FALLBACK": "/usr/bin/other"}, "/usr/bin/other"),
                             ({"SSH_ASKPASS": "/one\n/line"}, "")):
        status, out, error = run([ASKPASS, "--install"], environment(**{**NOWHERE, **before}))
        tap.equal((status, out.splitlines(), error), (0, [
            "export SSH_ASKPASS=" + ASKPASS,
            "export SSH_ASKPASS_REQUIRE=force" + (fallback and " PASSKEY_ASKPASS_FALLBACK=" + fallback),
            "KbdInteractiveAuthentication yes"], ""), "what it gave with %r" % before)


def what_install_prints_makes_ssh_ask_a_key():
    """In the files that it is for, of a person whose machine lets no server ask questions."""
    home = "/home/" + ssh_scene.PERSON
    _, out, _ = run([ASKPASS, "--install"], environment(SSH_ASKPASS=ssh_scene.TYPES_PASSWORD,
                                                        **NOWHERE))
    lines = out.splitlines()
    system.write(home + "/profile", "\n".join(lines[:2]) + "\n")
    with open(system.ROOT + "/ssh_config", encoding="utf-8") as file:
        system.write(home + "/config", lines[2] + "\nKbdInteractiveAuthentication no\n" + file.read())
    with ssh_scene.Server("web1", 2201, "methods=askpass origins=ssh://web1.example") as server, \
            scene.key():
        command = ssh_scene.words(server, "id", "-un")
        command[command.index("-F") + 1] = home + "/config"
        result = run(["sh", "-c", '. %s/profile; exec "$@"' % home, "sh", *command],
                     environment(SSH_ASKPASS=None, SSH_ASKPASS_REQUIRE=None, **NOWHERE))
    tap.equal((result[0], result[1]), (0, "alice\n"), "what ssh gave (%s)" % result[2])


def at_a_terminal_install_says_which_line_goes_where():
    with terminal([ASKPASS, "--install"]) as shell:
        shell.wait_for("first two lines are for ~/.bashrc.*the third is for the beginning of ~/.ssh/config")
        tap.equal(shell.finish(), 0, "exit status")


def wrong_usage_is_told_apart():
    for arguments in ([], ["one", "two"], ["--answer", "two", "three"], ["--answer", "not a host"],
                      ["--answer"]):
        status, out, error = run([ASKPASS, *arguments], environment(**NOWHERE))
        tap.equal((status, out), (2, ""), "what %r gave" % arguments)
        tap.contains(error, "passkey-askpass: hint: passkey-askpass --help")


def the_help_and_the_manual_tell_of_the_same_options():
    _, out, _ = run([ASKPASS, "--help"])
    with open(HERE + "/../../tools/passkey-askpass/passkey-askpass.1", encoding="utf-8") as file:
        manual = file.read()
    tap.equal(set(re.findall(r"(?m)^  --([a-z]+)", out)),
              set(re.findall(r"(?m)^\.It Fl -([a-z]+)", manual)), "the options")


CASES = [
    other_questions_go_to_the_fallback_with_their_text,
    a_fallback_that_is_missing_or_itself_ends_and_is_said,
    at_a_terminal_an_answer_is_not_echoed,
    a_question_about_a_host_key_is_echoed,
    what_ssh_says_of_a_question_is_followed,
    control_characters_of_a_server_do_not_reach_the_terminal,
    a_question_for_a_passkey_without_ssh_s_word_on_who_asks_is_refused,
    what_is_no_challenge_is_refused,
    the_first_question_is_answered_at_once,
    an_answer_names_the_host_that_ssh_names_and_the_credential,
    an_answer_at_the_terminal_takes_a_touch_or_a_pin_and_says_who_asks,
    without_a_key_or_a_touch_there_is_no_answer_and_it_is_said_why,
    an_answer_by_hand_takes_a_pipe_too_and_no_host_from_it,
    install_prints_three_lines_for_the_shell_and_ssh,
    at_a_terminal_install_says_which_line_goes_where,
    wrong_usage_is_told_apart,
    the_help_and_the_manual_tell_of_the_same_options,
]
WITH_THE_MODULE = [
    a_pin_is_asked_for_by_pinentry_where_there_is_no_terminal,
    sudo_takes_an_answer_by_hand,
    what_install_prints_makes_ssh_ask_a_key,
]

if __name__ == "__main__":
    ssh_scene.prepare(sys.argv[1])
    tap.run(CASES if sys.argv[2:] == ["alone"] else CASES + WITH_THE_MODULE)
