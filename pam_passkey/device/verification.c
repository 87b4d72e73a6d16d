/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/verification.h"

/* The best way there is. */
static enum ppk_verification verify(const struct ppk_abilities *abilities, bool built_in_blocked)
{
	if (abilities->uv_set && !built_in_blocked)
		return PPK_VERIFY_BUILT_IN;
	return abilities->pin_set ? PPK_VERIFY_PIN : PPK_VERIFY_IMPOSSIBLE;
}

static enum ppk_verification choose(
	const struct ppk_abilities *abilities, enum ppk_uv uv, bool built_in_blocked)
{
	enum ppk_verification best = verify(abilities, built_in_blocked);

	switch (uv) {
	case PPK_UV_DISCOURAGED:
		return PPK_VERIFY_NONE;
	case PPK_UV_PREFERRED:
		return best == PPK_VERIFY_IMPOSSIBLE ? PPK_VERIFY_NONE : best;
	case PPK_UV_REQUIRED:
		return best;
	}
	return PPK_VERIFY_IMPOSSIBLE;
}

enum ppk_verification ppk_verification_for_assertion(
	const struct ppk_abilities *abilities, enum ppk_uv uv, bool built_in_blocked)
{
	if (abilities->always_uv)
		uv = PPK_UV_REQUIRED;
	return choose(abilities, uv, built_in_blocked);
}

enum ppk_verification ppk_verification_for_creation(const struct ppk_abilities *abilities,
	enum ppk_uv uv, bool discoverable, bool built_in_blocked)
{
	bool is_protected = abilities->pin_set || abilities->uv_set;

	if (abilities->always_uv || (is_protected && (discoverable || !abilities->uv_not_required)))
		uv = PPK_UV_REQUIRED;
	return choose(abilities, uv, built_in_blocked);
}

enum ppk_err ppk_verification_why_not(const struct ppk_abilities *abilities)
{
	if (abilities->uv_set)
		return PPK_ERR_UV_BLOCKED;
	return abilities->pin ? PPK_ERR_PIN_NOT_SET : PPK_ERR_UNSUPPORTED;
}
