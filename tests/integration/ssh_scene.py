# SPDX-License-Identifier: BSD-2-Clause
"""Real sshd and ssh in the private system, with a network of their own; the security key is the client's.

A Server is one sshd with a PAM service of its own. A person (Client) has an account, a configuration
of ssh and passkey-askpass. PPK_TEST_OPENSSH=FOLDER takes another OpenSSH: what tests/fetch_openssh left in
FOLDER, or any whose FOLDER/tree/usr can be laid over the machine's.
"""

import contextlib
import ctypes
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys

import scene
from scene import Terminal, system

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
PERSON = "carol"  # the account at the client; she signs in as scene.USER
OTHER_OPENSSH = os.environ.get("PPK_TEST_OPENSSH", "")
ASKPASS = system.PROGRAMS + "/passkey-askpass"
SPLIT_SSHD = "/usr/lib/openssh/sshd-session"  # from 9.8 on: the PAM service is an option of its own
TYPES_PASSWORD = system.ROOT + "/types-password"
HOSTS = {"web1.example": "127.0.0.1", "evil.example": "127.0.0.1"}

SSH = "/usr/bin/ssh"


def private_network():
    """A network namespace that holds a loopback interface alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise RuntimeError("unshare: " + os.strerror(ctypes.get_errno()))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        fcntl.ioctl(probe, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def add_address(address, link):
    """In the private network: address/length, usable at once."""
    system.run("ip", "address", "add", address, "dev", link, "nodad")


def other_openssh():
    """The tree of the OpenSSH to take instead of the machine's own. Ends the test where there is none."""
    tree = OTHER_OPENSSH and OTHER_OPENSSH + "/tree"
    if tree and not os.path.isfile(tree + "/usr/sbin/sshd"):
        reason = "tests/fetch_openssh has not been run"
        with contextlib.suppress(FileNotFoundError), \
                open(OTHER_OPENSSH + "/reason", encoding="utf-8") as file:
            reason = file.read().strip()
        print("1..0 # SKIP no other OpenSSH: " + reason)
        sys.exit(0)
    return tree


def prepare(build):
    """Enter the private system with an enrolled key for alice; returns its Syslog."""
    log = scene.prepare(build, other_openssh())
    print("# " + subprocess.run([SSH, "-V"], stderr=subprocess.PIPE, text=True, check=True).stderr.strip())
    equip()
    scene.enrolled()
    return log


def equip(network=True):
    """In a private system that has been entered: what a client and an sshd need, and a network."""
    if network:
        private_network()
    system.write(TYPES_PASSWORD, "#!/bin/sh\necho \"$1\" >>%s/asked\necho '%s'\n" %
                 (system.ROOT, scene.PASSWORD), 0o755)
    system.write(system.ROOT + "/asked", "", 0o666)
    with open("/etc/hosts", "a", encoding="utf-8") as file:
        file.writelines("%s %s\n" % (address, name) for name, address in HOSTS.items())
    os.makedirs("/run/sshd", 0o755)
    system.add_user(PERSON, scene.PASSWORD)
    system.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", system.ROOT + "/host_key")
    system.write(system.ROOT + "/ssh_config", "".join(line + "\n" for line in (
        "Host *", "StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "LogLevel ERROR",
        "PreferredAuthentications publickey,keyboard-interactive")))


class Server:
    """One sshd. module: options on the PAM line; auth: lines instead of password and passkey."""

    def __init__(self, name, port, module="methods=askpass", auth=(), options=()):
        self.name, self.port = name, port
        self.service = "sshd-" + name
        self._options = list(options)
        system.service(self.service, *(auth or ("requisite pam_unix.so nodelay",
                                                "required pam_passkey.so " + module)))
        self._process = None

    def command(self):
        """The words of this sshd, whose configuration is written."""
        program = "%s/%s" % (system.ROOT, self.service)  # the name is the PAM service
        if not os.path.lexists(program):
            os.symlink("/usr/sbin/sshd", program)
        config = "%s/%s.conf" % (system.ROOT, self.name)
        lines = ["Port %d" % self.port, "ListenAddress 127.0.0.1", "ListenAddress ::1",
                 "HostKey %s/host_key" % system.ROOT, "UsePAM yes", "PidFile none",
                 "KbdInteractiveAuthentication yes", "PasswordAuthentication no", "StrictModes no",
                 "AuthenticationMethods keyboard-interactive", "UseDNS no", "PrintMotd no",
                 "AuthorizedKeysFile %s/authorized_keys" % system.ROOT,
                 "Subsystem sftp internal-sftp"]
        if os.path.exists(SPLIT_SSHD):
            lines += ["PAMServiceName " + self.service, "PerSourcePenalties no"]
        given = {line.split()[0] for line in self._options}
        system.write(config, "".join(line + "\n" for line in self._options) + "".join(
            line + "\n" for line in lines if line.split()[0] not in given))
        return [program, "-f", config]

    def __enter__(self):
        self._process = subprocess.Popen([*self.command(), "-D", "-e"], stdin=subprocess.DEVNULL,
                                         stderr=subprocess.PIPE, start_new_session=True)
        self._wait_until_it_listens()
        return self

    def _wait_until_it_listens(self):
        seen = b""
        while seen.count(b"Server listening") < 2:
            ready, _, _ = select.select([self._process.stderr], [], [], scene.PATIENCE_S)
            data = os.read(self._process.stderr.fileno(), 65536) if ready else b""
            if not data:
                raise AssertionError("sshd does not listen: %s" % seen.decode())
            seen += data

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stderr.close()


def environment(**more):
    values = {"PATH": os.environ["PATH"], "HOME": "/home/" + PERSON, "LANG": "C.UTF-8", "TERM": "xterm",
              "SSH_ASKPASS": ASKPASS, "SSH_ASKPASS_REQUIRE": "force",
              "PASSKEY_ASKPASS_FALLBACK": TYPES_PASSWORD}
    values.update(more)
    return {name: value for name, value in values.items() if value is not None}


def words(server, *command, host="web1.example", user=scene.USER, options=()):
    return [SSH, "-F", system.ROOT + "/ssh_config", "-p", str(server.port), *options,
            "%s@%s" % (user, host), *command]


def as_person(command):
    return ["setpriv", "--reuid", PERSON, "--regid", PERSON, "--init-groups", *command]


class Session:
    """ssh, or a program that runs it, without a terminal."""

    def __init__(self, command, environ=None):
        self._process = subprocess.Popen(
            as_person(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=environ or environment(), cwd="/home/" + PERSON,
            start_new_session=True, text=True)

    def finish(self):
        """(exit status, standard output, standard error)"""
        out, error = self._process.communicate(timeout=scene.PATIENCE_S * 2)
        return self._process.returncode, out, error


def run(command, environ=None):
    return Session(command, environ).finish()


def terminal(command, environ=None):
    """The same at a terminal. The environment is the person's, so setpriv must not reset it."""
    return Terminal(as_person(command), environment=environ or environment())


def answer_by_hand(shell, target):
    """At the first question: paste the challenge into passkey-askpass elsewhere, and its answer back."""
    shell.wait_for(r"\[passkey1\]: ")
    shell.enter("paste")
    line = shell.wait_for(r"(?m)^(passkey1:\S+)$").group(1)
    shell.wait_for("What it answers: ")
    with terminal([ASKPASS, "--answer", target]) as other:
        other.wait_for("The line to answer: ")
        other.enter(line)
        answer = other.wait_for(r"(?m)^passkey1:(?!%s)\S+$" % line[9:]).group(0)
        if other.finish() != 0:
            raise AssertionError("--answer gave:\n" + other.shown)
    shell.enter(answer)
