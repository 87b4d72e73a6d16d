/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CORE_CREDENTIAL_SAMPLE_H
#define TESTS_UNIT_CORE_CREDENTIAL_SAMPLE_H

/* Public keys that exist, and lines made of them. */
#define SAMPLE_KEY                                                                                 \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE6EYN4SYY3aWTeHfZQ4Vr5ufjT3jiRzF/Bx9qt5QVtHsH/"        \
	"ZdIrxcC0gkh3cBy/IeOIPEdjjdbICKHc1l3PN0CEA=="
#define SAMPLE_ED25519_KEY "MCowBQYDK2VwAyEAwgCXwFazGVFSO9Z8SL9deVQY0kcSc38rXSL1FvRlKYo="

/* All that is required, in the order of a person who writes it. */
#define SAMPLE_MINIMAL "passkey1 id=mx2f_8Qa alg=es256 key=" SAMPLE_KEY " rp=example.com"

/* Every key, as the program writes it. */
#define SAMPLE_FULL_POLICY "passkey1 uv=required disabled=yes expires=2030-01-31T23:59:59Z "
#define SAMPLE_FULL                                                                                \
	SAMPLE_FULL_POLICY                                                                         \
	"name=\"Blue \\\"key\\\" \\\\ \xc3\xa5\" rp=login.example.com handle=none transports=usb,nfc "         \
	"aaguid=2fc0579f-8113-47ea-b116-bb5a8db9202a backup=eligible "                             \
	"created=2026-11-24T07:30:00Z attestation=fido-u2f user=dXNlcg "                           \
	"colour=blue note=\"on the ring\" id=mx2f_8Qa alg=eddsa key=" SAMPLE_ED25519_KEY

#endif
