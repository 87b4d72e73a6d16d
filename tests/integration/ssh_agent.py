# SPDX-License-Identifier: BSD-2-Clause
"""A real ssh-agent with real sk- keys of OpenSSH's own dummy security key, and agents that lie.

The dummy (sk-dummy.so of Debian's openssh-tests) signs without a person, with a constant counter.
"""

import base64
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import struct
import subprocess
import threading

import tap

DUMMY = "/usr/lib/openssh/regress/misc/sk-dummy/sk-dummy.so"
COUNTER = 0x12345678  # of every signature of the dummy
REQUEST_IDENTITIES, IDENTITIES_ANSWER, SIGN_REQUEST, SIGN_RESPONSE, FAILURE = 11, 12, 13, 14, 5
ED25519, ECDSA = "ed25519-sk", "ecdsa-sk"
PATIENCE_S = 20
PR_SET_CHILD_SUBREAPER = 36


def require():
    """Skips the case where something is missing."""
    for program in ("ssh-agent", "ssh-add", "ssh-keygen"):
        if shutil.which(program) is None:
            raise tap.Skip("no %s (openssh-client)" % program)
    if not os.path.exists(DUMMY):
        raise tap.Skip("no %s (openssh-tests)" % DUMMY)


# the data types of SSH

def string(data):
    return struct.pack(">I", len(data)) + data


def take_string(data):
    """The first string of data, and the rest."""
    length = struct.unpack(">I", data[:4])[0]
    return data[4:4 + length], data[4 + length:]


def dummy_with_counter(folder, counter):
    """A copy of the dummy whose signatures have another counter; the same keys work with it."""
    with open(DUMMY, "rb") as file:
        program = file.read()
    for order in ("<I", ">I"):  # as a number, and as the bytes that are signed
        if struct.pack(order, COUNTER) not in program:
            raise tap.Skip("the counter of %s is not where it was" % DUMMY)
        program = program.replace(struct.pack(order, COUNTER), struct.pack(order, counter))
    path = os.path.join(folder, "sk-dummy-%d.so" % counter)
    with open(path, "wb") as file:
        file.write(program)
    os.chmod(path, 0o755)
    return path


class Key:
    """A key pair in files; path is that of the private half."""

    def __init__(self, folder, name, kind=ED25519, options=(), owner=0):
        require()
        self.path = os.path.join(folder, name)
        words = ["ssh-keygen", "-q", "-t", kind, "-w", DUMMY, "-N", "", "-f", self.path, "-C", name]
        for option in options:
            words += ["-O", option]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for path in (self.path, self.public):
            os.chown(path, owner, -1)

    @property
    def public(self):
        return self.path + ".pub"

    def line(self):
        with open(self.public, encoding="utf-8") as file:
            return file.read()

    def blob(self):
        return base64.b64decode(self.line().split()[1])

    def credential(self, *more):
        """The line of a credential file that stands for the public half alone."""
        kind, rest = take_string(self.blob())
        if kind.startswith(b"sk-ecdsa"):
            _, rest = take_string(rest)
            prefix, alg = "3059301306072a8648ce3d020106082a8648ce3d030107034200", "es256"
        else:
            prefix, alg = "302a300506032b6570032100", "eddsa"
        point, rest = take_string(rest)
        spki = base64.b64encode(bytes.fromhex(prefix) + point).decode()
        ident = base64.urlsafe_b64encode(os.path.basename(self.path).encode() + b" of the agent")
        return "passkey1 id=%s alg=%s rp=%s handle=none name=\"%s\" %s key=%s\n" % (
            ident.decode().rstrip("="), alg, take_string(rest)[0].decode(),
            os.path.basename(self.path), " ".join(more), spki)


class Agent:
    """ssh-agent on a socket, with keys in it; it runs as uid, who owns the socket.

    It looks after a command that lasts as long as this process: so it ends however a test ends.
    """

    def __init__(self, path, keys=(), uid=0, dummy=DUMMY, environment=None,
                 program="ssh-agent"):
        require()
        self.path = path
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        self._command = subprocess.Popen(
            [program, "-a", path, "-P", os.path.dirname(dummy) + "/*",
             "sh", "-c", "echo $SSH_AGENT_PID; exec cat >/dev/null"], user=uid,
            env=dict(os.environ, **(environment or {})), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._pid = int(self._command.stdout.readline())
        for key in keys:
            self.run("ssh-add", "-q", "-S", dummy, key.path, uid=uid)

    def run(self, *words, uid=0):
        done = subprocess.run(words, env=dict(os.environ, SSH_AUTH_SOCK=self.path), user=uid,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, timeout=PATIENCE_S, check=False)
        if done.returncode != 0:
            raise AssertionError("%s: %s" % (" ".join(words), done.stdout))
        return done.stdout

    def ask(self, body):
        """A question without a client in between; returns the answer's body."""
        with socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(PATIENCE_S)
            talk.connect(self.path)
            talk.sendall(string(body))
            return read_frame(talk)

    def stop(self):
        """Returns once it has ended."""
        os.kill(self._pid, signal.SIGTERM)
        self._command.communicate(timeout=PATIENCE_S)
        os.waitpid(self._pid, 0)  # it is this process's since its own parent, the command, has ended


def select_nothing():
    threading.Event().wait(0.01)


def read_frame(talk):
    head = read_exactly(talk, 4)
    return None if head is None else read_exactly(talk, struct.unpack(">I", head)[0])


def read_exactly(talk, length):
    data = b""
    while len(data) < length:
        more = talk.recv(length - len(data))
        if not more:
            return None
        data += more
    return data


def sign_request(key_blob, data):
    return bytes([SIGN_REQUEST]) + string(key_blob) + string(data) + bytes(4)


def signature_of(answer):
    """Type, signature, flags and counter of an answer with a signature by an sk- key."""
    blob, _ = take_string(answer[1:])
    kind, rest = take_string(blob)
    signature, rest = take_string(rest)
    return kind, signature, rest[0], struct.unpack(">I", rest[1:])[0]


def with_signature(kind, signature, flags, counter):
    return bytes([SIGN_RESPONSE]) + string(
        string(kind) + string(signature) + bytes([flags]) + struct.pack(">I", counter))


class Liar(threading.Thread):
    """
    An agent that answers as reply(body) says: bytes are the body of a frame, None hangs up, and a
    function writes to the connection as it likes.
    """

    def __init__(self, path, reply, owner=0):
        super().__init__(daemon=True)
        self.path = path
        self.seen = []  # the bodies of all questions
        self._reply = reply
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(path)
        self._socket.listen(8)
        os.chown(path, owner, -1)
        self.start()

    def run(self):
        while True:
            try:
                talk, _ = self._socket.accept()
            except OSError:
                return
            with talk, contextlib.suppress(OSError):
                self._serve(talk)

    def _serve(self, talk):
        while True:
            body = read_frame(talk)
            if body is None:
                return
            self.seen.append(body)
            answer = self._reply(body)
            if answer is None:
                return
            if callable(answer):
                answer(talk)
                return
            talk.sendall(string(answer))

    def stop(self):
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.join(PATIENCE_S)
