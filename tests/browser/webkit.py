# SPDX-License-Identifier: BSD-2-Clause
"""WebKitGTK's MiniBrowser on a screen of its own, driven over WebDriver: the engine of Safari, without its WebAuthn."""

import base64
import contextlib
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time

import passkeyd
from window import SOON_S, Window

MINI_BROWSER = "/usr/lib/%s/webkit2gtk-4.1/MiniBrowser"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver, 12


def find():
    """The browser's path, or None."""
    path = MINI_BROWSER % (os.uname().machine + "-linux-gnu")
    return path if os.path.exists(path) and shutil.which("WebKitWebDriver") and shutil.which("Xvfb") else None


class WebDriverError(Exception):
    pass


class Browser(Window):
    """One window, without a bar, in a light or a dark desktop."""

    def __init__(self, dark=False):
        with contextlib.ExitStack() as stack:
            self.home = stack.enter_context(tempfile.TemporaryDirectory(prefix="webkit-"))
            self.log = stack.enter_context(open(os.path.join(self.home, "log"), "wb"))
            display = self.screen(stack)
            environment = {
                **os.environ, "HOME": self.home, "XDG_RUNTIME_DIR": self.home, "DISPLAY": display, "GDK_BACKEND": "x11",
                "NO_AT_BRIDGE": "1", "LIBGL_ALWAYS_SOFTWARE": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC",
                "GTK_THEME": "Adwaita:dark" if dark else "Adwaita"}
            self.driver(stack, environment)
            browser = {"binary": find(), "args": ["--automation", "--full-screen"]}
            session = self.call("POST", "/session", capabilities={
                "alwaysMatch": {"webkitgtk:browserOptions": browser}})
            self.session = "/session/" + session["sessionId"]
            stack.callback(self.end)
            self.stack = stack.pop_all()

    def end(self):
        with contextlib.suppress(WebDriverError):  # one that has crashed has ended
            self.call("DELETE", self.session)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def start(self, stack, words, **more):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, **more)

        def stop():
            process.terminate()
            process.wait(SOON_S)
        stack.callback(stop)
        return process

    def screen(self, stack):
        """The number that an Xvfb has found free."""
        read, write = os.pipe()
        self.start(stack, ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
                   pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as file:
            number = file.readline().strip()
        if not number:
            raise WebDriverError("Xvfb does not start")
        return ":" + number

    def driver(self, stack, environment):
        """A WebKitWebDriver, on a port that was free a moment ago: when somebody was faster, it ends."""
        while True:
            port = passkeyd.free_port()
            process = self.start(stack, ["WebKitWebDriver", "--port=%d" % port], env=environment)
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SOON_S)
            while process.poll() is None:
                with contextlib.suppress(OSError):
                    self.call("GET", "/status")
                    stack.callback(self.connection.close)
                    return
                self.connection.close()
                time.sleep(0.05)

    def call(self, method, path, **body):
        self.connection.request(method, path, json.dumps(body) if method == "POST" else None,
                                {"Content-Type": "application/json"})
        answer = json.loads(self.connection.getresponse().read())["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise WebDriverError("%s: %s" % (path, answer["message"] or answer["error"]))
        return answer

    def open(self, url):
        self.call("POST", self.session + "/url", url=url)

    def evaluate(self, expression):
        return self.call("POST", self.session + "/execute/sync", script="return " + expression, args=[])

    def element(self, selector):
        found = self.call("POST", self.session + "/element", using="css selector", value=selector)
        return "%s/element/%s" % (self.session, found[ELEMENT])

    def click(self, selector):
        self.call("POST", self.element(selector) + "/click")

    def type(self, selector, text):
        self.call("POST", self.element(selector) + "/value", text=text)

    def press(self, key):
        """A key as WebDriver, 17.4.2 names it, to what has the focus."""
        self.call("POST", self.session + "/actions", actions=[{"type": "key", "id": "keyboard", "actions": [
            {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]}])

    def size(self, width, height):
        self.call("POST", self.session + "/window/rect", width=width, height=height)
        self.wait_for("innerWidth === %d" % width)
        self.call("POST", self.session + "/execute/async", args=[], script=(
            "scrollTo(0, 0); requestAnimationFrame(() => requestAnimationFrame(arguments[0]))"))  # drawn anew

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.call("GET", self.session + "/screenshot")))
