/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A private file as it is; and its body, packed by the harness, since base64 would hide from the fuzzer
 * what it changes.
 */
#include <stdio.h>
#include <string.h>

#include "core/ssh_key_line.h"
#include "core/ssh_private_key.h"
#include "core/text.h"
#include "require.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----\n"
#define END "\n-----END OPENSSH PRIVATE KEY-----\n"

static void try_text(const char *text, size_t len)
{
	struct ppk_ssh_private_key key;
	struct ppk_diag diag = { .text = "" };

	if (ppk_ssh_private_key_parse(text, len, "fuzz", &key, &diag) != PPK_OK) {
		REQUIRE(diag.text[0] != '\0');
		return;
	}
	REQUIRE(ppk_ssh_is_private_key(text, len));
	REQUIRE(key.handle_len > 0 && key.handle_len <= PPK_CREDENTIAL_ID_MAX);
	REQUIRE(key.handle >= key.memory.data &&
		key.handle + key.handle_len <= key.memory.data + key.memory.len);
	REQUIRE(ppk_rp_id_is_valid(key.key.application, key.key.application_len));
	PLANT(key.handle_len > 16 && memcmp(key.handle, "-----BEGIN EC PR", 16) != 0 &&
		memcmp(key.handle, "\x28\x92\x73\x62\x50\xca\x87\xcd", 8) != 0);
	ppk_ssh_private_key_done(&key);
}

static void try_body(const uint8_t *body, size_t body_len)
{
	size_t size = strlen(BEGIN) + ppk_base64_size(PPK_BASE64, body_len) + strlen(END);
	char *text = malloc(size);
	size_t len = strlen(BEGIN);

	REQUIRE(text != NULL);
	memcpy(text, BEGIN, len);
	ppk_base64_encode(PPK_BASE64, body, body_len, text + len);
	len += ppk_base64_size(PPK_BASE64, body_len) - 1;
	memcpy(text + len, END, strlen(END));
	try_text(text, len + strlen(END));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try_text((const char *)data, len);
	try_body(data, len);
	return 0;
}
