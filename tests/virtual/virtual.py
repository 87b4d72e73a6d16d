# SPDX-License-Identifier: BSD-2-Clause
"""The software authenticator, as tests use it (README.md tells the options and commands).

    with Authenticator(build, bus, args=["--pin", "1234", "--touch=control"]) as key:
        ...                 # start a program that asks for a touch
        key.wait_touch()    # returns once the authenticator waits for the person
        key.touch()
        print(key.stats()["transactions"])

`build` is Meson's build folder (or any folder that holds the programs), `bus` the folder that
stands in for /dev. environment() is what puts an unmodified libfido2 program onto that bus.
"""

import json
import os
import socket
import subprocess
import tempfile

ANSWER_LIMIT = 65536
PATIENCE_S = 120  # who does not answer for so long hangs; no test ends by it


class AuthenticatorError(Exception):
    """The authenticator did not start, or refused a command."""


def find_program(build, name):
    """The path of a built file, either in `build` itself or where Meson puts it."""
    for folder in (build, os.path.join(build, "tests", "virtual"), os.path.join(build, "virtual")):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            return os.path.abspath(path)
    raise FileNotFoundError(f"{name} is not in {build}")


def environment(build, bus, base=None, preload=()):
    """A copy of the environment `base` in which programs see the bus instead of /dev."""
    result = dict(os.environ if base is None else base)
    libraries = [find_program(build, "libvirtual-bus.so"), *preload]
    result["LD_PRELOAD"] = " ".join(libraries)
    result["PPK_VIRTUAL_BUS"] = os.path.abspath(bus)
    return result


class Authenticator:
    """One software authenticator on a bus: a key that is plugged in between start() and stop().

    state is the file of its memory (default: beside the bus's nodes, so that a restart with the
    same bus is the same key); args are options of the program.
    """

    def __init__(self, build, bus, node="hidraw0", state=None, args=()):
        self.build = build
        self.bus = os.path.abspath(bus)
        self.node = node
        self.state = os.path.abspath(state or os.path.join(self.bus, f".{node}.state"))
        self.args = list(args)
        self.process = None
        self._log = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    @property
    def path(self):
        """The device node as programs on the bus see it."""
        return f"/dev/{self.node}"

    @property
    def control_path(self):
        return os.path.join(self.bus, f".{self.node}.control")

    @property
    def log(self):
        """What the program has written to its standard error so far."""
        if self._log is None:
            return ""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def start(self):
        """Plugs the key in. Returns when the node accepts."""
        if self.process is not None:
            raise AuthenticatorError("already started")
        os.makedirs(self.bus, exist_ok=True)
        program = find_program(self.build, "passkey-authenticator")
        command = [program, "--bus", self.bus, "--node", self.node, "--state", self.state,
                   "--until-closed", "1"]  # a test that is killed leaves no process behind
        self._log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command + self.args, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self._log)
        line = self.process.stdout.readline().decode().strip()
        if line != "ready":
            self.stop()
            raise AuthenticatorError(f"not ready: {line!r} {self.log}")
        return self

    def stop(self):
        """Pulls the key out and ends the program. Harmless when it has ended already."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.terminate()
        try:
            process.wait(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def control(self, command, timeout=PATIENCE_S):
        """Sends one command, returns the answer; raises when the answer begins with `error`."""
        folder = os.open(self.bus, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
                connection.settimeout(timeout)
                # A Unix socket's path has 107 bytes at most, a test's folder may have more.
                connection.connect(f"/proc/self/fd/{folder}/.{self.node}.control")
                connection.send(command.encode())
                answer = connection.recv(ANSWER_LIMIT).decode(errors="replace").rstrip("\n")
        finally:
            os.close(folder)
        if answer.startswith("error"):
            raise AuthenticatorError(f"{command}: {answer}")
        return answer

    def stats(self):
        """What happened since the start or the last stats_reset()."""
        return json.loads(self.control("stats"))

    def stats_reset(self):
        self.control("stats-reset")

    def wait_touch(self, timeout=PATIENCE_S):
        """Returns once the authenticator waits for the person."""
        self.control("wait-touch", timeout)

    def touch(self):
        self.control("touch")

    def misbehave(self, *names):
        """Replaces the misbehaviours in force; none at all without a name."""
        self.control(" ".join(["misbehave", *(names or ["none"])]))

    def unplug(self):
        """The node vanishes and its connections break; plug() brings it back."""
        self.control("unplug")

    def plug(self):
        self.control("plug")
