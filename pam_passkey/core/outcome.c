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

bool ppk_outcome_leaves_another_way(enum ppk_err reason)
{
	static const enum ppk_err denials[] = {
		PPK_ERR_CANCELLED,
		PPK_ERR_AGENT_REFUSED,
		PPK_ERR_NO_AUTHENTICATOR,
		PPK_ERR_DEVICE_PERMISSION,
		PPK_ERR_NO_CREDENTIAL,
		PPK_ERR_PIN_NOT_SET,
		PPK_ERR_UNSUPPORTED,
	};

	for (size_t i = 0; i < sizeof(denials) / sizeof(denials[0]); i++) {
		if (denials[i] == reason)
			return true;
	}
	return ppk_outcome_without_assertion(reason) == PPK_OUTCOME_UNAVAILABLE;
}

static unsigned weight(enum ppk_err reason)
{
	if (reason == PPK_ERR_METHOD_UNAVAILABLE)
		return 0;
	switch (ppk_outcome_without_assertion(reason)) {
	case PPK_OUTCOME_UNAVAILABLE:
		return 1;
	case PPK_OUTCOME_BLOCKED:
		return 3;
	case PPK_OUTCOME_DENIED:
	case PPK_OUTCOME_SKIPPED:
	case PPK_OUTCOME_GRANTED:
		break;
	}
	return 2;
}

bool ppk_outcome_outweighs(enum ppk_err later, enum ppk_err earlier)
{
	return weight(later) >= weight(earlier);
}
