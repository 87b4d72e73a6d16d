/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/authenticator.h"

#include <string.h>

#include "core/text.h"

#define U2F_KEY_HANDLE_MAX 255 /* bytes; its length travels in one (U2F raw messages, 5.1) */

static bool *ability(struct ppk_abilities *abilities, const char *option)
{
	if (strcmp(option, "uv") == 0)
		return &abilities->uv_set;
	if (strcmp(option, "alwaysUv") == 0)
		return &abilities->always_uv;
	if (strcmp(option, "makeCredUvNotRqd") == 0)
		return &abilities->uv_not_required;
	if (strcmp(option, "rk") == 0)
		return &abilities->resident_keys;
	if (strcmp(option, "pinUvAuthToken") == 0)
		return &abilities->tokens;
	if (strcmp(option, "clientPin") == 0)
		return &abilities->pin_set;
	return NULL;
}

static void read_options(struct ppk_abilities *abilities, const fido_cbor_info_t *info)
{
	char *const *names = fido_cbor_info_options_name_ptr(info);
	const bool *values = fido_cbor_info_options_value_ptr(info);

	for (size_t i = 0; i < fido_cbor_info_options_len(info); i++) {
		bool *known = ability(abilities, names[i]);

		if (known != NULL)
			*known = values[i];
		if (known == &abilities->pin_set)
			abilities->pin = true;
	}
}

static bool has_extension(const fido_cbor_info_t *info, const char *name)
{
	char *const *names = fido_cbor_info_extensions_ptr(info);

	for (size_t i = 0; i < fido_cbor_info_extensions_len(info); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static enum ppk_err read_info(struct ppk_worker *worker)
{
	fido_cbor_info_t *info = fido_cbor_info_new();

	if (info == NULL)
		return PPK_ERR_NOMEM;
	worker->info = info;
	/* Costs no exchange: the answer from the opening is replayed. */
	if (fido_dev_get_cbor_info(worker->dev, info) != FIDO_OK)
		return PPK_ERR_DEVICE;
	worker->abilities.fido2 = true;
	read_options(&worker->abilities, info);
	worker->abilities.credential_protection = has_extension(info, "credProtect");
	worker->limits = (struct ppk_list_limits){
		.count = (size_t)fido_cbor_info_maxcredcntlst(info),
		.id_len = (size_t)fido_cbor_info_maxcredidlen(info),
		.message_size = (size_t)fido_cbor_info_maxmsgsiz(info),
	};
	return PPK_OK;
}

enum ppk_err ppk_authenticator_open(struct ppk_worker *worker)
{
	enum ppk_err err;

	worker->dev = fido_dev_new();
	if (worker->dev == NULL)
		return PPK_ERR_NOMEM;
	err = ppk_authenticator_connect(worker);
	if (err != PPK_OK)
		return err;
	if (fido_dev_is_fido2(worker->dev))
		return read_info(worker);
	/* libfido2 takes one whose getInfo makes no sense for U2F, also when it says that it is not. */
	if ((fido_dev_flags(worker->dev) & FIDO_CAP_NMSG) != 0 ||
		ppk_report_stream_has_info(&worker->hidraw.stream))
		return PPK_ERR_DEVICE;
	/* One at a time: libfido2 would ask for a touch for each that it finds. */
	worker->limits = (struct ppk_list_limits){ .count = 1, .id_len = U2F_KEY_HANDLE_MAX };
	return PPK_OK;
}

bool ppk_authenticator_is_there(struct ppk_worker *worker)
{
	fido_cbor_info_t *info;
	bool there;

	if (!worker->abilities.fido2)
		return true;
	info = fido_cbor_info_new();
	there = info == NULL || fido_dev_get_cbor_info(worker->dev, info) == FIDO_OK;
	fido_cbor_info_free(&info);
	return there;
}

void ppk_authenticator_introduce(struct ppk_worker *worker)
{
	static const uint8_t no_aaguid[16];
	struct ppk_device_message message = { .type = PPK_DEVICE_AUTHENTICATOR };
	struct ppk_device_authenticator *authenticator = &message.authenticator;

	authenticator->index = worker->index;
	authenticator->fido2 = worker->abilities.fido2;
	authenticator->has_pin = worker->abilities.pin_set;
	authenticator->has_uv = worker->abilities.uv_set;
	if (worker->info != NULL &&
		fido_cbor_info_aaguid_len(worker->info) == sizeof(authenticator->aaguid))
		memcpy(authenticator->aaguid, fido_cbor_info_aaguid_ptr(worker->info),
			sizeof(authenticator->aaguid));
	authenticator->has_aaguid =
		memcmp(authenticator->aaguid, no_aaguid, sizeof(no_aaguid)) != 0;
	ppk_text_sanitise(authenticator->product, sizeof(authenticator->product), worker->product,
		strlen(worker->product));
	ppk_worker_send(worker, &message);
}

bool ppk_authenticator_knows(const struct ppk_worker *worker, int algorithm)
{
	size_t count = worker->info == NULL ? 0 : fido_cbor_info_algorithm_count(worker->info);

	for (size_t i = 0; i < count; i++)
		if (fido_cbor_info_algorithm_cose(worker->info, i) == algorithm)
			return true;
	return count == 0 && (worker->abilities.fido2 || algorithm == COSE_ES256);
}
