/* SPDX-License-Identifier: BSD-2-Clause */
/* What an agent answers: a list of keys, each read as one; a signature, read as one of each kind. */
#include <stdbool.h>
#include <string.h>

#include "core/ssh_agent.h"
#include "core/ssh_key.h"
#include "require.h"

static bool lies_within(const uint8_t *part, size_t part_len, const uint8_t *data, size_t len)
{
	return part_len == 0 ||
	       (part >= data && part_len <= len && part - data <= (ptrdiff_t)(len - part_len));
}

/* One meaning, one encoding. */
static void try_key(const uint8_t *blob, size_t len)
{
	uint8_t memory[PPK_SSH_KEY_BLOB_MAX];
	struct ppk_writer again = { .data = memory, .size = sizeof(memory) };
	struct ppk_ssh_key key;

	if (ppk_ssh_key_parse(blob, len, &key) != PPK_OK)
		return;
	REQUIRE(ppk_rp_id_is_valid(key.application, key.application_len));
	ppk_ssh_key_write(&again, &key);
	REQUIRE(!again.failed && again.len == len && memcmp(again.data, blob, len) == 0);
}

/* DER of two positive numbers, as long as it says. */
static bool is_der(const struct ppk_ssh_signature *signature)
{
	const uint8_t *der = signature->bytes;
	size_t r_len = der[3];

	return der[0] == 0x30 && der[1] == signature->len - 2 && der[2] == 2 &&
	       r_len + 6 < signature->len && der[4 + r_len] == 2 &&
	       der[5 + r_len] == signature->len - 6 - r_len && (der[4] & 0x80) == 0;
}

static void try_signature(const uint8_t *blob, size_t len)
{
	struct ppk_ssh_signature signature;

	if (ppk_ssh_signature_parse(blob, len, PPK_ALG_ES256, &signature) == PPK_OK)
		REQUIRE(signature.len <= PPK_SSH_SIGNATURE_MAX && is_der(&signature));
	if (ppk_ssh_signature_parse(blob, len, PPK_ALG_EDDSA, &signature) == PPK_OK) {
		REQUIRE(signature.len == 64);
		PLANT(signature.flags != 1 || signature.sign_count != 7);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_reader keys;
	const uint8_t *blob;
	size_t blob_len;

	if (ppk_ssh_agent_parse_keys(data, len, &keys) == PPK_OK) {
		while (ppk_ssh_agent_next_key(&keys, &blob, &blob_len)) {
			REQUIRE(lies_within(blob, blob_len, data, len));
			try_key(blob, blob_len);
		}
		REQUIRE(keys.left == 0);
	}
	if (ppk_ssh_agent_parse_signature(data, len, &blob, &blob_len) == PPK_OK) {
		REQUIRE(lies_within(blob, blob_len, data, len));
		try_signature(blob, blob_len);
	}
	return 0;
}
