# SPDX-License-Identifier: BSD-2-Clause
"""Where passkeyctl enrols in a browser, with a passkeyd that is honest or is not: for the tests of enroll and invite."""

import contextlib
import glob
import os
import subprocess

import fake_passkeyd
import scene
import tap
from fake_passkeyd import Passkey
from scene import system

CTL = system.PROGRAMS + "/passkeyctl"
FILE = system.PASSKEYS + "/alice"
SOCKET = "/run/passkeyd/passkeyd.socket"
ORIGIN = "https://login.example.com"
URL = ORIGIN + "/abcdefghijklmnopqrstuvwxyz"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def fresh(**options):
    for path in glob.glob(system.PASSKEYS + "/*") + glob.glob(system.STATE + "/*"):
        os.unlink(path)
    options.setdefault("browser_origin", ORIGIN)
    system.configure(**options)


def start(*words):
    return subprocess.Popen([CTL, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, start_new_session=True,
                            env={"PATH": os.environ["PATH"]}, cwd="/")


def enroll(*words):
    return start("enroll", "--browser", "--user", "alice", *words)


def finish(process, status):
    """Its output, once it has ended with this status."""
    out, err = process.communicate(timeout=scene.PATIENCE_S)
    tap.equal(process.returncode, status, "exit status (%s)" % err)
    return out, err


def ctl(*words, status):
    return finish(start(*words), status)


def lines():
    return read(FILE).splitlines() if os.path.exists(FILE) else []


def passkey(**options):
    return Passkey(system.ROOT + "/tmp", **options)


@contextlib.contextmanager
def ceremony(*words, url=URL):
    """enroll --browser, started, and its ceremony."""
    with fake_passkeyd.listening(SOCKET) as accept:
        process = enroll(*words)
        made = accept()
        made.start(url)
        yield process, made
        made.close()
