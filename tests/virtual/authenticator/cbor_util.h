/* SPDX-License-Identifier: BSD-2-Clause */
/* What CTAP needs of CBOR: reading request maps, building canonical answers. */
#ifndef PPK_VIRTUAL_CBOR_UTIL_H
#define PPK_VIRTUAL_CBOR_UTIL_H

#include <cbor.h>

#include "bytes.h"

/* Reading. Items are borrowed from their map; a missing or NULL item gives false or NULL. */
const cbor_item_t *ppk_cbor_get(const cbor_item_t *map, int key);
const cbor_item_t *ppk_cbor_get_text(const cbor_item_t *map, const char *key);
bool ppk_cbor_is_map(const cbor_item_t *item);
bool ppk_cbor_is_array(const cbor_item_t *item);
const cbor_item_t *ppk_cbor_at(const cbor_item_t *array, size_t i);
bool ppk_cbor_int(const cbor_item_t *item, int64_t *ret_value);
bool ppk_cbor_bool(const cbor_item_t *item, bool *ret_value);
bool ppk_cbor_bytes(const cbor_item_t *item, struct ppk_bytes *ret_borrowed);
char *ppk_cbor_text(const cbor_item_t *item); /* a copy, or NULL */
bool ppk_cbor_text_is(const cbor_item_t *item, const char *text);

/* Building. Values are moved into the map; keys must come in canonical order. */
cbor_item_t *ppk_cbor_map_new(void);
cbor_item_t *ppk_cbor_array_new(void);
cbor_item_t *ppk_cbor_int_new(int64_t value);
cbor_item_t *ppk_cbor_bool_new(bool value);
cbor_item_t *ppk_cbor_text_new(const char *text);
cbor_item_t *ppk_cbor_bytes_new(const void *data, size_t len);
void ppk_cbor_put(cbor_item_t *map, int key, cbor_item_t *value);
void ppk_cbor_put_text(cbor_item_t *map, const char *key, cbor_item_t *value);
void ppk_cbor_push(cbor_item_t *array, cbor_item_t *value);
void ppk_cbor_append(struct ppk_bytes *bytes, cbor_item_t *item); /* frees the item */

#endif
