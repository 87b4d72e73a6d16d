# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd's page as Chromium on an Android phone has it: its user agent, its screen, fingers instead of a mouse.

usage: test_page_android.py BUILD

The engine is that of test_page.py. A phone's own passkeys are internal, those of another phone hybrid.
"""

import base64
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import chromium  # noqa: E402
import passkeyd  # noqa: E402
import tap  # noqa: E402
from answers import Made, check_said_assertion, said  # noqa: E402

BUILD = sys.argv[1]
SCREENSHOTS = os.path.join(BUILD, "tests", "browser", "screenshots")
AGENT = ("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Mobile "
         "Safari/537.36")
WIDTH, HEIGHT, SCALE = 412, 915, 2.625
KEYBOARD = 340  # what the keyboard on the screen leaves is so much less
TOUCH_MIN = 44  # CSS pixels that a finger needs (WCAG 2.5.5)
DAEMON = BROWSER = None


def phone(language="en-GB", **authenticator):
    """A tab with a phone's screen, whose authenticator answers at once."""
    page = BROWSER.page()
    page.call("Emulation.setUserAgentOverride", userAgent=AGENT, acceptLanguage=language, platform="Linux armv81",
              userAgentMetadata={"platform": "Android", "platformVersion": "10", "architecture": "", "model": "K",
                                 "mobile": True})
    page.call("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=5)
    resize(page, HEIGHT)
    page.held = page.authenticator(**authenticator)
    return page


def resize(page, height):
    page.call("Emulation.setDeviceMetricsOverride", width=WIDTH, height=height, deviceScaleFactor=SCALE, mobile=True)


def tap_on(page, selector):
    """A finger, in the middle of what is visible there."""
    x, y = page.evaluate(
        "(() => { const e = document.querySelector(%s); e.scrollIntoView({block: 'center'});"
        "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()"
        % json.dumps(selector))
    page.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    page.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])


def title_is(page, text):
    page.wait_for("document.querySelector('#title').textContent === %s" % json.dumps(text), text)


def fits(page, name):
    """Nothing has to be scrolled sideways or zoomed, and a finger finds every control."""
    tap.equal(page.scrolls_sideways(), False, name + " scrolls sideways")
    tap.equal(page.evaluate("visualViewport.scale"), 1, name + " is zoomed")
    small = page.evaluate(
        "Array.from(document.querySelectorAll('main button, main input')).filter((e) => e.offsetParent !== null &&"
        "e.getBoundingClientRect().height < %d).map((e) => e.id)" % TOUCH_MIN)
    tap.equal(small, [], name + ": too small for a finger")
    picture = page.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
    with open(os.path.join(SCREENSHOTS, "android-%s.png" % name), "wb") as file:
        file.write(base64.b64decode(picture["data"]))


def signing_in_with_this_phone_and_with_another_works():
    for transport in ("internal", "hybrid"):
        credential, program, challenge = chromium.Credential(), DAEMON.program(), os.urandom(32)
        page = phone(transport=transport)
        page.add_credential(page.held, credential)
        page.open(DAEMON.origin + program.begin(challenge=challenge, credentials=[(0, credential.id)]))
        title_is(page, "Sign in to web1.example.org")
        fits(page, "sign-in")
        tap.equal(page.evaluate("document.querySelector('#number').inputMode"), "numeric", "the keyboard that comes")
        tap_on(page, "#number")
        resize(page, HEIGHT - KEYBOARD)
        page.type("07")
        tap.equal(page.evaluate("(() => { const r = document.querySelector('#number').getBoundingClientRect();"
                                "return r.top >= 0 && r.bottom <= innerHeight })()"), True,
                  "the number is seen above the keyboard")
        fits(page, "keyboard")
        tap_on(page, "#go")
        check_said_assertion(program, credential, challenge, DAEMON.origin)
        program.verdict()
        title_is(page, "You are signed in")
        resize(page, HEIGHT)
        fits(page, "accepted")


def enrolling_proposes_the_phones_name():
    program, challenge = DAEMON.program(), os.urandom(32)
    page = phone(transport="internal")
    page.open(DAEMON.origin + program.begin(kind=passkeyd.ENROL, number=255, credentials=()))
    title_is(page, "Create a passkey for alice")
    fits(page, "enrol")
    tap_on(page, "#go")
    page.wait_for("document.querySelector('#name').value !== ''")
    tap.equal(page.evaluate("document.querySelector('#name').value"), "Chrome on Android", "proposed name")
    fits(page, "naming")
    tap_on(page, "#go")
    reader = said(program, passkeyd.REGISTRATION)
    reader.block()
    made = Made(reader.block())
    program.send(bytes([9]) + challenge + bytes([16]) + passkeyd.block(made.id))
    title_is(page, "Once more, to test it")
    tap_on(page, "#go")
    check_said_assertion(program, made, challenge, DAEMON.origin)
    program.verdict()
    title_is(page, "Your passkey is enrolled")


def the_alarm_is_a_touch_away_in_japanese():
    program = DAEMON.program()
    page = phone("ja-JP", transport="internal")
    page.open(DAEMON.origin + program.begin())
    title_is(page, "web1.example.org にサインイン")
    fits(page, "sign-in-ja")
    tap_on(page, "#alarm")
    title_is(page, "中止しました")
    said(program, passkeyd.FAILED)


def main():
    global DAEMON, BROWSER
    if chromium.find() is None:
        print("1..0 # SKIP chromium is not installed")
        return
    os.makedirs(SCREENSHOTS, exist_ok=True)
    with passkeyd.running(BUILD) as DAEMON, chromium.Browser() as BROWSER:
        tap.run([signing_in_with_this_phone_and_with_another_works, enrolling_proposes_the_phones_name,
                 the_alarm_is_a_touch_away_in_japanese])


main()
