# SPDX-License-Identifier: BSD-2-Clause
"""The guest, as the cases use it: users, PAM services, security keys at a real kernel.

The project is installed as `meson install` installs it, with the sample PAM services. Nothing here
is undone: the guest is thrown away.
"""

import contextlib
import glob
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TESTS, "integration"))
sys.path.insert(0, os.path.join(TESTS, "virtual"))

import scene  # noqa: E402
import tap  # noqa: E402
from scene import system  # noqa: E402
from terminal import Terminal  # noqa: E402
from virtual import Authenticator, PATIENCE_S  # noqa: E402

BUILD = os.path.abspath(sys.argv[1])
EXAMPLES = "/usr/share/doc/pam_passkey/examples/pam.d"
HELPER = "/usr/libexec/pam_passkey/passkey-device"
CONF = "/etc/security/pam_passkey.conf"
RULE = "/run/udev/rules.d/99-vm.rules"
COUNTS = "/var/lib/pam_passkey/%s.counts"
USER, OTHER, PASSWORD = scene.USER, scene.OTHER, scene.PASSWORD
PIN = "271828"
LONG_S = 300  # no case waits for this to pass
SHORT_S = 5

CASES, BENCHES = [], []


def case(function):
    """Marks a case; they run in the order of the files."""
    CASES.append(function)
    return function


def case_for_all(function):
    """Marks a case that runs twice: with a program of root, and with one of an ordinary user."""
    def with_root():
        function(None)

    def with_user():
        with everybody_may_open_keys():
            function(OTHER)
    for run, whose in ((with_root, ""), (with_user, "_with_an_ordinary_users_program")):
        run.__name__ = function.__name__ + whose
        CASES.append(run)


def bench(function):
    """Marks what takes minutes and is measured: it runs when it is named, and never else."""
    BENCHES.append(function)
    return function


class Key(Authenticator):
    """A software authenticator behind a device node that the kernel made."""

    transport = "uhid"
    devices = "/sys/bus/hid/devices"

    def __init__(self, name="blue", *args, state=None):
        state = os.path.join(system.ROOT, (state or name) + ".key")
        super().__init__(BUILD, system.BUS, node=name, state=state,
                         args=["--transport", self.transport, *args])

    def start(self):
        super().start()
        self.wait_for_node()
        return self

    def plug(self):
        super().plug()
        self.wait_for_node()

    def nodes(self):
        """Its nodes below /dev; none while it is unplugged."""
        found = []
        for folder in glob.glob(self.devices + "/*"):
            try:
                with open(folder + "/uevent", encoding="utf-8") as file:
                    if "HID_UNIQ=%s\n" % self.node in file.read():
                        found += os.listdir(folder + "/hidraw")
            except FileNotFoundError:  # it is coming or going
                pass
        return ["/dev/" + name for name in found]

    @property
    def path(self):
        node, = self.nodes()
        return node

    def wait_for_node(self):
        """Returns once udev has done with the node what its rules say."""
        while not self.nodes():
            system.run("udevadm", "settle")
        system.run("udevadm", "wait", "--timeout=%d" % PATIENCE_S, "--settle", self.path)


@contextlib.contextmanager
def everybody_may_open_keys():
    """As an admin's rule of udev says."""
    system.run("mkdir", "-p", os.path.dirname(RULE))
    system.write(RULE, 'SUBSYSTEM=="hidraw", MODE="0666"\n')
    system.run("udevadm", "control", "--reload")
    try:
        yield
    finally:
        os.unlink(RULE)
        system.run("udevadm", "control", "--reload")


class UsbKey(Key):
    """The same behind a USB host controller."""

    transport = "usb"


def options(*lines, timeout=LONG_S):
    """Write pam_passkey.conf."""
    system.write(CONF, "".join(line + "\n" for line in ("timeout = %d" % timeout, *lines)))


def enroll_words(*words, user=USER):
    return ["passkeyctl", "enroll", "--user", user, *words]


def forget(user=USER):
    """No credential of this user, and no count."""
    for path in (os.path.join(system.PASSKEYS, user), COUNTS % user):
        if os.path.exists(path):
            os.unlink(path)


def enrol(key, *words, user=USER, pin=None):
    """Enrol a key that answers by itself, under its own name; a person types its PIN."""
    words = enroll_words("--name", label(key), *words, user=user)
    with Terminal(words) as terminal:
        while "PIN" in terminal.wait_for(r"PIN for [^\n]*: |Enrolled ").group(0):
            terminal.enter(pin)
        tap.equal(terminal.finish(), 0, "exit status of %r: %s" % (words, terminal.shown))


def label(key):
    return key.node.capitalize() + " key"


def only(key, *words, user=USER, pin=None):
    """Enrol this key, which is plugged in, as the only one of the user."""
    key.control("touch-mode auto")
    forget(user)
    enrol(key, *words, user=user, pin=pin)
    key.control("touch-mode control")


def sign_in(user=USER, by=None):
    """pamtester with a service that asks for the passkey alone, run as root or by a user."""
    return Terminal(["pamtester", "passkey", user, "authenticate"], user=by)


def granted(terminal, shown=r"(?m)^0$"):
    terminal.wait_for(shown)
    tap.equal(terminal.finish(), 0, "exit status")


def signed_in(terminal):
    granted(terminal, "successfully authenticated")


def refused(terminal):
    tap.equal(terminal.finish() != 0, True, "refused")
    if re.search(r"(?m)^0$|successfully", terminal.shown):
        raise AssertionError("let in: " + terminal.shown)


def touch(key):
    """The person touches the key once it waits for that."""
    key.wait_touch()
    key.touch()


def waits_for_nobody(key):
    """The key does not wait for anybody."""
    try:
        key.touch()
    except Exception as reason:  # the control answers "error: nobody waits"
        tap.contains(str(reason), "nobody waits")
    else:
        raise AssertionError("the key still waits for a touch")


def doctor():
    """What passkeyctl doctor shows, whatever it finds."""
    return subprocess.run(["passkeyctl", "doctor", "--user", USER], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, check=False).stdout


class Journal:
    """What the system's log says from here on."""

    def __init__(self):
        system.run("journalctl", "--sync")
        shown = system.run("journalctl", "--quiet", "--lines=0", "--show-cursor")
        self._cursor = re.search(r"cursor: (\S+)", shown).group(1)

    def lines(self, of="pam_passkey"):
        system.run("journalctl", "--sync")
        shown = system.run("journalctl", "--quiet", "--no-pager", "--output=cat",
                           "--after-cursor=" + self._cursor)
        return [line for line in shown.splitlines() if of in line]

    def wait_for(self, part):
        """Returns once a line has this in it."""
        with subprocess.Popen(["journalctl", "--follow", "--no-tail", "--quiet", "--output=cat",
                               "--after-cursor=" + self._cursor], stdout=subprocess.PIPE,
                              text=True) as journal:
            for line in journal.stdout:
                if part in line:
                    break
            journal.kill()


def sample_service(name, *replaced):
    """Install a sample of the project, with (this, by that) replaced in it."""
    with open(os.path.join(EXAMPLES, name), encoding="utf-8") as file:
        text = file.read()
    for this, that in replaced:
        tap.contains(text, this)
        text = text.replace(this, that)
    system.write("/etc/pam.d/" + name, text)


def prepare():
    """Users, services and an enrolled key."""
    system.run("modprobe", "--all", "uhid", "vhci_hcd")
    for folder in (system.PASSKEYS, system.BUS):
        os.makedirs(folder, 0o755)
    for name in ("sudo", "su", "login"):
        sample_service(name)
    sample_service("sshd", ("methods=askpass", "methods=local"))  # the key is at the server
    system.write("/etc/sudoers", "Defaults !lecture, passwd_tries=1\n%s ALL=(ALL:ALL) ALL\n" % USER,
                 0o440)
    system.service("passkey", "required pam_passkey.so")
    with open("/etc/login.defs", "a", encoding="utf-8") as file:
        file.write("\nLOGIN_TIMEOUT 600\n")
    system.add_user(USER, PASSWORD)
    system.add_user(OTHER, PASSWORD)
