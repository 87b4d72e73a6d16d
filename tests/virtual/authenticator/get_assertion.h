/* SPDX-License-Identifier: BSD-2-Clause */
/* What getAssertion leaves for getNextAssertion (CTAP 2.1, 6.3). */
#ifndef PPK_VIRTUAL_GET_ASSERTION_H
#define PPK_VIRTUAL_GET_ASSERTION_H

#include "bytes.h"

struct ppk_next_assertions {
	struct ppk_bytes *ids; /* of the credentials that are still to come */
	size_t ids_len;
	size_t taken;
	struct ppk_bytes client_data_hash;
	uint8_t rp_id_hash[32];
	bool present;
	bool verified;
};

void ppk_next_assertions_forget(struct ppk_next_assertions *next);

#endif
