/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/methods.h"

#include <string.h>

#include "core/ssh_key.h"

/* Where nobody can say: an agent that holds a credential is asked, else the USB port. */
static const struct {
	enum ppk_method_id methods[PPK_METHODS_MAX];
	size_t count;
} choices[] = {
	[PPK_LOCALITY_UNKNOWN] = { { PPK_METHOD_AGENT, PPK_METHOD_LOCAL }, 2 },
	[PPK_LOCALITY_LOCAL] = { { PPK_METHOD_LOCAL }, 1 },
	[PPK_LOCALITY_REMOTE] = { { PPK_METHOD_AGENT, PPK_METHOD_ASKPASS }, 2 },
};

size_t ppk_methods_for(enum ppk_locality locality, enum ppk_method_id ret[static PPK_METHODS_MAX])
{
	memcpy(ret, choices[locality].methods, sizeof(choices[locality].methods));
	return choices[locality].count;
}

bool ppk_method_serves(enum ppk_method_id method, const struct ppk_credential *credential)
{
	switch (method) {
	case PPK_METHOD_LOCAL:
	case PPK_METHOD_ASKPASS:
		return !credential->no_handle;
	case PPK_METHOD_AGENT:
		return ppk_ssh_key_type(credential->alg) != NULL;
	}
	return false;
}
