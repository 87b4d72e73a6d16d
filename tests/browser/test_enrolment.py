# SPDX-License-Identifier: BSD-2-Clause
"""passkeyctl enroll --browser and invite, with passkeyd and real WebAuthn in Chromium.

usage: test_enrolment.py BUILD [PART OF A NAME]
"""

import contextlib
import glob
import json
import os
import re
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import chromium  # noqa: E402
import passkeyd  # noqa: E402
import scene  # noqa: E402
import tap  # noqa: E402
from scene import system  # noqa: E402

BUILD = sys.argv[1]
CTL = system.PROGRAMS + "/passkeyctl"
FILE = system.PASSKEYS + "/alice"
DAEMON = BROWSER = None
case = tap.Cases(afterwards=lambda: BROWSER.close_pages())


def fresh(**options):
    for path in glob.glob(system.PASSKEYS + "/*") + glob.glob(system.STATE + "/*"):
        os.unlink(path)
    system.configure(browser_origin=DAEMON.origin, browser_socket=DAEMON.path, **options)


def lines(path=FILE):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


class Enrolment:
    """passkeyctl enroll --browser, which waits for the page that it shows."""

    def __init__(self, *words):
        self.process = subprocess.Popen(
            [CTL, "enroll", "--browser", "--user", "alice", *words], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
            env={"PATH": os.environ["PATH"]}, cwd="/")
        self.shown = ""
        while "enter this number there" not in self.shown:
            line = self.process.stderr.readline()
            if line == "":
                raise AssertionError("no page: " + self.shown)
            self.shown += line
        self.url = re.search(r"^http\S+$", self.shown, re.M).group(0)
        self.number = re.search(r"there: (\d\d)", self.shown).group(1)

    def finish(self, status):
        out, err = self.process.communicate(timeout=scene.PATIENCE_S)
        tap.equal(self.process.returncode, status, "exit status (%s)" % err)
        return out + err

    def cancel(self):
        self.process.terminate()
        self.process.communicate(timeout=scene.PATIENCE_S)


def title_is(page, title):
    page.wait_for("document.querySelector('#title').textContent === %s" % json.dumps(title), title)


def opened(url, script=None, **authenticator):
    """The page in a tab of its own, which has this authenticator."""
    page = BROWSER.page()
    page.speak("en-GB")
    page.held = page.authenticator(**authenticator)
    if script:
        page.call("Page.addScriptToEvaluateOnNewDocument", source=script)
    page.open(url)
    title_is(page, "Create a passkey for alice")
    return page


def make(page, number=None):
    """Up to what create() ends in."""
    if number:
        page.evaluate("document.querySelector('#number').focus()")
        page.type(number)
    page.click("#go")


def name(page, text=None):
    title_is(page, "Give your passkey a name")
    if text:
        page.evaluate("document.querySelector('#name').value = ''; document.querySelector('#name').focus()")
        page.type(text)
    page.click("#go")


def test(page):
    title_is(page, "Once more, to test it")
    page.click("#go")


def enrol(page, number=None, text=None):
    """All that a person does."""
    make(page, number)
    name(page, text)
    test(page)
    title_is(page, "Your passkey is enrolled")


def refused(page, *parts):
    title_is(page, "Not accepted")
    for part in parts:
        tap.contains(page.text("#lead"), part)


def override(page, **bits):
    page.call("WebAuthn.setResponseOverrideBits", authenticatorId=page.held, **bits)


@case
def each_family_of_authenticators_is_enrolled():
    fresh()
    for transport in ("internal", "usb", "hybrid", "nfc", "ble"):
        for uv in (True, False):
            called = transport + (" with UV" if uv else "")
            enrolment = Enrolment()
            # one that has no way to verify anybody, not even a PIN, keeps no discoverable credentials
            page = opened(enrolment.url, transport=transport, uv=uv, hasResidentKey=uv)
            enrol(page, enrolment.number, called)
            tap.contains(enrolment.finish(0), 'Enrolled "%s" for alice' % called)
            line = lines()[-1]
            told = re.search(r"transports=(\S+)", line).group(1).split(",")
            tap.equal(transport in told, True, "transports %s of %s" % (told, transport))
            for part in ("rp=localhost", "alg=es256", "attestation=none",
                         "backup=no"):
                tap.contains(line, part)
    tap.equal(len(lines()), 10, "lines")


@case
def verification_is_demanded_where_it_is_required():
    fresh(user_verification="required")
    enrolment = Enrolment()
    enrol(opened(enrolment.url, transport="usb"), enrolment.number)
    enrolment.finish(0)
    tap.contains(lines()[0], "uv=required")
    for authenticator in ({"uv": False}, {"verified": False}):
        enrolment = Enrolment()
        page = opened(enrolment.url, transport="internal", **authenticator)
        make(page, enrolment.number)
        page.wait_for("document.querySelector('#problem').textContent !== ''")
        enrolment.cancel()
        title_is(page, "Cancelled in the terminal")
    tap.equal(len(lines()), 1, "lines")


@case
def an_authenticator_that_lies_about_verification_is_not_believed_by_the_test():
    fresh(user_verification="required")
    enrolment = Enrolment()
    page = opened(enrolment.url, transport="internal")
    make(page, enrolment.number)
    name(page)
    title_is(page, "Once more, to test it")
    override(page, isBadUV=True)
    test(page)
    refused(page, "verify you")
    tap.contains(enrolment.finish(1), "did not verify the person")
    tap.equal(lines(), [], "lines")


@case
def a_passkey_that_cannot_sign_is_not_enrolled():
    for bits, reason in (({"isBogusSignature": True}, "signature is wrong"),
                         ({"isBadUP": True}, "did not see a person")):
        fresh()
        enrolment = Enrolment()
        page = opened(enrolment.url, transport="internal")
        make(page, enrolment.number)
        name(page)
        title_is(page, "Once more, to test it")
        override(page, **bits)
        test(page)
        refused(page)
        tap.contains(enrolment.finish(1), reason)
        tap.equal(lines(), [], "lines")


@case
def what_is_enrolled_is_excluded():
    fresh()
    enrolment = Enrolment()
    first = opened(enrolment.url, transport="internal")
    enrol(first, enrolment.number)
    enrolment.finish(0)
    enrolment = Enrolment()
    first.open(enrolment.url)
    title_is(first, "Create a passkey for alice")
    make(first, enrolment.number)
    first.wait_for("document.querySelector('#problem').textContent !== ''")
    enrolment.cancel()
    tap.equal(len(lines()), 1, "lines")
    enrolment = Enrolment()  # another authenticator
    enrol(opened(enrolment.url, transport="usb"), enrolment.number)
    enrolment.finish(0)
    tap.equal(len(lines()), 2, "lines")


@case
def a_browser_that_does_not_exclude_is_found_out():
    fresh()
    without = """
        const create = navigator.credentials.create.bind(navigator.credentials);
        navigator.credentials.create = (options) => {
            options.publicKey.excludeCredentials = [];
            return create(options);
        };"""
    enrolment = Enrolment()
    page = opened(enrolment.url, transport="internal", script=without)
    enrol(page, enrolment.number)
    enrolment.finish(0)
    enrolment = Enrolment()
    page.open(enrolment.url)
    title_is(page, "Create a passkey for alice")
    enrol(page, enrolment.number, "the same device, another passkey")
    enrolment.finish(0)
    handles = {re.search(r"user=(\S+)", line).group(1) for line in lines()}
    tap.equal(len(handles), 1, "user handles")


@case
def every_algorithm_that_chromium_makes_is_enrolled():
    fresh()
    only = """
        const create = navigator.credentials.create.bind(navigator.credentials);
        navigator.credentials.create = (options) => {
            options.publicKey.pubKeyCredParams = options.publicKey.pubKeyCredParams.filter(
                (one) => one.alg === %d);
            return create(options);
        };"""
    for number, transport, algorithm in ((-7, "usb", "es256"), (-8, "usb", "eddsa"), (-257, "usb", "rs256"),
                                         (-8, "internal", "eddsa"), (-257, "internal", "rs256")):
        enrolment = Enrolment()
        page = opened(enrolment.url, transport=transport, script=only % number)
        enrol(page, enrolment.number)
        enrolment.finish(0)
        tap.contains(lines()[-1], "alg=%s " % algorithm)


@case
def passkeys_that_are_copied_are_the_admins_to_refuse():
    synced = {"transport": "internal", "defaultBackupEligibility": True, "defaultBackupState": True}
    fresh()
    enrolment = Enrolment()
    enrol(opened(enrolment.url, **synced), enrolment.number)
    enrolment.finish(0)
    tap.contains(lines()[0], "backup=state")
    fresh(synced="deny")
    enrolment = Enrolment()
    page = opened(enrolment.url, **synced)
    make(page, enrolment.number)
    name(page)
    refused(page, "copied between devices")
    tap.contains(enrolment.finish(1), "copied between devices")
    tap.equal(lines(), [], "lines")


@case
def attestation_that_leads_to_no_root_is_refused():
    fresh(attestation="require", attestation_roots=system.ROOT + "/roots")
    os.makedirs(system.ROOT + "/roots", exist_ok=True)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-subj", "/CN=Another maker", "-keyout", "/dev/null",
                    "-out", system.ROOT + "/roots/other.pem"], check=True, stderr=subprocess.DEVNULL)
    enrolment = Enrolment()
    page = opened(enrolment.url, transport="usb")
    make(page, enrolment.number)
    name(page)
    refused(page)
    tap.contains(enrolment.finish(1), "vouches for the authenticator")
    tap.equal(lines(), [], "lines")


@case
def the_number_of_the_terminal_is_asked_for():
    fresh()
    enrolment = Enrolment()
    page = opened(enrolment.url)
    for _ in range(3):
        make(page, "%02d" % ((int(enrolment.number) + 1) % 100))
        page.wait_for("document.querySelector('#problem').textContent !== '' || "
                      "document.querySelector('#title').textContent === 'Wrong number'")
    title_is(page, "Wrong number")
    tap.contains(enrolment.finish(1), "wrong number was entered in the page three times")
    tap.equal(lines(), [], "lines")


def invite(user="alice", *words):
    """The link that an admin gets, who is gone afterwards."""
    return subprocess.run([CTL, "invite", *words, user], stdin=subprocess.DEVNULL, check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/",
                          env={"PATH": os.environ["PATH"]}).stdout.strip()


def wait_until_written():
    """The page's verdict comes after the file."""
    tap.equal(len(lines()), 1, "lines")


@case
def an_invitation_is_used_once_from_another_desk():
    fresh()
    url = invite("alice", "--for", "24h")
    enrol(opened(url, transport="hybrid"), text="Phone of alice")
    wait_until_written()
    tap.contains(lines()[0], 'name="Phone of alice"')
    again = BROWSER.page()
    again.speak("en-GB")
    again.open(url)
    title_is(again, "Your passkey is enrolled")  # for a minute; there is nothing to press
    tap.equal(again.evaluate("document.querySelector('#form').hidden"), True, "the form is hidden")
    tap.equal(len(lines()), 1, "lines")


@case
def an_invitation_that_two_browsers_open_enrols_one_of_them():
    fresh()
    url = invite()
    mine, theirs = opened(url, transport="internal"), opened(url, transport="usb")
    make(mine)
    title_is(mine, "Give your passkey a name")
    make(theirs)  # the last one that began holds the claim
    title_is(theirs, "Give your passkey a name")
    name(mine)
    name(theirs)
    test(theirs)
    title_is(theirs, "Your passkey is enrolled")
    tap.equal(len(lines()), 1, "lines")
    tap.contains(lines()[0], "transports=usb")


@case
def an_invitation_outlives_a_restart_of_passkeyd():
    """What systemctl restart does, and a crash. A page that was open has lost its claim, and is opened once more."""
    fresh()
    url = invite()
    for kill in (False, True):
        page = opened(url, transport="hybrid")
        make(page)
        title_is(page, "Give your passkey a name")
        DAEMON.restart(kill)
        page.close()
        BROWSER.pages.remove(page)
        wait_until_there(url)
    page = opened(url, transport="hybrid")
    enrol(page, text="Phone of alice")
    wait_until_written()
    tap.contains(lines()[0], 'name="Phone of alice"')


def wait_until_there(url):
    """passkeyd serves; the invitation opens its page anew in a moment."""
    deadline = time.monotonic() + scene.PATIENCE_S
    path = "/" + url.rsplit("/", 1)[1]
    while DAEMON.ask("GET", path)[0] != 200:
        tap.equal(time.monotonic() < deadline, True, "the page is there in time")
        time.sleep(0.05)


# It asks thirty times as often, and says when there was nothing.
HURRIED = """{
	const wait = window.setTimeout, ask = window.fetch;
	window.setTimeout = (run, ms) => wait(run, ms / 30);
	window.fetch = async (...what) => {
		const answer = await ask(...what);
		window.missed = window.missed || answer.status === 404;
		return answer;
	};
}
"""
# And its clock goes thirty times as fast.
FAST = HURRIED + "{ const now = performance.now.bind(performance); performance.now = () => now() * 30; }"


@case
def the_page_of_an_invitation_goes_on_when_passkeyd_was_restarted():
    """Its link is as good as before, so the page does not say that its time is over."""
    fresh()
    url = invite()
    (pid,) = scene.processes.by_program(lambda path: path == CTL)
    page = opened(url, HURRIED, transport="hybrid")
    os.kill(pid, signal.SIGSTOP)
    DAEMON.restart()
    page.wait_for("window.missed")
    title_is(page, "Create a passkey for alice")
    make(page)
    page.wait_for("document.querySelector('#problem').textContent === 'The server does not answer. You can try again.'")
    os.kill(pid, signal.SIGCONT)
    wait_until_there(url)
    enrol(page, text="Phone of alice")
    wait_until_written()
    tap.contains(lines()[0], 'name="Phone of alice"')


@case
def the_page_of_an_invitation_that_does_not_come_back_says_so():
    fresh()
    url = invite()
    (pid,) = scene.processes.by_program(lambda path: path == CTL)
    page = opened(url, FAST)
    os.kill(pid, signal.SIGSTOP)
    DAEMON.restart()
    os.kill(pid, signal.SIGKILL)
    title_is(page, "Too late")
    tap.contains(page.text("#lead"), "Ask for a new link")


@case
def an_invitation_dies_with_its_process():
    fresh()
    url = invite()
    (pid,) = scene.processes.by_program(lambda path: path == CTL)
    with open("/proc/%d/cmdline" % pid, "rb") as file:  # as pgrep -f finds it, says the manual
        tap.contains(file.read().replace(b"\0", b" ").decode(), "passkeyctl invite")
    page = opened(url)
    descriptor = os.pidfd_open(pid)
    os.kill(pid, 15)
    title_is(page, "This link was cancelled")
    tap.contains(page.text("#lead"), "No passkey was enrolled. Ask for a new link")
    scene.wait_for_end([descriptor])
    tap.equal(lines(), [], "lines")


if __name__ == "__main__":
    if not chromium.find():
        print("1..0 # SKIP chromium is not installed")
        sys.exit(0)
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root")
        sys.exit(0)
    with contextlib.ExitStack() as stack:
        PORT = passkeyd.free_port()  # by itself: so that it can be restarted
        DAEMON = stack.enter_context(passkeyd.running(BUILD, listen="localhost:%d" % PORT, port=PORT,
                                                      ceremonies_per_user=64))
        scene.prepare(BUILD)
        BROWSER = stack.enter_context(chromium.Browser())
        case.run()
