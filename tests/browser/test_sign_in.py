# SPDX-License-Identifier: BSD-2-Clause
"""Signing in through real sshd, sudo and su, passkeyd, and real WebAuthn in Chromium.

usage: test_sign_in.py BUILD [PART OF A NAME]
"""

import base64
import contextlib
import glob
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "integration"))

import chromium  # noqa: E402
import passkeyd  # noqa: E402
import scene  # noqa: E402
import ssh_scene  # noqa: E402
import tap  # noqa: E402
from scene import system  # noqa: E402

BUILD = sys.argv[1]
PLAIN = {"SSH_ASKPASS": None, "SSH_ASKPASS_REQUIRE": None}
LOG = DAEMON = BROWSER = None
case = tap.Cases(afterwards=lambda: BROWSER.close_pages())


def enrolled(*credentials, user=scene.USER, more=""):
    """Write what passkeyctl would have written; nothing is left of earlier cases."""
    for path in glob.glob(system.PASSKEYS + "/*") + glob.glob(system.STATE + "/*"):
        os.unlink(path)
    LOG.forget()
    for credential in credentials:
        with open("%s/%s" % (system.PASSKEYS, user), "a", encoding="utf-8") as file:
            file.write(line_of(credential, more))


def line_of(credential, more=""):
    return 'passkey1 id=%s alg=es256 key=%s rp=%s name="My phone"%s\n' % (
        base64.urlsafe_b64encode(credential.id).decode().rstrip("="),
        base64.b64encode(der(credential)).decode(), credential.rp, more)


def der(credential):
    return credential.openssl("pkey", "-pubin", "-outform", "DER", input_=credential.public)


def configure(**options):
    options.setdefault("methods", "browser")
    system.configure(browser_origin=DAEMON.origin, browser_socket=DAEMON.path, **options)


def server():
    return ssh_scene.Server("web1", 2301, "")


def session(running, *command, user=scene.USER, options=()):
    return ssh_scene.terminal(
        ssh_scene.words(running, *command, user=user,
                        options=["-o", "NumberOfPasswordPrompts=1", *options]),
        ssh_scene.environment(**PLAIN))


def asked(shell):
    """The page's address and the number, from what a person sees."""
    url = shell.wait_for(r"(?m)^(http\S+?)\r?$").group(1)
    return url, shell.wait_for(r"number there: (\d\d)").group(1)


def opened(url, credential, title="Sign in to ", script=None, **authenticator):
    """The page in a tab of its own, whose authenticator holds the credential."""
    page = BROWSER.page()
    page.speak("en-GB")
    if script:
        page.call("Page.addScriptToEvaluateOnNewDocument", source=script)
    held = page.authenticator(**authenticator)
    page.add_credential(held, credential)
    page.open(url)
    page.wait_for("document.querySelector('#title').textContent.startsWith(%s)" % json.dumps(title), title)
    return page


def enter(page, number):
    page.evaluate("document.querySelector('#number').focus()")
    page.type(number)
    page.click("#go")


def ends(page, title):
    page.wait_for("document.querySelector('#title').textContent === %s" % json.dumps(title), title)


def last_decision():
    return LOG.lines("result=")[-1]


def sign_in(shell, credential, **authenticator):
    """Up to the assertion; over SSH the person then presses Enter."""
    url, number = asked(shell)
    page = opened(url, credential, **authenticator)
    enter(page, number)
    ends(page, "Sent")
    return page


def over_ssh(credential, granted=True, **authenticator):
    with server() as running, session(running, "id", "-un") as shell:
        scene.password(shell)
        page = sign_in(shell, credential, **authenticator)
        shell.enter("")
        if granted:
            shell.wait_for(r"(?m)^alice\r?$")
        ends(page, "You are signed in" if granted else "Not accepted")
        tap.equal(shell.finish() == 0, granted, "signed in")
    return shell


@case
def a_person_signs_in_over_ssh_in_a_browser():
    credential = chromium.Credential()
    configure()
    enrolled(credential)
    shell = over_ssh(credential)
    for part in ("result=granted", "method=browser", 'credential="My phone"', "rhost=127.0.0.1"):
        tap.contains(last_decision(), part)
    tap.equal(re.search("[\u2580\u2588]", shell.shown), None, "blocks without being asked for")


@case
def each_family_of_authenticators_signs_in():
    configure()
    for transport in ("internal", "usb", "hybrid"):
        for uv in (True, False):
            credential = chromium.Credential()
            enrolled(credential)
            over_ssh(credential, transport=transport, uv=uv, verified=uv)


@case
def who_is_not_verified_is_refused_where_that_is_required():
    configure(user_verification="required", browser_timeout=5)
    credential = chromium.Credential()
    enrolled(credential)
    over_ssh(credential, uv=True, verified=True)
    with server() as running, session(running, "id", "-un") as shell:
        scene.password(shell)
        url, number = asked(shell)
        page = opened(url, credential, uv=True, verified=False)
        enter(page, number)
        shell.enter("")
        tap.equal(shell.finish() != 0, True, "refused")
    tap.contains(last_decision(), "reason=timeout")


@case
def of_several_credentials_the_one_that_is_held_signs_in():
    credentials = [chromium.Credential() for _ in range(4)]
    configure()
    enrolled(*credentials)
    over_ssh(credentials[2], transport="usb")


@case
def somebody_elses_passkey_is_not_asked_for():
    configure(browser_timeout=5)
    enrolled(chromium.Credential())
    with server() as running, session(running, "id", "-un") as shell:
        scene.password(shell)
        url, number = asked(shell)
        page = opened(url, chromium.Credential())
        enter(page, number)
        shell.enter("")
        tap.equal(shell.finish() != 0, True, "refused")
    tap.contains(last_decision(), "reason=timeout")


# A browser that its owner has changed: it asks for another id than the page does, and answers under this one.
ANOTHER_ID = """
    const get = navigator.credentials.get.bind(navigator.credentials);
    const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    navigator.credentials.get = async (options) => {
        options.publicKey.allowCredentials = [{ type: "public-key", id: bytes("%s") }];
        const made = await get(options);
        return { rawId: bytes("%s").buffer, response: made.response };
    };"""


@case
def another_users_passkey_is_refused_under_its_own_id_and_under_the_users():
    mine, theirs = chromium.Credential(), chromium.Credential()
    configure()
    for claimed, reason in ((theirs, "credential-unknown"), (mine, "signature"), (chromium.Credential(), "credential-unknown")):
        enrolled(mine)
        with open("%s/%s" % (system.PASSKEYS, scene.OTHER), "w", encoding="utf-8") as file:
            file.write(line_of(theirs))
        script = ANOTHER_ID % tuple(base64.b64encode(one.id).decode() for one in (theirs, claimed))
        with server() as running, session(running, "id", "-un") as shell:
            scene.password(shell)
            url, number = asked(shell)
            page = opened(url, theirs, script=script)
            enter(page, number)
            ends(page, "Sent")
            shell.enter("")
            ends(page, "Not accepted")
            tap.equal(shell.finish() != 0, True, "refused")
        tap.contains(last_decision(), "reason=" + reason)


@case
def a_browser_at_another_address_than_the_client_is_turned_away():
    """The client is at 127.0.0.2, Chromium at 127.0.0.1."""
    credential = chromium.Credential()
    configure(browser_timeout=5)
    enrolled(credential)
    there = ["-b", "127.0.0.2"]
    with server() as running, session(running, "id", "-un", options=there) as shell:
        scene.password(shell)
        url, _ = asked(shell)
        page = BROWSER.page()
        page.open(url)
        ends(page, "From another address")
        shell.enter("")
        tap.equal(shell.finish() != 0, True, "refused")
    tap.contains(LOG.lines("was turned away")[0],
                 "a browser at 127.0.0.1 was turned away: the sign-in is from 127.0.0.2")
    tap.contains(last_decision(), "reason=timeout")
    configure(browser_peer="any")
    enrolled(credential)
    with server() as running, session(running, "id", "-un", options=there) as shell:
        scene.password(shell)
        sign_in(shell, credential)
        shell.enter("")
        shell.wait_for(r"(?m)^alice\r?$")
        tap.equal(shell.finish(), 0, "signed in")


@case
def who_did_not_ask_stops_it_and_the_log_is_alarmed():
    credential = chromium.Credential()
    configure()
    enrolled(credential)
    with server() as running, session(running, "id", "-un") as shell:
        scene.password(shell)
        url, _ = asked(shell)
        page = opened(url, credential)
        page.click("#alarm")
        ends(page, "Stopped")
        shell.enter("")
        tap.equal(shell.finish() != 0, True, "refused")
    tap.contains(last_decision(), "reason=not-requested")
    alarm = LOG.lines("alarm reason=not-requested")[0]
    tap.equal(alarm[:4], "<81>", "facility authpriv, priority alert")
    tap.contains(alarm, "from 127.0.0.1")


@case
def over_ssh_the_question_has_a_qr_code_where_one_is_wanted():
    credential = chromium.Credential()
    configure(browser_qr="yes")
    enrolled(credential)
    with server() as running, session(running, "id", "-un") as shell:
        scene.password(shell)
        page = sign_in(shell, credential)
        shell.wait_for("Then press Enter here, or type no to stop: ")
        tap.equal(re.search("[\u2588]{37}\r?\n", shell.shown) is not None, True, "a quiet zone")
        shell.enter("")
        shell.wait_for(r"(?m)^alice\r?$")
        ends(page, "You are signed in")


@case
def strangers_are_shown_a_page_too():
    configure(browser_timeout=5)
    enrolled()
    texts = []
    only = ssh_scene.Server("only", 2302, auth=["required pam_passkey.so", "required pam_permit.so"])
    with only as running:
        for user in (scene.USER, "nobody-of-this-name"):
            with session(running, "id", user=user) as shell:
                asked(shell)
                shell.enter("no")
                tap.equal(shell.finish() != 0, True, "refused")
                texts.append(re.sub(r"http\S+|\d\d|%s" % user, "...", shell.shown))
    tap.equal(texts[1], texts[0], "what is shown")


def sign_in_at_a_terminal(shell, credential):
    url, number = asked(shell)
    page = opened(url, credential)
    enter(page, number)
    return page


@case
def sudo_shows_the_page_and_asks_nothing():
    credential = chromium.Credential()
    configure(browser_peer="any")
    enrolled(credential)
    with scene.sudo() as shell:
        scene.password(shell)
        page = sign_in_at_a_terminal(shell, credential)
        shell.wait_for(r"(?m)^0\r?$")
        ends(page, "You are signed in")
        tap.equal(shell.finish(), 0, "exit status")
    tap.contains(last_decision(), "service=sudo")


@case
def a_page_of_this_machine_has_no_qr_code_unless_one_is_wanted():
    """A phone would look for it on the phone."""
    credential = chromium.Credential()
    for wanted, drawn in (("auto", False), ("yes", True)):
        configure(browser_peer="any", browser_qr=wanted)
        enrolled(credential)
        with scene.Terminal(["env", "LANG=C.UTF-8", "TERM=xterm", "sudo", "-k", "id", "-u"], user=scene.USER) as shell:
            shell.resize(50, 100)
            scene.password(shell)
            page = sign_in_at_a_terminal(shell, credential)
            shell.wait_for(r"(?m)^0\r?$")
            ends(page, "You are signed in")
        tap.equal(re.search("[\u2580\u2584\u2588]", shell.shown) is not None, drawn, "a QR code with " + wanted)


@case
def su_shows_the_page_and_asks_nothing():
    credential = chromium.Credential()
    configure(browser_peer="any")
    enrolled(credential)
    with scene.Terminal(["su", "-c", "id -un", scene.USER], user=scene.OTHER) as shell:
        scene.password(shell)
        page = sign_in_at_a_terminal(shell, credential)
        shell.wait_for(r"(?m)^alice\r?$")
        ends(page, "You are signed in")
        tap.equal(shell.finish(), 0, "exit status")


def enrolled_with_a_key(credential):
    """alice has a security key and a phone."""
    scene.enrolled()
    path = "%s/%s" % (system.PASSKEYS, scene.USER)
    with open(path, encoding="utf-8") as file:
        key = file.read()
    enrolled(credential)
    with open(path, "a", encoding="utf-8") as file:
        file.write(key)


@case
def who_plugs_no_key_in_gets_a_page_after_a_while():
    credential = chromium.Credential()
    configure(methods="local,browser", browser_peer="any", timeout=scene.TIMEOUT_S)
    enrolled_with_a_key(credential)
    with scene.sudo() as shell:
        scene.password(shell)
        shell.wait_for("Insert your security key to sign in to .* or wait 2 seconds for another way")
        page = sign_in_at_a_terminal(shell, credential)
        shell.wait_for(r"(?m)^0\r?$")
        ends(page, "You are signed in")
        tap.equal(shell.finish(), 0, "exit status")
    tap.contains(last_decision(), "method=browser")
    with scene.sudo() as shell:
        scene.password(shell)
        shell.wait_for("or wait 2 seconds for another way")
        with scene.key():
            shell.wait_for(r"(?m)^0\r?$")
            tap.equal(shell.finish(), 0, "exit status")
        tap.equal("http" in shell.shown, False, "a page is shown")
    tap.contains(last_decision(), "method=local")


@case
def who_has_a_phone_alone_is_not_asked_for_a_key():
    credential = chromium.Credential()
    configure(methods="local,browser", browser_peer="any", timeout=scene.TIMEOUT_S)
    enrolled(credential, more=" transports=hybrid,internal")
    with scene.sudo() as shell:
        scene.password(shell)
        sign_in_at_a_terminal(shell, credential)
        shell.wait_for(r"(?m)^0\r?$")
        tap.equal(shell.finish(), 0, "exit status")
        tap.equal("security key" in shell.shown, False, "a key is asked for")


@case
def without_an_address_to_compare_no_browser_is_asked():
    configure()
    enrolled(chromium.Credential())
    with scene.sudo() as shell:
        scene.password(shell)
        tap.equal(shell.finish() != 0, True, "refused")
        tap.equal("http" in shell.shown, False, "a page is shown")
    tap.contains(LOG.lines("no browser is asked")[0], "browser_peer=any")


if __name__ == "__main__":
    if not chromium.find():
        print("1..0 # SKIP chromium is not installed")
        sys.exit(0)
    if os.geteuid() != 0:
        print("1..0 # SKIP needs root")
        sys.exit(0)
    with contextlib.ExitStack() as stack:
        ssh_scene.private_network()
        DAEMON = stack.enter_context(passkeyd.running(BUILD, ceremonies_per_user=64))
        LOG = scene.prepare(BUILD)
        ssh_scene.equip(network=False)
        BROWSER = stack.enter_context(chromium.Browser())
        case.run()
