/* SPDX-License-Identifier: BSD-2-Clause */
#include "environment.h"

#include "check.h"

static struct ppk_environment read_all(const char *const *all)
{
	return ppk_environment_read((char **)(uintptr_t)all);
}

static void each_variable_is_found(void)
{
	static const char *const all[] = { "HOME=/home/alice", "SSH_ASKPASS_PROMPT=confirm",
		"SSH_ASKPASS=/usr/bin/a", "PASSKEY_ASKPASS_FALLBACK=b=c", NULL };
	struct ppk_environment got = read_all(all);

	CHECK_STR(got.kind, "confirm");
	CHECK_STR(got.askpass, "/usr/bin/a");
	CHECK_STR(got.fallback, "b=c");
}

static void what_is_missing_or_empty_is_not_there(void)
{
	static const char *const all[] = { "SSH_ASKPASS=", "SSH_ASKPASS_PROMPT",
		"XPASSKEY_ASKPASS_FALLBACK=a", "PASSKEY_ASKPASS_FALLBACK2=a", NULL };
	struct ppk_environment got = read_all(all);

	CHECK(got.kind == NULL && got.askpass == NULL && got.fallback == NULL);
	got = read_all(all + 4);
	CHECK(got.fallback == NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(each_variable_is_found),
		CHECK_TEST(what_is_missing_or_empty_is_not_there));
}
