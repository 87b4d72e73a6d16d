/* SPDX-License-Identifier: BSD-2-Clause */
#include "vector.h"

#include <cbor.h>
#include <stdlib.h>
#include <string.h>

#include "core/authenticator_data.h"

const struct vector vectors[] = {
#include "vectors.inc"
};
const size_t vector_count = sizeof(vectors) / sizeof(vectors[0]);

struct ppk_client_data_expected vector_expected(
	enum ppk_client_data_type type, const struct vector_ceremony *ceremony)
{
	static const char *const origins[] = { VECTOR_ORIGIN };

	return (struct ppk_client_data_expected){
		.type = type,
		.challenge = ceremony->challenge.data,
		.challenge_len = ceremony->challenge.len,
		.origins = origins,
		.origin_count = 1,
	};
}

static cbor_item_t *value_of(const cbor_item_t *map, const char *key)
{
	struct cbor_pair *pairs = cbor_map_handle(map);

	for (size_t i = 0; i < cbor_map_size(map); i++) {
		if (cbor_isa_string(pairs[i].key) && cbor_string_is_definite(pairs[i].key) &&
			cbor_string_length(pairs[i].key) == strlen(key) &&
			memcmp(cbor_string_handle(pairs[i].key), key, strlen(key)) == 0)
			return pairs[i].value;
	}
	return NULL;
}

static int number_of(const cbor_item_t *item)
{
	if (!cbor_is_int(item) || cbor_get_int(item) > INT16_MAX)
		return 0;
	int number = (int)cbor_get_int(item);

	return cbor_isa_negint(item) ? -1 - number : number;
}

static const cbor_item_t *labelled(const cbor_item_t *map, int label)
{
	struct cbor_pair *pairs = cbor_map_handle(map);

	for (size_t i = 0; i < cbor_map_size(map); i++) {
		if (cbor_is_int(pairs[i].key) && number_of(pairs[i].key) == label)
			return pairs[i].value;
	}
	return NULL;
}

static bool put_bytes(
	const cbor_item_t *item, struct ppk_writer *memory, const uint8_t **ret, size_t *ret_len)
{
	if (item == NULL || !cbor_isa_bytestring(item) || !cbor_bytestring_is_definite(item))
		return false;
	*ret = memory->data + memory->len;
	*ret_len = cbor_bytestring_length(item);
	ppk_writer_raw(memory, cbor_bytestring_handle(item), *ret_len);
	return !memory->failed;
}

/* RFC 9053, 7; RFC 8230, 4. The key in the layout of struct ppk_device_credential.public_key. */
static bool put_key(
	const cbor_item_t *key, struct ppk_writer *memory, struct ppk_device_credential *made)
{
	const cbor_item_t *type = labelled(key, 1), *alg = labelled(key, 3);
	const uint8_t *at, *start = memory->data + memory->len;
	size_t len;

	if (type == NULL || alg == NULL)
		return false;
	if (number_of(type) == 3) { /* RSA: e, then n */
		const cbor_item_t *e = labelled(key, -2);

		if (e == NULL || !cbor_isa_bytestring(e))
			return false;
		ppk_writer_u16(memory, (uint16_t)cbor_bytestring_length(e));
		if (!put_bytes(e, memory, &at, &len) ||
			!put_bytes(labelled(key, -1), memory, &at, &len))
			return false;
	} else if (!put_bytes(labelled(key, -2), memory, &at, &len) ||
		   (number_of(type) == 2 && !put_bytes(labelled(key, -3), memory, &at, &len))) {
		return false;
	}
	made->cose_algorithm = number_of(alg);
	made->public_key = start;
	made->public_key_len = (size_t)(memory->data + memory->len - start);
	return true;
}

static bool put_attested(struct ppk_writer *memory, struct ppk_device_credential *made)
{
	struct ppk_authenticator_data data;
	struct cbor_load_result loaded;

	if (ppk_authenticator_data_parse(
		    made->authenticator_data, made->authenticator_data_len, &data) != PPK_OK ||
		data.rest == NULL)
		return false;
	cbor_item_t *key = cbor_load(data.rest, data.rest_len, &loaded);
	bool ok = key != NULL && cbor_isa_map(key) && put_key(key, memory, made);

	if (key != NULL)
		cbor_decref(&key);
	made->credential_id = data.credential_id;
	made->credential_id_len = data.credential_id_len;
	return ok;
}

static bool put_statement(
	const cbor_item_t *statement, struct ppk_writer *memory, struct ppk_device_credential *made)
{
	const cbor_item_t *signature = value_of(statement, "sig"),
			  *x5c = value_of(statement, "x5c");

	if (signature != NULL &&
		!put_bytes(signature, memory, &made->signature, &made->signature_len))
		return false;
	if (x5c == NULL)
		return true;
	if (!cbor_isa_array(x5c) || cbor_array_size(x5c) > PPK_DEVICE_X5C_MAX)
		return false;
	for (; made->x5c_count < cbor_array_size(x5c); made->x5c_count++) {
		if (!put_bytes(cbor_array_handle(x5c)[made->x5c_count], memory,
			    &made->x5c[made->x5c_count], &made->x5c_len[made->x5c_count]))
			return false;
	}
	return true;
}

static bool put_object(
	const cbor_item_t *object, struct ppk_writer *memory, struct ppk_device_credential *made)
{
	const cbor_item_t *format = value_of(object, "fmt");
	const cbor_item_t *statement = value_of(object, "attStmt");

	if (format == NULL || !cbor_isa_string(format) || !cbor_string_is_definite(format) ||
		cbor_string_length(format) >= sizeof(made->format) || statement == NULL ||
		!cbor_isa_map(statement))
		return false;
	memcpy(made->format, cbor_string_handle(format), cbor_string_length(format));
	return put_bytes(value_of(object, "authData"), memory, &made->authenticator_data,
		       &made->authenticator_data_len) &&
	       put_attested(memory, made) && put_statement(statement, memory, made);
}

enum ppk_err vector_credential(
	const uint8_t *object, size_t len, struct ppk_device_credential *ret, void **ret_memory)
{
	struct cbor_load_result loaded;
	cbor_item_t *root = cbor_load(object, len, &loaded);
	/* every part once, and the key again: inside of the authenticator data and beside them */
	struct ppk_writer memory = { .data = malloc(2 * len + 2), .size = 2 * len + 2 };
	struct ppk_device_credential made = { 0 };
	bool ok = root != NULL && memory.data != NULL && cbor_isa_map(root) && loaded.read == len &&
		  put_object(root, &memory, &made);

	if (root != NULL)
		cbor_decref(&root);
	if (!ok) {
		free(memory.data);
		return PPK_ERR_SYNTAX;
	}
	*ret = made;
	*ret_memory = memory.data;
	return PPK_OK;
}
