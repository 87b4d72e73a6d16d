# SPDX-License-Identifier: BSD-2-Clause
"""The main job, shown: enrolment, a sign-in, and the sign-ins that are refused.

usage: demonstration.py BUILD      run by tools/try, as root; changes nothing outside a private system
"""

import os
import shutil
import sys

import scene
import ssh_scene
from scene import Terminal, system

WIDTH = 90


class Transcript:
    """Prints each scene and keeps count of what went otherwise than announced."""

    def __init__(self, log):
        self.log = log
        self.wrong = 0
        self.number = 0

    def title(self, text):
        self.number += 1
        print("\n%d. %s\n" % (self.number, text))
        self.log.forget()

    def show(self, terminal, as_wanted):
        print(terminal.picture(WIDTH))
        for line in self.log.lines("result="):
            print("   log: " + line[line.index("pam_passkey"):])
        print("   as it should be" if as_wanted else "   NOT AS IT SHOULD BE")
        self.wrong += not as_wanted


def enrolment(transcript):
    transcript.title("The administrator enrols a security key for the new user alice.")
    with scene.key(args=["--touch=control"]) as key, Terminal(scene.enroll()) as terminal:
        for _ in range(2):  # one touch to make the credential, one to see that it signs in
            key.wait_touch()
            key.touch()
        status = terminal.finish()
        transcript.show(terminal, status == 0)
    with open(system.PASSKEYS + "/alice", encoding="utf-8") as file:
        print("   /etc/passkeys/alice: " + file.read().strip()[:72] + "…")


def sign_in(transcript):
    transcript.title("alice runs sudo: the password, then a touch.")
    with scene.key(args=["--touch=control"]) as key, scene.sudo() as terminal:
        scene.password(terminal)
        key.wait_touch()
        terminal.wait_for("Touch")
        key.touch()
        transcript.show(terminal, terminal.finish() == 0)


def refusal(transcript, title, key, wait_for):
    transcript.title(title)
    if key:
        key.start()
    try:
        with scene.sudo() as terminal:
            scene.password(terminal)
            terminal.wait_for(wait_for)
            transcript.show(terminal, terminal.finish() != 0)
    finally:
        if key:
            key.stop()


def over_ssh(transcript):
    """Needs an sshd, which is not installed for this: on many machines it would start to serve."""
    if not os.path.exists("/usr/sbin/sshd"):
        print("\n(With openssh-server installed, a sign-in over ssh would be shown here.)")
        return
    ssh_scene.equip()
    transcript.title("carol signs in as alice over ssh: the key is at her end, and ssh says who asks.")
    with ssh_scene.Server("web1", 2201, "methods=askpass origins=ssh://web1.example") as server, \
            scene.key(args=["--touch=control"]) as key, \
            ssh_scene.terminal(ssh_scene.words(server, "id", "-un"),
                               ssh_scene.environment(PASSKEY_ASKPASS_FALLBACK=None)) as terminal:
        scene.password(terminal)
        key.wait_touch()
        terminal.wait_for("Touch your security key to sign in to web1.example")
        key.touch()
        terminal.wait_for(r"(?m)^alice$")
        transcript.show(terminal, terminal.finish() == 0)


def main():
    log = scene.prepare(sys.argv[1])
    transcript = Transcript(log)
    enrolment(transcript)
    # a copy of the key, as a thief would make it: it does not know of the sign-ins that follow
    shutil.copy(system.ROOT + "/blue.key", system.ROOT + "/copy.key")
    sign_in(transcript)
    refusal(transcript, "No key is plugged in: refused after %d seconds." % scene.TIMEOUT_S,
            None, "Insert")
    refusal(transcript, "Somebody else's key: refused.", scene.key("red"), "not enrolled")
    refusal(transcript, "The right key, but nobody touches it: refused.",
            scene.key(args=["--touch=never"]), "Touch")
    refusal(transcript, "A copy of the key, whose count has fallen behind: refused.",
            scene.key("copy"), "not accepted")
    over_ssh(transcript)
    print("\n%s" % ("All of it as it should be." if not transcript.wrong else
                    "%d of these went wrong." % transcript.wrong))
    return 1 if transcript.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
