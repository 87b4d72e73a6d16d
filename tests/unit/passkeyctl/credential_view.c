/* SPDX-License-Identifier: BSD-2-Clause */
#include "credential_view.h"

#include "check.h"
#include "crypto/digest.h"
#include "scene.h"

#define NOW_S 1000

static void the_state_is_what_would_keep_it_from_signing_in(void)
{
	struct ppk_credential credential = { .rp_id = (char *)(uintptr_t) "web1.example" };

	CHECK_STR(ppk_credential_state(&credential, "", NOW_S), "usable");
	CHECK_STR(ppk_credential_state(&credential, "web1.example", NOW_S), "usable");
	CHECK_STR(ppk_credential_state(&credential, "web2.example", NOW_S), "other-rp-id");
	credential.expires_s = NOW_S + 1;
	CHECK_STR(ppk_credential_state(&credential, "", NOW_S), "usable");
	credential.expires_s = NOW_S;
	CHECK_STR(ppk_credential_state(&credential, "", NOW_S), "expired");
	credential.disabled = true;
	CHECK_STR(ppk_credential_state(&credential, "", NOW_S), "disabled");
}

static void the_count_is_found_by_the_hash_of_the_id(void)
{
	struct ppk_credential_file *file = empty_file();
	const struct ppk_credential *credential = add(file, "Key", "first");
	struct ppk_sign_counts *counts = calloc(1, sizeof(*counts));
	struct ppk_credential_view view;
	uint8_t id_hash[PPK_SHA256_SIZE];

	CHECK(counts != NULL);
	view = ppk_credential_view(credential, counts, "", NOW_S);
	CHECK(view.count == NULL);
	CHECK_OK(ppk_sha256("first", 5, id_hash));
	ppk_sign_counts_set(counts, id_hash, 41, NOW_S);
	view = ppk_credential_view(credential, counts, "", NOW_S);
	CHECK(view.count != NULL);
	CHECK_INT(view.count->count, 41);
	free(counts);
	ppk_credential_file_free(file);
}

static void what_is_not_recorded_is_null_in_json(void)
{
	struct ppk_credential_file *file = empty_file();
	struct ppk_credential_view view = { .credential = add(file, "", "first"),
		.state = "usable" };
	struct ppk_json json;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(out != NULL);
	ppk_json_init(&json, out);
	ppk_credential_view_json(&view, &json);
	fclose(out);
	CHECK(strstr(text, "\"name\": null") != NULL);
	CHECK(strstr(text, "\"label\": \"security key Zmlyc3Q\"") != NULL);
	CHECK(strstr(text, "\"aaguid\": null") != NULL);
	CHECK(strstr(text, "\"sign_count\": null") != NULL);
	CHECK(strstr(text, "\"transports\": []") != NULL);
	CHECK(strstr(text, "\"created\": null") != NULL);
	free(text);
	ppk_credential_file_free(file);
}

static void what_is_recorded_is_in_json(void)
{
	struct ppk_credential_file *file = empty_file();
	struct ppk_credential *credential = add(file, "Key", "first");
	const struct ppk_sign_count count = { .count = 7, .used_s = 1 };
	struct ppk_credential_view view = { credential, &count, "usable" };
	struct ppk_json json;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(out != NULL);
	credential->transports = strdup("usb,nfc");
	credential->has_aaguid = true;
	credential->aaguid[0] = 0xab;
	credential->backup = PPK_BACKUP_STATE;
	ppk_json_init(&json, out);
	ppk_credential_view_json(&view, &json);
	fclose(out);
	CHECK(strstr(text, "\"usb\",\n    \"nfc\"") != NULL);
	CHECK(strstr(text, "\"ab000000-0000-0000-0000-000000000000\"") != NULL);
	CHECK(strstr(text, "\"backup\": \"state\"") != NULL);
	CHECK(strstr(text, "\"sign_count\": 7") != NULL);
	CHECK(strstr(text, "\"last_used\": \"1970-01-01T00:00:01Z\"") != NULL);
	free(text);
	ppk_credential_file_free(file);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_state_is_what_would_keep_it_from_signing_in),
		CHECK_TEST(the_count_is_found_by_the_hash_of_the_id),
		CHECK_TEST(what_is_not_recorded_is_null_in_json),
		CHECK_TEST(what_is_recorded_is_in_json));
}
