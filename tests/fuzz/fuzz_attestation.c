/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a lying passkey-device, browser or authenticator could answer to an enrolment, certificates and
 * all. Input: the number of the example of WebAuthn Level 3 whose client data it answers, and an
 * attestation object or a message of passkey-device.
 */
#include <string.h>

#include "core/authenticator_data.h"
#include "crypto/attestation.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "crypto/spki.h"
#include "require.h"
#include "vector.h"

static bool is_one_of(const char *text, const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, texts[i]) == 0)
			return true;
	}
	return false;
}

#ifdef PPK_PLANTED_BUG
static bool is_of_an_example(const struct ppk_bytes *id)
{
	for (size_t i = 0; i < vector_count; i++) {
		if (ppk_bytes_equal(
			    id, vectors[i].credential_id.data, vectors[i].credential_id.len))
			return true;
	}
	return false;
}
#endif

static void check_credential(
	const struct ppk_credential *credential, const struct ppk_attestation_object *object)
{
	struct ppk_authenticator_data data;

	static const char *const names[] = { "none", "self", "packed", "fido-u2f", "tpm",
		"android-key", "apple" };

	REQUIRE(ppk_authenticator_data_parse(object->authenticator_data,
			object->authenticator_data_len, &data) == PPK_OK);
	REQUIRE(ppk_bytes_equal(&credential->id, data.credential_id, data.credential_id_len));
	REQUIRE((data.flags & (PPK_FLAG_UP | PPK_FLAG_AT)) == (PPK_FLAG_UP | PPK_FLAG_AT));
	REQUIRE(ppk_spki_check(credential) == PPK_OK);
	REQUIRE(ppk_public_key_check(credential) == PPK_OK);
	REQUIRE(is_one_of(credential->attestation, names, sizeof(names) / sizeof(names[0])));
	REQUIRE(strcmp(credential->rp_id, "example.org") == 0);
	PLANT(!is_of_an_example(&credential->id));
}

static void enroll(
	const struct ppk_attestation_object *object, const struct vector_bytes *client_data)
{
	struct ppk_credential *credential = NULL;
	uint8_t hash[PPK_SHA256_SIZE];

	REQUIRE(ppk_sha256(client_data->data, client_data->len, hash) == PPK_OK);
	enum ppk_err err = ppk_attestation_verify(
		object, "example.org", PPK_UV_DISCOURAGED, hash, &credential);

	REQUIRE((err == PPK_OK) == (credential != NULL));
	REQUIRE(err < PPK_ERR_COUNT && err != PPK_ERR_NOMEM);
	if (credential != NULL)
		check_credential(credential, object);
	ppk_credential_free(credential);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_attestation_object object;
	struct ppk_device_message message;

	if (len == 0)
		return 0;
	const struct vector_bytes *client_data =
		&vectors[data[0] % vector_count].created.client_data;

	if (ppk_attestation_object_decode(data + 1, len - 1, &object) == PPK_OK)
		enroll(&object, client_data);
	if (ppk_device_decode_message(data + 1, len - 1, &message) == PPK_OK &&
		message.type == PPK_DEVICE_CREDENTIAL) {
		ppk_attestation_object_of_device(&message.credential, &object);
		enroll(&object, client_data);
	}
	return 0;
}
