/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WebAuthn Level 3, 8.4: Android key attestation. The certificate tells in an extension (key
 * description, DER) how the key was made.
 *
 * A list of authorisations that does not say where the key came from or what it is for, says nothing
 * to the contrary and is accepted: the specification's own example (16.14) has neither. What it says
 * must be what 8.4 demands.
 */
#include <limits.h>
#include <openssl/asn1.h>
#include <string.h>

#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/openssl_error.h"
#include "crypto/statement.h"

#define KEY_DESCRIPTION "1.3.6.1.4.1.11129.2.1.17"

/* KeyMint tags and values (keymaster_defs.h) */
#define TAG_PURPOSE 1
#define TAG_ALL_APPLICATIONS 600
#define TAG_ORIGIN 702
#define PURPOSE_SIGN 2
#define ORIGIN_GENERATED 0

/* One DER value, in place. */
struct value {
	int tag;
	int tag_class;
	struct ppk_reader content;
};

/* OpenSSL reads the head (0x80: it could not; 0x01: a length that is left open, which DER has not). */
static bool take(struct ppk_reader *reader, struct value *ret)
{
	const unsigned char *next = reader->next;
	long len;

	if (reader->left == 0 || reader->left > LONG_MAX)
		return false;
	int form = ASN1_get_object(&next, &len, &ret->tag, &ret->tag_class, (long)reader->left);

	if ((form & 0x81) != 0 || len < 0)
		return false;
	ret->content = (struct ppk_reader){ .next = next, .left = (size_t)len };
	reader->left -= (size_t)(next - reader->next) + (size_t)len;
	reader->next = next + len;
	return true;
}

static bool take_universal(struct ppk_reader *reader, int tag, struct ppk_reader *ret)
{
	struct value value;

	if (!take(reader, &value) || value.tag != tag || value.tag_class != V_ASN1_UNIVERSAL)
		return false;
	*ret = value.content;
	return true;
}

/* Is it this INTEGER of one byte, and nothing behind it? */
static bool is_integer(struct ppk_reader reader, uint8_t number)
{
	struct ppk_reader content;

	return take_universal(&reader, V_ASN1_INTEGER, &content) && reader.left == 0 &&
	       content.left == 1 && content.next[0] == number;
}

/* Is it a SET of this one number? */
static bool is_set_of(struct ppk_reader reader, uint8_t number)
{
	struct ppk_reader content;

	return take_universal(&reader, V_ASN1_SET, &content) && reader.left == 0 &&
	       is_integer(content, number);
}

static bool is_allowed(const struct value *authorization)
{
	if (authorization->tag_class != V_ASN1_CONTEXT_SPECIFIC)
		return false;
	switch (authorization->tag) {
	case TAG_PURPOSE:
		return is_set_of(authorization->content, PURPOSE_SIGN);
	case TAG_ORIGIN:
		return is_integer(authorization->content, ORIGIN_GENERATED);
	case TAG_ALL_APPLICATIONS:
		return false;
	}
	return true;
}

static bool list_is_sound(struct ppk_reader list)
{
	struct value authorization;

	while (list.left > 0) {
		if (!take(&list, &authorization) || !is_allowed(&authorization))
			return false;
	}
	return true;
}

/* attestationVersion, attestationSecurityLevel, keymasterVersion, keymasterSecurityLevel */
static bool skip_versions(struct ppk_reader *description)
{
	static const int tags[] = { V_ASN1_INTEGER, V_ASN1_ENUMERATED, V_ASN1_INTEGER,
		V_ASN1_ENUMERATED };
	struct ppk_reader content;

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (!take_universal(description, tags[i], &content))
			return false;
	}
	return true;
}

static bool description_is_sound(const struct ppk_bytes *extension, const uint8_t *challenge)
{
	struct ppk_reader outer = { .next = extension->data, .left = extension->len };
	struct ppk_reader description, attested, unique_id, software, tee;

	return take_universal(&outer, V_ASN1_SEQUENCE, &description) && outer.left == 0 &&
	       skip_versions(&description) &&
	       take_universal(&description, V_ASN1_OCTET_STRING, &attested) &&
	       attested.left == PPK_SHA256_SIZE &&
	       memcmp(attested.next, challenge, PPK_SHA256_SIZE) == 0 &&
	       take_universal(&description, V_ASN1_OCTET_STRING, &unique_id) &&
	       take_universal(&description, V_ASN1_SEQUENCE, &software) &&
	       take_universal(&description, V_ASN1_SEQUENCE, &tee) && description.left == 0 &&
	       list_is_sound(software) && list_is_sound(tee);
}

static enum ppk_err check_description(const struct ppk_statement *statement)
{
	struct ppk_bytes extension;
	bool was_empty, sound;
	enum ppk_err err = ppk_certificate_extension(statement->object->x5c[0],
		statement->object->x5c_len[0], KEY_DESCRIPTION, &extension);

	if (err != PPK_OK)
		return err;
	if (!ppk_openssl_enter(&was_empty)) {
		ppk_bytes_done(&extension);
		return PPK_ERR_NOMEM;
	}
	sound = description_is_sound(&extension, statement->client_data_hash);
	ppk_bytes_done(&extension);
	return ppk_openssl_leave(was_empty, sound ? PPK_OK : PPK_ERR_ATTESTATION);
}

enum ppk_err ppk_statement_check_android(const struct ppk_statement *statement)
{
	enum ppk_err err = ppk_statement_leaf_is_credential(statement);

	if (err == PPK_OK)
		err = check_description(statement);
	return err == PPK_OK ? ppk_statement_verify_by_leaf(statement) : err;
}
