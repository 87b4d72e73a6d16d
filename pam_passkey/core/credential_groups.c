/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/credential_groups.h"

#include <stdbool.h>
#include <string.h>

/* What is being put into groups. */
struct source {
	const struct ppk_credential *const *credentials;
	size_t count;
	enum ppk_uv uv;
};

static enum ppk_uv demanded_uv(const struct source *source, size_t i)
{
	enum ppk_uv own = source->credentials[i]->uv;

	return own > source->uv ? own : source->uv;
}

static bool are_together(const struct source *source, size_t i, size_t j)
{
	return demanded_uv(source, i) == demanded_uv(source, j) &&
	       strcmp(source->credentials[i]->rp_id, source->credentials[j]->rp_id) == 0;
}

/* Is there a group for credential i already, that is: does an earlier one of the same kind exist? */
static bool has_group(const struct source *source, size_t i)
{
	for (size_t j = 0; j < i; j++) {
		if (are_together(source, i, j))
			return true;
	}
	return false;
}

static void add_group(
	const struct source *source, size_t first, struct ppk_credential_groups *groups)
{
	struct ppk_device_group *group = &groups->groups[groups->group_count++];

	*group = (struct ppk_device_group){
		.rp_id = source->credentials[first]->rp_id,
		.uv = demanded_uv(source, first),
		.ids = &groups->ids[groups->id_count],
	};
	for (size_t i = first; i < source->count; i++) {
		if (!are_together(source, first, i))
			continue;
		groups->ids[groups->id_count++] = source->credentials[i]->id;
		group->id_count++;
	}
}

enum ppk_err ppk_credential_groups_make(const struct ppk_credential *const *credentials,
	size_t count, enum ppk_uv uv, struct ppk_credential_groups *ret)
{
	const struct source source = { .credentials = credentials, .count = count, .uv = uv };

	if (count > PPK_CREDENTIALS_MAX)
		return PPK_ERR_LIMIT;
	ret->id_count = 0;
	ret->group_count = 0;
	for (unsigned demand = PPK_UV_DISCOURAGED; demand <= PPK_UV_REQUIRED; demand++) {
		for (size_t i = 0; i < count; i++) {
			if (demanded_uv(&source, i) == (enum ppk_uv)demand &&
				!has_group(&source, i))
				add_group(&source, i, ret);
		}
	}
	return PPK_OK;
}
