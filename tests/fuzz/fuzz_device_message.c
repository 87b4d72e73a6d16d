/* SPDX-License-Identifier: BSD-2-Clause */
/* What a lying passkey-device could send to a root process. */
#include <string.h>

#include "core/assertion.h"
#include "core/authenticator_data.h"
#include "core/device_message.h"
#include "read_bytes.h"
#include "require.h"

static void check_view(const uint8_t *data, size_t len, size_t max)
{
	REQUIRE(len <= max);
	read_bytes(data, len);
}

static void check_assertion(const struct ppk_device_assertion *assertion)
{
	REQUIRE(assertion->index < PPK_DEVICE_AUTHENTICATORS_MAX);
	check_view(assertion->credential_id, assertion->credential_id_len, PPK_CREDENTIAL_ID_MAX);
	check_view(assertion->authenticator_data, assertion->authenticator_data_len,
		PPK_AUTHENTICATOR_DATA_MAX);
	check_view(assertion->signature, assertion->signature_len, PPK_SIGNATURE_MAX);
	check_view(assertion->user_handle, assertion->user_handle_len, PPK_USER_HANDLE_MAX);
}

static void check_credential(const struct ppk_device_credential *credential)
{
	REQUIRE(credential->index < PPK_DEVICE_AUTHENTICATORS_MAX);
	check_view(credential->credential_id, credential->credential_id_len, PPK_CREDENTIAL_ID_MAX);
	check_view(credential->authenticator_data, credential->authenticator_data_len,
		PPK_AUTHENTICATOR_DATA_MAX);
	check_view(credential->signature, credential->signature_len, PPK_SIGNATURE_MAX);
	check_view(credential->public_key, credential->public_key_len, PPK_CREDENTIAL_KEY_MAX);
	REQUIRE(memchr(credential->format, '\0', sizeof(credential->format)) != NULL);
	REQUIRE(credential->x5c_count <= PPK_DEVICE_X5C_MAX);
	for (size_t i = 0; i < credential->x5c_count; i++)
		check_view(credential->x5c[i], credential->x5c_len[i], PPK_DEVICE_CERTIFICATE_MAX);
}

static void check_text(const char *text, size_t size)
{
	REQUIRE(memchr(text, '\0', size) != NULL);
	for (; *text != '\0'; text++)
		REQUIRE((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void check_message(const struct ppk_device_message *message)
{
	if (message->type == PPK_DEVICE_ASSERTION) {
		check_assertion(&message->assertion);
	} else if (message->type == PPK_DEVICE_CREDENTIAL) {
		check_credential(&message->credential);
	} else if (message->type == PPK_DEVICE_AUTHENTICATOR) {
		check_text(message->authenticator.product, sizeof(message->authenticator.product));
	} else if (message->type != PPK_DEVICE_LISTED) {
		REQUIRE(message->event.err < PPK_ERR_COUNT);
		REQUIRE(message->event.index < PPK_DEVICE_AUTHENTICATORS_MAX ||
			message->event.index == PPK_DEVICE_INDEX_NONE);
	}
}

/* One meaning, one spelling, but for what was made printable. */
static void check_round_trip(
	const struct ppk_device_message *message, const uint8_t *packet, size_t len)
{
	uint8_t *again = malloc(len);
	size_t again_len;

	REQUIRE(again != NULL);
	REQUIRE(ppk_device_encode_message(message, again, len, &again_len) == PPK_OK);
	REQUIRE(again_len == len);
	if (message->type != PPK_DEVICE_AUTHENTICATOR && message->type != PPK_DEVICE_CREDENTIAL)
		REQUIRE(memcmp(again, packet, len) == 0);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_device_message message;

	if (ppk_device_decode_message(data, len, &message) != PPK_OK)
		return 0;
	check_message(&message);
	check_round_trip(&message, data, len);
	PLANT(message.type == PPK_DEVICE_CREDENTIAL &&
		strcmp(message.credential.format, "packed") != 0 &&
		strcmp(message.credential.format, "none") != 0);
	return 0;
}
