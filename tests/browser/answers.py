# SPDX-License-Identifier: BSD-2-Clause
"""What a program hears of the page, checked as the module does it."""

import base64
import hashlib

import chromium
import passkeyd
import tap

SPKI_P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + b"\4"


class Made:
    """The credential in an attestation object: its id, and its ES256 key as openssl reads it."""

    rp = "localhost"
    verifies = chromium.Credential.verifies

    def __init__(self, attestation):
        data = attestation[attestation.index(hashlib.sha256(self.rp.encode()).digest()):]
        length = int.from_bytes(data[53:55], "big")
        self.id, cose = data[55:55 + length], data[55 + length:]
        x, y = (cose[cose.index(mark) + 3:][:32] for mark in (b"\x21\x58\x20", b"\x22\x58\x20"))
        self.public = chromium.Credential.openssl("pkey", "-pubin", "-inform", "DER", input_=SPKI_P256 + x + y)


def said(program, wanted):
    """What follows the address in the next message that is not about who looks at the page."""
    while True:
        kind, _, reader = program.next()
        if kind != passkeyd.OPENED:
            tap.equal(kind, wanted, "message")
            return reader


def read_assertion(reader):
    return {name: reader.block() for name in ("id", "client_data", "data", "signature", "handle")}


def check_assertion(got, credential, challenge, origin):
    """The client data's prefix, the credential, the RP ID's hash, the signature. Returns the flags."""
    encoded = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    prefix = '{"type":"webauthn.get","challenge":"%s","origin":"%s","crossOrigin":false' % (encoded, origin)
    tap.equal(got["client_data"][:len(prefix)].decode(), prefix, "client data")
    tap.equal(got["id"], credential.id, "credential id")
    tap.equal(got["data"][:32], hashlib.sha256(credential.rp.encode()).digest(), "RP ID hash")
    signed = got["data"] + hashlib.sha256(got["client_data"]).digest()
    tap.equal(credential.verifies(signed, got["signature"]), True, "signature verifies")
    return got["data"][32]


def check_said_assertion(program, credential, challenge, origin):
    return check_assertion(read_assertion(said(program, passkeyd.ASSERTION)), credential, challenge, origin)
