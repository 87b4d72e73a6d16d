# SPDX-License-Identifier: BSD-2-Clause
"""CTAPHID spoken by hand over one open of a node: for what no well-behaved program sends."""

import os
import select
import socket

BROADCAST = 0xFFFFFFFF
PING, MSG, INIT, WINK, CBOR, CANCEL, KEEPALIVE, ERROR = (
    0x81, 0x83, 0x86, 0x88, 0x90, 0x91, 0xBB, 0xBF)


class Open:
    """One open of the node `node` on the bus `bus`. Reads time out after ten seconds."""

    def __init__(self, bus, node="hidraw0"):
        folder = os.open(bus, os.O_PATH)
        try:
            self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self.socket.settimeout(10)
            self.socket.connect(f"/proc/self/fd/{folder}/{node}")
        finally:
            os.close(folder)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def write_packet(self, packet):
        """Sends one report, with the report id in front, filled up to its length."""
        self.socket.send(b"\0" + packet.ljust(64, b"\0"))

    def read_packet(self):
        """The next report; empty when the key was pulled out."""
        return self.socket.recv(64)

    def pending(self):
        """Whether a report lies there."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def send(self, channel, command, data=b""):
        head = channel.to_bytes(4, "big")
        self.write_packet(head + bytes([command]) + len(data).to_bytes(2, "big") + data[:57])
        for seq, start in enumerate(range(57, len(data), 59)):
            self.write_packet(head + bytes([seq]) + data[start:start + 59])

    def receive(self, keepalives=False):
        """(channel, command, data) of the next message; passes over keepalives."""
        while True:
            first = self.read_packet()
            if len(first) != 64:
                raise EOFError("the key is gone")
            channel, command = int.from_bytes(first[:4], "big"), first[4]
            length, data = int.from_bytes(first[5:7], "big"), first[7:]
            while len(data) < length:
                data += self.read_packet()[5:]
            if keepalives or command != KEEPALIVE:
                return channel, command, data[:length]

    def init(self, channel=BROADCAST):
        """The channel that INIT gives."""
        nonce = os.urandom(8)
        self.send(channel, INIT, nonce)
        while True:
            _, command, data = self.receive()
            if command == INIT and data[:8] == nonce:
                return int.from_bytes(data[8:12], "big")
