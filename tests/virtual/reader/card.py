# SPDX-License-Identifier: BSD-2-Clause
"""A card on the reader of vsmartcard-vpcd: the software authenticator on a bus, over NFC.

usage: card.py BUS        lies on the reader until its standard input ends
"""

import os
import select
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import raw_ctaphid  # noqa: E402

READER = ("127.0.0.1", 0x8C7B)  # where vpcd's reader waits for a card
GET_ATR = b"\x04"
ATR = bytes.fromhex("3b80800101")
SELECT, CBOR = b"\x00\xa4", b"\x80\x10"
DONE, UNKNOWN = b"\x90\x00", b"\x6d\x00"


def read(stream, length):
    data = b""
    while len(data) < length:
        more = stream.recv(length - len(data))
        if not more:
            sys.exit(0)
        data += more
    return data


def payload(apdu):
    """The data of an extended APDU."""
    return apdu[7:7 + int.from_bytes(apdu[5:7], "big")]


def answer(authenticator, channel, apdu):
    if apdu[:2] == SELECT:
        return b"U2F_V2" + DONE
    if apdu[:2] != CBOR:
        return UNKNOWN
    authenticator.send(channel, raw_ctaphid.CBOR, payload(apdu))
    return authenticator.receive()[2] + DONE


def main():
    reader = socket.create_connection(READER)
    with raw_ctaphid.Open(sys.argv[1]) as authenticator:
        channel = authenticator.init()
        while True:
            ready, _, _ = select.select([reader, sys.stdin], [], [])
            if sys.stdin in ready:
                return
            message = read(reader, int.from_bytes(read(reader, 2), "big"))
            if message == GET_ATR:
                response = ATR
            elif len(message) > 1:
                response = answer(authenticator, channel, message)
            else:
                continue  # power on, off and reset want no answer
            reader.sendall(len(response).to_bytes(2, "big") + response)


if __name__ == "__main__":
    main()
