/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "core/option_value.h"
#include "core/options.h"
#include "core/text.h"

#define NUMBER_SIZE 24 /* a 64-bit number in decimal, and the NUL */

bool ppk_template_is_valid(const char *text, size_t len)
{
	bool in_home = len >= 3 && memcmp(text, "%h/", 3) == 0;
	bool names_user = in_home;

	if (!in_home && (len == 0 || text[0] != '/'))
		return false;
	for (size_t i = in_home ? 2 : 0; i < len; i++) {
		if (text[i] != '%')
			continue;
		i++;
		if (i == len || (text[i] != 'u' && text[i] != 'U' && text[i] != '%'))
			return false;
		if (text[i] != '%')
			names_user = true;
	}
	return names_user;
}

static void put_text(struct ppk_writer *writer, const char *text)
{
	ppk_writer_raw(writer, text, strlen(text));
}

enum ppk_err ppk_template_expand(const char *template, const char *user, const char *home,
	unsigned long uid, char *out, size_t size, bool *ret_in_home)
{
	struct ppk_writer writer = { .data = (uint8_t *)out, .size = size };
	char number[NUMBER_SIZE];
	bool in_home = template[0] == '%' && template[1] == 'h';

	if (!ppk_template_is_valid(template, strlen(template)) || !ppk_text_is_user_name(user))
		return PPK_ERR_OPTION;
	if (in_home && (home == NULL || home[0] != '/'))
		return PPK_ERR_LIMIT;
	snprintf(number, sizeof(number), "%lu", uid);
	for (const char *at = template; *at != '\0'; at++) {
		if (*at != '%') {
			ppk_writer_u8(&writer, (uint8_t)*at);
			continue;
		}
		at++;
		if (*at == 'u')
			put_text(&writer, user);
		else if (*at == 'U')
			put_text(&writer, number);
		else
			put_text(&writer, *at == 'h' ? home : "%");
	}
	ppk_writer_u8(&writer, '\0');
	if (writer.failed)
		return PPK_ERR_LIMIT;
	*ret_in_home = in_home;
	return PPK_OK;
}
