/* SPDX-License-Identifier: BSD-2-Clause */
#include "install.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

static bool is_plain(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+";

	return text[strspn(text, plain)] == '\0';
}

/* For sh(1): as it is, or in single quotes. */
static void print_word(const char *text)
{
	if (is_plain(text)) {
		fputs(text, stdout);
		return;
	}
	putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
	putchar('\'');
}

/* The program for other questions; NULL: none, or one whose name does not fit on a line. */
static const char *fallback_of(const char *self, const struct ppk_environment *environment)
{
	const char *name = environment->askpass;

	if (name == NULL || strcmp(name, self) == 0)
		name = environment->fallback;
	if (name == NULL)
		return NULL;
	for (const char *at = name; *at != '\0'; at++) {
		if (iscntrl((unsigned char)*at))
			return NULL;
	}
	return name;
}

int ppk_install(const char *self, const struct ppk_environment *environment)
{
	const char *fallback = fallback_of(self, environment);

	fputs("export SSH_ASKPASS=", stdout);
	print_word(self);
	fputs("\nexport SSH_ASKPASS_REQUIRE=force", stdout);
	if (fallback != NULL) {
		fputs(" PASSKEY_ASKPASS_FALLBACK=", stdout);
		print_word(fallback);
	}
	fputs("\nKbdInteractiveAuthentication yes\n", stdout);
	if (isatty(STDERR_FILENO))
		ppk_message_note("The first two lines are for ~/.bashrc, or what your shell reads; "
				 "the third is for the beginning of ~/.ssh/config.");
	return ppk_message_flush(PPK_EXIT_OK);
}
