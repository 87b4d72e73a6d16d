# SPDX-License-Identifier: BSD-2-Clause
"""A passkeyd that says what a test tells it to, and a browser with a software passkey behind it.

Signatures are made by openssl(1).
"""

import base64
import contextlib
import hashlib
import os
import re
import socket
import struct
import subprocess

from browser_wire import ENROL, TEST, ASSERTION, REGISTRATION, STARTED, Reader, block, text

PATIENCE_S = 30
UP, UV, BE, BS, AT = 1, 4, 8, 16, 64
NUMBER_NONE = 255


class Request:
    """A decoded ENROL."""

    def __init__(self, packet):
        reader = Reader(packet)
        assert reader.number(1) == ENROL and reader.number(1) == 1, packet[:2]
        self.timeout, self.since = reader.number(4), reader.number(8)
        self.number, self.peer = reader.number(1), reader.number(1)
        self.address, self.user, self.host, self.service = (reader.text() for _ in range(4))
        self.challenge, self.rp_id = reader.raw(32), reader.text()
        self.uv, self.excluded = reader.number(1), [id for _, id in reader.credentials()]
        self.rp_name, self.display_name = reader.text(), reader.text()
        self.user_handle = reader.block()
        self.algorithms = [reader.number(4) for _ in range(reader.number(1))]
        self.discoverable, self.attestation = reader.number(1), reader.number(1)
        self.path = reader.text()
        assert not reader.data


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def client_data(kind, challenge, origin):
    return ('{"type":"webauthn.%s","challenge":"%s","origin":"%s","crossOrigin":false}' %
            (kind, base64url(challenge), origin)).encode()


class Passkey:
    """A key pair in a browser, ES256."""

    def __init__(self, folder, flags=UP | UV | BE | BS):
        self.path = os.path.join(folder, os.urandom(4).hex() + ".pem")
        self.id = os.urandom(16)
        self.flags = flags
        self.count = 0
        self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.path)
        self.spki = self._openssl("ec", "-in", self.path, "-pubout", "-outform", "DER")
        self.point = self.spki[-64:]

    @staticmethod
    def _openssl(*words, data=b""):
        return subprocess.run(["openssl", *words], input=data, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=True).stdout

    def _data(self, rp_id, flags):
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def registration(self, request, origin, name="My phone", challenge=None):
        """The message REGISTRATION, after its type and address."""
        key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + self.point[:32] + \
              b"\x22\x58\x20" + self.point[32:]
        data = self._data(request.rp_id, self.flags | AT) + bytes(16) + block(self.id) + key
        made = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data
        json = client_data("create", challenge or request.challenge, origin)
        return block(json) + block(made) + bytes([16, 1]) + text(name)

    def assertion(self, rp_id, challenge, origin):
        """The message ASSERTION, after its type and address."""
        data, json = self._data(rp_id, self.flags), client_data("get", challenge, origin)
        signature = self._openssl("dgst", "-sha256", "-sign", self.path,
                                  data=data + hashlib.sha256(json).digest())
        return block(self.id) + block(json) + block(data) + block(signature) + block(b"")


class Ceremony:
    """One connection of passkeyctl."""

    def __init__(self, connection):
        self.connection = connection
        connection.settimeout(PATIENCE_S)
        self.request = Request(connection.recv(65536))

    def say(self, kind, body=b"", address="192.0.2.9"):
        self.connection.send(bytes([kind]) + (text(address) if address is not None else b"") + body)

    def start(self, url):
        self.say(STARTED, text(url), address=None)

    def hear(self):
        """The next packet; None when passkeyctl is gone."""
        return self.connection.recv(65536) or None

    def verdict(self):
        packet = self.hear()
        return None if packet is None else (packet[0], Reader(packet[1:]).text())

    def test(self):
        """What TEST asks for: challenge and id."""
        reader = Reader(self.hear())
        if reader.number(1) != TEST:
            raise AssertionError("no test, but %s" % reader.text())
        challenge = reader.raw(32)
        reader.number(1)
        return challenge, reader.block()

    def enrol(self, passkey, origin, **options):
        """All that an honest page does; returns the verdict."""
        self.say(REGISTRATION, passkey.registration(self.request, origin, **options))
        challenge, wanted = self.test()
        assert wanted == passkey.id
        self.say(ASSERTION, passkey.assertion(self.request.rp_id, challenge, origin))
        return self.verdict()

    def close(self):
        self.connection.close()


@contextlib.contextmanager
def listening(path):
    """A function that waits for the next ceremony, or None when there is none right now (wait=False)."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(path)
    listener.listen(8)

    def accept(wait=True):
        listener.settimeout(PATIENCE_S if wait else 0)
        try:
            return Ceremony(listener.accept()[0])
        except BlockingIOError:
            return None

    try:
        yield accept
    finally:
        listener.close()
        os.unlink(path)


def number_in(shown):
    return int(re.search(r"enter this number there: (\d\d)\b", shown).group(1))
