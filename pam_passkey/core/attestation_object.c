/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/attestation_object.h"

#include <string.h>

#include "core/cbor.h"

#define OBJECT_MEMBERS 3
#define STATEMENT_MEMBERS_MAX 8

_Static_assert(PPK_ATTESTATION_FORMAT_SIZE == sizeof(((struct ppk_device_credential *)0)->format),
	"a format of passkey-device fits");
_Static_assert(PPK_DEVICE_X5C_MAX <= PPK_ATTESTATION_X5C_MAX, "its certificates fit");

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

/* A byte string that was not there yet and is not empty. */
static bool read_bytes(struct ppk_reader *reader, const uint8_t **member, size_t *member_len)
{
	return *member == NULL && ppk_cbor_bytes(reader, member, member_len) && *member_len > 0;
}

static bool read_x5c(struct ppk_reader *reader, struct ppk_attestation_object *object)
{
	size_t count;

	if (object->x5c_count != 0 || !ppk_cbor_array(reader, PPK_ATTESTATION_X5C_MAX, &count) ||
		count == 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!read_bytes(reader, &object->x5c[i], &object->x5c_len[i]))
			return false;
	}
	object->x5c_count = count;
	return true;
}

static bool read_algorithm(struct ppk_reader *reader, struct ppk_attestation_object *object)
{
	if (object->has_algorithm)
		return false;
	object->has_algorithm = true;
	return ppk_cbor_int(reader, &object->algorithm);
}

static bool read_version(struct ppk_reader *reader, struct ppk_attestation_object *object)
{
	return object->version == NULL &&
	       ppk_cbor_text(reader, &object->version, &object->version_len);
}

/* A member of a format that is not known, or is not looked at here: its value may be anything. */
static bool skip_member(struct ppk_reader *reader, struct ppk_attestation_object *object)
{
	object->has_unknown = true;
	return ppk_cbor_skip(reader);
}

static bool read_statement_member(struct ppk_reader *reader, struct ppk_attestation_object *object)
{
	const char *name;
	size_t len;

	if (!ppk_cbor_text(reader, &name, &len))
		return false;
	if (is_word(name, len, "alg"))
		return read_algorithm(reader, object);
	if (is_word(name, len, "sig"))
		return read_bytes(reader, &object->signature, &object->signature_len);
	if (is_word(name, len, "x5c"))
		return read_x5c(reader, object);
	if (is_word(name, len, "ver"))
		return read_version(reader, object);
	if (is_word(name, len, "certInfo"))
		return read_bytes(reader, &object->cert_info, &object->cert_info_len);
	if (is_word(name, len, "pubArea"))
		return read_bytes(reader, &object->pub_area, &object->pub_area_len);
	return skip_member(reader, object);
}

static bool read_statement(struct ppk_reader *reader, struct ppk_attestation_object *object)
{
	size_t count;

	if (!ppk_cbor_map(reader, STATEMENT_MEMBERS_MAX, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!read_statement_member(reader, object))
			return false;
	}
	return true;
}

static bool read_format(struct ppk_reader *reader, struct ppk_attestation_object *object)
{
	const char *text;
	size_t len;

	if (object->format[0] != '\0' || !ppk_cbor_text(reader, &text, &len) || len == 0 ||
		len >= sizeof(object->format) || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(object->format, text, len);
	return true;
}

static bool read_member(
	struct ppk_reader *reader, struct ppk_attestation_object *object, bool *has_statement)
{
	const char *name;
	size_t len;

	if (!ppk_cbor_text(reader, &name, &len))
		return false;
	if (is_word(name, len, "fmt"))
		return read_format(reader, object);
	if (is_word(name, len, "authData"))
		return read_bytes(
			reader, &object->authenticator_data, &object->authenticator_data_len);
	if (!is_word(name, len, "attStmt") || *has_statement)
		return false;
	*has_statement = true;
	return read_statement(reader, object);
}

enum ppk_err ppk_attestation_object_decode(
	const uint8_t *object, size_t len, struct ppk_attestation_object *ret)
{
	struct ppk_reader reader = { .next = object, .left = len };
	struct ppk_attestation_object decoded = { 0 };
	bool has_statement = false;
	size_t members;

	/* three members, none of them twice: each of them once */
	if (len > PPK_ATTESTATION_OBJECT_MAX || !ppk_cbor_map(&reader, OBJECT_MEMBERS, &members) ||
		members != OBJECT_MEMBERS)
		return PPK_ERR_ATTESTATION;
	for (size_t i = 0; i < OBJECT_MEMBERS; i++) {
		if (!read_member(&reader, &decoded, &has_statement))
			return PPK_ERR_ATTESTATION;
	}
	if (reader.left != 0)
		return PPK_ERR_ATTESTATION;
	*ret = decoded;
	return PPK_OK;
}

void ppk_attestation_object_of_device(
	const struct ppk_device_credential *made, struct ppk_attestation_object *ret)
{
	*ret = (struct ppk_attestation_object){
		.authenticator_data = made->authenticator_data,
		.authenticator_data_len = made->authenticator_data_len,
		.signature = made->signature,
		.signature_len = made->signature_len,
		.x5c_count = made->x5c_count,
		.device = made,
	};
	memcpy(ret->format, made->format, sizeof(ret->format));
	memcpy(ret->x5c, made->x5c, sizeof(made->x5c));
	memcpy(ret->x5c_len, made->x5c_len, sizeof(made->x5c_len));
}
