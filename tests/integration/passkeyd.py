# SPDX-License-Identifier: BSD-2-Clause
"""A passkeyd of one's own, the program's side of it (core/browser_message.md) and a browser's (page.md)."""

import contextlib
import http.client
import os
import resource
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import time

import reach
from browser_wire import (ASSERTION, ENROL, FAILED, NUMBER_WRONG, OPENED, REGISTRATION, SIGN_IN, STARTED,
                          TURNED_AWAY, VERDICT, Reader, block, text)

WAITING, CHECKING, ACCEPTED, REFUSED, CANCELLED, EXPIRED, LOCKED, NOT_REQUESTED, AWAY = range(9)
NOBODY = 65534
HAND_OVER_ONE = ("sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"', "sh")
SOON_S = 30  # so long that only a hang reaches it


def request(kind=SIGN_IN, timeout=60, number=7, same_address=False, address="127.0.0.1", user="alice",
            host="web1.example.org", service="sshd", challenge=bytes(32), rp="localhost", uv=1,
            credentials=((0, b"credential-id-01"),), since=None, name="Example",
            display_name="Alice", handle=b"handle", algorithms=(-7, -8, -257), discoverable=1,
            attestation=0, old_path=""):
    packet = bytes([kind, 1]) + struct.pack(">IQBB", timeout, int(since or time.time()), number,
                                            0 if same_address else 1)
    packet += text(address) + text(user) + text(host) + text(service) + challenge + text(rp)
    packet += bytes([uv, len(credentials)])
    packet += b"".join(bytes([transports]) + block(id_) for transports, id_ in credentials)
    if kind == ENROL:
        packet += text(name) + text(display_name) + block(handle) + bytes([len(algorithms)])
        packet += b"".join(struct.pack(">i", algorithm) for algorithm in algorithms)
        packet += bytes([discoverable, attestation]) + text(old_path)
    return packet


class Program:
    """One ceremony, as the module or passkeyctl has it."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(SOON_S)
        self.socket.connect(path)

    def send(self, packet):
        self.socket.send(packet)

    def next(self):
        """(type, address or url, what follows as a Reader); None at the end."""
        packet = self.socket.recv(65536)
        if not packet:
            return None
        reader = Reader(packet)
        kind = reader.number()
        if kind == FAILED:
            error = reader.text()
            return kind, error, reader.text()
        return kind, reader.text(), reader

    def begin(self, **values):
        """The path of the page."""
        self.send(request(**values))
        kind, url, _ = self.next()
        assert kind == STARTED, (kind, url)
        self.url = url
        return "/" + url.rsplit("/", 1)[1]

    def verdict(self, token="ok"):
        self.send(bytes([VERDICT]) + text(token))

    def close(self):
        self.socket.close()


class Site:
    """A passkeyd that runs: as a browser reaches its page, at its origin, and a program its socket."""

    def __init__(self, origin, path, tls=None):
        self.origin, self.path, self.tls = origin, path, tls
        self.address = "127.0.0.1"  # where its web socket is
        self.host = origin.partition("://")[2]
        self.port = int(self.host.partition(":")[2] or (443 if tls else 80))

    def program(self):
        return Program(self.path)

    def connection(self, source=None, timeout=SOON_S):
        options = {"timeout": timeout, "source_address": source and (source, 0)}
        if not self.tls:
            return http.client.HTTPConnection(self.address, self.port, **options)
        context = ssl.create_default_context(cafile=self.tls.certificate)
        return http.client.HTTPSConnection(self.host.partition(":")[0], self.port, context=context, **options)

    def ask(self, method, path, body=None, source=None, connection=None, **headers):
        """(status, headers, body) of one request, as the page's script sends it."""
        sent = {"Host": self.host}
        if method == "POST":
            sent.update({"Origin": self.origin, "Content-Type": "application/octet-stream"})
            body = body or b""
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        sent = {name: value for name, value in sent.items() if value is not None}
        used = connection or self.connection(source)
        try:
            used.request(method, path, body=body, headers=sent)
            answer = used.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            if connection is None:
                used.close()

    def view(self, path, **more):
        status, _, body = self.ask("GET", path + "/view", **more)
        assert status == 200, status
        reader = Reader(body)
        names = ("state", "kind", "flags", "tries")
        found = {name: reader.number() for name in names}
        found["left"], found["since"] = reader.number(4), reader.number(8)
        for name in ("user", "host", "service", "address", "rp"):
            found[name] = reader.text()
        assert not reader.data, "bytes left over"
        return found

    def state(self, path, **more):
        """(state, reason)"""
        status, _, body = self.ask("GET", path + "/status", **more)
        assert status == 200, status
        reader = Reader(body)
        return reader.number(), reader.text()

    def number(self, path, number, **more):
        """(claim, options) when it was right; else (None, (state, tries left))."""
        status, _, body = self.ask("POST", path + "/number", bytes([number]), **more)
        assert status == 200, status
        reader = Reader(body)
        if reader.number() == 0:
            return None, (reader.number(), reader.number())
        return reader.raw(16), reader


def program_of(build):
    return reach.shared(os.path.join(build, "tools", "passkeyd", "passkeyd"))[0]


class Daemon(Site):
    """passkeyd, as an account without privilege, listening on a port of its own."""

    def __init__(self, build, tls=None, proxies="", listen=None, wrapper=(), descriptors=(), files=None, port=None,
                 **options):
        self.folder = tempfile.mkdtemp(prefix="passkeyd-")
        self.root = os.geteuid() == 0
        if self.root:
            os.chown(self.folder, NOBODY, NOBODY)
        os.chmod(self.folder, 0o755)
        path = os.path.join(self.folder, "control")
        if listen is None and not descriptors:
            # a port that nobody else can take in between: handed over as systemd does
            descriptors, wrapper = (socket.create_server(("127.0.0.1", 0), backlog=1024),), HAND_OVER_ONE
            port = descriptors[0].getsockname()[1]
        super().__init__("%s://localhost:%d" % ("https" if tls else "http", port or 0), path, tls)
        settings = {"url": self.origin, "listen": listen or "localhost:1",
                    "socket": self.path, "clients": "root" if self.root else str(os.geteuid())}
        if tls:
            settings.update(certificate=tls.certificate, key=tls.key)
        if proxies:
            settings["proxies"] = proxies
        settings.update(ceremonies=1000, connections=500)
        settings.update(options)
        self.configuration = os.path.join(self.folder, "passkeyd.conf")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write("".join('%s = "%s"\n' % setting for setting in settings.items()))
        self.log = open(os.path.join(self.folder, "log"), "w+", encoding="utf-8")
        if self.root:
            os.chown(self.configuration, NOBODY, NOBODY)
        self.words, self.files = [*wrapper, program_of(build), "--config", self.configuration], files
        self.start(descriptors)
        for descriptor in descriptors:
            descriptor.close()

    def start(self, descriptors=()):
        self.process = subprocess.Popen(
            self.words, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, close_fds=not descriptors,
            preexec_fn=lambda: prepare(descriptors, self.files),
            **(dict(user=NOBODY, group=NOBODY, extra_groups=[]) if self.root else {}))
        self.wait_for_log("the page is at")

    def restart(self, kill=False):
        """One that listens by itself; nothing is left of what it knew."""
        (self.process.kill if kill else self.process.terminate)()
        self.process.wait(SOON_S)
        with open(self.log.name, "w", encoding="utf-8"):
            pass
        self.start()

    def wait_for_log(self, part):
        deadline = time.monotonic() + SOON_S
        while part not in self.read_log():
            assert self.process.poll() is None, self.read_log()
            assert time.monotonic() < deadline, "not in the log: %s" % part
            time.sleep(0.01)

    def read_log(self):
        with open(self.log.name, encoding="utf-8") as file:
            return file.read()

    def stop(self):
        """Its exit status: 0, or a sanitizer found something."""
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(SOON_S)
        self.log.close()
        shutil.rmtree(self.folder)
        return status


def prepare(descriptors, files):
    """In the child: these sockets are descriptors 3, 4 ... of the program, which may open so many files."""
    if files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    for number, descriptor in enumerate([os.dup(one.fileno()) for one in descriptors], 3):
        os.dup2(descriptor, number)


def as_user(uid, work):
    """What work() returns, a text, in a process of that user; needs root."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            os.write(write, work().encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as file:
        text = file.read()
    os.waitpid(pid, 0)
    return text


def free_port():
    """A port that is free now; who loses the race for it fails to start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def assertion(claim, id_=b"credential-id-01", client_data=b"{}", data=bytes(37), signature=b"signature",
              handle=b""):
    return claim + bytes([ASSERTION]) + b"".join(
        block(part) for part in (id_, client_data, data, signature, handle))


@contextlib.contextmanager
def running(build, **options):
    daemon = Daemon(build, **options)
    log = ""
    try:
        yield daemon
    finally:
        log = daemon.read_log()
        status = daemon.stop()
    assert status == 0, "passkeyd ended with %d: %s" % (status, log)
