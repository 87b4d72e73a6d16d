/* SPDX-License-Identifier: BSD-2-Clause */
#include "sudo_listing.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

#define WORD_SIZE 128 /* names of variables; a longer word is none that is looked for */

struct environment {
	const char *variable;
	bool reset; /* env_reset: what is not kept is dropped */
	bool kept;
};

struct span {
	const char *text;
	size_t len;
};

static struct span after(struct span span, size_t len)
{
	return (struct span){ span.text + len, span.len - len };
}

static bool begins_with(struct span span, const char *word)
{
	return span.len >= strlen(word) && memcmp(span.text, word, strlen(word)) == 0;
}

static bool is_word(struct span span, const char *word)
{
	return span.len == strlen(word) && begins_with(span, word);
}

/* Behind the first place of word in span; text NULL: it is not there. */
static struct span behind(struct span span, const char *word)
{
	const char *found = memmem(span.text, span.len, word, strlen(word));

	if (found == NULL)
		return (struct span){ .text = NULL };
	found += strlen(word);
	return after(span, (size_t)(found - span.text));
}

/* The next setting, up to a comma or a blank that is neither quoted nor escaped. False: no more. */
static bool next_setting(struct span *rest, struct span *ret)
{
	bool quoted = false;
	size_t len = 0;

	while (rest->len > 0 && strchr(", \n", rest->text[0]) != NULL)
		*rest = after(*rest, 1);
	if (rest->len == 0)
		return false;
	while (len < rest->len && (quoted || strchr(", \n", rest->text[len]) == NULL)) {
		if (rest->text[len] == '"')
			quoted = !quoted;
		else if (rest->text[len] == '\\' && len + 1 < rest->len)
			len++;
		len++;
	}
	*ret = (struct span){ rest->text, len };
	*rest = after(*rest, len);
	return true;
}

/* Is the variable one of those in a value? Names may have wildcards. */
static bool names(struct span value, const char *variable)
{
	while (value.len > 0) {
		char word[WORD_SIZE];
		size_t len = 0;

		while (value.len > 0 && strchr("\" ", value.text[0]) != NULL)
			value = after(value, 1);
		while (len < value.len && strchr("\" ", value.text[len]) == NULL)
			len++;
		if (len > 0 && len < sizeof(word)) {
			memcpy(word, value.text, len);
			word[len] = '\0';
			if (fnmatch(word, variable, 0) == 0)
				return true;
		}
		value = after(value, len);
	}
	return false;
}

static void apply(struct environment *environment, struct span setting)
{
	const char *variable = environment->variable;

	if (is_word(setting, "env_reset"))
		environment->reset = true;
	else if (is_word(setting, "!env_reset"))
		environment->reset = false;
	else if (is_word(setting, "!env_keep"))
		environment->kept = false;
	else if (begins_with(setting, "env_keep+="))
		environment->kept =
			environment->kept || names(after(setting, strlen("env_keep+=")), variable);
	else if (begins_with(setting, "env_keep-="))
		environment->kept =
			environment->kept && !names(after(setting, strlen("env_keep+=")), variable);
	else if (begins_with(setting, "env_keep="))
		environment->kept = names(after(setting, strlen("env_keep=")), variable);
}

/* Those for certain commands and target users stand apart, behind "Runas". */
static bool keeps_for_all(struct span settings, const char *variable)
{
	struct environment environment = { .variable = variable, .reset = true };
	struct span setting;

	while (next_setting(&settings, &setting) && !is_word(setting, "Runas") &&
		!is_word(setting, "User"))
		apply(&environment, setting);
	return environment.kept || !environment.reset;
}

static bool keeps_for_some(struct span settings, const char *variable)
{
	struct span setting;

	while (next_setting(&settings, &setting) && !is_word(setting, "User")) {
		struct environment environment = { .variable = variable, .reset = true };

		apply(&environment, setting);
		if (environment.kept || !environment.reset)
			return true;
	}
	return false;
}

enum ppk_sudo_listing ppk_sudo_listing_read(const char *text, size_t len, const char *variable)
{
	const struct span all = { text, len };
	struct span for_all = behind(all, "Matching Defaults entries for ");
	struct span for_some = behind(all, "Runas and Command-specific defaults for ");

	if (behind(all, " may run the following commands on ").text == NULL)
		return PPK_SUDO_NO_COMMANDS;
	if (for_all.text != NULL && keeps_for_all(behind(for_all, ":\n"), variable))
		return PPK_SUDO_KEEPS;
	if (for_some.text != NULL && keeps_for_some(behind(for_some, ":\n"), variable))
		return PPK_SUDO_KEEPS;
	return PPK_SUDO_DROPS;
}
