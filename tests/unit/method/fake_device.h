/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_METHOD_FAKE_DEVICE_H
#define TESTS_UNIT_METHOD_FAKE_DEVICE_H

/* The public key of fake_device.c, as a credential line has it, and its usual credential id. */
#define FAKE_DEVICE_KEY                                                                            \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5KfXwzf65WkJXi78w8WZSLt6s0rb"                         \
	"30Qve+K8sawH/F+ovmaANqCzoZRwMBKQQGMFQNjTAgzQiNiqo1vrYhXJOA=="
#define FAKE_DEVICE_ID "fake-credential-1"
#define FAKE_DEVICE_ID_BASE64URL "ZmFrZS1jcmVkZW50aWFsLTE"
#define FAKE_DEVICE_RP_ID "example.com"
#define FAKE_DEVICE_LINE                                                                           \
	"passkey1 id=" FAKE_DEVICE_ID_BASE64URL " alg=es256 key=" FAKE_DEVICE_KEY                  \
	" rp=" FAKE_DEVICE_RP_ID

#endif
