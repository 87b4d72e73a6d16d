/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/error.h"

#include <string.h>

static const struct {
	const char *token;
	const char *sentence;
} errors[PPK_ERR_COUNT] = {
	{ "ok", "success" },
#define PPK_ERROR(name, token, sentence) { token, sentence },
#include "error.def"
#undef PPK_ERROR
};

const char *ppk_err_token(enum ppk_err err)
{
	size_t index = (size_t)err;

	return index < PPK_ERR_COUNT ? errors[index].token : "unknown";
}

bool ppk_err_parse(const char *token, size_t len, enum ppk_err *ret)
{
	for (size_t i = 0; i < PPK_ERR_COUNT; i++) {
		if (strlen(errors[i].token) == len && memcmp(errors[i].token, token, len) == 0) {
			*ret = (enum ppk_err)i;
			return true;
		}
	}
	return false;
}

const char *ppk_err_sentence(enum ppk_err err)
{
	size_t index = (size_t)err;

	return index < PPK_ERR_COUNT ? errors[index].sentence : "an unknown error";
}
