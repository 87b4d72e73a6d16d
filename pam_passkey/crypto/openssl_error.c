/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/openssl_error.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

bool ppk_openssl_enter(bool *ret_was_empty)
{
	/* returns 0 when there is no entry to put the mark on */
	bool was_empty = ERR_set_mark() == 0;

	/* OpenSSL 3.0 does not look itself: EVP_MD_fetch() takes the lock of a context that is not there */
	if (OSSL_LIB_CTX_get0_global_default() == NULL) {
		ERR_pop_to_mark();
		return false;
	}
	*ret_was_empty = was_empty;
	return true;
}

static bool says_no_memory(unsigned long code)
{
	return code != 0 && ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
}

enum ppk_err ppk_openssl_leave(bool was_empty, enum ppk_err err)
{
	/*
	 * The first entry is the cause and the last one its outermost consequence. With entries of
	 * the host before ours, the first of ours cannot be reached without taking theirs away.
	 */
	if (err != PPK_OK && (says_no_memory(ERR_peek_last_error()) ||
				     (was_empty && says_no_memory(ERR_peek_error()))))
		err = PPK_ERR_NOMEM;
	ERR_pop_to_mark();
	return err;
}
