/* SPDX-License-Identifier: BSD-2-Clause */
/* authenticatorGetInfo (CTAP 2.1, 6.4). */
#include "authenticator.h"
#include "ctap2.h"

static cbor_item_t *
versions(const struct ppk_options *options)
{
	cbor_item_t *array = ppk_cbor_array_new();

	if (!options->no_u2f)
		ppk_cbor_push(array, ppk_cbor_text_new("U2F_V2"));
	ppk_cbor_push(array, ppk_cbor_text_new("FIDO_2_0"));
	if (!options->ctap20)
		ppk_cbor_push(array, ppk_cbor_text_new("FIDO_2_1"));
	return array;
}

static cbor_item_t *
extensions(void)
{
	cbor_item_t *array = ppk_cbor_array_new();

	ppk_cbor_push(array, ppk_cbor_text_new("credProtect"));
	return array;
}

/* Keys in canonical order: the shorter first, then by their bytes. */
static cbor_item_t *
options_map(const struct ppk_authenticator *authenticator)
{
	const struct ppk_options *options = &authenticator->options;
	cbor_item_t *map = ppk_cbor_map_new();

	ppk_cbor_put_text(map, "rk", ppk_cbor_bool_new(!options->no_resident_keys));
	ppk_cbor_put_text(map, "up", ppk_cbor_bool_new(true));
	if (options->uv)
		ppk_cbor_put_text(map, "uv", ppk_cbor_bool_new(true));
	if (!options->ctap20)
		ppk_cbor_put_text(map, "alwaysUv", ppk_cbor_bool_new(options->always_uv));
	if (!options->no_pin)
		ppk_cbor_put_text(map, "clientPin",
		    ppk_cbor_bool_new(authenticator->state.pin_hash.len != 0));
	if (!options->ctap20) {
		ppk_cbor_put_text(map, "pinUvAuthToken",
		    ppk_cbor_bool_new(!options->no_pin || options->uv));
		ppk_cbor_put_text(map, "makeCredUvNotRqd",
		    ppk_cbor_bool_new(!options->uv_not_required_off && !options->always_uv));
	}
	return map;
}

static cbor_item_t *
protocols(const struct ppk_options *options)
{
	cbor_item_t *array = ppk_cbor_array_new();

	for (int protocol = 2; protocol >= 1; protocol--) {
		if (ppk_pin_protocol_supported(options, protocol))
			ppk_cbor_push(array, ppk_cbor_int_new(protocol));
	}
	return array;
}

static cbor_item_t *
transports(void)
{
	cbor_item_t *array = ppk_cbor_array_new();

	ppk_cbor_push(array, ppk_cbor_text_new("usb"));
	return array;
}

static void
push_algorithm(cbor_item_t *array, enum ppk_cose_alg alg)
{
	cbor_item_t *map = ppk_cbor_map_new();

	ppk_cbor_put_text(map, "alg", ppk_cbor_int_new(alg));
	ppk_cbor_put_text(map, "type", ppk_cbor_text_new("public-key"));
	ppk_cbor_push(array, map);
}

static cbor_item_t *
algorithms(const struct ppk_options *options)
{
	cbor_item_t *array = ppk_cbor_array_new();

	push_algorithm(array, PPK_COSE_ES256);
	push_algorithm(array, PPK_COSE_EDDSA);
	if (options->rs256)
		push_algorithm(array, PPK_COSE_RS256);
	return array;
}

/* What CTAP 2.0 does not have. */
static void
put_ctap21(cbor_item_t *map, const struct ppk_options *options)
{
	ppk_cbor_put(map, 0x07, ppk_cbor_int_new(options->max_credentials_in_list));
	ppk_cbor_put(map, 0x08, ppk_cbor_int_new(options->max_credential_id_len));
	ppk_cbor_put(map, 0x09, transports());
	ppk_cbor_put(map, 0x0a, algorithms(options));
	ppk_cbor_put(map, 0x0d, ppk_cbor_int_new(4)); /* minPINLength */
	ppk_cbor_put(map, 0x0e, ppk_cbor_int_new(1)); /* firmwareVersion */
}

enum ppk_ctap_status
ppk_get_info(struct ppk_authenticator *authenticator, const cbor_item_t *request,
    cbor_item_t **ret_answer)
{
	const struct ppk_options *options = &authenticator->options;
	cbor_item_t *map = ppk_cbor_map_new();

	(void)request;
	ppk_cbor_put(map, 0x01, versions(options));
	ppk_cbor_put(map, 0x02, extensions());
	ppk_cbor_put(map, 0x03, ppk_cbor_bytes_new(options->aaguid, sizeof(options->aaguid)));
	ppk_cbor_put(map, 0x04, options_map(authenticator));
	ppk_cbor_put(map, 0x05, ppk_cbor_int_new(options->max_message_size));
	if (!options->no_pin || options->uv)
		ppk_cbor_put(map, 0x06, protocols(options));
	if (!options->ctap20)
		put_ctap21(map, options);
	*ret_answer = map;
	return PPK_CTAP_OK;
}
