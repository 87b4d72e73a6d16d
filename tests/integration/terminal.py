# SPDX-License-Identifier: BSD-2-Clause
"""A person at a terminal: runs a program on a pseudo-terminal, waits for what it shows, types."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios

PATIENCE_S = 120  # when a program says nothing for so long, something hangs: the test fails
TIOCGPTPEER = 0x5441  # opens the other end of a pseudo-terminal; termios has it from Python 3.13 on


class Terminal:
    """One program on one terminal. Use as a context manager; what is left running is ended."""

    def __init__(self, words, user=None, environment=None):
        self.words = words
        self.shown = ""
        self._seen = 0
        self._status = None
        self._master, slave = pty.openpty()
        environment = dict(environment or {"TERM": "xterm", "PATH": os.environ["PATH"],
                                           "LANG": "C.UTF-8"})
        if user:
            words = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--reset-env"
                     ] + list(words)
        self._process = subprocess.Popen(
            words, stdin=slave, stdout=slave, stderr=slave, env=environment, cwd="/",
            start_new_session=True, preexec_fn=lambda: self._control(slave))
        os.close(slave)
        self._end = os.pidfd_open(self._process.pid)
        self._held = None  # the program's end of the terminal, once nobody else had it open

    @staticmethod
    def _control(slave):
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    def resize(self, lines, columns):
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._release()
        os.close(self._end)
        os.close(self._master)

    def _release(self):
        if self._held is not None:
            os.close(self._held)
        self._held = None

    def _take(self):
        """What the program wrote; nothing once it has ended, or has nobody at its end of the terminal."""
        wanted = [self._master] + ([self._end] if self._held is not None else [])
        ready, _, _ = select.select(wanted, [], [], PATIENCE_S)
        if not ready:
            raise TimeoutError("%s says nothing more after:\n%s" % (self.words, self.shown))
        if self._end in ready:
            self._release()
            return self._take()
        try:
            return os.read(self._master, 65536)
        except OSError:
            return b""

    def _read(self):
        """Add what the program wrote; False at its end."""
        data = self._take()
        while not data and self._process.poll() is None:
            # login of util-linux hangs up its terminal (vhangup(2)), and only then opens it again
            self._release()
            self._held = fcntl.ioctl(self._master, TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY)
            data = self._take()
        self.shown += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return data != b""

    def wait_for(self, pattern):
        """Wait until pattern is shown, after what the last wait found. Returns the match."""
        while True:
            match = re.compile(pattern).search(self.shown, self._seen)
            if match:
                self._seen = match.end()
                return match
            if not self._read():
                raise AssertionError("%s ended without showing %r:\n%s" %
                                     (self.words, pattern, self.shown))

    def type(self, text):
        os.write(self._master, text.encode())

    def enter(self, text):
        self.type(text + "\n")

    def finish(self):
        """Wait for the end; returns the exit status."""
        while self._read():
            pass
        return self._process.wait()

    def picture(self, width=78):
        """What the person saw, in a frame."""
        lines = [line.rstrip() for line in self.shown.strip("\n").split("\n")]
        rows = []
        for line in lines:
            while len(line) > width - 4:
                rows.append(line[:width - 4])
                line = line[width - 4:]
            rows.append(line)
        bar = "─" * (width - 2)
        body = "".join("│ %s │\n" % row.ljust(width - 4) for row in rows)
        return "╭%s╮\n%s╰%s╯" % (bar, body, bar)
