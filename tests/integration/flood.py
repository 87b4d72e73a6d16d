# SPDX-License-Identifier: BSD-2-Clause
"""Somebody who asks as much of passkeyd as its host lets them: processes of their own, many addresses each."""

import contextlib
import ctypes
import multiprocessing
import os
import select
import signal
import socket
import time

import passkeyd

PROCESSES = 3
REQUESTS = 20  # in one go, before an answer is read


class Counts(ctypes.Structure):
    _fields_ = [("answers", ctypes.c_ulong), ("ended", ctypes.c_ulong)]


class Flood:
    """Its processes' counts; flowing() says that it went on meanwhile."""

    def __init__(self):
        self.shared = multiprocessing.Array(Counts, PROCESSES, lock=False)

    def answers(self):
        return sum(one.answers for one in self.shared)

    def ended(self):
        """Connections that passkeyd ended, or refused."""
        return sum(one.ended for one in self.shared)

    def wait(self, answers=0, ended=0):
        """Until that much more has happened."""
        answers, ended = self.answers() + answers, self.ended() + ended
        deadline = time.monotonic() + passkeyd.SOON_S
        while self.answers() < answers or self.ended() < ended:
            assert time.monotonic() < deadline, "the flood has stopped: %d answers, %d ended" % (
                self.answers(), self.ended())
            time.sleep(0.01)


def requests(host):
    """Of each kind that passkeyd answers without a ceremony."""
    guess = "/" + "0" * 26
    head = " HTTP/1.1\r\nHost: %s\r\n" % host
    several = ["GET %s%s\r\n" % (path, head) for path in (guess, guess + "/status", "/")]
    several.append("POST %s/number%sOrigin: http://%s\r\nContent-Type: application/octet-stream\r\n"
                   "Content-Length: 1\r\n\r\n7" % (guess, head, host))
    return "".join(several).encode()


class Client:
    """One connection at a time, always another."""

    def __init__(self, port, source, poll):
        self.port, self.source, self.poll, self.socket = port, source, poll, None

    def begin(self):
        self.socket = socket.socket(type=socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        self.socket.bind((self.source, 0))
        with contextlib.suppress(BlockingIOError):
            self.socket.connect(("127.0.0.1", self.port))
        self.poll.register(self.socket, select.EPOLLIN | select.EPOLLOUT | select.EPOLLHUP)
        return self.socket.fileno()

    def work(self, data):
        """How many answers came, or None when the connection has ended."""
        with contextlib.suppress(BlockingIOError):
            self.socket.send(data)
        try:
            got = self.socket.recv(1 << 16)
        except BlockingIOError:
            return 0
        return got.count(b"HTTP/1.1 ") if got else None

    def end(self):
        self.poll.unregister(self.socket)
        self.socket.close()


def run(daemon, sources, counts):
    poll, data = select.epoll(), requests(daemon.host) * (REQUESTS // 5)
    clients = {}
    for source in sources:
        client = Client(daemon.port, source, poll)
        clients[client.begin()] = client
    while True:
        for number, _ in poll.poll():
            client = clients[number]
            try:
                answers = client.work(data)
            except OSError:
                answers = None
            if answers is not None:
                counts.answers += answers
                continue
            counts.ended += 1
            client.end()
            del clients[number]
            clients[client.begin()] = client


@contextlib.contextmanager
def flowing(daemon, connections):
    """So many connections are there at any time, each from an address of its own."""
    flood = Flood()
    children = []
    try:
        for number in range(PROCESSES):
            sources = ["127.%d.%d.%d" % (1 + number, one // 200, 1 + one % 200)
                       for one in range(connections // PROCESSES)]
            pid = os.fork()
            if pid == 0:
                try:
                    run(daemon, sources, flood.shared[number])
                finally:
                    os._exit(1)
            children.append(pid)
        yield flood
    finally:
        for pid in children:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
