/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_BROWSER_MESSAGE_H
#define PPK_CORE_BROWSER_MESSAGE_H

/*
 * The messages between a program (the module, passkeyctl) and passkeyd (wire format:
 * browser_message.md). One message is one packet of a SOCK_SEQPACKET socket, one connection is one
 * ceremony. Encoding and decoding only; pure, no memory of its own: views and strings of a decoded
 * message point into the packet.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/client_data.h"
#include "core/credential.h"
#include "core/error.h"
#include "core/qr_code.h"

#define PPK_BROWSER_PROTOCOL_VERSION 1
#define PPK_BROWSER_REQUEST_MAX 3584 /* bytes: what passkeyd keeps of a ceremony while it waits */
#define PPK_BROWSER_MESSAGE_MAX (64 * 1024) /* bytes of any packet */
#define PPK_BROWSER_ADDRESS_MAX 56 /* bytes of an IP address as text */
#define PPK_BROWSER_HOST_MAX 253 /* bytes of a machine's name */
#define PPK_BROWSER_NAME_MAX 255 /* bytes of a user's name, of rp_name, of display_name */
#define PPK_BROWSER_SERVICE_MAX 64 /* bytes */
#define PPK_BROWSER_URL_MAX 511 /* bytes */
#define PPK_BROWSER_PATH_MAX 64 /* bytes of the last part of a URL */
#define PPK_BROWSER_ALGORITHMS_MAX 16
#define PPK_BROWSER_ATTESTATION_MAX (32 * 1024) /* bytes of an attestation object */
#define PPK_BROWSER_TIMEOUT_MAX_S (7 * 24 * 3600)
#define PPK_BROWSER_NUMBER_MAX 99 /* shown with two digits, "07" */
#define PPK_BROWSER_NUMBER_NONE 0xff /* enrolment alone: the page does not ask for a number */
#define PPK_BROWSER_NUMBER_TRIES 3

enum ppk_browser_message_type {
	/* program -> passkeyd: the first message is one of these three */
	PPK_BROWSER_SIGN_IN = 1,
	PPK_BROWSER_ENROL = 2,
	PPK_BROWSER_DRAW = 3, /* no ceremony: the QR code of an address, answered with DRAWN */
	/* program -> passkeyd, once, after the last message. To cancel, close the connection. */
	PPK_BROWSER_VERDICT = 8,
	/* program -> passkeyd, once, after REGISTRATION: an assertion by what was registered */
	PPK_BROWSER_TEST = 9,
	/* passkeyd -> program: events */
	PPK_BROWSER_STARTED = 16, /* the first answer: where the page is */
	PPK_BROWSER_OPENED = 17, /* a browser at this address has opened the page */
	PPK_BROWSER_TURNED_AWAY = 18, /* one at another address than the client's was turned away */
	PPK_BROWSER_NUMBER_WRONG = 19, /* a wrong number was entered; tries_left is 1 or more */
	PPK_BROWSER_DRAWN = 20, /* the only answer to DRAW */
	/* passkeyd -> program: the last message, unless TEST follows REGISTRATION */
	PPK_BROWSER_ASSERTION = 32,
	PPK_BROWSER_REGISTRATION = 33,
	PPK_BROWSER_FAILED = 34,
};

/* How a browser may reach an authenticator; WebAuthn Level 3, 5.8.4. Flags. */
enum ppk_browser_transport {
	PPK_BROWSER_USB = 1,
	PPK_BROWSER_NFC = 2,
	PPK_BROWSER_BLE = 4,
	PPK_BROWSER_HYBRID = 8,
	PPK_BROWSER_INTERNAL = 16,
	PPK_BROWSER_SMART_CARD = 32,
	PPK_BROWSER_TRANSPORTS_ALL = 63,
};

/* Where the browser has to be. */
enum ppk_browser_peer {
	PPK_BROWSER_PEER_SAME_ADDRESS = 0, /* at client_address */
	PPK_BROWSER_PEER_ANY,
};

/* WebAuthn Level 3, 5.4.7; "preferred" and "required" of 5.4.6 */
enum ppk_browser_attestation { PPK_BROWSER_ATTESTATION_NONE = 0, PPK_BROWSER_ATTESTATION_DIRECT };
enum ppk_browser_discoverable {
	PPK_BROWSER_DISCOVERABLE_DISCOURAGED = 0,
	PPK_BROWSER_DISCOVERABLE_PREFERRED,
	PPK_BROWSER_DISCOVERABLE_REQUIRED,
};

/* WebAuthn Level 3, 5.4.5: what the person used, as the browser says. */
enum ppk_browser_attachment {
	PPK_BROWSER_ATTACHMENT_UNKNOWN = 0,
	PPK_BROWSER_ATTACHMENT_PLATFORM,
	PPK_BROWSER_ATTACHMENT_CROSS_PLATFORM,
};

struct ppk_browser_credential_id {
	const uint8_t *id;
	size_t len;
	uint8_t transports; /* enum ppk_browser_transport, or 0: not known */
};

/* What an enrolment has besides. Strings as in ppk_browser_request. */
struct ppk_browser_enrolment {
	const char *rp_name; /* 1 to PPK_BROWSER_NAME_MAX bytes */
	const char *display_name; /* 0 to PPK_BROWSER_NAME_MAX bytes */
	const uint8_t *user_handle;
	size_t user_handle_len; /* 1 to PPK_USER_HANDLE_MAX */
	int32_t algorithms[PPK_BROWSER_ALGORITHMS_MAX]; /* COSE numbers, the preferred first */
	size_t algorithm_count;
	enum ppk_browser_discoverable discoverable;
	enum ppk_browser_attestation attestation;
	/* the last part of the URL that the page had at a passkeyd which has ended; empty: a new one */
	const char *path;
};

/* A ceremony. Strings are printable, NUL-terminated, borrowed; NULL is sent as an empty one. */
struct ppk_browser_request {
	enum ppk_browser_message_type type; /* SIGN_IN or ENROL */
	uint32_t timeout_s;
	int64_t since_s; /* when it began, seconds since 1970, for the page */
	uint8_t number; /* 0 to PPK_BROWSER_NUMBER_MAX; ENROL: or PPK_BROWSER_NUMBER_NONE */
	enum ppk_browser_peer peer;
	const char *
		client_address; /* IP address that the sign-in comes from; empty for PEER_ANY alone */
	const char *user;
	const char *host;
	const char *service; /* may be empty */
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	const char *rp_id;
	enum ppk_uv uv;
	/* SIGN_IN: to choose from, at least one. ENROL: to exclude. */
	struct ppk_browser_credential_id credentials[PPK_CREDENTIALS_MAX];
	size_t credential_count;
	struct ppk_browser_enrolment enrolment; /* ENROL alone */
};

/* What TEST asks for; RP ID and user verification are those of the enrolment. */
struct ppk_browser_test {
	uint8_t challenge[PPK_CHALLENGE_SIZE]; /* another one than the enrolment's */
	struct ppk_browser_credential_id credential;
};

struct ppk_browser_assertion {
	const uint8_t *credential_id;
	size_t credential_id_len;
	const uint8_t *client_data;
	size_t client_data_len;
	const uint8_t *authenticator_data;
	size_t authenticator_data_len;
	const uint8_t *signature;
	size_t signature_len;
	const uint8_t *user_handle; /* NULL and 0 when there is none */
	size_t user_handle_len;
};

struct ppk_browser_registration {
	const uint8_t *client_data;
	size_t client_data_len;
	const uint8_t *attestation_object;
	size_t attestation_object_len;
	uint8_t transports; /* as the browser says; 0: not known */
	enum ppk_browser_attachment attachment;
	const char
		*name; /* that the person gave it, 1 to PPK_CREDENTIAL_NAME_MAX bytes, printable */
};

/* What passkeyd says; which members are valid follows from type. */
struct ppk_browser_message {
	enum ppk_browser_message_type type;
	const char *url; /* STARTED */
	struct ppk_qr_code qr_code; /* DRAWN: of the URL; or none */
	const char *address; /* of the browser: all others; FAILED: or empty */
	uint8_t tries_left; /* NUMBER_WRONG */
	enum ppk_err err; /* FAILED */
	struct ppk_browser_assertion assertion;
	struct ppk_browser_registration registration;
};

/*
 * Encoding: into buffer (size bytes); *ret_len is the packet's length. PPK_ERR_LIMIT: it does not fit
 * (a request: PPK_BROWSER_REQUEST_MAX, so a user with many long credential ids), or a part is longer,
 * shorter or another value than the decoder takes (browser_message.md).
 */
PPK_MUST_CHECK enum ppk_err ppk_browser_encode_request(
	const struct ppk_browser_request *request, uint8_t *buffer, size_t size, size_t *ret_len);
PPK_MUST_CHECK enum ppk_err ppk_browser_encode_verdict(
	enum ppk_err verdict, uint8_t *buffer, size_t size, size_t *ret_len);
PPK_MUST_CHECK enum ppk_err ppk_browser_encode_test(
	const struct ppk_browser_test *test, uint8_t *buffer, size_t size, size_t *ret_len);
PPK_MUST_CHECK enum ppk_err ppk_browser_encode_draw(
	const char *url, uint8_t *buffer, size_t size, size_t *ret_len);
PPK_MUST_CHECK enum ppk_err ppk_browser_encode_message(
	const struct ppk_browser_message *message, uint8_t *buffer, size_t size, size_t *ret_len);

/*
 * Decode: the whole packet or nothing. PPK_ERR_FRAME: an unknown type, flag or value, cut, bytes left
 * over, a length or a character out of its range. PPK_ERR_VERSION and PPK_ERR_LIMIT (more than
 * PPK_BROWSER_REQUEST_MAX): a request alone, the version DRAW too. *ret is untouched on failure.
 */
PPK_MUST_CHECK enum ppk_err ppk_browser_decode_request(
	const uint8_t *packet, size_t len, struct ppk_browser_request *ret);
/* *ret_verdict: PPK_OK, accepted, or why not. */
PPK_MUST_CHECK enum ppk_err ppk_browser_decode_verdict(
	const uint8_t *packet, size_t len, enum ppk_err *ret_verdict);
PPK_MUST_CHECK enum ppk_err ppk_browser_decode_test(
	const uint8_t *packet, size_t len, struct ppk_browser_test *ret);
PPK_MUST_CHECK enum ppk_err ppk_browser_decode_draw(
	const uint8_t *packet, size_t len, const char **ret_url);
PPK_MUST_CHECK enum ppk_err ppk_browser_decode_message(
	const uint8_t *packet, size_t len, struct ppk_browser_message *ret);

/*
 * "usb,nfc" <-> flags. Names that are not known are left out: browsers may add some. NULL is 0. The
 * text is in the order of the enumerators, "" for 0. Pure.
 */
#define PPK_BROWSER_TRANSPORTS_SIZE 48 /* bytes, with NUL */
uint8_t ppk_browser_transports_parse(const char *text);
void ppk_browser_transports_format(
	uint8_t transports, char out[static PPK_BROWSER_TRANSPORTS_SIZE]);

#endif
