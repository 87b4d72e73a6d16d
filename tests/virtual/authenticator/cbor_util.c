/* SPDX-License-Identifier: BSD-2-Clause */
#include "cbor_util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room of the maps and arrays that are built here: what is not used is not sent. */
#define CONTAINER_ROOM 64

static cbor_item_t *
must(cbor_item_t *item)
{
	if (item == NULL) {
		fputs("passkey-authenticator: out of memory\n", stderr);
		abort();
	}
	return item;
}

bool
ppk_cbor_is_map(const cbor_item_t *item)
{
	return item != NULL && cbor_isa_map(item);
}

bool
ppk_cbor_is_array(const cbor_item_t *item)
{
	return item != NULL && cbor_isa_array(item);
}

const cbor_item_t *
ppk_cbor_get(const cbor_item_t *map, int key)
{
	if (!ppk_cbor_is_map(map))
		return NULL;
	for (size_t i = 0; i < cbor_map_size(map); i++) {
		const struct cbor_pair *pair = &cbor_map_handle(map)[i];
		int64_t value;

		if (ppk_cbor_int(pair->key, &value) && value == key)
			return pair->value;
	}
	return NULL;
}

const cbor_item_t *
ppk_cbor_get_text(const cbor_item_t *map, const char *key)
{
	if (!ppk_cbor_is_map(map))
		return NULL;
	for (size_t i = 0; i < cbor_map_size(map); i++) {
		const struct cbor_pair *pair = &cbor_map_handle(map)[i];

		if (ppk_cbor_text_is(pair->key, key))
			return pair->value;
	}
	return NULL;
}

const cbor_item_t *
ppk_cbor_at(const cbor_item_t *array, size_t i)
{
	if (!ppk_cbor_is_array(array) || i >= cbor_array_size(array))
		return NULL;
	return cbor_array_handle(array)[i];
}

bool
ppk_cbor_int(const cbor_item_t *item, int64_t *ret_value)
{
	if (item == NULL || !cbor_is_int(item) || cbor_get_int(item) > INT64_MAX)
		return false;
	*ret_value = (int64_t)cbor_get_int(item);
	if (cbor_isa_negint(item))
		*ret_value = -1 - *ret_value;
	return true;
}

bool
ppk_cbor_bool(const cbor_item_t *item, bool *ret_value)
{
	if (item == NULL || !cbor_isa_float_ctrl(item) || !cbor_is_bool(item))
		return false;
	*ret_value = cbor_get_bool(item);
	return true;
}

bool
ppk_cbor_bytes(const cbor_item_t *item, struct ppk_bytes *ret_borrowed)
{
	if (item == NULL || !cbor_isa_bytestring(item) || !cbor_bytestring_is_definite(item))
		return false;
	ret_borrowed->data = cbor_bytestring_handle(item);
	ret_borrowed->len = cbor_bytestring_length(item);
	return true;
}

char *
ppk_cbor_text(const cbor_item_t *item)
{
	if (item == NULL || !cbor_isa_string(item) || !cbor_string_is_definite(item))
		return NULL;
	return ppk_string_copy((const char *)cbor_string_handle(item), cbor_string_length(item));
}

bool
ppk_cbor_text_is(const cbor_item_t *item, const char *text)
{
	char *copy = ppk_cbor_text(item);
	bool equal = copy != NULL && strcmp(copy, text) == 0;

	free(copy);
	return equal;
}

cbor_item_t *
ppk_cbor_map_new(void)
{
	return must(cbor_new_definite_map(CONTAINER_ROOM));
}

cbor_item_t *
ppk_cbor_array_new(void)
{
	return must(cbor_new_definite_array(CONTAINER_ROOM));
}

/* In the shortest form, as CTAP's canonical CBOR demands. */
cbor_item_t *
ppk_cbor_int_new(int64_t value)
{
	uint64_t magnitude = value < 0 ? (uint64_t)(-1 - value) : (uint64_t)value;
	cbor_item_t *item;

	if (magnitude <= UINT8_MAX)
		item = cbor_build_uint8((uint8_t)magnitude);
	else if (magnitude <= UINT16_MAX)
		item = cbor_build_uint16((uint16_t)magnitude);
	else if (magnitude <= UINT32_MAX)
		item = cbor_build_uint32((uint32_t)magnitude);
	else
		item = cbor_build_uint64(magnitude);
	if (value < 0)
		cbor_mark_negint(must(item));
	return must(item);
}

cbor_item_t *
ppk_cbor_bool_new(bool value)
{
	return must(cbor_build_bool(value));
}

cbor_item_t *
ppk_cbor_text_new(const char *text)
{
	return must(cbor_build_string(text));
}

cbor_item_t *
ppk_cbor_bytes_new(const void *data, size_t len)
{
	return must(cbor_build_bytestring(data, len));
}

static void
add_pair(cbor_item_t *map, cbor_item_t *key, cbor_item_t *value)
{
	struct cbor_pair pair = { .key = key, .value = must(value) };

	must(cbor_map_add(map, pair) ? map : NULL);
	cbor_decref(&key);
	cbor_decref(&value);
}

void
ppk_cbor_put(cbor_item_t *map, int key, cbor_item_t *value)
{
	add_pair(map, ppk_cbor_int_new(key), value);
}

void
ppk_cbor_put_text(cbor_item_t *map, const char *key, cbor_item_t *value)
{
	add_pair(map, ppk_cbor_text_new(key), value);
}

void
ppk_cbor_push(cbor_item_t *array, cbor_item_t *value)
{
	must(cbor_array_push(array, value) ? array : NULL);
	cbor_decref(&value);
}

void
ppk_cbor_append(struct ppk_bytes *bytes, cbor_item_t *item)
{
	unsigned char *encoded = NULL;
	size_t room = 0;
	size_t len = cbor_serialize_alloc(item, &encoded, &room);

	must(len != 0 ? item : NULL);
	ppk_bytes_append(bytes, encoded, len);
	free(encoded);
	cbor_decref(&item);
}
