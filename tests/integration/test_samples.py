# SPDX-License-Identifier: BSD-2-Clause
"""The samples of conf/, installed as their comments say, with real su and sudo.   usage: test_samples.py BUILD"""

import os
import re
import shutil
import subprocess
import sys

import scene
import tap
from private_system import pam_module_folder
from scene import Terminal, system

CONF = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "conf")
SU = ["su", "-c", "id -un", scene.USER]
PASSWORD_BLOCK = ("auth [success=1 default=ignore] pam_unix.so nullok\n"
                  "auth requisite pam_deny.so\nauth required pam_permit.so\n")
# The folders of this machine that pam-auth-update writes to, besides /etc.
WRITTEN = ("/var/cache/debconf", "/var/lib/pam", "/usr/share/pam-configs")


def install(*names):
    for name in names:
        shutil.copy(os.path.join(CONF, "pam.d", name), "/etc/pam.d/" + name)


def common(name, text):
    system.write("/etc/pam.d/common-" + name, text)


def granted(terminal, shown):
    terminal.wait_for(shown)
    tap.equal(terminal.finish(), 0, "exit status")


def refuses_what_it_must(words):
    """A service asks for both: wrong password, wrong key, no key; and lets the right ones in."""
    with scene.key() as key, Terminal(words, user=scene.OTHER) as terminal:
        terminal.wait_for(r"(?i)password[^:\n]*:")
        terminal.enter("wrong")
        tap.equal(terminal.finish() != 0, True, "a wrong password is refused")
        tap.equal(key.stats()["packets_in"], 0, "packets that reached the key")
    with scene.key("red"), Terminal(words, user=scene.OTHER) as terminal:
        scene.password(terminal)
        terminal.wait_for("not enrolled for alice")
        tap.equal(terminal.finish() != 0, True, "another key is refused")
    with scene.key(), Terminal(words, user=scene.OTHER) as terminal:
        scene.password(terminal)
        granted(terminal, r"(?m)^alice$")


def the_sample_of_su_asks_for_both():
    install("su")
    refuses_what_it_must(SU)


def the_sample_of_su_asks_root_for_nothing():
    install("su")
    tap.contains(system.run(*SU), "alice")


def the_sample_of_sudo_asks_for_both():
    install("sudo")
    with scene.key(args=["--touch=control"]) as key, scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for("Touch Blue key")
        key.touch()
        granted(terminal, r"(?m)^0$")
    with scene.key("red"), scene.sudo() as terminal:
        scene.password(terminal)
        terminal.wait_for("not enrolled for alice")
        tap.equal(terminal.finish() != 0, True, "refused")


def use_shell(terminal, prompt, name):
    """The shell that login opened; before its prompt it would throw away what is typed."""
    terminal.wait_for(re.escape(prompt) + " ")
    terminal.enter("echo I am $(id -un)")
    terminal.wait_for(r"I am %s\s" % name)
    terminal.enter("exit")
    terminal.finish()


def the_sample_of_login_asks_for_both():
    install("login")
    with scene.key(), Terminal(["login", scene.USER]) as terminal:
        scene.password(terminal)
        use_shell(terminal, "$", scene.USER)
    with scene.key("red"), Terminal(["login", scene.USER]) as terminal:
        scene.password(terminal)
        terminal.wait_for("Login incorrect")


def in_the_sample_of_login_root_can_be_left_out_as_its_comment_says():
    install("login")
    with open("/etc/pam.d/login", encoding="utf-8") as file:
        text = file.read()
    system.write("/etc/pam.d/login", text.replace("#auth ", "auth "))
    system.run("sh", "-c", "echo root:secret | chpasswd")
    with Terminal(["login", "root"]) as terminal:
        terminal.wait_for(r"(?i)password[^:\n]*:")
        terminal.enter("secret")
        use_shell(terminal, "#", "root")
    with scene.key("red"), Terminal(["login", scene.USER]) as terminal:
        scene.password(terminal)
        terminal.wait_for("Login incorrect")


def the_sample_of_login_serves_who_comes_over_the_network_as_its_comment_says():
    install("login")
    system.write("/etc/pam.d/remote", "@include login\n")
    words = ["login", "-h", "192.0.2.7", scene.USER]
    system.configure(timeout=scene.TIMEOUT_S, methods="local")
    with scene.key("red"), Terminal(words) as terminal:
        scene.password(terminal)
        terminal.wait_for("Login incorrect")
    with scene.key(), Terminal(words) as terminal:
        scene.password(terminal)
        use_shell(terminal, "$", scene.USER)
    system.configure(timeout=scene.TIMEOUT_S)
    os.truncate("/run/utmp", 0)  # who is at a terminal of the same name next comes from nowhere


def the_samples_need_no_module_that_this_system_lacks():
    for name in os.listdir(os.path.join(CONF, "pam.d")):
        with open(os.path.join(CONF, "pam.d", name), encoding="utf-8") as file:
            needed = re.findall(r"(?m)^(?:auth|account|session|password)\s.*?(pam_\w+\.so)", file.read())
        tap.contains(needed, "pam_passkey.so")
        there = os.listdir(pam_module_folder())
        tap.equal([module for module in needed if module not in there], [], "missing for " + name)


def auth_rules(path="/etc/pam.d/common-auth"):
    with open(path, encoding="utf-8") as file:
        return re.findall(r"(?m)^auth\s+(\[.*?\]|\S+)\s+(\S+)", file.read())


def update(*words):
    """pam-auth-update, whose own state is private here too."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["pam-auth-update", "--package", *words], env=environment, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    tap.equal(done.returncode, 0, "exit status (%s)" % done.stdout)


def the_profile_of_pam_auth_update_makes_a_real_second_factor():
    if not shutil.which("pam-auth-update"):
        raise tap.Skip("no pam-auth-update")
    for number, folder in enumerate(WRITTEN):
        copy = "%s/written%d" % (system.ROOT, number)
        system.run("cp", "-a", folder, copy)
        system.run("mount", "--bind", copy, folder)
    for name in ("auth", "account", "password", "session", "session-noninteractive"):
        shutil.copy(ORIGINAL + "/common-" + name, "/etc/pam.d/common-" + name)
    system.write("/etc/pam.d/su", "@include common-auth\naccount required pam_permit.so\n"
                 "session required pam_permit.so\n")
    shutil.copy(os.path.join(CONF, "pam-configs", "passkey"), "/usr/share/pam-configs/passkey")
    update()
    tap.equal([m for _, m in auth_rules() if "passkey" in m], [], "before it is enabled")
    update("--enable", "passkey")
    rules = auth_rules()
    modules = [module for _, module in rules]
    place = modules.index("pam_passkey.so")
    tap.equal(rules[place][0], "requisite", "control")
    tap.equal(place > modules.index("pam_permit.so"), True, "it stands below the password block")
    refuses_what_it_must(SU)
    done = subprocess.run([system.PROGRAMS + "/passkeyctl", "doctor", "--user", scene.USER],
                          check=False, stdout=subprocess.PIPE, text=True)
    tap.contains(done.stdout, "/etc/pam.d/common-auth asks for a passkey")
    tap.equal(done.returncode, 0, "exit status of doctor (%s)" % done.stdout)
    update("--disable", "passkey")
    tap.equal([m for _, m in auth_rules() if "passkey" in m], [], "after it is disabled")


CASES = [
    the_sample_of_su_asks_for_both,
    the_sample_of_su_asks_root_for_nothing,
    the_sample_of_sudo_asks_for_both,
    the_sample_of_login_asks_for_both,
    in_the_sample_of_login_root_can_be_left_out_as_its_comment_says,
    the_sample_of_login_serves_who_comes_over_the_network_as_its_comment_says,
    the_samples_need_no_module_that_this_system_lacks,
    the_profile_of_pam_auth_update_makes_a_real_second_factor,
]

if __name__ == "__main__":
    scene.prepare(sys.argv[1])
    ORIGINAL = system.ROOT + "/common"
    os.mkdir(ORIGINAL)
    for kind in ("auth", "account", "password", "session", "session-noninteractive"):
        shutil.copy("/etc/pam.d/common-" + kind, ORIGINAL)
    common("auth", PASSWORD_BLOCK)
    common("account", "account required pam_unix.so\n")
    common("password", "password required pam_unix.so\n")
    common("session", "session required pam_unix.so\n")
    common("session-noninteractive", "session required pam_unix.so\n")
    scene.enrolled()
    tap.run(CASES)
