/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <string.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/key_value.h"
#include "core/option_table.h"
#include "core/text.h"
#include "core/web_origin.h"
#include "sys/file.h"
#include "sys/user.h"

#define COUNT_MAX 1000000
#define PORT_MAX 65535
#define SHOWN_MAX 64 /* bytes of a name or a value in a sentence */
#define HTTPS "https://"
#define LOCALHOST "http://localhost"

/* A part of the configuration's text. */
struct value {
	const char *text;
	size_t len;
};

typedef bool parse_fn(struct value value, struct ppkd_options *options, void *member);

static bool is_word(struct value value, const char *word)
{
	return strlen(word) == value.len && memcmp(value.text, word, value.len) == 0;
}

static void store(char *member, struct value value)
{
	memcpy(member, value.text, value.len);
	member[value.len] = '\0';
}

static bool is_port(struct value value)
{
	uint64_t port;

	return ppk_text_to_number(value.text, value.len, 1, PORT_MAX, &port) == PPK_OK;
}

/* Plain http is for trying it out, on a port of its own. */
static bool parse_url(struct value value, struct ppkd_options *options, void *member)
{
	(void)options;
	if (value.len >= PPKD_URL_MAX || is_word(value, LOCALHOST) ||
		!ppk_web_origin_is_valid(value.text, value.len))
		return false;
	store(member, value);
	return true;
}

/* Whether the host is an address or can be looked up shows when passkeyd listens there. */
static bool parse_listen(struct value value, struct ppkd_options *options, void *member)
{
	const char *colon = memrchr(value.text, ':', value.len);

	(void)options;
	if (value.len == 0 || value.len >= PPKD_LISTEN_MAX)
		return false;
	if (value.text[0] != '/') {
		if (colon == NULL || colon == value.text)
			return false;
		if (!is_port((struct value){
			    colon + 1, value.len - (size_t)(colon + 1 - value.text) }))
			return false;
	}
	store(member, value);
	return true;
}

static bool parse_path(struct value value, struct ppkd_options *options, void *member)
{
	(void)options;
	if (value.len > 0 && value.text[0] != '/')
		return false;
	if (value.len >= PPKD_PATH_MAX)
		return false;
	store(member, value);
	return true;
}

static bool parse_count(struct value value, struct ppkd_options *options, void *member)
{
	uint64_t count;

	(void)options;
	if (ppk_text_to_number(value.text, value.len, 1, COUNT_MAX, &count) != PPK_OK)
		return false;
	*(unsigned *)member = (unsigned)count;
	return true;
}

/* RFC 9110, 5.6.2: the characters of a token, of which a header's name needs no others. */
static bool parse_header(struct value value, struct ppkd_options *options, void *member)
{
	(void)options;
	if (value.len == 0 || value.len >= PPKD_HEADER_MAX)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.text[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '-' &&
			!(c >= '0' && c <= '9'))
			return false;
	}
	store(member, value);
	return true;
}

/* Without the blanks around it. */
static struct value trim(struct value value)
{
	while (value.len > 0 && value.text[0] == ' ') {
		value.text++;
		value.len--;
	}
	while (value.len > 0 && value.text[value.len - 1] == ' ')
		value.len--;
	return value;
}

/* Take the first item off a list with commas; false at its end. *more: is there one, also an empty one? */
static bool next_item(struct value *list, bool *more, struct value *ret)
{
	const char *comma;

	if (!*more)
		return false;
	comma = memchr(list->text, ',', list->len);
	*more = comma != NULL;
	ret->text = list->text;
	ret->len = comma == NULL ? list->len : (size_t)(comma - list->text);
	list->text += ret->len + *more;
	list->len -= ret->len + *more;
	*ret = trim(*ret);
	return true;
}

static bool parse_addresses(struct value value, struct ppkd_options *options, void *member)
{
	struct value item;
	bool more = value.len > 0;

	(void)member;
	options->proxy_count = 0;
	options->proxy_unix = false;
	while (next_item(&value, &more, &item)) {
		if (is_word(item, "unix")) {
			options->proxy_unix = true;
			continue;
		}
		if (options->proxy_count == PPKD_LIST_MAX ||
			!ppk_ip_address_parse(
				item.text, item.len, &options->proxies[options->proxy_count]))
			return false;
		options->proxy_count++;
	}
	return true;
}

static bool find_uid(struct value item, uid_t *ret)
{
	struct ppk_user *user = NULL;
	char name[256];
	uint64_t uid;

	if (ppk_text_to_number(item.text, item.len, 0, UINT32_MAX - 1, &uid) == PPK_OK) {
		*ret = (uid_t)uid;
		return true;
	}
	if (item.len >= sizeof(name))
		return false;
	store(name, item);
	if (!ppk_text_is_user_name(name) || ppk_user_by_name(name, false, &user) != PPK_OK)
		return false;
	*ret = user->uid;
	ppk_user_free(user);
	return true;
}

static bool parse_users(struct value value, struct ppkd_options *options, void *member)
{
	struct value item;
	bool more = true;

	(void)member;
	options->client_count = 0;
	while (next_item(&value, &more, &item)) {
		if (options->client_count == PPKD_LIST_MAX ||
			!find_uid(item, &options->clients[options->client_count]))
			return false;
		options->client_count++;
	}
	return true;
}

struct option {
	const char *name;
	parse_fn *parse;
	size_t offset; /* of the member that parse is given */
	const char *value_default;
	const char *values;
};

#define PARSE_URL parse_url
#define PARSE_LISTEN parse_listen
#define PARSE_PATH parse_path
#define PARSE_COUNT parse_count
#define PARSE_HEADER parse_header
#define PARSE_ADDRESSES parse_addresses
#define PARSE_USERS parse_users

static const struct option table[] = {
#define PPKD_OPTION(name, kind, value_default, values, help)                                       \
	{ #name, PARSE_##kind, offsetof(struct ppkd_options, name), value_default, values },
#include "options.def"
#undef PPKD_OPTION
};
#define OPTION_COUNT (sizeof(table) / sizeof(table[0]))

static bool apply(struct ppkd_options *options, const struct option *option, struct value value)
{
	return option->parse(value, options, (char *)options + option->offset);
}

void ppkd_options_init(struct ppkd_options *options)
{
	memset(options, 0, sizeof(*options));
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		struct value value = { table[i].value_default, strlen(table[i].value_default) };

		(void)apply(options, &table[i], value); /* the unit test reads each back */
	}
}

static int shown(size_t len)
{
	return len < SHOWN_MAX ? (int)len : SHOWN_MAX;
}

static enum ppk_err refuse_name(
	struct value name, const struct ppk_option_place *place, struct ppk_diag *reterr)
{
	struct ppk_pair pair = { .key = name.text, .key_len = name.len };
	const char *near = NULL;

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (ppk_pair_nearly_has_key(&pair, table[i].name))
			near = table[i].name;
	}
	return ppk_diag_set(reterr, PPK_ERR_OPTION, place->source, place->line, place->name_column,
		"unknown option '%.*s'%s%s%s", shown(name.len), name.text,
		near == NULL ? "" : "; did you mean '", near == NULL ? "" : near,
		near == NULL ? "" : "'?");
}

static enum ppk_err set(void *context, const char *name, size_t name_len, const char *text,
	size_t len, const struct ppk_option_place *place, struct ppk_diag *reterr)
{
	struct ppkd_options *options = context;
	struct value value = { text, len };

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option *option = &table[i];

		if (!is_word((struct value){ name, name_len }, option->name))
			continue;
		if (options->given[i])
			return ppk_diag_set(reterr, PPK_ERR_DUPLICATE, place->source, place->line,
				place->name_column, "option '%s' is given twice", option->name);
		options->given[i] = true;
		if (!apply(options, option, value))
			return ppk_diag_set(reterr, PPK_ERR_OPTION, place->source, place->line,
				place->value_column, "option '%s' cannot be '%.*s' (%s)",
				option->name, shown(len), text, option->values);
		return PPK_OK;
	}
	return refuse_name((struct value){ name, name_len }, place, reterr);
}

/* What no single option shows. */
static enum ppk_err check_together(
	const struct ppkd_options *options, const char *source, struct ppk_diag *reterr)
{
	bool https = strncmp(options->url, HTTPS, strlen(HTTPS)) == 0;
	bool proxied = options->proxy_count > 0 || options->proxy_unix;

	if ((options->certificate[0] == '\0') != (options->key[0] == '\0'))
		return ppk_diag_set(reterr, PPK_ERR_OPTION, source, 0, 0,
			"certificate and key belong together: give both or none");
	if (https && !ppkd_options_tls(options) && !proxied)
		return ppk_diag_set(reterr, PPK_ERR_OPTION, source, 0, 0,
			"url is https: give certificate and key, or the proxies that do TLS");
	if (!https && ppkd_options_tls(options))
		return ppk_diag_set(reterr, PPK_ERR_OPTION, source, 0, 0,
			"there is a certificate: url has to begin with https");
	if (options->socket[0] == '\0')
		return ppk_diag_set(
			reterr, PPK_ERR_OPTION, source, 0, 0, "option 'socket' cannot be empty");
	return PPK_OK;
}

enum ppk_err ppkd_options_apply(struct ppkd_options *options, const char *text, size_t len,
	const char *source, struct ppk_diag *reterr)
{
	enum ppk_err err = ppk_settings_apply(text, len, source, set, options, reterr);

	return err != PPK_OK ? err : check_together(options, source, reterr);
}

enum ppk_err ppkd_options_read(
	struct ppkd_options *options, const char *path, struct ppk_diag *reterr)
{
	const struct ppk_trust trust = { .allow_user = true, .user = geteuid(), .root = 0 };
	struct ppk_bytes text = { .data = NULL };
	enum ppk_err err = ppk_file_read(path, &trust, PPK_OPTIONS_FILE_MAX, &text, reterr);

	if (err != PPK_OK)
		return err;
	err = ppkd_options_apply(options, (const char *)text.data, text.len, path, reterr);
	ppk_bytes_done(&text);
	return err;
}

bool ppkd_options_tls(const struct ppkd_options *options)
{
	return options->certificate[0] != '\0';
}

bool ppkd_options_client(const struct ppkd_options *options, uid_t uid)
{
	for (size_t i = 0; i < options->client_count; i++) {
		if (options->clients[i] == uid)
			return true;
	}
	return false;
}

bool ppkd_options_proxy(const struct ppkd_options *options, const struct ppk_ip_address *peer)
{
	if (peer == NULL)
		return options->proxy_unix;
	for (size_t i = 0; i < options->proxy_count; i++) {
		if (ppk_ip_address_equal(&options->proxies[i], peer))
			return true;
	}
	return false;
}

const char *ppkd_options_host(const struct ppkd_options *options)
{
	return strstr(options->url, "://") + strlen("://");
}
