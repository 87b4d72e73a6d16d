/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/option_value.h"

#include <string.h>

#include "core/ssh_host.h"
#include "core/text.h"
#include "core/web_origin.h"

#define SECONDS_MIN 5
#define SECONDS_MAX 600

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

/* The place of text in words, or -1. */
static int find_word(const char *text, size_t len, const char *const *words, int count)
{
	for (int i = 0; i < count; i++) {
		if (is_word(text, len, words[i]))
			return i;
	}
	return -1;
}

static void store_text(char *member, const char *text, size_t len)
{
	memcpy(member, text, len);
	member[len] = '\0';
}

static enum ppk_err parse_path(const char *text, size_t len, char *member)
{
	if (!ppk_text_is_printable(text, len, PPK_OPTION_PATH_MAX - 1) || text[0] != '/')
		return PPK_ERR_OPTION;
	store_text(member, text, len);
	return PPK_OK;
}

static enum ppk_err parse_template(const char *text, size_t len, char *member)
{
	if (!ppk_text_is_printable(text, len, PPK_OPTION_PATH_MAX - 1) ||
		!ppk_template_is_valid(text, len))
		return PPK_ERR_OPTION;
	store_text(member, text, len);
	return PPK_OK;
}

/* Empty: each credential's own. */
static enum ppk_err parse_rp_id(const char *text, size_t len, char *member)
{
	if (len > 0 && !ppk_rp_id_is_valid(text, len))
		return PPK_ERR_OPTION;
	store_text(member, text, len);
	return PPK_OK;
}

static const char *const method_names[] = {
	[PPK_METHOD_LOCAL] = "local",
	[PPK_METHOD_ASKPASS] = "askpass",
	[PPK_METHOD_AGENT] = "agent",
	[PPK_METHOD_BROWSER] = "browser",
};
#define METHOD_COUNT (sizeof(method_names) / sizeof(method_names[0]))
_Static_assert(
	METHOD_COUNT <= PPK_METHODS_MAX, "each method once must fit into struct ppk_options");

const char *ppk_method_name(enum ppk_method_id method)
{
	return method_names[method];
}

bool ppk_options_name_method(const struct ppk_options *options, enum ppk_method_id method)
{
	for (size_t i = 0; i < options->method_count; i++) {
		if (options->methods[i] == method)
			return true;
	}
	return false;
}

/* "auto", or "local,agent": at least one, none twice */
static enum ppk_err parse_methods(const char *text, size_t len, struct ppk_options *options)
{
	enum ppk_method_id methods[METHOD_COUNT];
	bool seen[METHOD_COUNT] = { false };
	size_t count = 0, start = 0;

	if (is_word(text, len, "auto")) {
		options->method_count = 0;
		return PPK_OK;
	}
	for (size_t i = 0; i <= len; i++) {
		int method;

		if (i < len && text[i] != ',')
			continue;
		method = find_word(text + start, i - start, method_names, METHOD_COUNT);
		if (method < 0 || seen[method])
			return PPK_ERR_OPTION;
		seen[method] = true;
		methods[count++] = (enum ppk_method_id)method;
		start = i + 1;
	}
	memcpy(options->methods, methods, count * sizeof(methods[0]));
	options->method_count = count;
	return PPK_OK;
}

/* Empty: what the machine is called. */
static enum ppk_err parse_origins(const char *text, size_t len, char *member)
{
	struct ppk_ssh_origins origins;

	if (len >= PPK_OPTION_LIST_MAX ||
		(len > 0 && ppk_ssh_origins_parse(text, len, &origins) != PPK_OK))
		return PPK_ERR_OPTION;
	store_text(member, text, len);
	return PPK_OK;
}

/* Empty: no page. */
static enum ppk_err parse_web_origin(const char *text, size_t len, char *member)
{
	if (len > 0 && !ppk_web_origin_is_valid(text, len))
		return PPK_ERR_OPTION;
	store_text(member, text, len);
	return PPK_OK;
}

static enum ppk_err parse_browser_peer(const char *text, size_t len, enum ppk_browser_peer *member)
{
	static const char *const words[] = {
		[PPK_BROWSER_PEER_SAME_ADDRESS] = "same-address",
		[PPK_BROWSER_PEER_ANY] = "any",
	};
	int word = find_word(text, len, words, 2);

	if (word < 0)
		return PPK_ERR_OPTION;
	*member = (enum ppk_browser_peer)word;
	return PPK_OK;
}

static enum ppk_err parse_browser_qr(const char *text, size_t len, enum ppk_browser_qr *member)
{
	static const char *const words[] = {
		[PPK_BROWSER_QR_AUTO] = "auto",
		[PPK_BROWSER_QR_YES] = "yes",
		[PPK_BROWSER_QR_NO] = "no",
	};
	int word = find_word(text, len, words, 3);

	if (word < 0)
		return PPK_ERR_OPTION;
	*member = (enum ppk_browser_qr)word;
	return PPK_OK;
}

static enum ppk_err parse_seconds(const char *text, size_t len, unsigned *member)
{
	uint64_t seconds;

	if (ppk_text_to_number(text, len, SECONDS_MIN, SECONDS_MAX, &seconds) != PPK_OK)
		return PPK_ERR_OPTION;
	*member = (unsigned)seconds;
	return PPK_OK;
}

static enum ppk_err parse_unenrolled(const char *text, size_t len, enum ppk_unenrolled *member)
{
	static const char *const words[] = {
		[PPK_UNENROLLED_DENY] = "deny",
		[PPK_UNENROLLED_SKIP] = "skip",
	};
	int word = find_word(text, len, words, 2);

	if (word < 0)
		return PPK_ERR_OPTION;
	*member = (enum ppk_unenrolled)word;
	return PPK_OK;
}

static enum ppk_err parse_sign_count(
	const char *text, size_t len, enum ppk_sign_count_policy *member)
{
	static const char *const words[] = {
		[PPK_SIGN_COUNT_ENFORCE] = "enforce",
		[PPK_SIGN_COUNT_LOG] = "log",
		[PPK_SIGN_COUNT_OFF] = "off",
	};
	int word = find_word(text, len, words, 3);

	if (word < 0)
		return PPK_ERR_OPTION;
	*member = (enum ppk_sign_count_policy)word;
	return PPK_OK;
}

static enum ppk_err parse_attestation(
	const char *text, size_t len, enum ppk_attestation_demand *member)
{
	static const char *const words[] = {
		[PPK_ATTESTATION_NONE] = "none",
		[PPK_ATTESTATION_VERIFY] = "verify",
		[PPK_ATTESTATION_REQUIRE] = "require",
	};
	int word = find_word(text, len, words, 3);

	if (word < 0)
		return PPK_ERR_OPTION;
	*member = (enum ppk_attestation_demand)word;
	return PPK_OK;
}

static enum ppk_err parse_synced(const char *text, size_t len, enum ppk_synced *member)
{
	static const char *const words[] = {
		[PPK_SYNCED_ALLOW] = "allow",
		[PPK_SYNCED_DENY] = "deny",
	};
	int word = find_word(text, len, words, 2);

	if (word < 0)
		return PPK_ERR_OPTION;
	*member = (enum ppk_synced)word;
	return PPK_OK;
}

/* "08987058-cadc-4b81-b6e1-30de50dcbe96,...": none twice; empty: every model */
static enum ppk_err parse_aaguids(const char *text, size_t len, struct ppk_options *options)
{
	uint8_t aaguids[PPK_AAGUIDS_MAX][PPK_AAGUID_SIZE];
	size_t count = 0, start = 0;

	for (size_t i = 0; len > 0 && i <= len; i++) {
		if (i < len && text[i] != ',')
			continue;
		if (count == PPK_AAGUIDS_MAX ||
			ppk_text_to_aaguid(text + start, i - start, aaguids[count]) != PPK_OK)
			return PPK_ERR_OPTION;
		for (size_t k = 0; k < count; k++) {
			if (memcmp(aaguids[k], aaguids[count], PPK_AAGUID_SIZE) == 0)
				return PPK_ERR_OPTION;
		}
		count++;
		start = i + 1;
	}
	memcpy(options->aaguids, aaguids, count * PPK_AAGUID_SIZE);
	options->aaguid_count = count;
	return PPK_OK;
}

static enum ppk_err parse_switch(const char *text, size_t len, bool *member)
{
	static const char *const words[] = { "no", "yes" };
	int word = find_word(text, len, words, 2);

	if (word < 0)
		return PPK_ERR_OPTION;
	*member = word == 1;
	return PPK_OK;
}

enum ppk_err ppk_option_value_parse(enum ppk_option_kind kind, const char *text, size_t len,
	struct ppk_options *options, size_t offset)
{
	void *member = (char *)options + offset;

	switch (kind) {
	case PPK_OPTION_PATH:
		return parse_path(text, len, member);
	case PPK_OPTION_TEMPLATE:
		return parse_template(text, len, member);
	case PPK_OPTION_RP_ID:
		return parse_rp_id(text, len, member);
	case PPK_OPTION_METHODS:
		return parse_methods(text, len, options);
	case PPK_OPTION_ORIGINS:
		return parse_origins(text, len, member);
	case PPK_OPTION_WEB_ORIGIN:
		return parse_web_origin(text, len, member);
	case PPK_OPTION_BROWSER_PEER:
		return parse_browser_peer(text, len, member);
	case PPK_OPTION_BROWSER_QR:
		return parse_browser_qr(text, len, member);
	case PPK_OPTION_UV:
		return ppk_uv_parse(text, len, member);
	case PPK_OPTION_SECONDS:
		return parse_seconds(text, len, member);
	case PPK_OPTION_UNENROLLED:
		return parse_unenrolled(text, len, member);
	case PPK_OPTION_SIGN_COUNT:
		return parse_sign_count(text, len, member);
	case PPK_OPTION_ATTESTATION:
		return parse_attestation(text, len, member);
	case PPK_OPTION_AAGUIDS:
		return parse_aaguids(text, len, options);
	case PPK_OPTION_SYNCED:
		return parse_synced(text, len, member);
	case PPK_OPTION_SWITCH:
		return parse_switch(text, len, member);
	}
	return PPK_ERR_OPTION;
}
