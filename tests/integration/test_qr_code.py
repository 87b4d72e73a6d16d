# SPDX-License-Identifier: BSD-2-Clause
"""The QR code as real sudo, ssh and passkeyctl show it, read by zbar from pictures of dark and light terminals.

usage: test_qr_code.py BUILD [PART OF A NAME]
"""

import contextlib
import os
import pwd
import re
import shutil
import sys

import passkeyd
import picture
import scene
import ssh_scene
import tap
from fake_passkeyd import Passkey, base64url
from scene import system

BUILD = sys.argv[1]
ORIGIN = "https://login.example.com"
PLAIN = {"SSH_ASKPASS": None, "SSH_ASKPASS_REQUIRE": None}
DAEMON = None
case = tap.Cases()


def enrolled(**options):
    """alice has a passkey of the page, which nobody opens here."""
    options.setdefault("browser_peer", "any")
    system.configure(methods="browser", browser_origin=ORIGIN, browser_socket=DAEMON.path, **options)
    passkey = Passkey(system.ROOT)
    system.write("%s/%s" % (system.PASSKEYS, scene.USER), "passkey1 id=%s alg=es256 key=%s rp=login.example.com\n" % (
        base64url(passkey.id), base64url(passkey.spki)))


@contextlib.contextmanager
def window(user, command, environment=None, columns=100):
    """(the terminal with tmux in it, its window)"""
    made = picture.Window("%s/tmp/window-of-%s" % (system.ROOT, user), pwd.getpwnam(user).pw_uid)
    environment = environment or {"TERM": "xterm", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    words = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", *made.start(command, columns)]
    with scene.Terminal(words, environment=environment) as shell, contextlib.closing(made):
        shell.resize(60, columns)
        yield shell, made


def check(shown, plain):
    """From every terminal the very URL is read, which stands above it."""
    (url,) = re.findall(r"(?m)^https\S+", shown)
    tap.equal(bool(re.search("[▀▄█]", shown)), True, "a QR code")
    for scheme in picture.SCHEMES:
        drawn = picture.draw(shown, scheme)
        negative = plain and not scheme.is_dark()
        tap.equal(picture.read(drawn, negative), url + "\n", "what is read from a %s terminal" % scheme.name)


@case
def sudo_shows_a_code_that_is_read_from_dark_and_light_terminals():
    enrolled()
    with window(scene.USER, "sudo -k id") as (shell, seen):
        scene.password(shell)
        shell.wait_for(r"number there: \d\d")
        check(seen.shown(), plain=False)


@case
def sudo_draws_a_code_where_the_terminal_has_room_and_nowhere_else():
    """Narrow terminals, those without UTF-8 and those of screen readers get the address alone."""
    for columns, language, term, drawn in ((100, "C.UTF-8", "xterm", True), (40, "C.UTF-8", "xterm", False),
                                           (100, "C", "xterm", False), (100, "C.UTF-8", "dumb", False)):
        enrolled()
        words = ["env", "LANG=" + language, "TERM=" + term, "sudo", "-k", "id", "-u"]
        with scene.Terminal(words, user=scene.USER) as shell:
            shell.resize(50, columns)
            scene.password(shell)
            shell.wait_for(r"number there: \d\d")
        found = re.search("[▀▄█]", shell.shown) is not None
        tap.equal(found, drawn, "a QR code at %d columns, %s, %s" % (columns, language, term))


@case
def sshs_question_has_a_code_that_is_read_from_dark_and_light_terminals():
    enrolled(browser_timeout=60)
    with ssh_scene.Server("web1", 2301, "") as server:
        command = " ".join(ssh_scene.words(server, "id"))
        with window(ssh_scene.PERSON, command, ssh_scene.environment(**PLAIN)) as (shell, seen):
            scene.password(shell)
            shell.wait_for("type qr for a QR code")
            shell.enter("qr")
            shell.wait_for("number there:.*(?s:.*)or type no to stop")
            check(only_the_last_question(seen.shown()), plain=True)


def only_the_last_question(shown):
    """What the person looks at; the first one, with the same address, stands above it."""
    return shown[shown.rindex("Open this page"):]


@case
def passkeyctl_shows_a_code_that_is_read_from_dark_and_light_terminals():
    enrolled()
    with window("root", scene.system.PROGRAMS + "/passkeyctl enroll --browser --user bob") as (shell, seen):
        shell.wait_for(r"number there: \d\d")
        check(seen.shown(), plain=False)


@case
def what_is_drawn_wrong_is_not_read():
    """So a reader that takes anything would be noticed."""
    enrolled()
    with window("root", scene.system.PROGRAMS + "/passkeyctl enroll --browser --user bob") as (shell, seen):
        shell.wait_for(r"number there: \d\d")
        shown = seen.shown()
    dark, light = picture.SCHEMES[:2]
    without_colours = re.sub(r"\033\[[\d;]*m", "", shown)
    tap.equal(picture.read(picture.draw(without_colours, dark)), "", "a negative, for a reader that takes none")
    tap.equal(picture.read(picture.draw(shown.replace("▀", "▄"), light)), "", "half blocks that are the wrong half")


if __name__ == "__main__":
    for program in ("zbarimg", "tmux"):
        if not shutil.which(program):
            print("1..0 # SKIP %s is not installed" % program)
            sys.exit(0)
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root")
        sys.exit(0)
    with contextlib.ExitStack() as stack:
        ssh_scene.private_network()
        DAEMON = stack.enter_context(passkeyd.running(BUILD, ceremonies_per_user=64, proxies="127.0.0.1", url=ORIGIN))
        scene.prepare(BUILD)
        ssh_scene.equip(network=False)
        case.run()
