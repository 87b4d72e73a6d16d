/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/methods.h"

#include <string.h>

#include "core/browser_message.h"
#include "core/ssh_key.h"

/*
 * Where nobody can say: an agent that holds a credential is asked, else the USB port. A browser, which
 * reaches everything, is more work for a person than the others: it comes last.
 */
static const struct {
	enum ppk_method_id methods[PPK_METHODS_MAX];
	size_t count;
} choices[] = {
	[PPK_LOCALITY_UNKNOWN] = { { PPK_METHOD_AGENT, PPK_METHOD_LOCAL, PPK_METHOD_BROWSER }, 3 },
	[PPK_LOCALITY_LOCAL] = { { PPK_METHOD_LOCAL, PPK_METHOD_BROWSER }, 2 },
	[PPK_LOCALITY_REMOTE] = { { PPK_METHOD_AGENT, PPK_METHOD_ASKPASS, PPK_METHOD_BROWSER }, 3 },
};

size_t ppk_methods_for(enum ppk_locality locality, enum ppk_method_id ret[static PPK_METHODS_MAX])
{
	memcpy(ret, choices[locality].methods, sizeof(choices[locality].methods));
	return choices[locality].count;
}

/* Not what lives in a phone or a browser alone: nobody is asked to plug that in. */
static bool may_be_plugged_in(const struct ppk_credential *credential)
{
	uint8_t transports = ppk_browser_transports_parse(credential->transports);

	return transports == 0 || (transports & (PPK_BROWSER_USB | PPK_BROWSER_NFC)) != 0;
}

bool ppk_method_serves(enum ppk_method_id method, const struct ppk_credential *credential)
{
	switch (method) {
	case PPK_METHOD_LOCAL:
		return !credential->no_handle && may_be_plugged_in(credential);
	case PPK_METHOD_ASKPASS:
	case PPK_METHOD_BROWSER:
		return !credential->no_handle;
	case PPK_METHOD_AGENT:
		return ppk_ssh_key_type(credential->alg) != NULL;
	}
	return false;
}

bool ppk_method_asks_strangers(enum ppk_method_id method)
{
	return method == PPK_METHOD_ASKPASS || method == PPK_METHOD_BROWSER;
}
