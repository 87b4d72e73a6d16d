/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_MESSAGES_H
#define PPK_METHOD_MESSAGES_H

#include <stddef.h>

#define PPK_MESSAGE_SIZE 512 /* bytes of one message, with the NUL */

enum ppk_message {
#define PPK_MESSAGE(name, text) PPK_MESSAGE_##name,
#include "method/messages.def"
#undef PPK_MESSAGE
	PPK_MESSAGE_COUNT /* not a message: how many there are */
};

/* What stands in the places of a message's text. NULL reads as nothing, key NULL as "your security
 * key". Borrowed. */
struct ppk_message_values {
	const char *key;
	const char *action;
	const char *user;
	const char *address;
	unsigned number;
};

/*
 * The text of message with its places filled in, sanitised, one line, cut to size (size >= 1) and
 * NUL-terminated. Pure, no allocation.
 */
void ppk_message_format(
	enum ppk_message message, const struct ppk_message_values *values, char *out, size_t size);

#endif
