/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verifier, given everything that an attacker sends, in the name of a credential of one of the
 * examples of WebAuthn Level 3. Whatever is verified must be that example, byte for byte.
 *
 * Input: number of the example; user verification (2 bits), sign count policy (2 bits); stored count
 * (4 bytes); credential id, client data, authenticator data, signature, user handle (a length of
 * two bytes each, then the bytes).
 */
#include <string.h>

#include "crypto/public_key.h"
#include "crypto/verify.h"
#include "require.h"
#include "vector.h"

struct input {
	const struct vector *vector;
	struct ppk_assertion assertion;
	struct ppk_verification verification;
};

static bool take(struct ppk_reader *reader, struct ppk_bytes *ret)
{
	const uint8_t *data;
	size_t len;

	return ppk_reader_block(reader, UINT16_MAX, &data, &len) &&
	       ppk_bytes_copy(data, len, ret) == PPK_OK;
}

static bool take_input(struct ppk_reader *reader, struct input *input)
{
	uint8_t number, policy;
	struct ppk_assertion *assertion = &input->assertion;

	if (!ppk_reader_u8(reader, &number) || !ppk_reader_u8(reader, &policy) ||
		!ppk_reader_u32(reader, &input->verification.stored_count))
		return false;
	input->vector = &vectors[number % vector_count];
	input->verification.uv = (enum ppk_uv)((policy & 3) % 3);
	input->verification.sign_count = (enum ppk_sign_count_policy)((policy >> 2 & 3) % 3);
	return take(reader, &assertion->credential_id) && take(reader, &assertion->client_data) &&
	       take(reader, &assertion->authenticator_data) &&
	       take(reader, &assertion->signature) && take(reader, &assertion->user_handle);
}

static struct ppk_credential *credential_of(const struct vector *vector)
{
	struct ppk_device_credential made;
	struct ppk_credential *credential = calloc(1, sizeof(*credential));
	void *memory;

	REQUIRE(credential != NULL);
	REQUIRE(vector_credential(vector->attestation_object.data, vector->attestation_object.len,
			&made, &memory) == PPK_OK);
	REQUIRE(ppk_algorithm_from_cose(made.cose_algorithm, &credential->alg) == PPK_OK);
	REQUIRE(ppk_public_key_from_raw(credential->alg, made.public_key, made.public_key_len,
			&credential->key) == PPK_OK);
	REQUIRE(ppk_bytes_copy(made.credential_id, made.credential_id_len, &credential->id) ==
		PPK_OK);
	credential->rp_id = strdup(vector->rp_id);
	REQUIRE(credential->rp_id != NULL);
	free(memory);
	return credential;
}

static bool is(const struct ppk_bytes *bytes, const struct vector_bytes *expected)
{
	return ppk_bytes_equal(bytes, expected->data, expected->len);
}

static void judge(struct input *input)
{
	struct ppk_credential *credential = credential_of(input->vector);
	const struct ppk_credential *credentials[] = { credential };
	struct ppk_client_data_expected expected =
		vector_expected(PPK_CLIENT_DATA_GET, &input->vector->got);
	struct ppk_verified verified;

	input->verification.credentials = credentials;
	input->verification.credential_count = 1;
	input->verification.client_data = &expected;
	enum ppk_err err = ppk_assertion_verify(&input->verification, &input->assertion, &verified);

	REQUIRE(err < PPK_ERR_COUNT && err != PPK_ERR_NOMEM && err != PPK_ERR_INTERNAL);
	if (err == PPK_OK || err == PPK_ERR_SIGN_COUNT) {
		REQUIRE(is(&input->assertion.credential_id, &input->vector->credential_id));
		REQUIRE(is(&input->assertion.client_data, &input->vector->got.client_data));
		REQUIRE(is(
			&input->assertion.authenticator_data, &input->vector->authenticator_data));
		REQUIRE(is(&input->assertion.signature, &input->vector->signature));
	}
	if (err == PPK_OK)
		REQUIRE(verified.credential == credential);
	PLANT(err == PPK_ERR_SIGN_COUNT);
	ppk_credential_free(credential);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_reader reader = { .next = data, .left = len };
	struct input input = { 0 };

	if (take_input(&reader, &input) && reader.left == 0)
		judge(&input);
	ppk_assertion_done(&input.assertion);
	return 0;
}
