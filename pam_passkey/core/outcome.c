/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/outcome.h"

#include <stddef.h>

const char *ppk_outcome_name(enum ppk_outcome outcome)
{
	switch (outcome) {
	case PPK_OUTCOME_GRANTED:
		return "granted";
	case PPK_OUTCOME_SKIPPED:
		return "skipped";
	case PPK_OUTCOME_UNAVAILABLE:
		return "unavailable";
	case PPK_OUTCOME_DENIED:
	case PPK_OUTCOME_BLOCKED:
		break;
	}
	return "denied";
}

enum ppk_outcome ppk_outcome_without_assertion(enum ppk_err reason)
{
	static const struct {
		enum ppk_outcome outcome;
		enum ppk_err reason;
	} others[] = {
		{ PPK_OUTCOME_BLOCKED, PPK_ERR_PIN_AUTH_BLOCKED },
		{ PPK_OUTCOME_BLOCKED, PPK_ERR_PIN_BLOCKED },
		{ PPK_OUTCOME_BLOCKED, PPK_ERR_UV_BLOCKED },
		{ PPK_OUTCOME_UNAVAILABLE, PPK_ERR_NOT_FOUND },
		{ PPK_OUTCOME_UNAVAILABLE, PPK_ERR_VERSION },
		{ PPK_OUTCOME_UNAVAILABLE, PPK_ERR_UNSAFE_FILE },
		{ PPK_OUTCOME_UNAVAILABLE, PPK_ERR_PERMISSION },
		{ PPK_OUTCOME_UNAVAILABLE, PPK_ERR_IO },
		{ PPK_OUTCOME_UNAVAILABLE, PPK_ERR_PROCESS },
		{ PPK_OUTCOME_UNAVAILABLE, PPK_ERR_METHOD_UNAVAILABLE },
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (others[i].reason == reason)
			return others[i].outcome;
	}
	return PPK_OUTCOME_DENIED;
}
