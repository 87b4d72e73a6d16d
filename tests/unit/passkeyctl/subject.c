/* SPDX-License-Identifier: BSD-2-Clause */
#include "subject.h"

#include "check.h"

/* root is the one account that every system has; who is not root is played by its uid alone. */

static enum ppk_err find(struct ppk_caller caller, const char *wanted, bool *through_sudo)
{
	struct ppk_user *user = NULL;
	enum ppk_err err = ppk_subject_find(&caller, wanted, &user, through_sudo, NULL);

	if ((err == PPK_OK) != (user != NULL))
		return PPK_ERR_INTERNAL;
	ppk_user_free(user);
	return err;
}

static void root_serves_whom_it_names(void)
{
	const struct ppk_caller caller = { .sudo_user = "nonsense", .sudo_uid = "nonsense" };
	bool through_sudo = true;

	CHECK_OK(find(caller, "root", &through_sudo));
	CHECK(!through_sudo);
}

static void root_without_sudo_serves_root(void)
{
	bool through_sudo = true;

	CHECK_OK(find((struct ppk_caller){ .uid = 0 }, NULL, &through_sudo));
	CHECK(!through_sudo);
}

static void through_sudo_root_serves_the_caller_of_sudo(void)
{
	const struct ppk_caller caller = { .sudo_user = "root", .sudo_uid = "0" };
	bool through_sudo = false;

	CHECK_OK(find(caller, NULL, &through_sudo));
	CHECK(through_sudo);
}

static void a_half_or_contradicting_pair_of_sudo_is_refused(void)
{
	static const struct ppk_caller wrong[] = {
		{ .sudo_user = "root" },
		{ .sudo_uid = "0" },
		{ .sudo_user = "root", .sudo_uid = "1" },
		{ .sudo_user = "root", .sudo_uid = "" },
		{ .sudo_user = "root", .sudo_uid = "-1" },
		{ .sudo_user = "root", .sudo_uid = "4294967295" },
		{ .sudo_user = "root", .sudo_uid = "4294967296" },
		{ .sudo_user = "root", .sudo_uid = "00" },
		{ .sudo_user = "../root", .sudo_uid = "0" },
		{ .sudo_user = "", .sudo_uid = "0" },
	};
	bool through_sudo = false;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_ERR(find(wrong[i], NULL, &through_sudo), PPK_ERR_SYNTAX);
	CHECK(!through_sudo);
}

static void who_is_not_root_is_refused_for_somebody_else_whatever_sudo_says(void)
{
	const struct ppk_caller caller = {
		.uid = 12345, .effective_uid = 12345, .sudo_user = "root", .sudo_uid = "0"
	};
	bool through_sudo = false;

	CHECK_ERR(find(caller, "root", &through_sudo), PPK_ERR_PERMISSION);
	CHECK_ERR(find(caller, "no-such-user-here", &through_sudo), PPK_ERR_PERMISSION);
	CHECK_ERR(find(caller, "../x", &through_sudo), PPK_ERR_SYNTAX);
	CHECK(!through_sudo);
}

static void a_set_user_id_program_serves_nobody(void)
{
	const struct ppk_caller raised = { .uid = 12345, .effective_uid = 0 };
	const struct ppk_caller lowered = { .uid = 0, .effective_uid = 12345 };
	bool through_sudo = false;

	CHECK_ERR(find(raised, NULL, &through_sudo), PPK_ERR_PERMISSION);
	CHECK_ERR(find(raised, "root", &through_sudo), PPK_ERR_PERMISSION);
	CHECK_ERR(find(lowered, "root", &through_sudo), PPK_ERR_PERMISSION);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(root_serves_whom_it_names),
		CHECK_TEST(root_without_sudo_serves_root),
		CHECK_TEST(through_sudo_root_serves_the_caller_of_sudo),
		CHECK_TEST(a_half_or_contradicting_pair_of_sudo_is_refused),
		CHECK_TEST(who_is_not_root_is_refused_for_somebody_else_whatever_sudo_says),
		CHECK_TEST(a_set_user_id_program_serves_nobody));
}
