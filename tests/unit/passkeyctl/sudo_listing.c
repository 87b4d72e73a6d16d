/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudo_listing.h"

#include <string.h>

#include "check.h"
#include "mutate.h"

#define HEAD "Matching Defaults entries for alice on web1:\n    env_reset, mail_badpass"
#define TAIL                                                                                       \
	"\n\nUser alice may run the following commands on web1:\n"                                 \
	"    (ALL) SETENV: /bin/env_keep+=SSH_AUTH_SOCK\n"
#define SOME "\n\nRunas and Command-specific defaults for alice:\n    "

static enum ppk_sudo_listing read_text(const char *text)
{
	return ppk_sudo_listing_read(text, strlen(text), "SSH_AUTH_SOCK");
}

static void nothing_is_kept_that_is_not_named(void)
{
	CHECK_INT(read_text(HEAD TAIL), PPK_SUDO_DROPS);
	CHECK_INT(read_text(TAIL), PPK_SUDO_DROPS);
	CHECK_INT(read_text(HEAD ", env_keep+=SSH_AUTH_SOCKET" TAIL), PPK_SUDO_DROPS);
	CHECK_INT(read_text(HEAD ", env_check+=SSH_AUTH_SOCK" TAIL), PPK_SUDO_DROPS);
	CHECK_INT(read_text(HEAD ", env_keep+=\"LANG SSH_AGENT_PID\"" TAIL), PPK_SUDO_DROPS);
	CHECK_INT(read_text(HEAD ", passprompt=\"a, env_keep+=SSH_AUTH_SOCK, b\"" TAIL),
		PPK_SUDO_DROPS);
	CHECK_INT(
		read_text(HEAD ", secure_path=/a\\, env_keep+=SSH_AUTH_SOCK" TAIL), PPK_SUDO_KEEPS);
	CHECK_INT(
		read_text(HEAD ", secure_path=/a\\ env_keep+=SSH_AUTH_SOCK" TAIL), PPK_SUDO_DROPS);
}

static void what_is_named_is_kept(void)
{
	static const char *const kept[] = { ", env_keep+=SSH_AUTH_SOCK", ", env_keep=SSH_AUTH_SOCK",
		", env_keep+=\"LANG SSH_AUTH_SOCK LC_ALL\"", ", env_keep+=SSH_*, use_pty",
		", !env_reset", ", env_keep+=SSH_AUTH_SOCK, env_keep-=LANG",
		SOME "Defaults>root env_keep+=\"A SSH_AUTH_SOCK\"    Defaults!/bin/ls env_reset",
		SOME "Defaults>bob env_keep+=A    Defaults!/bin/ls !env_reset" };
	char text[1024];

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		snprintf(text, sizeof(text), "%s%s%s", HEAD, kept[i], TAIL);
		CHECK_INT(read_text(text), PPK_SUDO_KEEPS);
	}
}

static void the_last_setting_counts(void)
{
	static const char *const dropped[] = { ", env_keep+=SSH_AUTH_SOCK, env_keep-=SSH_AUTH_SOCK",
		", env_keep+=SSH_AUTH_SOCK, env_keep=LANG", ", env_keep+=SSH_AUTH_SOCK, !env_keep",
		", !env_reset, env_reset", ", env_keep+=SSH_AUTH_SOCK, env_keep-=\"LANG SSH_*\"",
		SOME "Defaults>root env_keep+=A" };
	char text[1024];

	for (size_t i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++) {
		snprintf(text, sizeof(text), "%s%s%s", HEAD, dropped[i], TAIL);
		CHECK_INT(read_text(text), PPK_SUDO_DROPS);
	}
}

static void who_may_run_nothing_is_told_nothing(void)
{
	CHECK_INT(read_text(""), PPK_SUDO_NO_COMMANDS);
	CHECK_INT(read_text(HEAD ", env_keep+=SSH_AUTH_SOCK\n"), PPK_SUDO_NO_COMMANDS);
	CHECK_INT(read_text("User alice is not allowed to run sudo on web1.\n"),
		PPK_SUDO_NO_COMMANDS);
}

static void read_damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	unsigned *counts = context;

	(void)how;
	counts[ppk_sudo_listing_read((const char *)data, len, "SSH_AUTH_SOCK")]++;
}

static void damage_is_read_within_its_bounds(void)
{
	static const char text[] = HEAD ", env_keep+=\"A \\\"B SSH_*\"" SOME
					"Defaults!/bin/ls env_keep+=C" TAIL;
	unsigned counts[PPK_SUDO_KEEPS + 1] = { 0 };

	mutate_each(text, sizeof(text) - 1, read_damaged, counts);
	for (size_t i = 0; i <= PPK_SUDO_KEEPS; i++)
		CHECK(counts[i] > 20); /* the changed bytes are looked at */
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(nothing_is_kept_that_is_not_named),
		CHECK_TEST(what_is_named_is_kept), CHECK_TEST(the_last_setting_counts),
		CHECK_TEST(who_may_run_nothing_is_told_nothing),
		CHECK_TEST(damage_is_read_within_its_bounds));
}
