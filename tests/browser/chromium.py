# SPDX-License-Identifier: BSD-2-Clause
"""Chromium, driven over the DevTools protocol through a pair of pipes, with virtual authenticators."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

SOON_S = 30  # so long that only a hang reaches it
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--disable-extensions", "--mute-audio", "--hide-scrollbars",
    "--no-default-browser-check", "--remote-debugging-pipe", "--force-device-scale-factor=1")


def find():
    """The program, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class ProtocolError(Exception):
    pass


class Browser:
    """One Chromium with a profile of its own."""

    def __init__(self, *arguments):
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        to_read, self.to_browser = os.pipe()
        self.from_browser, to_write = os.pipe()
        self.buffer, self.number, self.events, self.pages = b"", 0, [], []

        def place_pipes():  # descriptors 3 and 4, whatever the numbers here are
            read, write = os.dup(to_read), os.dup(to_write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.log = open(os.path.join(self.profile, "log"), "wb")
        self.process = subprocess.Popen(
            [find(), *ARGUMENTS, "--user-data-dir=" + self.profile, *arguments, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, close_fds=False,
            preexec_fn=place_pipes, start_new_session=True,
            env={**os.environ, "HOME": self.profile, "TZ": "UTC"})
        os.close(to_read)
        os.close(to_write)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def receive(self, deadline):
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.from_browser], [], [], max(0, deadline - time.monotonic()))
            chunk = os.read(self.from_browser, 1 << 20) if ready else b""
            if not chunk:
                raise ProtocolError("Chromium is silent" if not ready else "Chromium has ended")
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.to_browser, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + SOON_S
        while True:
            answer = self.receive(deadline)
            if answer.get("id") != self.number:
                self.events.append(answer)
                continue
            if "error" in answer:
                raise ProtocolError("%s: %s" % (method, answer["error"]["message"]))
            return answer["result"]

    def page(self):
        self.pages.append(Page(self))
        return self.pages[-1]

    def close_pages(self):
        while self.pages:
            self.pages.pop().close()

    def close(self):
        try:
            self.call("Browser.close")
        except (ProtocolError, OSError):
            pass
        os.close(self.to_browser)
        os.close(self.from_browser)
        self.process.wait(SOON_S)
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)


class Page:
    """One tab, in a context of its own (no cookies, no storage of another)."""

    def __init__(self, browser):
        self.browser = browser
        self.context = browser.call("Target.createBrowserContext")["browserContextId"]
        target = browser.call("Target.createTarget", url="about:blank",
                              browserContextId=self.context)["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(domain + ".enable")
        self.call("WebAuthn.enable", enableUI=False)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def close(self):
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)

    def evaluate(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise ProtocolError(answer["exceptionDetails"]["exception"].get("description", "exception"))
        return answer["result"].get("value")

    def wait_for(self, expression, what=None):
        deadline = time.monotonic() + SOON_S
        while True:
            try:
                found = self.evaluate(expression)
            except ProtocolError:  # the page is being replaced
                found = None
            if found:
                return found
            if time.monotonic() > deadline:
                raise AssertionError("never so: %s\n%s" % (what or expression, self.evaluate(
                    "document.body && document.body.innerText")))
            time.sleep(0.02)

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait_for("location.href === %s && document.readyState === 'complete'" % json.dumps(url), url)

    def text(self, selector):
        return self.evaluate("document.querySelector(%s).textContent" % json.dumps(selector))

    def click(self, selector):
        """A real click, in the middle of what is visible there."""
        x, y = self.evaluate(
            "(() => { const e = document.querySelector(%s); e.scrollIntoView({block: 'center'});"
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()"
            % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def key(self, name, code=None, text=None):
        parameters = {"key": name, "code": code or name}
        if name in ("Enter", "Tab"):
            parameters["windowsVirtualKeyCode"] = {"Enter": 13, "Tab": 9}[name]
        if name == "Enter":
            text = "\r"
        self.call("Input.dispatchKeyEvent", type="keyDown", text=text or "", **parameters)
        self.call("Input.dispatchKeyEvent", type="keyUp", **parameters)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def speak(self, language):
        agent = self.evaluate("navigator.userAgent").replace("HeadlessChrome", "Chrome")
        self.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)

    def screenshot(self, path, width, height, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])
        full = self.evaluate("document.documentElement.scrollHeight")
        picture = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip={
            "x": 0, "y": 0, "width": width, "height": max(height, full), "scale": 1})
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def scrolls_sideways(self):
        return self.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    def authenticator(self, transport="internal", uv=True, verified=True, **more):
        """Its id; it answers at once."""
        options = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": transport,
                   "hasResidentKey": True, "hasUserVerification": uv, "isUserVerified": verified,
                   "automaticPresenceSimulation": True, **more}
        return self.call("WebAuthn.addVirtualAuthenticator", options=options)["authenticatorId"]

    def add_credential(self, authenticator, credential):
        self.call("WebAuthn.addCredential", authenticatorId=authenticator, credential={
            "credentialId": base64.b64encode(credential.id).decode(), "isResidentCredential": False,
            "rpId": credential.rp, "privateKey": base64.b64encode(credential.key).decode(), "signCount": 1})


class Credential:
    """An ES256 key pair made by openssl, to put into a virtual authenticator and to verify with."""

    def __init__(self, rp="localhost", id_=None):
        self.rp = rp
        self.id = id_ or os.urandom(32)
        pem = self.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        self.key = self.openssl("pkcs8", "-topk8", "-nocrypt", "-outform", "DER", input_=pem)
        self.public = self.openssl("pkey", "-pubout", input_=pem)

    @staticmethod
    def openssl(*arguments, input_=b""):
        return subprocess.run(["openssl", *arguments], input=input_, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=True).stdout

    def verifies(self, data, signature):
        with tempfile.TemporaryDirectory() as folder:
            paths = {}
            for name, content in (("key", self.public), ("signature", signature)):
                paths[name] = os.path.join(folder, name)
                with open(paths[name], "wb") as file:
                    file.write(content)
            done = subprocess.run(["openssl", "dgst", "-sha256", "-verify", paths["key"], "-signature",
                                   paths["signature"]], input=data, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False)
        return done.returncode == 0
