/* SPDX-License-Identifier: BSD-2-Clause */
#include "pin_session.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define IV_LEN 16

void
ppk_pin_session_init(struct ppk_pin_session *session)
{
	*session = (struct ppk_pin_session){ 0 };
	ppk_pin_session_new_key(session);
}

void
ppk_pin_session_done(struct ppk_pin_session *session)
{
	ppk_bytes_done(&session->agreement_key);
	free(session->rp_id);
	session->rp_id = NULL;
}

void
ppk_pin_session_new_key(struct ppk_pin_session *session)
{
	ppk_bytes_done(&session->agreement_key);
	session->agreement_key = ppk_key_new(PPK_COSE_ECDH_ES_HKDF_256);
}

void
ppk_pin_session_new_token(struct ppk_pin_session *session, int64_t protocol, unsigned permissions,
    const char *rp_id)
{
	ppk_random_fill(session->token, sizeof(session->token));
	session->token_protocol = protocol;
	session->permissions = permissions;
	session->user_verified = true;
	session->user_present = false;
	free(session->rp_id);
	session->rp_id = rp_id != NULL ? ppk_string_copy(rp_id, strlen(rp_id)) : NULL;
}

void
ppk_pin_session_clear_token(struct ppk_pin_session *session)
{
	session->permissions = 0;
	session->user_verified = false;
	session->user_present = false;
}

bool
ppk_pin_protocol_supported(const struct ppk_options *options, int64_t protocol)
{
	return (protocol == 1 && options->protocol_one) ||
	    (protocol == 2 && options->protocol_two && !options->ctap20);
}

cbor_item_t *
ppk_pin_agreement_key(const struct ppk_pin_session *session)
{
	uint8_t x[32], y[32];
	cbor_item_t *map = ppk_cbor_map_new();

	ppk_p256_public(&session->agreement_key, x, y);
	ppk_cbor_put(map, 1, ppk_cbor_int_new(2));
	ppk_cbor_put(map, 3, ppk_cbor_int_new(PPK_COSE_ECDH_ES_HKDF_256));
	ppk_cbor_put(map, -1, ppk_cbor_int_new(1));
	ppk_cbor_put(map, -2, ppk_cbor_bytes_new(x, sizeof(x)));
	ppk_cbor_put(map, -3, ppk_cbor_bytes_new(y, sizeof(y)));
	return map;
}

static void
derive_keys(int64_t protocol, const uint8_t z[static 32], struct ppk_bytes *secret)
{
	uint8_t key[32];

	if (protocol == 1) {
		ppk_sha256(z, 32, key);
		ppk_bytes_append(secret, key, sizeof(key));
		return;
	}
	ppk_hkdf_sha256(z, 32, "CTAP2 HMAC key", key);
	ppk_bytes_append(secret, key, sizeof(key));
	ppk_hkdf_sha256(z, 32, "CTAP2 AES key", key);
	ppk_bytes_append(secret, key, sizeof(key));
}

bool
ppk_pin_shared_secret(const struct ppk_pin_session *session, int64_t protocol,
    const cbor_item_t *peer, struct ppk_bytes *ret_secret)
{
	struct ppk_bytes x, y, secret = { 0 };
	uint8_t z[32];

	if (!ppk_cbor_bytes(ppk_cbor_get(peer, -2), &x) ||
	    !ppk_cbor_bytes(ppk_cbor_get(peer, -3), &y) || x.len != 32 || y.len != 32 ||
	    !ppk_p256_ecdh(&session->agreement_key, x.data, y.data, z))
		return false;
	derive_keys(protocol, z, &secret);
	*ret_secret = secret;
	return true;
}

static const uint8_t *
aes_key(int64_t protocol, const struct ppk_bytes *secret)
{
	return protocol == 1 ? secret->data : secret->data + 32;
}

bool
ppk_pin_decrypt(int64_t protocol, const struct ppk_bytes *secret, const struct ppk_bytes *encrypted,
    struct ppk_bytes *ret_plain)
{
	uint8_t iv[IV_LEN] = { 0 };
	size_t iv_len = protocol == 1 ? 0 : IV_LEN;

	if (encrypted->len < iv_len)
		return false;
	memcpy(iv, encrypted->data, iv_len);
	return ppk_aes256_cbc(false, aes_key(protocol, secret), iv, encrypted->data + iv_len,
	    encrypted->len - iv_len, ret_plain);
}

struct ppk_bytes
ppk_pin_encrypt(int64_t protocol, const struct ppk_bytes *secret, const uint8_t *plain, size_t len)
{
	struct ppk_bytes encrypted = { 0 }, body = { 0 };
	uint8_t iv[IV_LEN] = { 0 };

	if (protocol != 1) {
		ppk_random_fill(iv, sizeof(iv));
		ppk_bytes_append(&encrypted, iv, sizeof(iv));
	}
	if (!ppk_aes256_cbc(true, aes_key(protocol, secret), iv, plain, len, &body))
		abort();
	ppk_bytes_append(&encrypted, body.data, body.len);
	ppk_bytes_done(&body);
	return encrypted;
}

bool
ppk_pin_verify(int64_t protocol, const uint8_t key[static 32], const struct ppk_bytes *message,
    const struct ppk_bytes *signature)
{
	uint8_t mac[PPK_SHA256_LEN];
	size_t mac_len = protocol == 1 ? 16 : sizeof(mac);

	ppk_hmac_sha256(key, 32, message->data, message->len, mac);
	return signature->len == mac_len && CRYPTO_memcmp(signature->data, mac, mac_len) == 0;
}
