# SPDX-License-Identifier: BSD-2-Clause
"""A machine with passkey-device and software authenticators, for tests of passkey-device.

Programs that use it are called with Meson's build folder and, to choose, names of cases.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile

import processes
import reach
import tap

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "virtual"))
from virtual import Authenticator, find_program  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
DRIVER, = reach.shared(os.path.join(BUILD, "tests", "integration", reach.variant("device_driver")))
VIRTUAL_DEVICE = reach.virtual_device(
    find_program(BUILD, reach.variant("passkey-device-virtual")), find_program(BUILD, "libvirtual-bus.so"))
RP = "example.com"
PIN = "1234"
PATIENCE = 60  # seconds until a test that hangs is a failure; no test ends by it
NOBODY = 65534
# Where it does not show whether a key waits, the person is told before it answers at once.
PASSED_OVER = {"authenticator", "touch", "verify"} if reach.PORTABLE else {"authenticator"}
LONG_MS = 60000
SHORT_MS = 1200


class Desk:
    """A machine: passkey-device, and what is plugged in."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="ppk-device-")
        os.chmod(self.folder, 0o755)  # what looks for keys has an id of its own
        self.bus = os.path.join(self.folder, "bus")
        # a name that no other test's processes have
        self.helper = os.path.join(self.folder, "passkey-device-" + self.folder.rsplit("-", 1)[1])
        self._open = contextlib.ExitStack()

    def __enter__(self):
        os.mkdir(self.bus, 0o755)
        os.chmod(self.folder, 0o755)
        shutil.copy(VIRTUAL_DEVICE, self.helper)
        return self

    def ordinary_user(self):
        """How a ceremony is run by somebody who may not open everything: the caller, or nobody."""
        if os.getuid() != 0:
            return {}
        return {"user": NOBODY, "group": NOBODY, "extra_groups": []}

    def waiting_for_touch(self):
        """An enrolled key that waits for a touch: the key, the ceremony, and the id of the credential."""
        key = self.key()
        identity = self.enrol()["credential_id"]
        key.control("touch-mode control")
        ceremony = self.sign_in(group(identity))
        ceremony.expect("touch")
        return key, ceremony, identity

    def __exit__(self, *_):
        self._open.close()
        shutil.rmtree(self.folder)

    def key(self, number=0, *args):
        """A key that is plugged in, until the end of the test or key.stop()."""
        key = Authenticator(BUILD, self.bus, node="hidraw%d" % number, args=args)
        return self._open.enter_context(key)

    def ask(self, what, *args, timeout=LONG_MS, **run):
        return self._open.enter_context(Ceremony(self.helper, what, *args, timeout=timeout, **run))

    def enrol(self, *args, pin=None):
        """A new credential on the only key that is plugged in."""
        ceremony = self.ask("create", *(args or ["rp=" + RP, "uv=discouraged"]))
        while True:
            message = ceremony.next()
            if message["type"] == "pin-needed":
                ceremony.pin(pin)
            elif message["type"] == "credential":
                ceremony.finish()
                return message
            elif message["type"] not in ("authenticator", "touch", "verify"):
                raise AssertionError(message)

    @contextlib.contextmanager
    def helpers_stopped(self):
        """While in it, passkey-device and its workers see nothing and do nothing."""
        pids = processes_of(self.helper)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    def sign_in(self, *groups, timeout=LONG_MS, **run):
        return self.ask("assert", *["group=" + g for g in groups], timeout=timeout, **run)


class Ceremony:
    """One run of passkey-device: messages out, commands in."""

    def __init__(self, helper, what, *args, timeout, driver=DRIVER, **run):
        self.process = subprocess.Popen([driver, helper, what, "timeout=%d" % timeout, *args],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, **run)
        self.seen = []
        self._rest = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def _line(self):
        while b"\n" not in self._rest:
            if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
                raise AssertionError("no message after %r" % self.seen)
            read = os.read(self.process.stdout.fileno(), 65536)
            if not read:
                raise AssertionError("ended after %r" % self.seen)
            self._rest += read
        line, self._rest = self._rest.split(b"\n", 1)
        return json.loads(line)

    def next(self):
        message = self._line()
        self.seen.append(message)
        return message

    def expect(self, kind, **values):
        """The next message, not counting "here is an authenticator"."""
        message = self.next()
        while message["type"] in PASSED_OVER and message["type"] != kind:
            message = self.next()
        tap.equal(message["type"], kind, "type of %r after %r" % (message, self.seen[:-1]))
        for name, value in values.items():
            tap.equal(message[name], value, "%s of %r" % (name, message))
        return message

    def until(self, *kinds):
        """The next message of one of these kinds; others are passed over."""
        message = self.next()
        while message["type"] not in kinds:
            if message["type"] in ("assertion", "credential", "failed", "ended", "listed"):
                raise AssertionError("%r came before %r" % (message, kinds))
            message = self.next()
        return message

    def pin(self, text):
        self.command("pin " + text)

    def command(self, text):
        self.process.stdin.write(text.encode() + b"\n")
        self.process.stdin.flush()

    def finish(self):
        """Wait until driver and passkey-device have ended."""
        self.process.stdin.close()
        self.process.stdin = None
        tap.equal(self.process.wait(PATIENCE), 0, "exit status")
        return self

    def kinds(self):
        return [m["type"] for m in self.seen]


def on_linux(case):
    """A case about what passkey-device of Linux alone can: its own transport, events, confinement."""
    case.is_on_linux_alone = True
    return case


def group(*ids, uv="discouraged", rp=RP):
    return "%s/%s/%s" % (rp, uv, ":".join(ids))


def stranger(number, length=64):
    """The id of a credential that no key here holds."""
    return ("%02x" % (number + 1)) * length


def check_flags(assertion, verified):
    flags = int(assertion["authenticator_data"][64:66], 16)
    tap.equal(bool(flags & 1), True, "user presence")
    tap.equal(bool(flags & 4), verified, "user verification")


def transactions(key):
    return key.stats()["transactions"]


def processes_of(helper):
    """The processes that run a program."""
    return processes.by_name(os.path.basename(helper))


def waits_for_nobody(key):
    """The key does not wait for anybody."""
    try:
        key.touch()
    except Exception as reason:  # the control answers "error: nobody waits"
        tap.contains(str(reason), "nobody waits")
    else:
        raise AssertionError("the key still waits for a touch")


def replug(key):
    key.unplug()
    key.plug()


def status_of(pid):
    with open("/proc/%d/status" % pid) as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def run(scope):
    """Run the cases of a module, given its globals(): its functions without arguments."""
    cases = [value for value in scope.values()
             if getattr(value, "__module__", "") == "__main__" and hasattr(value, "__code__") and
             value.__code__.co_argcount == 0 and not value.__name__.startswith("_") and
             not (reach.PORTABLE and hasattr(value, "is_on_linux_alone"))]
    chosen = sys.argv[2:]
    tap.run([case for case in cases if not chosen or case.__name__ in chosen])
