/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/assertion.h"

#include <stddef.h>

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
