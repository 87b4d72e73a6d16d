# SPDX-License-Identifier: BSD-2-Clause
"""The wire format of core/browser_message.md, for both ends of it; nothing of passkeyd's own code is used."""

import struct

SIGN_IN, ENROL, DRAW, VERDICT, TEST = 1, 2, 3, 8, 9
STARTED, OPENED, TURNED_AWAY, NUMBER_WRONG, DRAWN = 16, 17, 18, 19, 20
ASSERTION, REGISTRATION, FAILED = 32, 33, 34


def block(data):
    return struct.pack(">H", len(data)) + data


def text(value):
    return block(value.encode() + b"\0")


class Reader:
    def __init__(self, data):
        self.data = data

    def raw(self, length):
        part, self.data = self.data[:length], self.data[length:]
        if len(part) != length:
            raise AssertionError("a packet is cut")
        return part

    def number(self, length=1):
        return int.from_bytes(self.raw(length), "big")

    def block(self):
        return self.raw(self.number(2))

    def text(self):
        """On the socket a text has a NUL, on the web it has none."""
        return self.block().rstrip(b"\0").decode()

    def credentials(self):
        return [(self.number(), self.block()) for _ in range(self.number())]
