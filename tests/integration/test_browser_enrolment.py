# SPDX-License-Identifier: BSD-2-Clause
"""passkeyctl enroll --browser, with a passkeyd that is honest or is not.

usage: test_browser_enrolment.py BUILD [PART OF A NAME]
"""

import os
import re
import shutil
import subprocess
import sys

import fake_passkeyd
import scene
import tap
from browser_wire import ASSERTION, FAILED, OPENED, REGISTRATION, text
from enrolment_desk import (CTL, FILE, ORIGIN, SOCKET, URL, ceremony, enroll, finish, fresh, lines, passkey, start)
from fake_passkeyd import BE, BS, UP, UV
from scene import Terminal, system

case = tap.Cases()


# enroll --browser

@case
def a_passkey_of_a_browser_is_enrolled_once_it_has_signed():
    fresh(methods="local")
    with ceremony() as (process, page):
        request = page.request
        tap.equal((request.user, request.rp_id, request.timeout), ("alice", "login.example.com", 300))
        tap.equal(request.excluded, [], "excluded")
        page.say(OPENED)
        tap.equal(page.enrol(passkey(), ORIGIN), (8, "ok"), "verdict")
        out, err = finish(process, 0)
    tap.contains(out, 'Enrolled "My phone" for alice in %s' % FILE)
    tap.contains(err, URL + "\n")
    tap.equal(fake_passkeyd.number_in(err), request.number, "the number that is shown")
    tap.contains(err, "opened at 192.0.2.9")
    tap.contains(err, "methods in /etc/security/pam_passkey.conf has no browser")
    tap.equal(len(lines()), 1, "lines")
    for part in ('name="My phone"', "rp=login.example.com", "backup=state", "attestation=none",
                 "transports=internal"):
        tap.contains(lines()[0], part)


@case
def what_is_enrolled_is_excluded_and_the_user_handle_stays():
    fresh()
    first = passkey()
    with ceremony() as (process, page):
        handle = page.request.user_handle
        page.enrol(first, ORIGIN)
        finish(process, 0)
    with ceremony("--name", "Laptop") as (process, page):
        tap.equal(page.request.excluded, [first.id], "excluded")
        tap.equal(page.request.user_handle, handle, "user handle")
        page.enrol(passkey(), ORIGIN)
        tap.contains(finish(process, 0)[0], 'Enrolled "Laptop"')
    with ceremony() as (process, page):  # a browser that does not obey
        page.say(REGISTRATION, first.registration(page.request, ORIGIN))
        tap.equal(page.verdict(), (8, "already-enrolled"), "verdict")
        finish(process, 1)
    tap.equal(len(lines()), 2, "lines")


@case
def nothing_is_enrolled_by_a_passkeyd_that_lies():
    def other_challenge(page, key):
        page.say(REGISTRATION, key.registration(page.request, ORIGIN, challenge=bytes(32)))

    def other_origin(page, key):
        page.say(REGISTRATION, key.registration(page.request, "https://evil.example.com"))

    def other_key_signs(page, key):
        page.say(REGISTRATION, key.registration(page.request, ORIGIN))
        challenge, _ = page.test()
        thief = passkey()
        thief.id = key.id
        page.say(ASSERTION, thief.assertion(page.request.rp_id, challenge, ORIGIN))

    def old_challenge_signed(page, key):
        page.say(REGISTRATION, key.registration(page.request, ORIGIN))
        page.test()
        page.say(ASSERTION, key.assertion(page.request.rp_id, page.request.challenge, ORIGIN))

    def garbage(page, _):
        page.connection.send(os.urandom(1000))

    for lie, reason in ((other_challenge, "another challenge"), (other_origin, "another origin"),
                        (other_key_signs, "signature is wrong"),
                        (old_challenge_signed, "another challenge"), (garbage, "malformed message")):
        fresh()
        with ceremony() as (process, page):
            lie(page, passkey())
            _, err = finish(process, 70 if lie is garbage else 1)
            tap.equal(page.verdict()[1] != "ok", True, "refused")
        tap.contains(err, reason)
        tap.equal(lines(), [], "lines after " + lie.__name__)


@case
def a_page_of_another_origin_is_not_shown():
    fresh()
    with ceremony(url="https://login.example.com.evil.org/x") as (process, _):
        _, err = finish(process, 1)
    tap.equal("evil" in err, False, "the page")
    tap.contains(err, "browser_origin")


@case
def a_person_who_did_not_ask_and_a_passkeyd_that_ends_are_told_apart():
    for reason, status, part in (("not-requested", 1, "did not ask"), ("timeout", 3, "in time"),
                                 ("number-wrong", 1, "wrong number"), (None, 3, "passkeyd")):
        fresh()
        with ceremony() as (process, page):
            if reason:
                page.say(FAILED, text(reason) + text(""), address=None)
            else:
                page.close()
            tap.contains(finish(process, status)[1], part)
        tap.equal(lines(), [], "lines")


@case
def what_cannot_work_is_refused_before_a_page_is_asked_for():
    for options, words, part in (({"browser_origin": '""'}, (), "browser_origin"),
                                 ({}, ("--rp-id", "example.org"), "cannot make passkeys of"),
                                 ({"rp_id": "example.org"}, (), "cannot make passkeys of"),
                                 ({"attestation": "require"}, (), "root certificates"),
                                 ({}, ("--name", "\x1b"), "name")):
        fresh(**options)
        with fake_passkeyd.listening(SOCKET) as accept:
            process = enroll(*words)
            _, err = process.communicate(timeout=scene.PATIENCE_S)
            tap.equal(accept(wait=False), None, "ceremony")
        tap.equal(process.returncode in (1, 2), True, "exit status")
        tap.contains(err, part)


@case
def without_passkeyd_there_is_a_hint():
    fresh()
    _, err = finish(enroll(), 1)
    tap.contains(err, "passkeyd is not running")
    tap.contains(err, "hint: start it")


@case
def a_relying_party_above_the_page_is_taken_from_the_configuration():
    fresh(rp_id="example.com")
    with ceremony() as (process, page):
        tap.equal(page.request.rp_id, "example.com", "rp_id")
        page.enrol(passkey(), ORIGIN)
        finish(process, 0)


@case
def the_admin_chooses_which_authenticators_may_be_enrolled():
    for options, key, reason in (({"synced": "deny"}, {}, "copied between devices"),
                                 ({"user_verification": "required"}, {"flags": UP | BE | BS},
                                  "did not verify the person"),
                                 ({"aaguids": "08987058-cadc-4b81-b6e1-30de50dcbe96"}, {}, "model")):
        fresh(**options)
        with ceremony() as (process, page):
            page.say(REGISTRATION, passkey(**key).registration(page.request, ORIGIN))
            tap.contains(finish(process, 1)[1], reason)
        tap.equal(lines(), [], "lines")
    fresh(synced="deny", user_verification="required")
    with ceremony() as (process, page):
        tap.equal(page.request.uv, 2, "user verification that the page asks for")
        page.enrol(passkey(flags=UP | UV), ORIGIN)
        finish(process, 0)


def shown_at(columns, *words, environment=None):
    """What a person at a terminal of this width sees."""
    fresh()
    with fake_passkeyd.listening(SOCKET) as accept:
        with Terminal([CTL, "enroll", "--browser", "--user", "alice", *words],
                      environment=environment) as terminal:
            page = accept()
            terminal.resize(50, columns)
            page.start(URL)
            terminal.wait_for(r"enter this number there: \d\d")
            return terminal.shown


@case
def a_terminal_shows_a_qr_code_where_it_can():
    shown = shown_at(80)
    tap.contains(shown, "\033[30;107m")
    code = [line for line in shown.split("\n") if "\033[30;107m" in line]
    widths = {len(line) - len("\033[30;107m") - len("\033[0m") for line in code}
    tap.equal(len(widths), 1, "widths of its lines")
    tap.equal(33 <= widths.pop() <= 80, True, "width")
    dumb = {"TERM": "dumb", "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
    latin = {"TERM": "xterm", "LANG": "C", "PATH": os.environ["PATH"]}
    for columns, words, environment in ((30, (), None), (40, (), None), (80, ("--no-qr",), None), (80, (), dumb),
                                        (80, (), latin)):
        shown = shown_at(columns, *words, environment=environment)
        tap.equal("\033" in shown, False, "escape sequences")
        tap.contains(shown, URL)


@case
def a_page_of_localhost_is_for_a_browser_at_this_machine():
    """A phone would look for it on the phone: no QR code."""
    origin = "http://localhost:8080"
    for columns, words in ((80, ()), (80, ("--no-qr",))):
        fresh(browser_origin=origin)
        with fake_passkeyd.listening(SOCKET) as accept, \
                Terminal([CTL, "enroll", "--browser", "--user", "alice", *words]) as terminal:
            page = accept()
            terminal.resize(50, columns)
            page.start(origin + "/abcdefghijklmnopqrstuvwxyz")
            terminal.wait_for(r"Open this page in a browser at this machine:\n%s/" % origin)
            terminal.wait_for(r"enter this number there: \d\d")
            tap.equal("\033" in terminal.shown, False, "a QR code")


@case
def the_doctor_looks_for_no_security_key_where_none_is_asked_for():
    for methods, looked in (("browser", False), ("browser,local", True), ("auto", True)):
        fresh(methods=methods)
        out, _ = start("doctor", "--user", "alice").communicate(timeout=scene.PATIENCE_S)
        tap.equal("no security key is plugged in" in out, looked, "looked for with " + methods)


def picture(shown, foreground, background):
    """The QR code as a portable greymap: what a camera sees of a terminal that keeps to the colours."""
    rows = [re.search("\033\\[30;107m(.*)\033\\[0m", line).group(1)
            for line in shown.split("\n") if "\033[30;107m" in line]
    upper = {" ": background, "▄": background, "▀": foreground, "█": foreground}
    lower = {" ": background, "▄": foreground, "▀": background, "█": foreground}
    lines = [line for row in rows
             for line in ([upper[cell] for cell in row], [lower[cell] for cell in row])]
    scale = 6
    pixels = b"".join(bytes(dot for dot in line for _ in range(scale)) * scale for line in lines)
    return b"P5 %d %d 255\n" % (len(lines[0]) * scale, len(lines) * scale) + pixels


@case
def a_phone_reads_the_qr_code_whatever_the_palette_is():
    if not shutil.which("zbarimg"):
        raise tap.Skip("zbarimg is not installed")
    shown = shown_at(80)
    for black, white in ((0, 255), (40, 200)):  # a palette of muted colours too
        path = system.ROOT + "/tmp/code.pgm"
        with open(path, "wb") as file:
            file.write(picture(shown, black, white))
        done = subprocess.run(["zbarimg", "--raw", "--quiet", path], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=False)
        tap.equal(done.stdout, URL + "\n", "what is read")


@case
def the_doctor_looks_at_passkeyd_and_at_the_root_certificates():
    fresh(attestation="verify", attestation_roots=system.ROOT + "/none", rp_id="example.org")
    out, _ = start("doctor", "--user", "alice").communicate(timeout=scene.PATIENCE_S)
    for part in (SOCKET, "passkeyd is not running", "a page of %s cannot use passkeys of" % ORIGIN,
                 system.ROOT + "/none", "nobody can enrol"):
        tap.contains(out, part)
    fresh()
    with fake_passkeyd.listening(SOCKET):
        out, _ = start("doctor", "--user", "alice").communicate(timeout=scene.PATIENCE_S)
    tap.contains(out, "passkeyd listens at " + SOCKET)


if __name__ == "__main__":
    LOG = scene.prepare(sys.argv[1])
    case.run()
