/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CRYPTO_ENROLMENT_H
#define TESTS_UNIT_CRYPTO_ENROLMENT_H

/* An enrolment that succeeds, of each attestation format; a test spoils one thing in it. */

#include "core/authenticator_data.h"
#include "core/device_message.h"
#include "crypto/digest.h"
#include "signer.h"

#define ENROLMENT_RP_ID "example.org"
#define UP PPK_FLAG_UP
#define UV PPK_FLAG_UV
#define BE PPK_FLAG_BE
#define BS PPK_FLAG_BS
#define AT PPK_FLAG_AT
#define ED PPK_FLAG_ED
#define DATA_HEAD (PPK_AUTHENTICATOR_DATA_MIN + PPK_AAGUID_SIZE + 2)

#define ENROLMENT_ID "credential of the blue key"
#define ID_LEN (sizeof(ENROLMENT_ID) - 1)

extern const uint8_t enrolment_aaguid[PPK_AAGUID_SIZE];

struct enrolment {
	struct signer *signer; /* of the credential */
	struct signer *maker; /* of the attestation */
	struct ppk_bytes raw, data, signature, certificate;
	uint8_t hash[PPK_SHA256_SIZE];
	struct ppk_device_credential made;
	struct ppk_credential *credential;
};

/* Point made at what the other members hold now. */
void enrolment_fill(struct enrolment *enrolment);
/* Write the authenticator data anew, with these flags. */
void enrolment_set_data(struct enrolment *enrolment, uint8_t flags);
void enrolment_append_cose_key(struct ppk_bytes *data, const struct ppk_bytes *raw);
void enrolment_sign_packed(struct enrolment *enrolment, const struct signer *signer);
void enrolment_sign_u2f(struct enrolment *enrolment);
/* What WebAuthn Level 3, 8.2.1 asks of a certificate. */
struct signer_certificate enrolment_sound_certificate(void);
void enrolment_certify(struct enrolment *enrolment, const struct signer_certificate *certificate);

/* enrolment_free() each of them; enrolment_new() has an empty statement. */
struct enrolment *enrolment_new(const char *format);
struct enrolment *enrolment_packed(void);
struct enrolment *enrolment_self(void);
struct enrolment *enrolment_u2f(void);
void enrolment_free(struct enrolment *enrolment);

/*
 * ppk_attestation_verify() for ENROLMENT_RP_ID without user verification, or for others. Ends the
 * program when a credential comes out of a refusal, or OpenSSL's error queue is not empty.
 */
enum ppk_err enrolment_verify(struct enrolment *enrolment);
enum ppk_err enrolment_verify_uv(struct enrolment *enrolment, const char *rp_id, enum ppk_uv uv);

/* A test of an enrolment that is made before it and freed after it. */
#define ENROLMENT_TEST(name, make)                                                                 \
	static void name##_in(struct enrolment *scene);                                            \
	static void name(void)                                                                     \
	{                                                                                          \
		struct enrolment *scene = make;                                                    \
		name##_in(scene);                                                                  \
		enrolment_free(scene);                                                             \
	}                                                                                          \
	static void name##_in(struct enrolment *scene)

#endif
