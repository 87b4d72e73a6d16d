/* SPDX-License-Identifier: BSD-2-Clause */
/* What any user could send to passkey-device: a request, or a command. */
#include <string.h>

#include "core/device_message.h"
#include "read_bytes.h"
#include "require.h"

static void check_ids(const struct ppk_bytes *ids, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		REQUIRE(ids[i].len >= 1 && ids[i].len <= PPK_CREDENTIAL_ID_MAX);
		read_bytes(ids[i].data, ids[i].len);
	}
}

static void check_string(const char *text, size_t max)
{
	size_t len = strlen(text);

	REQUIRE(len <= max);
	for (size_t i = 0; i < len; i++)
		REQUIRE((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
}

static void check_get_assertion(const struct ppk_device_get_assertion *request)
{
	size_t total = 0;

	REQUIRE(request->group_count >= 1 && request->group_count <= PPK_CREDENTIALS_MAX);
	for (size_t i = 0; i < request->group_count; i++) {
		const struct ppk_device_group *group = &request->groups[i];

		REQUIRE(group->id_count >= 1);
		REQUIRE(group->uv <= PPK_UV_REQUIRED);
		check_string(group->rp_id, PPK_RP_ID_MAX);
		check_ids(group->ids, group->id_count);
		total += group->id_count;
	}
	REQUIRE(total <= PPK_CREDENTIALS_MAX);
}

static void check_make_credential(const struct ppk_device_make_credential *request)
{
	check_string(request->rp_id, PPK_RP_ID_MAX);
	check_string(request->rp_name, PPK_DEVICE_NAME_MAX);
	check_string(request->user_name, PPK_DEVICE_NAME_MAX);
	check_string(request->user_display_name, PPK_DEVICE_NAME_MAX);
	REQUIRE(request->user_handle_len >= 1 && request->user_handle_len <= PPK_USER_HANDLE_MAX);
	read_bytes(request->user_handle, request->user_handle_len);
	REQUIRE(request->algorithm_count >= 1 &&
		request->algorithm_count <= PPK_DEVICE_ALGORITHMS_MAX);
	REQUIRE(request->uv <= PPK_UV_REQUIRED && request->cred_protect <= 3);
	REQUIRE(request->exclude_count <= PPK_CREDENTIALS_MAX);
	check_ids(request->exclude_ids, request->exclude_count);
}

/* One meaning, one spelling. */
static void check_round_trip(
	const struct ppk_device_request *request, const uint8_t *packet, size_t len)
{
	uint8_t *again = malloc(len);
	size_t again_len = 0;
	enum ppk_err err;

	REQUIRE(again != NULL);
	if (request->type == PPK_DEVICE_GET_ASSERTION)
		err = ppk_device_encode_get_assertion(
			&request->get_assertion, again, len, &again_len);
	else if (request->type == PPK_DEVICE_MAKE_CREDENTIAL)
		err = ppk_device_encode_make_credential(
			&request->make_credential, again, len, &again_len);
	else
		err = ppk_device_encode_list(
			request->timeout_ms, request->nfc, again, len, &again_len);
	REQUIRE(err == PPK_OK && again_len == len && memcmp(again, packet, len) == 0);
	free(again);
}

static void try_request(const uint8_t *data, size_t len)
{
	struct ppk_device_request request;

	if (ppk_device_decode_request(data, len, &request) != PPK_OK)
		return;
	if (request.type == PPK_DEVICE_GET_ASSERTION)
		check_get_assertion(&request.get_assertion);
	else if (request.type == PPK_DEVICE_MAKE_CREDENTIAL)
		check_make_credential(&request.make_credential);
	check_round_trip(&request, data, len);
	PLANT(request.type == PPK_DEVICE_MAKE_CREDENTIAL &&
		strcmp(request.make_credential.rp_id, "example.org") != 0 &&
		strcmp(request.make_credential.rp_id, "a") != 0);
	ppk_device_request_done(&request);
}

static void try_command(const uint8_t *data, size_t len)
{
	enum ppk_device_message_type type = PPK_DEVICE_LIST;
	struct ppk_secret pin = { .len = 0 };
	uint8_t index = 0;

	if (ppk_device_decode_command(data, len, &type, &index, &pin) != PPK_OK)
		return;
	REQUIRE(type == PPK_DEVICE_PIN || type == PPK_DEVICE_CANCEL);
	if (type == PPK_DEVICE_CANCEL)
		return;
	REQUIRE(index < PPK_DEVICE_AUTHENTICATORS_MAX);
	REQUIRE(pin.len >= 1 && pin.len < PPK_SECRET_SIZE && strlen(pin.text) == pin.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try_request(data, len);
	try_command(data, len);
	return 0;
}
