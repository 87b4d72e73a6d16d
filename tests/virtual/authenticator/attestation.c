/* SPDX-License-Identifier: BSD-2-Clause */
#include "attestation.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>

#include "authenticator.h"

#define DAY_S (24L * 60 * 60)

static void
must(bool success, const char *what)
{
	if (success)
		return;
	fprintf(stderr, "passkey-authenticator: attestation certificate: %s\n", what);
	abort();
}

static void
add_name(X509_NAME *name, const char *field, const char *text)
{
	must(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const uint8_t *)text, -1, -1,
	         0) == 1,
	    field);
}

/* The subject that packed attestation demands: C, O, OU "Authenticator Attestation", CN. */
static void
set_names(X509 *certificate)
{
	X509_NAME *name = X509_get_subject_name(certificate);

	add_name(name, "C", "AT");
	add_name(name, "O", "pam_passkey tests");
	add_name(name, "OU", "Authenticator Attestation");
	add_name(name, "CN", "Software authenticator");
	must(X509_set_issuer_name(certificate, name) == 1, "issuer");
}

static void
add_basic_constraints(X509 *certificate)
{
	X509_EXTENSION *extension =
	    X509V3_EXT_conf_nid(NULL, NULL, NID_basic_constraints, "critical,CA:FALSE");

	must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1, "constraints");
	X509_EXTENSION_free(extension);
}

/* id-fido-gen-ce-aaguid: an OCTET STRING that wraps an OCTET STRING (8.2.1). */
static void
add_aaguid(X509 *certificate, const uint8_t aaguid[static 16])
{
	ASN1_OBJECT *id = OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.4", 1);
	ASN1_OCTET_STRING *wrapper = ASN1_OCTET_STRING_new();
	struct ppk_bytes inner = ppk_bytes_copy("\x04\x10", 2);
	X509_EXTENSION *extension;

	ppk_bytes_append(&inner, aaguid, 16);
	must(id != NULL && wrapper != NULL &&
	         ASN1_OCTET_STRING_set(wrapper, inner.data, (int)inner.len) == 1,
	    "AAGUID");
	extension = X509_EXTENSION_create_by_OBJ(NULL, id, 0, wrapper);
	must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1, "AAGUID");
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(wrapper);
	ASN1_OBJECT_free(id);
	ppk_bytes_done(&inner);
}

static X509 *
make_certificate(EVP_PKEY *key, const uint8_t aaguid[static 16])
{
	X509 *certificate = X509_new();

	must(certificate != NULL && X509_set_version(certificate, X509_VERSION_3) == 1 &&
	         ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
	         X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY_S) != NULL &&
	         X509_gmtime_adj(X509_getm_notAfter(certificate), 3650 * DAY_S) != NULL &&
	         X509_set_pubkey(certificate, key) == 1,
	    "fields");
	set_names(certificate);
	add_basic_constraints(certificate);
	add_aaguid(certificate, aaguid);
	must(X509_sign(certificate, key, EVP_sha256()) > 0, "signature");
	return certificate;
}

void
ppk_attestation_init(struct ppk_authenticator *authenticator)
{
	struct ppk_state *state = &authenticator->state;
	EVP_PKEY *key;
	X509 *certificate;
	uint8_t *der = NULL;
	int len;

	if (state->attestation_key.len != 0)
		return;
	state->attestation_key = ppk_key_new(PPK_COSE_ES256);
	key = ppk_key_parse(&state->attestation_key);
	certificate = make_certificate(key, authenticator->options.aaguid);
	len = i2d_X509(certificate, &der);
	must(len > 0, "encoding");
	ppk_bytes_set(&state->attestation_certificate, der, (size_t)len);
	OPENSSL_free(der);
	X509_free(certificate);
	EVP_PKEY_free(key);
	ppk_state_save(state);
}

char *
ppk_attestation_pem(const struct ppk_authenticator *authenticator)
{
	const struct ppk_bytes *der = &authenticator->state.attestation_certificate;
	const uint8_t *data = der->data;
	X509 *certificate = d2i_X509(NULL, &data, (long)der->len);
	BIO *memory = BIO_new(BIO_s_mem());
	char *pem, *text;
	long len;

	must(certificate != NULL && memory != NULL && PEM_write_bio_X509(memory, certificate) == 1,
	    "PEM");
	len = BIO_get_mem_data(memory, &pem);
	text = ppk_string_copy(pem, (size_t)len);
	BIO_free(memory);
	X509_free(certificate);
	return text;
}
