/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. What a user can write, name or start MUST NOT make a remote session local: sessions are taken
 *    from a cgroup that only the system can enter, and utmp, which helpers write for users, can say
 *    "remote" alone.
 * 2. What is not understood MUST be "nobody can say".
 */
#include "core/session.h"

#include <string.h>
#include <strings.h>
#include <utmpx.h>

#include "core/text.h"

enum ppk_locality ppk_session_decide(const struct ppk_session_facts *facts, const char **ret_why)
{
	if (facts->has_remote_host) {
		*ret_why = "the application names a remote host";
		return PPK_LOCALITY_REMOTE;
	}
	if (facts->session != PPK_LOCALITY_UNKNOWN) {
		*ret_why = "its logind session";
		return facts->session;
	}
	if (facts->tty_has_address) {
		*ret_why = "the terminal is in use from an address";
		return PPK_LOCALITY_REMOTE;
	}
	*ret_why = facts->user_sessions == PPK_LOCALITY_UNKNOWN ? "nothing says"
								: "the user's logind sessions";
	return facts->user_sessions;
}

bool ppk_session_host_is_remote(const char *rhost, const char *own_name)
{
	return rhost != NULL && rhost[0] != '\0' && strcasecmp(rhost, own_name) != 0 &&
	       strcasecmp(rhost, "localhost") != 0;
}

/* A line of a text; moves *at behind it. */
static bool next_line(
	const char *text, size_t len, size_t *at, const char **ret_line, size_t *ret_len)
{
	const char *end;

	if (*at >= len)
		return false;
	*ret_line = text + *at;
	end = memchr(text + *at, '\n', len - *at);
	*ret_len = end == NULL ? len - *at : (size_t)(end - *ret_line);
	*at += *ret_len + 1;
	return true;
}

/* Take word from the front of what is left; false, and nothing is taken: it is not there. */
static bool take_word(const char **text, size_t *len, const char *word)
{
	size_t word_len = strlen(word);

	if (*len < word_len || memcmp(*text, word, word_len) != 0)
		return false;
	*text += word_len;
	*len -= word_len;
	return true;
}

static bool is_id(const char *text, size_t len)
{
	if (len == 0 || len >= PPK_SESSION_ID_SIZE)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((text[i] < '0' || text[i] > '9') && (text[i] < 'a' || text[i] > 'z') &&
			(text[i] < 'A' || text[i] > 'Z'))
			return false;
	return true;
}

static size_t digits(const char *text, size_t len)
{
	size_t count = 0;

	while (count < len && text[count] >= '0' && text[count] <= '9')
		count++;
	return count;
}

/* Take digits from the front of what is left: the number of a user. */
static bool take_uid(const char **text, size_t *len, uint32_t *ret)
{
	size_t count = digits(*text, *len);
	uint64_t number;

	if (ppk_text_to_number(*text, count, 0, UINT32_MAX, &number) != PPK_OK)
		return false;
	*text += count;
	*len -= count;
	*ret = (uint32_t)number;
	return true;
}

/* "session-5.scope", and what may be below that */
static bool place_in_session(const char *unit, size_t len, struct ppk_session_place *ret)
{
	const char *id = unit, *end;
	size_t id_len;

	if (!take_word(&id, &len, "session-"))
		return false;
	end = memchr(id, '.', len);
	id_len = end == NULL ? 0 : (size_t)(end - id);
	if (!is_id(id, id_len))
		return false;
	len -= id_len;
	if (!take_word(&end, &len, ".scope") || (len > 0 && end[0] != '/'))
		return false;
	memcpy(ret->session, id, id_len);
	ret->session[id_len] = '\0';
	return true;
}

/* "user@1000.service", and what may be below that */
static void place_in_manager(
	const char *unit, size_t len, uint32_t owner, struct ppk_session_place *ret)
{
	uint32_t uid;

	if (!take_word(&unit, &len, "user@") || !take_uid(&unit, &len, &uid) || uid != owner ||
		!take_word(&unit, &len, ".service") || (len > 0 && unit[0] != '/'))
		return;
	ret->is_of_manager = true;
	ret->manager_uid = uid;
}

void ppk_session_place_parse(const char *text, size_t len, struct ppk_session_place *ret)
{
	struct ppk_session_place place = { .session = "" };
	const char *line;
	size_t at = 0, line_len;
	uint32_t uid;

	/* cgroups(7): version 2 is "0::PATH", systemd's of version 1 "N:name=systemd:PATH" */
	while (next_line(text, len, &at, &line, &line_len)) {
		size_t count = digits(line, line_len);

		line += count;
		line_len -= count;
		if ((take_word(&line, &line_len, "::") ||
			    take_word(&line, &line_len, ":name=systemd:")) &&
			take_word(&line, &line_len, "/user.slice/user-") &&
			take_uid(&line, &line_len, &uid) &&
			take_word(&line, &line_len, ".slice/") &&
			!place_in_session(line, line_len, &place))
			place_in_manager(line, line_len, uid, &place);
	}
	*ret = place;
}

/* The value of the line NAME=value; NULL: there is none. */
static const char *find_value(const char *text, size_t len, const char *name, size_t *ret_len)
{
	const char *line;
	size_t at = 0, line_len;

	while (next_line(text, len, &at, &line, &line_len)) {
		if (take_word(&line, &line_len, name) && take_word(&line, &line_len, "=")) {
			*ret_len = line_len;
			return line;
		}
	}
	return NULL;
}

static bool value_is(const char *text, size_t len, const char *name, const char *wanted)
{
	size_t value_len;
	const char *value = find_value(text, len, name, &value_len);

	return value != NULL && value_len == strlen(wanted) &&
	       memcmp(value, wanted, value_len) == 0;
}

/* A person's: "user", "user-early", "user-light", "greeter", "lock-screen"; sd-login(3). */
static bool is_of_person(const char *text, size_t len)
{
	static const char *const classes[] = { "user", "user-early", "user-light",
		"user-early-light", "greeter", "lock-screen" };

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (value_is(text, len, "CLASS", classes[i]))
			return true;
	return false;
}

/* On a screen that is none of this machine's: it is seen through the network. */
static bool is_seen_from_afar(const char *text, size_t len)
{
	size_t seat_len = 0;
	const char *seat = find_value(text, len, "SEAT", &seat_len);
	bool is_graphical = value_is(text, len, "TYPE", "x11") ||
			    value_is(text, len, "TYPE", "wayland") ||
			    value_is(text, len, "TYPE", "mir");

	return is_graphical && (seat == NULL || seat_len == 0);
}

enum ppk_locality ppk_session_of_logind(const char *text, size_t len)
{
	if (!is_of_person(text, len))
		return PPK_LOCALITY_UNKNOWN;
	if (value_is(text, len, "REMOTE", "1"))
		return PPK_LOCALITY_REMOTE;
	if (!value_is(text, len, "REMOTE", "0"))
		return PPK_LOCALITY_UNKNOWN;
	return is_seen_from_afar(text, len) ? PPK_LOCALITY_REMOTE : PPK_LOCALITY_LOCAL;
}

bool ppk_session_remote_host_of_logind(
	const char *text, size_t len, char ret[static PPK_SESSION_HOST_SIZE])
{
	size_t host_len = 0;
	const char *host = find_value(text, len, "REMOTE_HOST", &host_len);

	if (host == NULL || host_len == 0 || host_len >= PPK_SESSION_HOST_SIZE ||
		memchr(host, '\0', host_len) != NULL || !is_of_person(text, len) ||
		!value_is(text, len, "REMOTE", "1"))
		return false;
	memcpy(ret, host, host_len);
	ret[host_len] = '\0';
	return true;
}

size_t ppk_sessions_of_logind_user(
	const char *text, size_t len, char ret_ids[static PPK_SESSIONS_MAX][PPK_SESSION_ID_SIZE])
{
	size_t value_len = 0, count = 0, start = 0;
	const char *value = find_value(text, len, "ONLINE_SESSIONS", &value_len);

	for (size_t i = 0; value != NULL && i <= value_len && count < PPK_SESSIONS_MAX; i++) {
		if (i < value_len && value[i] != ' ')
			continue;
		if (is_id(value + start, i - start)) {
			memcpy(ret_ids[count], value + start, i - start);
			ret_ids[count++][i - start] = '\0';
		}
		start = i + 1;
	}
	return count;
}

enum ppk_locality ppk_session_agree(const enum ppk_locality *each, size_t count)
{
	enum ppk_locality all = PPK_LOCALITY_UNKNOWN;

	for (size_t i = 0; i < count; i++) {
		if (each[i] == PPK_LOCALITY_UNKNOWN)
			continue;
		if (all != PPK_LOCALITY_UNKNOWN && all != each[i])
			return PPK_LOCALITY_UNKNOWN;
		all = each[i];
	}
	return all;
}

/* ut_line need not end in a NUL. */
static bool is_on_line(const struct utmpx *entry, const char *tty)
{
	size_t len = strlen(tty);

	return len > 0 && len <= sizeof(entry->ut_line) && memcmp(entry->ut_line, tty, len) == 0 &&
	       (len == sizeof(entry->ut_line) || entry->ut_line[len] == '\0');
}

bool ppk_utmp_has_address(const uint8_t *data, size_t len, const char *tty)
{
	static const uint8_t none[sizeof(((struct utmpx *)NULL)->ut_addr_v6)];
	struct utmpx entry;

	if (strncmp(tty, "/dev/", 5) == 0)
		tty += 5;
	for (; len >= sizeof(entry); data += sizeof(entry), len -= sizeof(entry)) {
		memcpy(&entry, data, sizeof(entry));
		if (entry.ut_type == USER_PROCESS && is_on_line(&entry, tty) &&
			memcmp(entry.ut_addr_v6, none, sizeof(none)) != 0)
			return true;
	}
	return false;
}
