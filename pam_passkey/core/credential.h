/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_CREDENTIAL_H
#define PPK_CORE_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/diagnostic.h"
#include "core/error.h"

#define PPK_CREDENTIAL_LINE_MAX 8192 /* bytes of one line, without the newline */
#define PPK_CREDENTIAL_ID_MAX 1023 /* bytes; WebAuthn Level 3, 4 ("Credential ID") */
#define PPK_CREDENTIAL_KEY_MAX 1100 /* bytes of SubjectPublicKeyInfo: RSA 8192 fits */
#define PPK_CREDENTIAL_NAME_MAX 128 /* bytes of UTF-8 */
#define PPK_RP_ID_MAX 253 /* bytes: a domain name */
#define PPK_USER_HANDLE_MAX 64 /* bytes; WebAuthn Level 3, 5.4.3 */
#define PPK_CREDENTIALS_MAX 64 /* credentials that one user may have */

enum ppk_algorithm {
	PPK_ALG_ES256 = 1, /* ECDSA, P-256, SHA-256; COSE -7 */
	PPK_ALG_ES384, /* COSE -35 */
	PPK_ALG_ES512, /* COSE -36 */
	PPK_ALG_EDDSA, /* Ed25519; COSE -8 */
	PPK_ALG_ED448, /* COSE -53 */
	PPK_ALG_RS256, /* RSASSA-PKCS1-v1_5, SHA-256; COSE -257 */
};

/* User verification. Ordered: a service may only raise what the credential demands. */
enum ppk_uv {
	PPK_UV_DISCOURAGED = 0,
	PPK_UV_PREFERRED,
	PPK_UV_REQUIRED,
};

/* What the authenticator said at enrolment; WebAuthn Level 3, 6.1.3. */
enum ppk_backup {
	PPK_BACKUP_UNKNOWN = 0, /* not recorded */
	PPK_BACKUP_NO, /* "no": bound to one authenticator */
	PPK_BACKUP_ELIGIBLE, /* "eligible": may be copied between devices (BE) */
	PPK_BACKUP_STATE, /* "state": eligible and backed up at enrolment (BE and BS) */
};

/*
 * One credential, one line of a credential file (format: pam_passkey/core/credential.md).
 * Strings are printable UTF-8, checked when parsed.
 */
struct ppk_credential {
	struct ppk_bytes id;
	enum ppk_algorithm alg;
	struct ppk_bytes key; /* SubjectPublicKeyInfo, DER; NOT yet checked against alg */
	char *rp_id;
	char *name; /* NULL when there is none */
	struct ppk_bytes user_handle; /* empty when there is none */
	enum ppk_uv uv; /* absent in the line: PPK_UV_DISCOURAGED */
	char *transports; /* "usb,nfc" or NULL */
	bool has_aaguid;
	uint8_t aaguid[16];
	enum ppk_backup backup;
	int64_t created_s; /* seconds since 1970; 0: not recorded */
	int64_t expires_s; /* 0: never */
	bool disabled;
	bool no_handle; /* id is not one that an authenticator knows: an ssh-agent alone can be asked */
	char *attestation; /* what was checked at enrolment: "none", "self", "packed", ... */
	char *unknown; /* optional keys that this version does not know, verbatim, or NULL */
};

/* "es256" ... <-> enum. ppk_algorithm_parse: PPK_ERR_ALGORITHM. The name is static. Pure. */
PPK_MUST_CHECK enum ppk_err ppk_algorithm_parse(
	const char *text, size_t len, enum ppk_algorithm *ret);
const char *ppk_algorithm_name(enum ppk_algorithm alg);
/* COSE numbers (IANA). ppk_algorithm_from_cose: PPK_ERR_ALGORITHM. Pure. */
int ppk_algorithm_cose(enum ppk_algorithm alg);
PPK_MUST_CHECK enum ppk_err ppk_algorithm_from_cose(int cose, enum ppk_algorithm *ret);

/* "discouraged" "preferred" "required" <-> enum. PPK_ERR_OPTION. Pure. */
PPK_MUST_CHECK enum ppk_err ppk_uv_parse(const char *text, size_t len, enum ppk_uv *ret);
const char *ppk_uv_name(enum ppk_uv uv);

/*
 * Is it an RP ID: a lower-case domain or host name of at most PPK_RP_ID_MAX bytes, of labels of
 * letters, digits and inner '-', without an empty label, and no IPv4 address; or the application of an
 * OpenSSH key (ppk_rp_id_is_ssh())? The colon keeps the two apart. Pure.
 */
bool ppk_rp_id_is_valid(const char *text, size_t len);

/*
 * Is it the application of an OpenSSH key: "ssh:" and what ssh-keygen -O application= put behind it,
 * of letters, digits and . _ - + / @ : , at most PPK_RP_ID_MAX bytes in all? Pure.
 */
bool ppk_rp_id_is_ssh(const char *text, size_t len);

/*
 * Parse one line (no newline; len <= PPK_CREDENTIAL_LINE_MAX). On PPK_OK *ret is the caller's:
 * ppk_credential_free(). PPK_ERR_SYNTAX | PPK_ERR_VERSION | PPK_ERR_ALGORITHM | PPK_ERR_LIMIT |
 * PPK_ERR_DUPLICATE (a key twice in the line) | PPK_ERR_NOMEM; on error *reterr holds column and
 * sentence (source and line are the caller's to fill). Unknown optional keys are kept. A proper
 * prefix of a line that ppk_credential_format() made is always an error. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_credential_parse(
	const char *text, size_t len, struct ppk_credential **ret, struct ppk_diag *reterr);

/*
 * The line for a credential (no newline), NUL-terminated, in *ret, owned by the caller (free()).
 * Keys in fixed order, what restricts the credential first and key= last; parsing it again gives
 * the same credential. PPK_ERR_NOMEM | PPK_ERR_LIMIT | PPK_ERR_ALGORITHM | PPK_ERR_SYNTAX (a member
 * that no line can hold: a name with a line feed, an RP ID with capitals, a time before 1970) |
 * PPK_ERR_DUPLICATE (unknown has a known key). Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_credential_format(
	const struct ppk_credential *credential, char **ret);

/*
 * May it be used at now_s (seconds since 1970)? PPK_ERR_CREDENTIAL_DISABLED |
 * PPK_ERR_CREDENTIAL_EXPIRED (from the second of expires_s on). Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_credential_in_force(const struct ppk_credential *credential,
						    int64_t now_s);

/* NULL and a half-made one are fine. */
void ppk_credential_free(struct ppk_credential *credential);

/*
 * What a person is shown for it: the name, or "security key <first 8 characters of the id>".
 * Sanitised, NUL-terminated, cut to size. Pure.
 */
void ppk_credential_label(const struct ppk_credential *credential, char *out, size_t size);

/* The first 8 characters of the id in base64url, fewer of a shorter one, as the log names it. Pure. */
#define PPK_SHORT_ID_SIZE 9 /* with NUL */
void ppk_credential_short_id(
	const struct ppk_credential *credential, char out[static PPK_SHORT_ID_SIZE]);

#endif
