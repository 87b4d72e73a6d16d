/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/error.h"

#include <stddef.h>

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

const char *ppk_err_sentence(enum ppk_err err)
{
	size_t index = (size_t)err;

	return index < PPK_ERR_COUNT ? errors[index].sentence : "an unknown error";
}
