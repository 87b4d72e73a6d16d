/* SPDX-License-Identifier: BSD-2-Clause */
#include "authdata.h"

#include <string.h>

#include "authenticator.h"

/* The count that goes out; one that goes back stays above zero, which would mean "no count". */
uint32_t
ppk_counter_next(struct ppk_authenticator *authenticator)
{
	struct ppk_state *state = &authenticator->state;

	if (authenticator->options.counter_constant)
		return 0;
	state->counter++;
	ppk_state_save(state);
	if (ppk_misbehaves(authenticator, PPK_WRONG_COUNTER))
		return state->counter > 3 ? state->counter - 2 : 1;
	return state->counter;
}

static unsigned
flags_sent(const struct ppk_authenticator *authenticator, unsigned flags)
{
	if (authenticator->options.backup_eligible)
		flags |= PPK_FLAG_BE;
	if (authenticator->options.backup_state)
		flags |= PPK_FLAG_BS;
	if (ppk_misbehaves(authenticator, PPK_CLEARED_UP))
		flags &= ~PPK_FLAG_UP;
	if (ppk_misbehaves(authenticator, PPK_CLEARED_UV))
		flags &= ~PPK_FLAG_UV;
	if (ppk_misbehaves(authenticator, PPK_BE_BS_INCONSISTENT))
		flags = (flags & ~PPK_FLAG_BE) | PPK_FLAG_BS;
	return flags;
}

struct ppk_bytes
ppk_authdata_start(struct ppk_authenticator *authenticator,
    const uint8_t rp_id_hash[static PPK_SHA256_LEN], unsigned flags)
{
	struct ppk_bytes authdata = ppk_bytes_copy(rp_id_hash, PPK_SHA256_LEN);

	if (ppk_misbehaves(authenticator, PPK_WRONG_RP_HASH))
		authdata.data[0] ^= 1;
	ppk_bytes_append_u8(&authdata, (uint8_t)flags_sent(authenticator, flags));
	ppk_bytes_append_be32(&authdata, ppk_counter_next(authenticator));
	return authdata;
}

static void
put_p256(cbor_item_t *map, const struct ppk_bytes *key)
{
	uint8_t x[32], y[32];

	ppk_p256_public(key, x, y);
	ppk_cbor_put(map, 1, ppk_cbor_int_new(2));
	ppk_cbor_put(map, 3, ppk_cbor_int_new(PPK_COSE_ES256));
	ppk_cbor_put(map, -1, ppk_cbor_int_new(1));
	ppk_cbor_put(map, -2, ppk_cbor_bytes_new(x, sizeof(x)));
	ppk_cbor_put(map, -3, ppk_cbor_bytes_new(y, sizeof(y)));
}

static void
put_ed25519(cbor_item_t *map, const struct ppk_bytes *key)
{
	uint8_t x[32];

	ppk_ed25519_public(key, x);
	ppk_cbor_put(map, 1, ppk_cbor_int_new(1));
	ppk_cbor_put(map, 3, ppk_cbor_int_new(PPK_COSE_EDDSA));
	ppk_cbor_put(map, -1, ppk_cbor_int_new(6));
	ppk_cbor_put(map, -2, ppk_cbor_bytes_new(x, sizeof(x)));
}

static void
put_rsa(cbor_item_t *map, const struct ppk_bytes *key)
{
	struct ppk_bytes n, e;

	ppk_rsa_public(key, &n, &e);
	ppk_cbor_put(map, 1, ppk_cbor_int_new(3));
	ppk_cbor_put(map, 3, ppk_cbor_int_new(PPK_COSE_RS256));
	ppk_cbor_put(map, -1, ppk_cbor_bytes_new(n.data, n.len));
	ppk_cbor_put(map, -2, ppk_cbor_bytes_new(e.data, e.len));
	ppk_bytes_done(&n);
	ppk_bytes_done(&e);
}

/* COSE_Key (RFC 8152, 13; RFC 8230, 4). */
cbor_item_t *
ppk_cose_public_key(const struct ppk_credential *credential)
{
	cbor_item_t *map = ppk_cbor_map_new();

	switch (credential->alg) {
	case PPK_COSE_ES256:
	case PPK_COSE_ECDH_ES_HKDF_256:
		put_p256(map, &credential->key);
		break;
	case PPK_COSE_EDDSA:
		put_ed25519(map, &credential->key);
		break;
	case PPK_COSE_RS256:
		put_rsa(map, &credential->key);
		break;
	}
	return map;
}

void
ppk_authdata_append_credential(struct ppk_authenticator *authenticator, struct ppk_bytes *authdata,
    const struct ppk_credential *credential)
{
	const struct ppk_options *options = &authenticator->options;

	ppk_bytes_append(authdata, options->aaguid, sizeof(options->aaguid));
	ppk_bytes_append_be16(authdata, (uint16_t)credential->id.len);
	ppk_bytes_append(authdata, credential->id.data, credential->id.len);
	ppk_cbor_append(authdata, ppk_cose_public_key(credential));
}

struct ppk_bytes
ppk_authdata_sign(const struct ppk_authenticator *authenticator, const struct ppk_bytes *key,
    const struct ppk_bytes *authdata, const struct ppk_bytes *client_data_hash)
{
	struct ppk_bytes message = ppk_bytes_copy(authdata->data, authdata->len), signature;

	ppk_bytes_append(&message, client_data_hash->data, client_data_hash->len);
	if (ppk_misbehaves(authenticator, PPK_BAD_SIGNATURE))
		message.data[0] ^= 0x80;
	signature = ppk_key_sign(key, &message);
	ppk_bytes_done(&message);
	return signature;
}
