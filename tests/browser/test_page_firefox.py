# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd's page in a real Firefox: another engine, with its own WebAuthn.   usage: test_page_firefox.py BUILD

What Chromium shows (test_page.py) is not looked at again: here the page has to work.
"""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import firefox  # noqa: E402
import passkeyd  # noqa: E402
import tap  # noqa: E402
from answers import Made, check_said_assertion, said  # noqa: E402

BUILD = sys.argv[1]
SCREENSHOTS = os.path.join(BUILD, "tests", "browser", "screenshots")
DAEMON = BROWSER = None


def opened(program, **values):
    path = program.begin(**values)
    BROWSER.open(DAEMON.origin + path)
    BROWSER.wait_for("document.querySelector('#form').hidden === false")


def title_is(text):
    BROWSER.wait_for("document.querySelector('#title').textContent === %s" % json.dumps(text))


def enrol():
    """Through the page, with its test; the credential stays in Firefox's virtual authenticator."""
    program, challenge = DAEMON.program(), os.urandom(32)
    opened(program, kind=passkeyd.ENROL, number=255, credentials=())
    BROWSER.click("#go")
    BROWSER.wait_for("document.querySelector('#name').value !== ''")
    tap.equal(BROWSER.evaluate("document.querySelector('#name').value"), "Firefox on Linux", "proposed name")
    BROWSER.click("#go")
    reader = said(program, passkeyd.REGISTRATION)
    reader.block()
    made = Made(reader.block())
    program.send(bytes([9]) + challenge + bytes([0]) + passkeyd.block(made.id))
    title_is("Once more, to test it")
    BROWSER.click("#go")
    check_said_assertion(program, made, challenge, DAEMON.origin)
    program.verdict()
    title_is("Your passkey is enrolled")
    return made


def enrolling_and_signing_in_work():
    made = enrol()
    program, challenge = DAEMON.program(), os.urandom(32)
    opened(program, challenge=challenge, credentials=[(0, made.id)])
    tap.equal(BROWSER.evaluate("document.activeElement.id"), "number", "where typing goes")
    BROWSER.screenshot(os.path.join(SCREENSHOTS, "firefox-sign-in.png"))
    BROWSER.type("#number", "08")
    BROWSER.click("#go")
    BROWSER.wait_for("document.querySelector('#problem').textContent.includes('2 tries')")
    said(program, passkeyd.NUMBER_WRONG)
    BROWSER.type("#number", "07")
    BROWSER.click("#go")
    check_said_assertion(program, made, challenge, DAEMON.origin)
    program.verdict()
    title_is("You are signed in")
    BROWSER.screenshot(os.path.join(SCREENSHOTS, "firefox-accepted.png"))


def the_alarm_works():
    program = DAEMON.program()
    opened(program)
    BROWSER.click("#alarm")
    title_is("Stopped")
    said_failed = program.next()
    while said_failed[0] == passkeyd.OPENED:
        said_failed = program.next()
    tap.equal(said_failed[:2], (passkeyd.FAILED, "not-requested"), "message")


def the_other_language_is_a_click_away():
    program = DAEMON.program()
    opened(program)
    BROWSER.click("#language")
    tap.equal(BROWSER.text("#title"), "web1.example.org にサインイン", "title")
    BROWSER.screenshot(os.path.join(SCREENSHOTS, "firefox-sign-in-ja.png"))


def main():
    global DAEMON, BROWSER
    if firefox.find() is None:
        print("1..0 # SKIP firefox-esr is not installed")
        return
    os.makedirs(SCREENSHOTS, exist_ok=True)
    with passkeyd.running(BUILD) as DAEMON, firefox.Browser() as BROWSER:
        BROWSER.authenticator()
        tap.run([enrolling_and_signing_in_work, the_alarm_works, the_other_language_is_a_click_away])


main()
