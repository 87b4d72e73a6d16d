/* SPDX-License-Identifier: BSD-2-Clause */
#include "secret_path.h"

#include <string.h>

static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

void ppkd_secret_path_make(const uint8_t random[static PPKD_SECRET_PATH_RANDOM],
	char out[static PPKD_SECRET_PATH_SIZE])
{
	unsigned bits = 0, count = 0;
	size_t next = 0;

	for (size_t i = 0; i < PPKD_SECRET_PATH_LEN; i++) {
		if (count < 5) {
			bits = (bits << 8 | random[next++]) & 0xfff;
			count += 8;
		}
		count -= 5;
		out[i] = alphabet[bits >> count & 31];
	}
	out[PPKD_SECRET_PATH_LEN] = '\0';
}

/* The character of the alphabet that is meant, or 0. */
static char meant(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if (c == 'i' || c == 'l')
		return '1';
	if (c == 'o')
		return '0';
	return c != '\0' && strchr(alphabet, c) != NULL ? c : '\0';
}

bool ppkd_secret_path_read(const char *text, size_t len, char out[static PPKD_SECRET_PATH_SIZE])
{
	char path[PPKD_SECRET_PATH_SIZE] = { 0 };

	if (len != PPKD_SECRET_PATH_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		path[i] = meant(text[i]);
		if (path[i] == '\0')
			return false;
	}
	memcpy(out, path, sizeof(path));
	return true;
}
