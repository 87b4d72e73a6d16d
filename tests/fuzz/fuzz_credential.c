/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of a credential file: what is read is written so that it reads the same. */
#include <string.h>

#include "core/browser_message.h"
#include "core/credential.h"
#include "core/text.h"
#include "require.h"

static void check_refused(size_t size, enum ppk_err err, const struct ppk_diag *diag)
{
	REQUIRE(err == PPK_ERR_SYNTAX || err == PPK_ERR_VERSION || err == PPK_ERR_ALGORITHM ||
		err == PPK_ERR_LIMIT || err == PPK_ERR_DUPLICATE);
	REQUIRE(diag->column >= 1 && diag->column <= size + 1);
	REQUIRE(ppk_text_is_printable(diag->text, strlen(diag->text), sizeof(diag->text)));
}

static void check_values(const struct ppk_credential *credential)
{
	char label[64];

	REQUIRE(credential->id.len >= 1 && credential->id.len <= PPK_CREDENTIAL_ID_MAX);
	REQUIRE(credential->key.len >= 2 && credential->key.len <= PPK_CREDENTIAL_KEY_MAX);
	REQUIRE(credential->user_handle.len <= PPK_USER_HANDLE_MAX);
	REQUIRE(ppk_rp_id_is_valid(credential->rp_id, strlen(credential->rp_id)));
	REQUIRE(credential->uv >= PPK_UV_DISCOURAGED && credential->uv <= PPK_UV_REQUIRED);
	REQUIRE(credential->expires_s >= 0 && credential->created_s >= 0);
	REQUIRE(strcmp(ppk_algorithm_name(credential->alg), "unknown") != 0);
	REQUIRE(ppk_browser_transports_parse(credential->transports) <= PPK_BROWSER_TRANSPORTS_ALL);
	ppk_credential_label(credential, label, sizeof(label));
	REQUIRE(ppk_text_is_printable(label, strlen(label), sizeof(label)));
}

/* Whatever the line was, the one that is written is stable, and no part of it is a credential. */
static void check_written(const struct ppk_credential *credential, size_t cut)
{
	struct ppk_credential *again = NULL;
	char *line = NULL, *line_again = NULL;
	enum ppk_err err = ppk_credential_format(credential, &line);

	/* uv= is always written: that may be too much for a line of the greatest length */
	REQUIRE(err == PPK_OK || err == PPK_ERR_LIMIT);
	if (err != PPK_OK)
		return;
	REQUIRE(ppk_credential_parse(line, strlen(line), &again, NULL) == PPK_OK);
	REQUIRE(again->uv == credential->uv && again->disabled == credential->disabled);
	REQUIRE(again->expires_s == credential->expires_s);
	REQUIRE(ppk_credential_format(again, &line_again) == PPK_OK);
	REQUIRE(strcmp(line, line_again) == 0);
	ppk_credential_free(again);
	REQUIRE(ppk_credential_parse(line, cut % strlen(line), &again, NULL) != PPK_OK);
	free(line);
	free(line_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ppk_credential *credential = NULL;
	struct ppk_diag diag = { 0 };
	enum ppk_err err = ppk_credential_parse((const char *)data, size, &credential, &diag);

	if (err != PPK_OK) {
		check_refused(size, err, &diag);
		return 0;
	}
	check_values(credential);
	check_written(credential, (size_t)credential->id.data[0] * 131 + size);
	PLANT(strcmp(credential->rp_id, "login.example.com") != 0 &&
		strcmp(credential->rp_id, "example.com") != 0 &&
		strcmp(credential->rp_id, "a") != 0);
	ppk_credential_free(credential);
	return 0;
}
