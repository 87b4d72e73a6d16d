/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_prompt.h"

#include <stdbool.h>
#include <string.h>

#include "core/ssh_challenge.h"
#include "core/text.h"

#define CHALLENGE_PREFIX_LEN (sizeof(PPK_SSH_PREFIX) - 1)

static bool begins_with(const char *text, size_t len, const char *word)
{
	return len >= strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

static bool ends_with(const char *text, size_t len, const char *word)
{
	return len >= strlen(word) && memcmp(text + len - strlen(word), word, strlen(word)) == 0;
}

static bool contains(const char *text, size_t len, const char *word)
{
	for (size_t i = 0; i < len; i++) {
		if (begins_with(text + i, len - i, word))
			return true;
	}
	return false;
}

/* Does anything in it ask for what only this program gives? */
static bool looks_like_ours(const char *text, size_t len)
{
	return ends_with(text, len, PPK_SSH_QUESTION_END) || contains(text, len, PPK_SSH_PREFIX);
}

/*
 * "(user@host) ": up to the first ')', since a host has none and a user name with one is not believed;
 * the host begins behind the last '@', since a host has none of those either. 0: there is no such
 * beginning; else its length.
 */
static size_t read_prefix(const char *text, size_t len, struct ppk_ssh_prompt *ret)
{
	const char *end = memchr(text, ')', len), *at = NULL;
	size_t user_len;

	if (!begins_with(text, len, "(") || end == NULL ||
		!begins_with(end, len - (size_t)(end - text), ") "))
		return 0;
	for (const char *c = text; c < end; c++) {
		if (*c == '@')
			at = c;
	}
	if (at == NULL || at == text + 1)
		return 0;
	user_len = (size_t)(at - text) - 1;
	if (!ppk_text_is_printable(text + 1, user_len, PPK_SSH_USER_MAX) ||
		ppk_ssh_host_normalise(at + 1, (size_t)(end - at) - 1, ret->host) != PPK_OK)
		return 0;
	ppk_text_sanitise(ret->user, sizeof(ret->user), text + 1, user_len);
	return (size_t)(end - text) + strlen(") ");
}

static bool is_challenge(const char *text, size_t len)
{
	static const char others[] = "-_";

	if (!begins_with(text, len, PPK_SSH_PREFIX))
		return false;
	for (size_t i = CHALLENGE_PREFIX_LEN; i < len; i++) {
		char c = text[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
			memchr(others, c, sizeof(others) - 1) == NULL)
			return false;
	}
	return true;
}

void ppk_ssh_prompt_parse(const char *text, size_t len, struct ppk_ssh_prompt *ret)
{
	size_t prefix_len;

	memset(ret, 0, sizeof(*ret));
	if (!looks_like_ours(text, len)) {
		ret->kind = PPK_SSH_PROMPT_OTHER;
		return;
	}
	ret->kind = PPK_SSH_PROMPT_FORGED;
	prefix_len = read_prefix(text, len, ret);
	if (prefix_len == 0)
		return;
	if (ends_with(text, len, PPK_SSH_QUESTION_END)) {
		ret->kind = PPK_SSH_PROMPT_QUESTION;
	} else if (is_challenge(text + prefix_len, len - prefix_len)) {
		ret->kind = PPK_SSH_PROMPT_CHALLENGE;
		ret->challenge = text + prefix_len;
		ret->challenge_len = len - prefix_len;
	}
}
