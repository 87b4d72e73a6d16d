# SPDX-License-Identifier: BSD-2-Clause
"""passkeyd's page in a real Chromium, with real WebAuthn.   usage: test_page.py BUILD [SCREENSHOTS]

Each state is seen in both languages, both colour schemes, at the width of a phone and of a desk; the
pictures stay in SCREENSHOTS, by default tests/browser/screenshots of the build.
"""

import contextlib
import functools
import hashlib
import http.server
import json
import os
import sys
import threading
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import chromium  # noqa: E402
import passkeyd  # noqa: E402
import tap  # noqa: E402
from answers import check_assertion, read_assertion  # noqa: E402

BUILD = sys.argv[1]
SCREENSHOTS = sys.argv[2] if len(sys.argv) > 2 else os.path.join(BUILD, "tests", "browser", "screenshots")
SIZES = {"phone": (360, 740), "desk": (1280, 800)}
TITLES = {  # by state, in English and Japanese
    "sign-in": ("Sign in to web1.example.org", "web1.example.org にサインイン"),
    "enrol": ("Create a passkey for alice", "alice さんのパスキーを作成"),
    "naming": ("Give your passkey a name", "パスキーに名前を付ける"),
    "testing": ("Once more, to test it", "もう一度、確認のために"),
    "checking": ("Sent", "送信しました"),
    "accepted": ("You are signed in", "サインインしました"),
    "saved": ("Your passkey is enrolled", "パスキーを登録しました"),
    "refused": ("Not accepted", "受け付けられませんでした"),
    "cancelled": ("Cancelled in the terminal", "端末で取り消されました"),
    "taken-back": ("This link was cancelled", "このリンクは取り消されました"),
    "expired": ("Too late", "時間切れです"),
    "locked": ("Wrong number", "番号が違います"),
    "not-requested": ("Stopped", "中止しました"),
    "turned-away": ("From another address", "別のアドレスからの接続です"),
    "missing": ("This link leads nowhere", "リンクが無効です"),
    "unsupported": ("This browser has no passkeys", "このブラウザーではパスキーを使えません"),
}
DAEMON = BROWSER = None


def title_is(page, state):
    page.wait_for("document.querySelector('#title').textContent === %s" % json.dumps(TITLES[state][0]), state)


def look_at(page, name, state=None):
    """Take the pictures of a state, and check what pictures do not show."""
    title_is(page, state or name)
    for number, language in enumerate(("en", "ja")):
        tap.equal(page.text("#title"), TITLES[state or name][number], "title")
        tap.equal(page.evaluate("document.documentElement.lang"), language, "lang")
        tap.equal(page.evaluate("document.title"), page.text("#title"), "document title")
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                path = "%s-%s-%s-%s.png" % (name, language, scheme, size)
                page.screenshot(os.path.join(SCREENSHOTS, path), width, height, scheme)
                tap.equal(page.scrolls_sideways(), False, path + " scrolls sideways")
        page.click("#language")
    tap.equal(page.evaluate("document.documentElement.lang"), "en", "lang")


def opened(program, authenticator=None, script=None, **values):
    """A page at the ceremony that the program begins."""
    page = BROWSER.page()
    page.speak("en-GB")
    if authenticator is not None:
        page.held = page.authenticator(**authenticator)
    if script:
        page.call("Page.addScriptToEvaluateOnNewDocument", source=script)
    path = program.begin(**values)
    page.open(DAEMON.origin + path)
    page.path, page.program = path, program  # which would hang up if nobody held it
    return page


def sign_in(credential, program, authenticator=None, **values):
    page = opened(program, authenticator or {}, credentials=[(0, credential.id)], **values)
    page.add_credential(page.held, credential)
    title_is(page, "sign-in")
    tap.equal(program.next()[0], passkeyd.OPENED, "message")
    return page


def enter(page, number):
    page.evaluate("document.querySelector('#number').focus()")
    page.type(number)
    page.click("#go")


def assertion_of(program):
    kind, _, reader = program.next()
    tap.equal(kind, passkeyd.ASSERTION, "message")
    return read_assertion(reader)


def signing_in_ends_in_a_signature_and_the_programs_word():
    credential, program, challenge = chromium.Credential(), DAEMON.program(), os.urandom(32)
    page = sign_in(credential, program, challenge=challenge, address="192.0.2.7")
    tap.equal([page.text("#" + name) for name in ("user", "host", "service", "address")],
              ["alice", "web1.example.org", "sshd", "192.0.2.7"], "facts")
    tap.equal(page.evaluate("document.activeElement.id"), "number", "where typing goes")
    look_at(page, "sign-in")
    enter(page, "07")
    got = assertion_of(program)
    tap.equal(check_assertion(got, credential, challenge, DAEMON.origin) & 5, 5, "UP and UV")
    look_at(page, "checking")
    program.verdict()
    look_at(page, "accepted")


def each_family_of_authenticators_signs():
    for transport in ("internal", "usb", "hybrid", "nfc"):
        for uv in (True, False):
            credential, program, challenge = chromium.Credential(), DAEMON.program(), os.urandom(32)
            page = sign_in(credential, program, {"transport": transport, "uv": uv}, challenge=challenge)
            enter(page, "07")
            flags = check_assertion(assertion_of(program), credential, challenge, DAEMON.origin)
            tap.equal(flags & 4, 4 if uv else 0, "UV with " + transport)
            program.verdict()
            title_is(page, "accepted")


def of_several_credentials_the_one_that_is_held_signs():
    others, credential = [os.urandom(32) for _ in range(5)], chromium.Credential()
    program, challenge = DAEMON.program(), os.urandom(32)
    page = opened(program, {"transport": "usb"}, challenge=challenge, credentials=[
        *((1, other) for other in others), (1, credential.id)])
    page.add_credential(page.held, credential)
    title_is(page, "sign-in")
    program.next()
    enter(page, "07")
    check_assertion(assertion_of(program), credential, challenge, DAEMON.origin)


def the_keyboard_alone_is_enough():
    credential, program, challenge = chromium.Credential(), DAEMON.program(), os.urandom(32)
    page = sign_in(credential, program, challenge=challenge)
    page.type("07")  # the focus is there
    order = []
    for _ in range(4):
        page.key("Tab")
        order.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    tap.equal(order[:2], ["go", "alarm"], "order of Tab")
    page.evaluate("document.querySelector('#number').focus()")
    page.key("Enter")
    check_assertion(assertion_of(program), credential, challenge, DAEMON.origin)
    program.verdict()
    title_is(page, "accepted")
    tap.equal(page.evaluate("document.activeElement.id"), "title", "where a screen reader is taken")


def a_screen_reader_finds_names_for_all_that_can_be_used():
    program = DAEMON.program()
    page = opened(program, {})
    title_is(page, "sign-in")
    nodes = page.call("Accessibility.getFullAXTree")["nodes"]
    found = {node["role"]["value"]: [] for node in nodes if not node.get("ignored")}
    for node in nodes:
        if not node.get("ignored"):
            found[node["role"]["value"]].append(node.get("name", {}).get("value", ""))
    tap.equal(found["textbox"], ["The number that your terminal shows"], "text fields")
    tap.equal(sorted(found["button"]), ["I did not ask for this", "Sign in with a passkey", "日本語"], "buttons")
    tap.equal(found["heading"], ["Sign in to web1.example.org"], "headings")
    tap.equal("main" in found and "banner" in found, True, "landmarks")
    page.click("#go")  # without a number
    page.wait_for("document.querySelector('#problem').textContent !== ''")
    tap.equal(page.evaluate("document.querySelector('#problem').getAttribute('role')"), "alert", "role")
    tap.equal(page.evaluate("document.activeElement.id"), "number", "where typing goes")


def a_wrong_number_is_said_and_three_end_it():
    credential, program = chromium.Credential(), DAEMON.program()
    page = sign_in(credential, program)
    enter(page, "08")
    tap.equal(program.next()[0], passkeyd.NUMBER_WRONG, "message")
    page.wait_for("document.querySelector('#problem').textContent.includes('2 tries')")
    look_at(page, "wrong-number", "sign-in")
    enter(page, "09")
    page.wait_for("document.querySelector('#problem').textContent.includes('One try')")
    program.next()
    enter(page, "10")
    look_at(page, "locked")
    tap.equal(program.next()[:2], (passkeyd.FAILED, "number-wrong"), "message")


def a_refusal_is_no_success():
    credential, program = chromium.Credential(), DAEMON.program()
    page = sign_in(credential, program)
    enter(page, "07")
    assertion_of(program)
    program.verdict("user-verification")
    look_at(page, "refused")
    tap.contains(page.text("#lead"), "it did not verify you")


def a_reason_that_means_nothing_to_a_person_is_not_shown():
    credential, program = chromium.Credential(), DAEMON.program()
    page = sign_in(credential, program)
    enter(page, "07")
    assertion_of(program)
    program.verdict("signature")
    title_is(page, "refused")
    tap.equal(page.text("#lead"), "The machine did not accept this passkey. Start again in your terminal.", "lead")


def a_person_who_confirms_nothing_can_try_again():
    credential, program, challenge = chromium.Credential(), DAEMON.program(), os.urandom(32)
    page = sign_in(credential, program, {"verified": False}, challenge=challenge, uv=2)
    enter(page, "07")
    page.wait_for("document.querySelector('#problem').textContent.includes('Nothing was confirmed')")
    page.call("WebAuthn.setUserVerified", authenticatorId=page.held, isUserVerified=True)
    page.click("#go")
    check_assertion(assertion_of(program), credential, challenge, DAEMON.origin)


def cancelling_at_the_terminal_shows_on_the_page():
    program = DAEMON.program()
    page = opened(program, {})
    title_is(page, "sign-in")
    program.close()
    look_at(page, "cancelled")


def a_ceremony_that_is_over_shows_on_the_page():
    program = DAEMON.program()
    page = opened(program, {}, timeout=1)
    look_at(page, "expired")


def somebody_who_did_not_ask_ends_it():
    program = DAEMON.program()
    page = opened(program, {})
    title_is(page, "sign-in")
    program.next()
    page.click("#alarm")
    look_at(page, "not-requested")
    tap.equal(program.next()[:2], (passkeyd.FAILED, "not-requested"), "message")


def another_address_is_turned_away_and_can_raise_the_alarm():
    program = DAEMON.program()
    page = opened(program, {}, same_address=True, address="192.0.2.7")
    look_at(page, "turned-away")
    tap.equal(program.next()[0], passkeyd.TURNED_AWAY, "message")
    page.click("#alarm")
    title_is(page, "not-requested")
    tap.equal(program.next()[:2], (passkeyd.FAILED, "not-requested"), "message")


def a_used_link_leads_nowhere():
    page = BROWSER.page()
    page.speak("en-GB")
    page.open(DAEMON.origin + "/" + "0" * 26)
    look_at(page, "missing")


def a_browser_without_passkeys_is_told():
    program = DAEMON.program()
    page = opened(program, script="delete window.PublicKeyCredential")
    look_at(page, "unsupported")


def registration_of(program):
    kind, _, reader = program.next()
    tap.equal(kind, passkeyd.REGISTRATION, "message")
    got = {"client_data": reader.block(), "object": reader.block()}
    got["transports"], got["attachment"], got["name"] = reader.number(), reader.number(), reader.text()
    return got


def credential_id_in(attestation):
    """The authenticator data stand last in the attestation object, as a CBOR byte string."""
    rp_hash = hashlib.sha256(b"localhost").digest()
    data = attestation[attestation.index(rp_hash):]
    length = int.from_bytes(data[53:55], "big")
    return data[55:55 + length]


def enrolling_asks_for_a_name_and_a_test():
    program, challenge = DAEMON.program(), os.urandom(32)
    page = opened(program, {}, kind=passkeyd.ENROL, number=255, challenge=challenge, credentials=())
    look_at(page, "enrol")
    program.next()
    page.click("#go")
    page.wait_for("document.querySelector('#name').value !== ''")
    look_at(page, "naming")
    tap.equal(page.evaluate("document.querySelector('#name').value"), "Chrome on Linux", "proposed name")
    page.evaluate("document.querySelector('#name').select()")
    page.type("Alice’s laptop")
    page.key("Enter")
    got = registration_of(program)
    tap.equal((got["name"], got["attachment"]), ("Alice’s laptop", 1), "registration")
    tap.contains(got["client_data"].decode(), '"type":"webauthn.create"')
    made, challenge = credential_id_in(got["object"]), os.urandom(32)
    program.send(bytes([9]) + challenge + bytes([got["transports"]]) + passkeyd.block(made))
    look_at(page, "testing")
    page.click("#go")
    tap.equal(assertion_of(program)["id"], made, "credential id")
    program.verdict()
    look_at(page, "saved")


RECORDER = """for (const name of ["create", "get"]) {
	const real = CredentialsContainer.prototype[name];
	CredentialsContainer.prototype[name] = function (options) { window.asked = options.publicKey; return real.call(this, options); };
}"""


def shown_by(page):
    """What a person reads, in English and then in Japanese."""
    both = []
    for _ in range(2):
        both.append(page.evaluate("document.querySelector('main').innerText"))
        page.click("#language")
    return both


def an_enrolment_says_what_is_true_of_it():
    """Nobody who enrols is told of a signature or of a known password."""
    for end, state in (("close", "cancelled"), ("alarm", "not-requested")):
        program = DAEMON.program()
        page = opened(program, {}, kind=passkeyd.ENROL, number=7, credentials=())
        title_is(page, "enrol")
        for words in shown_by(page):
            tap.equal("know your password" in words or "パスワードを知って" in words, False, "of a password")
        if end == "close":
            program.close()
        else:
            page.click("#alarm")
        look_at(page, "enrol-" + state, state)
        tap.contains(shown_by(page)[0], "No passkey was enrolled")


def who_was_invited_is_not_sent_to_a_terminal():
    """Its administrator's has long been closed."""
    invited = {"kind": passkeyd.ENROL, "number": 255, "credentials": (), "address": "", "service": "passkeyctl"}
    for end, state in (("close", "taken-back"), ("time", "expired"), ("alarm", "not-requested"), ("refuse", "refused")):
        program = DAEMON.program()
        page = opened(program, {}, timeout=2 if end == "time" else 60, **invited)
        title_is(page, "enrol")
        if end == "close":
            look_at(page, "invited", "enrol")
            program.close()
        elif end == "alarm":
            tap.equal(page.text("#alarm"), "I did not expect this", "button")
            page.click("#alarm")
        elif end == "refuse":
            page.click("#go")
            title_is(page, "naming")
            page.click("#go")
            tap.equal(program.next()[0], passkeyd.OPENED, "message")
            registration_of(program)
            title_is(page, "checking")
            tap.equal(page.text("#lead"), "The machine checks the answer.", "lead")
            program.verdict("synced")
        look_at(page, "invited-" + state, state)
        for words in shown_by(page):
            tap.equal("terminal" in words or "端末で" in words, False, "of a terminal: " + words)
        program.close()


def enrolling_leaves_the_family_open_and_excludes_what_is_enrolled():
    enrolled = [os.urandom(32) for _ in range(3)]
    page = opened(DAEMON.program(), {}, RECORDER, kind=passkeyd.ENROL, number=255, discoverable=1, uv=2,
                  credentials=[(1, enrolled[0]), (8 + 16, enrolled[1]), (0, enrolled[2])], algorithms=(-7, -257))
    title_is(page, "enrol")
    page.click("#go")
    page.wait_for("window.asked && document.querySelector('#name').value !== ''")
    tap.equal(page.evaluate("asked.authenticatorSelection"),
              {"residentKey": "preferred", "requireResidentKey": False, "userVerification": "required"}, "selection")
    tap.equal(page.evaluate("asked.hints"), [], "hints")
    tap.equal(page.evaluate("asked.excludeCredentials.map((one) => [Array.from(one.id), one.transports || null])"), [
        [list(enrolled[0]), ["usb"]], [list(enrolled[1]), ["hybrid", "internal"]], [list(enrolled[2]), None]],
              "excluded")
    tap.equal(page.evaluate("asked.pubKeyCredParams"), [
        {"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257}], "algorithms")


def a_browser_is_hinted_where_the_passkeys_are_when_all_are_there():
    for transports, hints in (((1, 2), ["security-key"]), ((8, 8), ["hybrid"]), ((1, 8), []), ((1, 0), []), ((16, 1), [])):
        held = chromium.Credential()
        page = opened(DAEMON.program(), {"transport": "usb"}, RECORDER, challenge=os.urandom(32), credentials=[
            (transports[0], held.id), (transports[1], os.urandom(32))])
        page.add_credential(page.held, held)
        title_is(page, "sign-in")
        enter(page, "07")
        page.wait_for("window.asked")
        tap.equal(page.evaluate("asked.hints"), hints, "hints of %r" % (transports,))


def since_when_is_in_the_persons_clock():
    page = opened(DAEMON.program(), {}, since=1700000000)
    title_is(page, "sign-in")
    tap.equal(page.evaluate("document.querySelector('#since').dateTime"), "2023-11-14T22:13:20.000Z", "since")
    tap.contains(page.text("#since"), "14 November 2023")


# The AAGUID of a passkey, and the name that is proposed: of its maker, or where it was made.
MAKERS = {"fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "iCloud Keychain", "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4":
          "Google Password Manager", "2fc0579f-8113-47ea-b116-bb5a8db9202a": "YubiKey 5 NFC",
          "00000000-0000-0000-0000-000000000000": "Chrome on Linux"}


def a_name_is_proposed_by_the_aaguid():
    script = """AuthenticatorAttestationResponse.prototype.getAuthenticatorData = ((real) => function () {
	const data = new Uint8Array(real.call(this));
	data.set("%s".replace(/-/g, "").match(/../g).map((byte) => parseInt(byte, 16)), 37);
	return data.buffer;
})(AuthenticatorAttestationResponse.prototype.getAuthenticatorData);"""
    for aaguid, name in MAKERS.items():
        page = opened(DAEMON.program(), {}, script % aaguid, kind=passkeyd.ENROL, number=255, credentials=())
        title_is(page, "enrol")
        page.click("#go")
        page.wait_for("document.querySelector('#name').value !== ''")
        tap.equal(page.evaluate("document.querySelector('#name').value"), name, "proposed name")


def enrolling_names_a_security_key_as_one():
    program = DAEMON.program()
    page = opened(program, {"transport": "usb"}, kind=passkeyd.ENROL, number=7, credentials=())
    title_is(page, "enrol")
    program.next()
    enter(page, "07")
    page.wait_for("document.querySelector('#name').value !== ''")
    tap.equal(page.evaluate("document.querySelector('#name').value"), "Security key", "proposed name")
    page.click("#go")
    got = registration_of(program)
    tap.equal((got["name"], got["attachment"], got["transports"] & 1), ("Security key", 2, 1), "registration")


def what_is_enrolled_already_is_not_enrolled_again():
    credential, program = chromium.Credential(), DAEMON.program()
    page = opened(program, {}, kind=passkeyd.ENROL, number=255, credentials=[(0, credential.id)])
    page.add_credential(page.held, credential)
    title_is(page, "enrol")
    page.click("#go")
    page.wait_for("document.querySelector('#problem').textContent.includes('already holds')")


def the_page_speaks_japanese_to_who_does():
    page = BROWSER.page()
    page.speak("ja-JP")
    program = DAEMON.program()
    page.open(DAEMON.origin + program.begin())
    page.wait_for("document.querySelector('#title').textContent === %s" % json.dumps(TITLES["sign-in"][1]))
    tap.equal(page.evaluate("document.documentElement.lang"), "ja", "lang")


def nothing_is_asked_of_anybody_else():
    """Every request goes to passkeyd, nothing breaks the Content-Security-Policy, no script fails."""
    seen = [event for event in BROWSER.events if event.get("method") == "Network.requestWillBeSent"]
    others = {event["params"]["request"]["url"] for event in seen
              if not event["params"]["request"]["url"].startswith((DAEMON.origin + "/", "data:"))}  # data: goes nowhere
    tap.equal(others, set(), "requests to others")
    tap.equal(len(seen) > 100, True, "requests were seen")
    thrown = [event["params"]["exceptionDetails"] for event in BROWSER.events
              if event.get("method") == "Runtime.exceptionThrown"]
    tap.equal(thrown, [], "exceptions")
    logged = [event["params"]["entry"] for event in BROWSER.events if event.get("method") == "Log.entryAdded"]
    bad = [entry for entry in logged if entry["source"] in ("security", "javascript", "violation")]
    tap.equal(bad, [], "complaints")


class OtherSite(http.server.BaseHTTPRequestHandler):
    """A page of another origin: its query is its HTML."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(urllib.parse.unquote(self.path.partition("?")[2]).encode())

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def other_origin():
    server = http.server.HTTPServer(("127.0.0.1", 0), OtherSite)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield "http://localhost:%d/?" % server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def status_of(url):
    """What Chromium got for it."""
    return [event["params"]["response"]["status"] for event in BROWSER.events
            if event.get("method") == "Network.responseReceived" and event["params"]["response"]["url"] == url]


def a_page_of_another_origin_can_neither_frame_nor_ask():
    program = DAEMON.program()
    path = program.begin()
    page = BROWSER.page()
    with other_origin() as other:
        page.open(other + urllib.parse.quote("<iframe src='%s'></iframe>" % (DAEMON.origin + path)))
        tap.equal(status_of(DAEMON.origin + path), [403], "status of the frame")
        ask = "fetch('%s/alarm', {method: 'POST', %%s}).then(() => 'answered', (error) => error.name)" % (
            DAEMON.origin + path)
        tap.equal(page.evaluate(ask % "headers: {'Content-Type': 'application/octet-stream'}"), "TypeError",
                  "a request with our type")
        tap.equal(page.evaluate(ask % "mode: 'no-cors'"), "TypeError", "a request like a form's")
        tap.equal(page.evaluate("fetch('%s/view').then(() => 'answered', (error) => error.name)" % (
            DAEMON.origin + path)), "TypeError", "a look")
    tap.equal(DAEMON.state(path)[0], passkeyd.WAITING, "state")


CASES = [
    signing_in_ends_in_a_signature_and_the_programs_word, each_family_of_authenticators_signs,
    of_several_credentials_the_one_that_is_held_signs, the_keyboard_alone_is_enough,
    a_screen_reader_finds_names_for_all_that_can_be_used, a_wrong_number_is_said_and_three_end_it,
    a_refusal_is_no_success, a_reason_that_means_nothing_to_a_person_is_not_shown, a_person_who_confirms_nothing_can_try_again,
    cancelling_at_the_terminal_shows_on_the_page, a_ceremony_that_is_over_shows_on_the_page,
    somebody_who_did_not_ask_ends_it, another_address_is_turned_away_and_can_raise_the_alarm,
    a_used_link_leads_nowhere, a_browser_without_passkeys_is_told, enrolling_asks_for_a_name_and_a_test,
    an_enrolment_says_what_is_true_of_it, who_was_invited_is_not_sent_to_a_terminal,
    enrolling_leaves_the_family_open_and_excludes_what_is_enrolled,
    a_browser_is_hinted_where_the_passkeys_are_when_all_are_there, since_when_is_in_the_persons_clock,
    a_name_is_proposed_by_the_aaguid, enrolling_names_a_security_key_as_one, what_is_enrolled_already_is_not_enrolled_again,
    the_page_speaks_japanese_to_who_does, nothing_is_asked_of_anybody_else,
    a_page_of_another_origin_can_neither_frame_nor_ask,
]


def with_pages_closed(case):
    @functools.wraps(case)
    def run():
        try:
            case()
        finally:
            BROWSER.close_pages()
    return run


def main():
    global DAEMON, BROWSER
    if chromium.find() is None:
        print("1..0 # SKIP chromium is not installed")
        return
    os.makedirs(SCREENSHOTS, exist_ok=True)
    with passkeyd.running(BUILD, ceremonies_per_user=100, ceremonies_per_address=100) as DAEMON:
        with chromium.Browser() as BROWSER:
            tap.run([with_pages_closed(case) for case in CASES])


main()
