/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/assertion.h"

void ppk_assertion_done(struct ppk_assertion *assertion)
{
	if (assertion == NULL)
		return;
	ppk_bytes_done(&assertion->credential_id);
	ppk_bytes_done(&assertion->client_data);
	ppk_bytes_done(&assertion->authenticator_data);
	ppk_bytes_done(&assertion->signature);
	ppk_bytes_done(&assertion->user_handle);
}

const struct ppk_credential *ppk_assertion_credential(const struct ppk_assertion *assertion,
	const struct ppk_credential *const *credentials, size_t count)
{
	const struct ppk_bytes *id = &assertion->credential_id;

	if (id->len == 0)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (ppk_bytes_equal(&credentials[i]->id, id->data, id->len))
			return credentials[i];
	}
	return NULL;
}
