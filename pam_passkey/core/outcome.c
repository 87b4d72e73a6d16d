/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/outcome.h"

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
