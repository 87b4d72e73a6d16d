/* SPDX-License-Identifier: BSD-2-Clause */
/* A line of key=value pairs; what is read is written again, and read once more. */
#include <string.h>

#include "core/key_value.h"
#include "require.h"

static bool lies_within(const char *part, size_t part_len, const char *line, size_t len)
{
	return part >= line && part_len > 0 && part_len <= len && part <= line + len - part_len;
}

static void check_again(const struct ppk_pair *pair, const char *key, const char *value)
{
	struct ppk_pair pairs[PPK_PAIRS_MAX];
	size_t size = pair->key_len + 2 * strlen(value) + 4, count = 0;
	struct ppk_writer line = { .data = malloc(size), .size = size };
	char *again = malloc(2 * strlen(value) + 3);

	REQUIRE(line.data != NULL && again != NULL);
	ppk_pair_write(&line, key, value);
	REQUIRE(!line.failed);
	REQUIRE(ppk_pairs_split((const char *)line.data, line.len, 0, pairs, &count, NULL) ==
		PPK_OK);
	REQUIRE(count == 1 && ppk_pair_has_key(&pairs[0], key));
	REQUIRE(!ppk_pair_nearly_has_key(&pairs[0], key));
	REQUIRE(ppk_pair_unquote(&pairs[0], again) == strlen(value) && strcmp(again, value) == 0);
	free(line.data);
	free(again);
}

static void check_pair(const struct ppk_pair *pair, const char *line, size_t len)
{
	char key[PPK_PAIR_KEY_MAX + 1], *value = malloc(pair->value_len + 1);

	REQUIRE(value != NULL);
	REQUIRE(lies_within(pair->key, pair->key_len, line, len));
	REQUIRE(lies_within(pair->value, pair->value_len, line, len));
	REQUIRE(pair->key_len <= PPK_PAIR_KEY_MAX);
	REQUIRE(line + pair->key_column - 1 == pair->key);
	REQUIRE(line + pair->value_column - 1 == pair->value);
	memcpy(key, pair->key, pair->key_len);
	key[pair->key_len] = '\0';
	REQUIRE(ppk_pair_unquote(pair, value) == strlen(value));
	REQUIRE(strlen(value) <= pair->value_len && value[0] != '\0');
	check_again(pair, key, value);
	free(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_pair pairs[PPK_PAIRS_MAX];
	struct ppk_diag diag = { .text = "" };
	size_t count = 0;
	char *line = malloc(len + 1);

	REQUIRE(line != NULL);
	memcpy(line, data, len); /* of its exact size, but for an empty one */
	if (ppk_pairs_split(line, len, 0, pairs, &count, &diag) == PPK_OK) {
		REQUIRE(count <= PPK_PAIRS_MAX);
		for (size_t i = 0; i < count; i++)
			check_pair(&pairs[i], line, len);
		PLANT(count == 4);
	} else {
		REQUIRE(diag.text[0] != '\0' && diag.column >= 1 && diag.column <= len + 1);
	}
	free(line);
	return 0;
}
