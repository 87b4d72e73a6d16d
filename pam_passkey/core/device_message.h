/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_DEVICE_MESSAGE_H
#define PPK_CORE_DEVICE_MESSAGE_H

/*
 * The messages between a program and its passkey-device (wire format: device_message.md).
 * One message is one packet of a SOCK_SEQPACKET socket pair. Encoding and decoding only; pure.
 * A view (struct members that are pointers) points into the packet that was decoded.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/credential.h"
#include "core/error.h"
#include "core/secret.h"

#define PPK_DEVICE_MESSAGE_MAX (128 * 1024) /* bytes of one packet */
#define PPK_DEVICE_PROTOCOL_VERSION 1
#define PPK_DEVICE_AUTHENTICATORS_MAX 16    /* that are talked to at once */
#define PPK_DEVICE_X5C_MAX 4		    /* certificates of an attestation */
#define PPK_DEVICE_CERTIFICATE_MAX 8192	    /* bytes of one of them */
#define PPK_DEVICE_ALGORITHMS_MAX 16	    /* in PPK_DEVICE_MAKE_CREDENTIAL */
#define PPK_DEVICE_NAME_MAX 255		    /* bytes of rp_name, user_name, user_display_name */
#define PPK_DEVICE_RETRIES_UNKNOWN 0xff
#define PPK_DEVICE_INDEX_NONE 0xff

enum ppk_device_message_type {
	/* program -> passkey-device; the first message is one of these three */
	PPK_DEVICE_GET_ASSERTION = 1,
	PPK_DEVICE_MAKE_CREDENTIAL = 2,
	PPK_DEVICE_LIST = 3,
	/* program -> passkey-device, while a ceremony runs */
	PPK_DEVICE_PIN = 8,    /* the answer to PPK_DEVICE_PIN_NEEDED */
	PPK_DEVICE_CANCEL = 9, /* stop blinking and end; answered by PPK_DEVICE_FAILED */
	/* passkey-device -> program: events */
	PPK_DEVICE_INSERT = 16,        /* nothing that can be asked is plugged in; waiting for one */
	PPK_DEVICE_TOUCH = 17,         /* this authenticator waits for a touch (it blinks) */
	PPK_DEVICE_VERIFY = 18,        /* it waits for a fingerprint or the like */
	PPK_DEVICE_PIN_NEEDED = 19,    /* send PPK_DEVICE_PIN or PPK_DEVICE_CANCEL */
	PPK_DEVICE_VERIFY_FAILED = 20, /* the fingerprint did not match; it may try again */
	PPK_DEVICE_GONE = 21,          /* it was unplugged or gave up; others may go on */
	PPK_DEVICE_AUTHENTICATOR = 22, /* one found (answer to LIST, and before a ceremony's events of it) */
	/* passkey-device -> program: the last message */
	PPK_DEVICE_ASSERTION = 32,
	PPK_DEVICE_CREDENTIAL = 33,
	PPK_DEVICE_LISTED = 34, /* all authenticators were named */
	PPK_DEVICE_FAILED = 35,
};

/* Credentials that are asked for together: the same RP ID and the same user verification. */
struct ppk_device_group {
	const char *rp_id; /* NUL-terminated */
	enum ppk_uv uv;
	const struct ppk_bytes *ids; /* borrowed */
	size_t id_count;
};

struct ppk_device_get_assertion {
	uint8_t client_data_hash[32];
	uint32_t timeout_ms;
	bool nfc; /* authenticators in readers are asked too */
	const struct ppk_device_group *groups; /* an authenticator is asked in this order */
	size_t group_count;
};

struct ppk_device_make_credential {
	uint8_t client_data_hash[32];
	uint32_t timeout_ms;
	bool nfc; /* authenticators in readers are asked too */
	const char *rp_id;
	const char *rp_name;
	const char *user_name;
	const char *user_display_name;
	const uint8_t *user_handle;
	size_t user_handle_len;
	const int *algorithms; /* COSE numbers, the preferred first */
	size_t algorithm_count;
	enum ppk_uv uv;
	bool discoverable;
	uint8_t cred_protect; /* CTAP 2.1, 12.1: 0 leaves it out, 1 to 3 */
	const struct ppk_bytes *exclude_ids;
	size_t exclude_count;
};

struct ppk_device_authenticator {
	uint8_t index;    /* names it in the messages that follow */
	char product[64]; /* sanitised by passkey-device, again by the reader */
	bool has_aaguid;
	uint8_t aaguid[16];
	bool fido2;       /* false: U2F only */
	bool has_pin;     /* a PIN is set */
	bool has_uv;      /* fingerprint or the like is set up */
};

struct ppk_device_event { /* INSERT TOUCH VERIFY PIN_NEEDED VERIFY_FAILED GONE FAILED */
	uint8_t index;    /* authenticator; INSERT and FAILED: or PPK_DEVICE_INDEX_NONE */
	uint8_t retries;  /* left; PPK_DEVICE_RETRIES_UNKNOWN */
	enum ppk_err err; /* FAILED: why. PIN_NEEDED: PPK_OK first, then PPK_ERR_PIN_INVALID (asked
			     again) or PPK_ERR_UV_BLOCKED (fell back). GONE: why */
};

struct ppk_device_assertion {
	uint8_t index;
	const uint8_t *credential_id;
	size_t credential_id_len;
	const uint8_t *authenticator_data;
	size_t authenticator_data_len;
	const uint8_t *signature;
	size_t signature_len;
	const uint8_t *user_handle; /* NULL and 0 when there is none */
	size_t user_handle_len;
};

struct ppk_device_credential {
	uint8_t index;
	const uint8_t *credential_id;
	size_t credential_id_len;
	const uint8_t *authenticator_data;
	size_t authenticator_data_len;
	const uint8_t *signature; /* of the attestation; NULL and 0 for "none" */
	size_t signature_len;
	int cose_algorithm;
	/*
	 * The public key in raw parts: ECDSA x || y (64, 96, 132 bytes), EdDSA 32 bytes, RSA: 2-byte
	 * length of e, e, then n (all big-endian).
	 */
	const uint8_t *public_key;
	size_t public_key_len;
	char format[24]; /* attestation statement format: "none", "packed", "fido-u2f", ... */
	const uint8_t *x5c[PPK_DEVICE_X5C_MAX]; /* certificates, DER, leaf first */
	size_t x5c_len[PPK_DEVICE_X5C_MAX];
	size_t x5c_count;
};

/* A decoded message; which member is valid follows from type. */
struct ppk_device_message {
	enum ppk_device_message_type type;
	union {
		struct ppk_device_authenticator authenticator;
		struct ppk_device_event event;
		struct ppk_device_assertion assertion;
		struct ppk_device_credential credential;
	};
};

/*
 * Encoding: into buffer (size bytes); *ret_len is the packet's length. PPK_ERR_LIMIT: it does not
 * fit, or a part is longer, shorter or another value than the decoder takes (device_message.md). A
 * string that is NULL is sent as an empty one. After a PIN the buffer is the caller's to wipe.
 */
PPK_MUST_CHECK enum ppk_err
ppk_device_encode_get_assertion(const struct ppk_device_get_assertion *request, uint8_t *buffer,
				size_t size, size_t *ret_len);
PPK_MUST_CHECK enum ppk_err
ppk_device_encode_make_credential(const struct ppk_device_make_credential *request, uint8_t *buffer,
				  size_t size, size_t *ret_len);
PPK_MUST_CHECK enum ppk_err ppk_device_encode_list(
	uint32_t timeout_ms, bool nfc, uint8_t *buffer, size_t size, size_t *ret_len);
PPK_MUST_CHECK enum ppk_err ppk_device_encode_pin(uint8_t index, const struct ppk_secret *pin,
						  uint8_t *buffer, size_t size, size_t *ret_len);
PPK_MUST_CHECK enum ppk_err ppk_device_encode_cancel(uint8_t *buffer, size_t size, size_t *ret_len);
/* events, ASSERTION, CREDENTIAL, LISTED: what passkey-device sends */
PPK_MUST_CHECK enum ppk_err ppk_device_encode_message(const struct ppk_device_message *message,
						      uint8_t *buffer, size_t size, size_t *ret_len);

/*
 * Decode what passkey-device sent. The whole packet or PPK_ERR_FRAME: unknown type, cut, trailing
 * bytes, a length over its limit. Strings are sanitised.
 */
PPK_MUST_CHECK enum ppk_err ppk_device_decode_message(const uint8_t *packet, size_t len,
						      struct ppk_device_message *ret);

/*
 * Decode what the program sent (the side of passkey-device). The first packet's request; arrays and
 * all that they point to are in one block that *ret owns: ppk_device_request_done(). packet may be
 * reused at once. PPK_ERR_FRAME | PPK_ERR_VERSION | PPK_ERR_LIMIT | PPK_ERR_NOMEM.
 */
struct ppk_device_request {
	enum ppk_device_message_type type; /* GET_ASSERTION, MAKE_CREDENTIAL, LIST */
	uint32_t timeout_ms;
	bool nfc;
	struct ppk_device_get_assertion get_assertion;
	struct ppk_device_make_credential make_credential;
	void *memory;
};
PPK_MUST_CHECK enum ppk_err ppk_device_decode_request(const uint8_t *packet, size_t len,
						      struct ppk_device_request *ret);
/* NULL and a zeroed one are fine. */
void ppk_device_request_done(struct ppk_device_request *request);

/* PIN or CANCEL. PPK_ERR_FRAME. For CANCEL *ret_index and *ret_pin are left alone. */
PPK_MUST_CHECK enum ppk_err ppk_device_decode_command(const uint8_t *packet, size_t len,
						      enum ppk_device_message_type *ret_type,
						      uint8_t *ret_index, struct ppk_secret *ret_pin);

#endif
