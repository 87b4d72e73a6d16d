/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificate of a packed attestation: each requirement of WebAuthn Level 3, 8.2.1. */
#include "crypto/certificate.h"

#include "check.h"
#include "enrolment.h"
#include "mutate.h"

ENROLMENT_TEST(a_certificate_without_aaguid_extension_is_fine, enrolment_packed())
{
	struct signer_certificate certificate = enrolment_sound_certificate();

	certificate.aaguid = NULL;
	enrolment_certify(scene, &certificate);
	CHECK_OK(enrolment_verify(scene));
}

/* Each of the requirements of 8.2.1, broken alone. */
static void break_version(struct signer_certificate *certificate)
{
	certificate->version = 0; /* v1; its extensions stay, as an attacker would leave them */
}

static void break_country_missing(struct signer_certificate *certificate)
{
	certificate->country = NULL;
}

static void break_country_not_a_code(struct signer_certificate *certificate)
{
	certificate->country = "s1";
}

static void break_organisation(struct signer_certificate *certificate)
{
	certificate->organisation = NULL;
}

static void break_unit_missing(struct signer_certificate *certificate)
{
	certificate->unit = NULL;
}

static void break_unit_other(struct signer_certificate *certificate)
{
	certificate->unit = "authenticator attestation";
}

static void break_unit_longer(struct signer_certificate *certificate)
{
	certificate->unit = "Authenticator Attestation CA";
}

static void break_unit_twice(struct signer_certificate *certificate)
{
	certificate->second_unit = "Something else";
}

static void break_name(struct signer_certificate *certificate)
{
	certificate->name = NULL;
}

static void break_constraints_missing(struct signer_certificate *certificate)
{
	certificate->constraints = NULL;
}

static void break_constraints_ca(struct signer_certificate *certificate)
{
	certificate->constraints = "critical,CA:TRUE";
}

static void break_constraints_twice(struct signer_certificate *certificate)
{
	certificate->constraints_twice = true;
}

static void break_aaguid_other(struct signer_certificate *certificate)
{
	static uint8_t other[2 + PPK_AAGUID_SIZE];

	memcpy(other, certificate->aaguid, sizeof(other));
	other[17] ^= 1;
	certificate->aaguid = other;
}

static void break_aaguid_not_wrapped(struct signer_certificate *certificate)
{
	certificate->aaguid += 2;
	certificate->aaguid_len -= 2;
}

static void break_aaguid_longer(struct signer_certificate *certificate)
{
	static uint8_t longer[3 + PPK_AAGUID_SIZE];

	memcpy(longer, certificate->aaguid, 2 + PPK_AAGUID_SIZE);
	certificate->aaguid = longer;
	certificate->aaguid_len++;
}

static void break_aaguid_empty(struct signer_certificate *certificate)
{
	certificate->aaguid_len = 0;
}

static void break_aaguid_critical(struct signer_certificate *certificate)
{
	certificate->aaguid_critical = true;
}

static void break_aaguid_twice(struct signer_certificate *certificate)
{
	certificate->aaguid_twice = true;
}

ENROLMENT_TEST(each_requirement_on_a_packed_certificate_is_checked, enrolment_packed())
{
	static const struct {
		const char *name;
		void (*apply)(struct signer_certificate *certificate);
	} breaks[] = {
		{ "version 1", break_version },
		{ "no country", break_country_missing },
		{ "country that is no code", break_country_not_a_code },
		{ "no organisation", break_organisation },
		{ "no organisational unit", break_unit_missing },
		{ "organisational unit in other letters", break_unit_other },
		{ "organisational unit that goes on", break_unit_longer },
		{ "two organisational units", break_unit_twice },
		{ "no common name", break_name },
		{ "no basic constraints", break_constraints_missing },
		{ "a certificate authority", break_constraints_ca },
		{ "basic constraints twice", break_constraints_twice },
		{ "another AAGUID", break_aaguid_other },
		{ "an AAGUID without its OCTET STRING", break_aaguid_not_wrapped },
		{ "an AAGUID of 17 bytes", break_aaguid_longer },
		{ "an empty AAGUID", break_aaguid_empty },
		{ "a critical AAGUID", break_aaguid_critical },
		{ "two AAGUIDs", break_aaguid_twice },
	};

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		struct signer_certificate certificate = enrolment_sound_certificate();

		breaks[i].apply(&certificate);
		enrolment_certify(scene, &certificate);
		enum ppk_err err = enrolment_verify(scene);

		if (err != PPK_ERR_ATTESTATION)
			CHECK_FAIL("%s: %s", breaks[i].name, ppk_err_token(err));
		printf("# refused: %s\n", breaks[i].name);
	}
}

ENROLMENT_TEST(bytes_after_a_certificate_are_refused, enrolment_packed())
{
	signer_append(&scene->certificate, "\0", 1);
	enrolment_fill(scene);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
	scene->made.x5c_len[0] = 0;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
}

/* Only what is not the certificate's subject, key or extensions may be another: dates, serial, ... */
static void enroll_with_changed_certificate(
	const uint8_t *data, size_t len, const char *how, void *context)
{
	struct enrolment *scene = context;
	enum ppk_algorithm alg;
	struct ppk_bytes key;

	scene->made.x5c[0] = data;
	scene->made.x5c_len[0] = len;
	if (enrolment_verify(scene) != PPK_OK)
		return;
	CHECK_OK(ppk_certificate_key(data, len, &alg, &key));
	bool same = ppk_bytes_equal(
		&key, signer_spki(scene->maker)->data, signer_spki(scene->maker)->len);

	ppk_bytes_done(&key);
	if (!same || len != scene->certificate.len)
		CHECK_FAIL("%s: verified with another key", how);
}

ENROLMENT_TEST(a_changed_certificate_is_refused_or_certifies_the_same_key, enrolment_packed())
{
	mutate_each(scene->certificate.data, scene->certificate.len,
		enroll_with_changed_certificate, scene);
}

int main(void)
{
	signer_seed(6);
	return CHECK_RUN(CHECK_TEST(a_certificate_without_aaguid_extension_is_fine),
		CHECK_TEST(each_requirement_on_a_packed_certificate_is_checked),
		CHECK_TEST(bytes_after_a_certificate_are_refused),
		CHECK_TEST(a_changed_certificate_is_refused_or_certifies_the_same_key));
}
