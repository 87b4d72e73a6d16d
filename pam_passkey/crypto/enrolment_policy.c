/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/enrolment_policy.h"

#include <stdbool.h>
#include <string.h>

static bool is_synced(enum ppk_backup backup)
{
	return backup == PPK_BACKUP_ELIGIBLE || backup == PPK_BACKUP_STATE;
}

static bool is_allowed_model(
	const struct ppk_options *options, const struct ppk_credential *credential)
{
	if (options->aaguid_count == 0)
		return true;
	if (!credential->has_aaguid || strcmp(credential->attestation, "fido-u2f") == 0)
		return false;
	for (size_t i = 0; i < options->aaguid_count; i++) {
		if (memcmp(options->aaguids[i], credential->aaguid, PPK_AAGUID_SIZE) == 0)
			return true;
	}
	return false;
}

static enum ppk_err check_chain(
	const struct ppk_enrolment_policy *policy, const struct ppk_attestation_object *object)
{
	enum ppk_attestation_demand demand = policy->options->attestation;

	if (demand == PPK_ATTESTATION_NONE)
		return PPK_OK;
	if (object->x5c_count == 0)
		return demand == PPK_ATTESTATION_REQUIRE ? PPK_ERR_ATTESTATION_MISSING : PPK_OK;
	return ppk_trust_anchors_check(policy->anchors, object, policy->now_s);
}

enum ppk_err ppk_enrolment_policy_check(const struct ppk_enrolment_policy *policy,
	const struct ppk_attestation_object *object, const struct ppk_credential *credential)
{
	if (policy->options->synced == PPK_SYNCED_DENY && is_synced(credential->backup))
		return PPK_ERR_SYNCED;
	enum ppk_err err = check_chain(policy, object);

	if (err != PPK_OK)
		return err;
	return is_allowed_model(policy->options, credential) ? PPK_OK : PPK_ERR_MODEL;
}
