# SPDX-License-Identifier: BSD-2-Clause
"""Firefox, driven over its Marionette protocol, with virtual authenticators."""

import base64
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

from window import SOON_S, Window

PREFERENCES = {
    "app.update.enabled": False, "app.normandy.enabled": False, "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0, "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False, "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False, "browser.safebrowsing.update.enabled": False,
    "extensions.update.enabled": False, "services.settings.server": "data:,", "marionette.port": 0,
    "security.webauth.webauthn_enable_softtoken": True, "security.webauth.webauthn_enable_usbtoken": False,
    "intl.accept_languages": "en-GB", "browser.tabs.remote.autostart": True,
}


def find():
    """The program, or None."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class MarionetteError(Exception):
    pass


class Browser(Window):
    """One Firefox with a profile of its own, and one tab."""

    def __init__(self, **preferences):
        self.profile = tempfile.mkdtemp(prefix="firefox-")
        with open(os.path.join(self.profile, "user.js"), "w", encoding="utf-8") as file:
            for name, value in {**PREFERENCES, **preferences}.items():
                file.write("user_pref(%s, %s);\n" % (json.dumps(name), json.dumps(value)))
        self.log = open(os.path.join(self.profile, "log"), "wb")
        self.process = subprocess.Popen(
            [find(), "--headless", "--marionette", "--no-remote", "--profile", self.profile],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True,
            env={**os.environ, "HOME": self.profile, "TZ": "UTC", "MOZ_HEADLESS_WIDTH": "400",
                 "MOZ_HEADLESS_HEIGHT": "900"})
        self.number, self.buffer = 0, b""
        self.socket = socket.create_connection(("127.0.0.1", self.port()), timeout=SOON_S)
        self.receive()  # who it is
        self.call("WebDriver:NewSession")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def port(self):
        deadline = time.monotonic() + SOON_S
        while True:
            try:
                with open(os.path.join(self.profile, "MarionetteActivePort"), encoding="ascii") as file:
                    return int(file.read())
            except (OSError, ValueError):
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise MarionetteError("Firefox does not start")
            time.sleep(0.05)

    def receive(self):
        while b":" not in self.buffer:
            self.buffer += self.more()
        length, self.buffer = self.buffer.split(b":", 1)
        while len(self.buffer) < int(length):
            self.buffer += self.more()
        message, self.buffer = self.buffer[:int(length)], self.buffer[int(length):]
        return json.loads(message)

    def more(self):
        chunk = self.socket.recv(1 << 20)
        if not chunk:
            raise MarionetteError("Firefox has ended")
        return chunk

    def call(self, name, **parameters):
        self.number += 1
        message = json.dumps([0, self.number, name, parameters]).encode()
        self.socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self.receive()
        if error:
            raise MarionetteError("%s: %s" % (name, error["message"]))
        return result

    def open(self, url):
        self.call("WebDriver:Navigate", url=url)

    def evaluate(self, expression):
        return self.call("WebDriver:ExecuteScript", script="return " + expression, args=[])["value"]

    def element(self, selector):
        found = self.call("WebDriver:FindElement", using="css selector", value=selector)["value"]
        return next(iter(found.values()))

    def click(self, selector):
        self.call("WebDriver:ElementClick", id=self.element(selector))

    def type(self, selector, text):
        self.call("WebDriver:ElementSendKeys", id=self.element(selector), text=text)

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("WebDriver:TakeScreenshot", full=True)["value"]))

    def authenticator(self, transport="internal"):
        return self.call("WebAuthn:AddVirtualAuthenticator", protocol="ctap2_1", transport=transport,
                         hasResidentKey=True, hasUserVerification=True, isUserConsenting=True,
                         isUserVerified=True)["value"]

    def close(self):
        try:
            self.call("Marionette:Quit", flags=["eForceQuit"])
        except (MarionetteError, OSError):
            pass
        self.socket.close()
        self.process.wait(SOON_S)
        self.log.close()
        shutil.rmtree(self.profile, ignore_errors=True)
