/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_BYTE_STRING_H
#define PPK_DEVICE_BYTE_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The content of a CBOR byte string (RFC 8949, 3.1, major type 2) of definite length that fills data:
 * libfido2 1.12 hands out authenticator data in that wrapping. False when data is something else.
 * *ret points into data. Pure.
 */
bool ppk_byte_string_unwrap(const uint8_t *data, size_t len, const uint8_t **ret, size_t *ret_len);

#endif
