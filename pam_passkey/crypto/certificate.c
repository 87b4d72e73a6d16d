/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/certificate.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "core/authenticator_data.h"
#include "crypto/openssl_error.h"
#include "crypto/spki.h"

#define UNIT "Authenticator Attestation"
#define AAGUID_EXTENSION "1.3.6.1.4.1.45724.1.1.4" /* id-fido-gen-ce-aaguid: 8.2.1 */
#define COUNTRY_LEN 2 /* ISO 3166-1 alpha-2 */

/* TCG EK Credential Profile for TPM 2.0, 3.1.2 and 3.2.9 */
#define TPM_MANUFACTURER "2.23.133.2.1"
#define TPM_MODEL "2.23.133.2.2"
#define TPM_VERSION "2.23.133.2.3"
#define AIK_CERTIFICATE "2.23.133.8.3" /* tcg-kp-AIKCertificate */
#define MANUFACTURER_HEAD "id:"
#define MANUFACTURER_LEN (sizeof(MANUFACTURER_HEAD) - 1 + 8)

/* Extension value: OCTET STRING (of 16 bytes), DER */
static const uint8_t aaguid_head[] = { 0x04, PPK_AAGUID_SIZE };

static X509 *parse(const uint8_t *der, size_t len)
{
	const unsigned char *next = der;

	if (der == NULL || len > LONG_MAX)
		return NULL;
	X509 *certificate = d2i_X509(NULL, &next, (long)len);

	if (certificate != NULL && next != der + len) {
		X509_free(certificate);
		return NULL;
	}
	return certificate;
}

static enum ppk_err take_key(
	const X509 *certificate, enum ppk_algorithm *ret_alg, struct ppk_bytes *ret_key)
{
	enum ppk_algorithm alg;
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

	if (len <= 0)
		return PPK_ERR_ATTESTATION;
	enum ppk_err err = ppk_spki_algorithm(der, (size_t)len, &alg);

	err = err == PPK_OK ? ppk_bytes_copy(der, (size_t)len, ret_key) : PPK_ERR_ATTESTATION;
	OPENSSL_free(der);
	if (err == PPK_OK)
		*ret_alg = alg;
	return err;
}

enum ppk_err ppk_certificate_key(
	const uint8_t *der, size_t len, enum ppk_algorithm *ret_alg, struct ppk_bytes *ret_key)
{
	bool was_empty;

	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	X509 *certificate = parse(der, len);
	enum ppk_err err =
		certificate == NULL ? PPK_ERR_ATTESTATION : take_key(certificate, ret_alg, ret_key);

	X509_free(certificate);
	return ppk_openssl_leave(was_empty, err);
}

/* The one value of an attribute of the subject, or NULL when there is none or more than one. */
static const ASN1_STRING *subject_value(const X509 *certificate, int nid)
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, nid, -1);

	if (at < 0 || X509_NAME_get_index_by_NID(subject, nid, at) >= 0)
		return NULL;
	return X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
}

static bool subject_has(const X509 *certificate, int nid)
{
	const ASN1_STRING *value = subject_value(certificate, nid);

	return value != NULL && ASN1_STRING_length(value) > 0;
}

static bool is_capital(unsigned char byte)
{
	return byte >= 'A' && byte <= 'Z';
}

static bool subject_is_sound(const X509 *certificate)
{
	const ASN1_STRING *country = subject_value(certificate, NID_countryName);
	const ASN1_STRING *unit = subject_value(certificate, NID_organizationalUnitName);

	if (country == NULL || ASN1_STRING_length(country) != COUNTRY_LEN ||
		!is_capital(ASN1_STRING_get0_data(country)[0]) ||
		!is_capital(ASN1_STRING_get0_data(country)[1]))
		return false;
	if (unit == NULL || ASN1_STRING_length(unit) != sizeof(UNIT) - 1 ||
		memcmp(ASN1_STRING_get0_data(unit), UNIT, sizeof(UNIT) - 1) != 0)
		return false;
	return subject_has(certificate, NID_organizationName) &&
	       subject_has(certificate, NID_commonName);
}

/* Absent, given twice and malformed are all NULL here. */
static bool is_no_ca(const X509 *certificate)
{
	BASIC_CONSTRAINTS *constraints =
		X509_get_ext_d2i(certificate, NID_basic_constraints, NULL, NULL);
	bool no_ca = constraints != NULL && constraints->ca == 0;

	BASIC_CONSTRAINTS_free(constraints);
	return no_ca;
}

static bool aaguid_extension_fits(
	const X509 *certificate, const ASN1_OBJECT *oid, const uint8_t *aaguid)
{
	int at = X509_get_ext_by_OBJ(certificate, oid, -1);

	if (at < 0)
		return true;
	X509_EXTENSION *extension = X509_get_ext(certificate, at);
	const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
	const uint8_t *bytes = ASN1_STRING_get0_data(value);

	return X509_get_ext_by_OBJ(certificate, oid, at) < 0 &&
	       X509_EXTENSION_get_critical(extension) == 0 &&
	       ASN1_STRING_length(value) == sizeof(aaguid_head) + PPK_AAGUID_SIZE &&
	       memcmp(bytes, aaguid_head, sizeof(aaguid_head)) == 0 &&
	       memcmp(bytes + sizeof(aaguid_head), aaguid, PPK_AAGUID_SIZE) == 0;
}

static enum ppk_err check_packed(const X509 *certificate, const uint8_t *aaguid)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(AAGUID_EXTENSION, 1);

	if (oid == NULL)
		return PPK_ERR_NOMEM;
	bool sound = X509_get_version(certificate) == X509_VERSION_3 &&
		     subject_is_sound(certificate) && is_no_ca(certificate) &&
		     aaguid_extension_fits(certificate, oid, aaguid);

	ASN1_OBJECT_free(oid);
	return sound ? PPK_OK : PPK_ERR_ATTESTATION;
}

/* Parse, check, free: what the checks of certificates share. */
static enum ppk_err check_certificate(const uint8_t *der, size_t len, const uint8_t *aaguid,
	enum ppk_err (*check)(const X509 *certificate, const uint8_t *aaguid))
{
	bool was_empty;

	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	X509 *certificate = parse(der, len);
	enum ppk_err err = certificate == NULL ? PPK_ERR_ATTESTATION : check(certificate, aaguid);

	X509_free(certificate);
	return ppk_openssl_leave(was_empty, err);
}

enum ppk_err ppk_certificate_check_packed(
	const uint8_t *der, size_t len, const uint8_t aaguid[static 16])
{
	return check_certificate(der, len, aaguid, check_packed);
}

/* The one value that name has for this object identifier, or NULL. */
static const ASN1_STRING *name_value(const X509_NAME *name, const char *oid_text)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(oid_text, 1);

	if (oid == NULL)
		return NULL;
	int at = X509_NAME_get_index_by_OBJ(name, oid, -1);
	bool once = at >= 0 && X509_NAME_get_index_by_OBJ(name, oid, at) < 0;

	ASN1_OBJECT_free(oid);
	return once ? X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)) : NULL;
}

static bool is_hexadecimal(unsigned char byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'F') ||
	       (byte >= 'a' && byte <= 'f');
}

static bool is_manufacturer(const ASN1_STRING *value)
{
	if (value == NULL || ASN1_STRING_length(value) != MANUFACTURER_LEN ||
		memcmp(ASN1_STRING_get0_data(value), MANUFACTURER_HEAD,
			sizeof(MANUFACTURER_HEAD) - 1) != 0)
		return false;
	for (size_t i = sizeof(MANUFACTURER_HEAD) - 1; i < MANUFACTURER_LEN; i++) {
		if (!is_hexadecimal(ASN1_STRING_get0_data(value)[i]))
			return false;
	}
	return true;
}

static bool says_something(const ASN1_STRING *value)
{
	return value != NULL && ASN1_STRING_length(value) > 0;
}

static bool names_a_tpm(const GENERAL_NAME *name)
{
	return name->type == GEN_DIRNAME &&
	       is_manufacturer(name_value(name->d.directoryName, TPM_MANUFACTURER)) &&
	       says_something(name_value(name->d.directoryName, TPM_MODEL)) &&
	       says_something(name_value(name->d.directoryName, TPM_VERSION));
}

/* RFC 5280, 4.2.1.6: with an empty subject the extension is critical. */
static bool alternative_name_is_a_tpm(const X509 *certificate)
{
	int critical = 0;
	GENERAL_NAMES *names =
		X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, NULL);
	bool found = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++)
		found = names_a_tpm(sk_GENERAL_NAME_value(names, i));
	GENERAL_NAMES_free(names);
	return found && critical == 1;
}

static bool is_for_attestation_keys(const X509 *certificate)
{
	EXTENDED_KEY_USAGE *usages = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
	char text[sizeof(AIK_CERTIFICATE) + 1];
	bool found = false;

	for (int i = 0; i < sk_ASN1_OBJECT_num(usages) && !found; i++)
		found = OBJ_obj2txt(text, sizeof(text), sk_ASN1_OBJECT_value(usages, i), 1) ==
				(int)sizeof(AIK_CERTIFICATE) - 1 &&
			strcmp(text, AIK_CERTIFICATE) == 0;
	EXTENDED_KEY_USAGE_free(usages);
	return found;
}

static enum ppk_err check_tpm(const X509 *certificate, const uint8_t *aaguid)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(AAGUID_EXTENSION, 1);

	if (oid == NULL)
		return PPK_ERR_NOMEM;
	bool sound = X509_get_version(certificate) == X509_VERSION_3 &&
		     X509_NAME_entry_count(X509_get_subject_name(certificate)) == 0 &&
		     alternative_name_is_a_tpm(certificate) &&
		     is_for_attestation_keys(certificate) && is_no_ca(certificate) &&
		     aaguid_extension_fits(certificate, oid, aaguid);

	ASN1_OBJECT_free(oid);
	return sound ? PPK_OK : PPK_ERR_ATTESTATION;
}

enum ppk_err ppk_certificate_check_tpm(
	const uint8_t *der, size_t len, const uint8_t aaguid[static 16])
{
	return check_certificate(der, len, aaguid, check_tpm);
}

static enum ppk_err take_extension(
	const X509 *certificate, const ASN1_OBJECT *oid, struct ppk_bytes *ret)
{
	int at = X509_get_ext_by_OBJ(certificate, oid, -1);

	if (at < 0 || X509_get_ext_by_OBJ(certificate, oid, at) >= 0)
		return PPK_ERR_ATTESTATION;
	const ASN1_OCTET_STRING *value =
		X509_EXTENSION_get_data(X509_get_ext(certificate, at));

	return ppk_bytes_copy(
		ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value), ret);
}

enum ppk_err ppk_certificate_extension(
	const uint8_t *der, size_t len, const char *oid, struct ppk_bytes *ret)
{
	bool was_empty;

	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	X509 *certificate = parse(der, len);
	enum ppk_err err = object == NULL        ? PPK_ERR_NOMEM
			   : certificate == NULL ? PPK_ERR_ATTESTATION
						 : take_extension(certificate, object, ret);

	X509_free(certificate);
	ASN1_OBJECT_free(object);
	return ppk_openssl_leave(was_empty, err);
}
