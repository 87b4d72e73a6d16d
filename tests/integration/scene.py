# SPDX-License-Identifier: BSD-2-Clause
"""A scratch user with a password and an enrolled security key, in the private system.

Shared by the demonstration (tools/try) and the tests of real programs.
"""

import os
import select
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "virtual"))

import private_system as system  # noqa: E402
import processes  # noqa: E402
import reach  # noqa: E402
from terminal import PATIENCE_S, Terminal  # noqa: E402
from virtual import Authenticator  # noqa: E402

USER = "alice"
OTHER = "bob"  # has no key; runs su to become alice
PASSWORD = "correct horse"
TIMEOUT_S = 5  # the shortest that timeout= allows


class PatientAuthenticator(Authenticator):
    """Where the person is told a moment before the key waits: they do not touch sooner than it does."""

    def touch(self):
        self.wait_touch()
        super().touch()


def key(name="blue", args=()):
    """A software authenticator whose memory outlives it: the same name is the same key."""
    kind = PatientAuthenticator if reach.PORTABLE else Authenticator
    return kind(system.PROGRAMS, system.BUS, node="hidraw0",
                state=os.path.join(system.ROOT, name + ".key"), args=list(args))


def prepare(build, above=None):
    """Enter the private system; returns its Syslog."""
    log = system.enter(build, above)
    os.makedirs(system.PASSKEYS, 0o755)
    system.configure(timeout=TIMEOUT_S)
    system.add_user(USER, PASSWORD)
    system.add_user(OTHER, PASSWORD)
    system.write("/etc/sudoers", "Defaults !lecture, passwd_tries=1\n%s ALL=(ALL:ALL) ALL\n" % USER, 0o440)
    for name in ("sudo", "su", "login", "remote"):  # remote: util-linux's "login -h"
        system.service(name)
    return log


def enroll(name="Blue key", user=USER):
    """What an administrator types to enrol a key."""
    return [system.PROGRAMS + "/passkeyctl", "enroll", "--user", user, "--name", name]


def enrolled(name="Blue key"):
    """Enrol a key that answers by itself, without a terminal."""
    with key():
        return system.run(*enroll(name))


def sudo():
    """alice types `sudo id -u` at a terminal."""
    return Terminal(["sudo", "-k", "id", "-u"], user=USER)


def password(terminal):
    terminal.wait_for(r"(?i)password[^:\n]*:")
    terminal.enter(PASSWORD)


def wait_for_end_of_all_helpers():
    """Returns once no passkey-device runs in this namespace, whether or not one still did."""
    wait_for_end([os.pidfd_open(pid)
                  for pid in processes.by_program(lambda path: "passkey-device" in path)])


def helpers():
    """The processes of passkey-device that run in this namespace now, as descriptors."""
    found = [os.pidfd_open(pid)
             for pid in processes.by_program(lambda path: "passkey-device" in path)]
    if not found:
        raise AssertionError("no helper runs")
    return found


def wait_for_end(descriptors):
    """Returns once all of these processes have ended."""
    for descriptor in descriptors:
        ready, _, _ = select.select([descriptor], [], [], PATIENCE_S)
        os.close(descriptor)
        if not ready:
            raise AssertionError("a helper was left behind")
