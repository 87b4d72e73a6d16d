/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "core/text.h"
#include "method/messages.h"

static char out[PPK_MESSAGE_SIZE];

static void places_are_filled_in(void)
{
	const struct ppk_message_values values = { "Blue key", "to sign in to web1 as alice",
		"alice", "192.0.2.7", 5 };

	ppk_message_format(PPK_MESSAGE_TOUCH, &values, out, sizeof(out));
	CHECK_STR(out, "Touch Blue key to sign in to web1 as alice");
	ppk_message_format(PPK_MESSAGE_PIN_AGAIN_LEFT, &values, out, sizeof(out));
	CHECK_STR(out, "Wrong PIN. 5 tries left. PIN for Blue key: ");
	ppk_message_format(PPK_MESSAGE_NOT_ENROLLED, &values, out, sizeof(out));
	CHECK_STR(out, "This security key is not enrolled for alice; insert another");
}

static void a_key_without_a_name_is_your_security_key(void)
{
	const struct ppk_message_values values = { .action = "now" };

	ppk_message_format(PPK_MESSAGE_TOUCH, &values, out, sizeof(out));
	CHECK_STR(out, "Touch your security key now");
}

static void what_stands_in_a_value_is_not_a_place(void)
{
	const struct ppk_message_values values = {
		.key = "{user} %s %n", .user = "root", .action = "x"
	};

	ppk_message_format(PPK_MESSAGE_TOUCH, &values, out, sizeof(out));
	CHECK_STR(out, "Touch {user} %s %n x");
}

static void no_value_brings_control_characters_onto_the_screen(void)
{
	const struct ppk_message_values values = {
		.key = "\x1b[2Jevil\nPassword:\r\x9b\xe2\x80\xae", .action = "\a"
	};

	ppk_message_format(PPK_MESSAGE_TOUCH, &values, out, sizeof(out));
	CHECK(ppk_text_is_printable(out, strlen(out), sizeof(out)));
}

static void a_long_value_is_cut(void)
{
	char name[2000], small[10];
	const struct ppk_message_values values = { .key = name };

	memset(name, 'k', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	ppk_message_format(PPK_MESSAGE_TOUCH, &values, out, sizeof(out));
	CHECK_INT(strlen(out), sizeof(out) - 1);
	ppk_message_format(PPK_MESSAGE_TOUCH, &values, small, sizeof(small));
	CHECK_STR(small, "Touch kkk");
}

static void every_message_is_one_calm_line(void)
{
	const struct ppk_message_values values = { "Blue key", "to sign in", "alice", "192.0.2.7",
		5 };

	for (unsigned i = 0; i < PPK_MESSAGE_COUNT; i++) {
		ppk_message_format((enum ppk_message)i, &values, out, sizeof(out));
		CHECK(strlen(out) > 10 && strlen(out) < 120);
		CHECK(strchr(out, '\n') == NULL && strchr(out, '!') == NULL);
		CHECK(strchr(out, '{') == NULL);
		for (const char *const *word = (const char *const[]){ "CTAP", "FIDO", "token",
			     "U2F", "assertion", "authenticator", NULL };
			*word != NULL; word++)
			CHECK(strstr(out, *word) == NULL);
	}
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(places_are_filled_in),
		CHECK_TEST(a_key_without_a_name_is_your_security_key),
		CHECK_TEST(what_stands_in_a_value_is_not_a_place),
		CHECK_TEST(no_value_brings_control_characters_onto_the_screen),
		CHECK_TEST(a_long_value_is_cut), CHECK_TEST(every_message_is_one_calm_line));
}
