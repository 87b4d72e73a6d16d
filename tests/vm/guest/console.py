# SPDX-License-Identifier: BSD-2-Clause
"""A person at the machine itself, on the first virtual terminal."""

import contextlib
import fcntl
import os
import re
import select
import subprocess
import termios
import time

from machine import Key, PASSWORD, PATIENCE_S, USER, only, touch

TTY, SCREEN = "/dev/tty1", "/dev/vcs1"
COLUMNS = 80


def read_screen(screen):
    screen.seek(0)
    text = screen.read(65536).decode("latin-1")
    return "\n".join(text[at:at + COLUMNS].rstrip() for at in range(0, len(text), COLUMNS))


class Console:
    """getty on the first virtual terminal, and a person who types and reads the screen."""

    def __init__(self):
        self._getty = None

    def __enter__(self):
        self._getty = subprocess.Popen(["agetty", "tty1", "linux"], stdin=subprocess.DEVNULL,
                                       start_new_session=True)
        return self

    def __exit__(self, *_):
        self._getty.terminate()
        self._getty.wait()

    def wait_for(self, pattern):
        """Returns what matches once pattern is on the screen."""
        deadline = time.monotonic() + PATIENCE_S
        with open(SCREEN, "rb", buffering=0) as screen:
            poll = select.poll()
            poll.register(screen, select.POLLPRI)  # it changed since it was read
            while not (match := re.search(pattern, read_screen(screen))):
                poll.poll(max(0, deadline - time.monotonic()) * 1000)
                if time.monotonic() > deadline:
                    raise TimeoutError("%r is not on the screen:\n%s" %
                                       (pattern, read_screen(screen)))
        return match

    def enter(self, text):
        terminal = os.open(TTY, os.O_RDWR | os.O_NOCTTY)  # each time: login may have hung it up
        for byte in (text + "\n").encode():
            fcntl.ioctl(terminal, termios.TIOCSTI, bytes([byte]))
        os.close(terminal)

    def log_in(self, key):
        self.wait_for("login:")
        self.enter(USER)
        self.wait_for("Password:")
        self.enter(PASSWORD)
        self.wait_for("Touch Blue key to sign in")
        touch(key)
        self.enter("clear; echo I am $(id -un) on $(tty)")
        self.wait_for("I am alice on /dev/tty1")

    def log_out(self):
        self.enter("exit")
        self._getty.wait(PATIENCE_S)


@contextlib.contextmanager
def alice_at_the_console():
    with Console() as console:
        with Key("blue") as key:
            only(key)
            console.log_in(key)
        yield console
        console.log_out()
