#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Writes webauthn-level-3.json as C initialisers of `struct vector` (vector.h says the members).

    webauthn_vectors.py webauthn-level-3.json vectors.inc
"""

import json
import sys


def text(value):
    return json.dumps(value)


def blob(hexadecimal):
    data = bytes.fromhex(hexadecimal)
    numbers = ",".join(str(byte) for byte in data)
    return f"{{ (const uint8_t[]){{ {numbers} }}, {len(data)} }}"


def initialiser(vector, root):
    registration, authentication = vector["registration"], vector["authentication"]
    members = {
        "id": text(vector["id"]),
        "rp_id": text(vector["rp_id"]),
        "root": blob(root),
        "credential_id": blob(registration["credential_id"]),
        "aaguid": blob(registration["aaguid"]),
        "created.challenge": blob(registration["challenge"]),
        "created.client_data": blob(registration["client_data_json"]),
        "attestation_object": blob(registration["attestation_object"]),
        "got.challenge": blob(authentication["challenge"]),
        "got.client_data": blob(authentication["client_data_json"]),
        "authenticator_data": blob(authentication["authenticator_data"]),
        "signature": blob(authentication["signature"]),
    }
    return "{ " + ",\n  ".join(f".{name} = {value}" for name, value in members.items()) + " },\n"


def main(source, target):
    with open(source, encoding="utf-8") as file:
        document = json.load(file)
    root = document["attestation_root_certificate_der"]
    with open(target, "w", encoding="utf-8") as file:
        file.writelines(initialiser(vector, root) for vector in document["vectors"])


if __name__ == "__main__":
    main(*sys.argv[1:])
