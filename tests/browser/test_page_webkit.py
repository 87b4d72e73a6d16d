# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd's page in WebKitGTK, the nearest to Safari that runs here.   usage: test_page_webkit.py BUILD

It has no WebAuthn of its own: the page has to say so. Then a proxy puts one into the page (stand_in.js), which signs
as a browser would, and everything else is WebKit's: script, layout, policy, keyboard, colours.
"""

import contextlib
import functools
import http.client
import http.server
import json
import os
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import passkeyd  # noqa: E402
import tap  # noqa: E402
import webkit  # noqa: E402
from answers import Made, check_said_assertion, said  # noqa: E402

BUILD = sys.argv[1]
SCREENSHOTS = os.path.join(BUILD, "tests", "browser", "screenshots")
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
TAB, ENTER = "\ue004", "\ue007"
ADDRESS = "198.51.100.4"  # that the proxy tells
DAEMON = BROWSER = None


class Proxy(http.server.BaseHTTPRequestHandler):
    """Hands everything on, as a reverse proxy does; while stands_in, the page gets stand_in.js before its own script."""

    protocol_version = "HTTP/1.1"
    stands_in = False

    def do_GET(self):
        if self.path == "/stand_in.js":
            with open(os.path.join(HERE, "stand_in.js"), "rb") as file:
                return self.answer(200, [("Content-Type", "text/javascript")], file.read())
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in ("connection", "accept-encoding")}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        upstream = http.client.HTTPConnection("127.0.0.1", DAEMON.port, timeout=passkeyd.SOON_S)
        with contextlib.closing(upstream):
            upstream.request(self.command, self.path, body if self.command == "POST" else None,
                             {**headers, "X-Real-IP": ADDRESS})
            got = upstream.getresponse()
            data = got.read()
        if self.stands_in:
            data = data.replace(b"<script>", b'<script src="/stand_in.js"></script>\n<script>')
        kept = [(name, value.replace("script-src ", "script-src 'self' ") if self.stands_in else value)
                for name, value in got.headers.items() if name not in ("Content-Length", "Connection")]
        return self.answer(got.status, kept, data)

    do_POST = do_GET

    def answer(self, status, headers, data):
        self.send_response_only(status)
        for name, value in [*headers, ("Content-Length", str(len(data)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def title_is(text):
    BROWSER.wait_for("document.querySelector('#title').textContent === %s" % json.dumps(text))


def look_at(name):
    """A picture at each width, and what pictures do not show."""
    for size, (width, height) in SIZES.items():
        BROWSER.size(width, height)
        BROWSER.screenshot(os.path.join(SCREENSHOTS, "webkit-%s-%s.png" % (name, size)))
        tap.equal(BROWSER.evaluate("document.documentElement.scrollWidth > innerWidth"), False,
                  "%s scrolls sideways at the width of a %s" % (name, size))


def opened(program, **values):
    values.setdefault("address", ADDRESS)
    BROWSER.open(DAEMON.origin + program.begin(**values))


def nothing_failed():
    tap.equal(BROWSER.evaluate("window.faults"), [], "errors of scripts and of the policy")


def in_a_browser(case, dark=False):
    """One of its own, and another when that fails: WebKit crashes now and then, which says nothing of the page."""
    @functools.wraps(case)
    def run():
        global BROWSER
        for is_last in (False, True):
            with webkit.Browser(dark) as BROWSER:
                try:
                    return case()
                except webkit.WebDriverError as error:
                    if is_last:
                        raise
                    print("# once more, with a new browser: %s" % error)
    return run


def standing_in(case):
    @functools.wraps(case)
    def run():
        Proxy.stands_in = True
        try:
            case()
        finally:
            Proxy.stands_in = False
    return run


def a_browser_without_passkeys_is_told_kindly():
    program = DAEMON.program()
    opened(program)
    title_is("This browser has no passkeys")
    tap.contains(BROWSER.text("#lead"), "Open the link in another browser")
    tap.equal(BROWSER.evaluate("document.querySelector('#form').hidden"), True, "the form is not there")
    look_at("unsupported-light")
    tap.equal(DAEMON.state(program.url[len(DAEMON.origin):], X_Real_IP=ADDRESS)[0], passkeyd.WAITING,
              "it can still be answered elsewhere")


def enrol():
    """Through the page, with its test; the credential stays in WebKit's localStorage."""
    program, challenge = DAEMON.program(), os.urandom(32)
    opened(program, kind=passkeyd.ENROL, number=255, credentials=())
    title_is("Create a passkey for alice")
    BROWSER.click("#go")
    BROWSER.wait_for("document.querySelector('#name').value !== ''")
    tap.equal(BROWSER.evaluate("document.querySelector('#name').value"), "iCloud Keychain", "name by the AAGUID")
    look_at("naming-light")
    BROWSER.click("#go")
    reader = said(program, passkeyd.REGISTRATION)
    tap.contains(reader.block().decode(), '"type":"webauthn.create"')
    made = Made(reader.block())
    program.send(bytes([9]) + challenge + bytes([0]) + passkeyd.block(made.id))
    title_is("Once more, to test it")
    BROWSER.click("#go")
    check_said_assertion(program, made, challenge, DAEMON.origin)
    program.verdict()
    title_is("Your passkey is enrolled")
    nothing_failed()
    return made


@standing_in
def enrolling_and_signing_in_work_with_the_keyboard_alone():
    made = enrol()
    program, challenge = DAEMON.program(), os.urandom(32)
    opened(program, challenge=challenge, credentials=[(0, made.id)], same_address=True)
    title_is("Sign in to web1.example.org")
    tap.equal(BROWSER.evaluate("document.activeElement.id"), "number", "where typing goes")
    look_at("sign-in-light")
    order = []
    for _ in range(2):
        BROWSER.press(TAB)
        order.append(BROWSER.evaluate("document.activeElement.id"))
    tap.equal(order, ["go", "alarm"], "order of Tab")
    BROWSER.type("#number", "08" + ENTER)
    BROWSER.wait_for("document.querySelector('#problem').textContent.includes('2 tries')")
    tap.equal(BROWSER.evaluate("document.activeElement.id"), "number", "where typing goes")
    said(program, passkeyd.NUMBER_WRONG)
    BROWSER.type("#number", "07" + ENTER)
    check_said_assertion(program, made, challenge, DAEMON.origin)
    program.verdict()
    title_is("You are signed in")
    tap.equal(BROWSER.evaluate("document.activeElement.id"), "title", "where a screen reader is taken")
    look_at("accepted-light")
    nothing_failed()


@standing_in
def the_alarm_and_the_other_language_work():
    program = DAEMON.program()
    opened(program)
    title_is("Sign in to web1.example.org")
    BROWSER.click("#language")
    title_is("web1.example.org にサインイン")
    tap.equal(BROWSER.evaluate("document.documentElement.lang"), "ja", "lang")
    look_at("sign-in-ja-light")
    BROWSER.click("#alarm")
    title_is("中止しました")
    said(program, passkeyd.FAILED)
    nothing_failed()


def brightness():
    return BROWSER.evaluate("Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")


@standing_in
def a_dark_desktop_has_a_dark_page():
    opened(DAEMON.program())
    title_is("Sign in to web1.example.org")
    look_at("sign-in-dark")
    tap.equal(BROWSER.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"), True, "the scheme")
    tap.equal(brightness() < 64, True, "a dark background")
    nothing_failed()


@standing_in
def a_light_desktop_has_a_light_page():
    opened(DAEMON.program())
    title_is("Sign in to web1.example.org")
    tap.equal(brightness() > 192, True, "a light background")


@contextlib.contextmanager
def proxy():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main():
    global DAEMON
    if webkit.find() is None:
        print("1..0 # SKIP webkit2gtk-driver and xvfb are not installed")
        return
    os.makedirs(SCREENSHOTS, exist_ok=True)
    with proxy() as server:
        origin = "http://localhost:%d" % server.server_port
        with passkeyd.running(BUILD, proxies="127.0.0.1", url=origin) as DAEMON:
            DAEMON.origin, DAEMON.host = origin, origin[len("http://"):]
            tap.run([in_a_browser(case) for case in (
                a_browser_without_passkeys_is_told_kindly, enrolling_and_signing_in_work_with_the_keyboard_alone,
                the_alarm_and_the_other_language_work, a_light_desktop_has_a_light_page)] +
                    [in_a_browser(a_dark_desktop_has_a_dark_page, dark=True)])


main()
