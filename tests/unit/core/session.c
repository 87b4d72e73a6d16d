/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/session.h"

#include <utmpx.h>

#include "check.h"
#include "core/methods.h"
#include "mutate.h"

#define LOCAL PPK_LOCALITY_LOCAL
#define REMOTE PPK_LOCALITY_REMOTE
#define UNKNOWN PPK_LOCALITY_UNKNOWN

static void the_strongest_fact_decides(void)
{
	static const struct {
		struct ppk_session_facts facts;
		enum ppk_locality locality;
		const char *why;
	} cases[] = {
		{ { false, UNKNOWN, false, UNKNOWN, "" }, UNKNOWN, "nothing says" },
		{ { true, LOCAL, false, LOCAL, "" }, REMOTE,
			"the application names a remote host" },
		{ { false, REMOTE, false, LOCAL, "" }, REMOTE, "its logind session" },
		{ { false, LOCAL, true, REMOTE, "" }, LOCAL, "its logind session" },
		{ { false, UNKNOWN, true, LOCAL, "" }, REMOTE,
			"the terminal is in use from an address" },
		{ { false, UNKNOWN, false, LOCAL, "" }, LOCAL, "the user's logind sessions" },
		{ { false, UNKNOWN, false, REMOTE, "" }, REMOTE, "the user's logind sessions" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why;

		CHECK_INT(ppk_session_decide(&cases[i].facts, &why), cases[i].locality);
		CHECK_STR(why, cases[i].why);
	}
}

static void another_host_is_remote_and_this_one_is_not(void)
{
	CHECK(!ppk_session_host_is_remote(NULL, "web1"));
	CHECK(!ppk_session_host_is_remote("", "web1"));
	CHECK(!ppk_session_host_is_remote("Web1", "web1"));
	CHECK(!ppk_session_host_is_remote("localhost", "web1"));
	CHECK(ppk_session_host_is_remote("web2", "web1"));
	CHECK(ppk_session_host_is_remote("web1.example.com", "web1"));
}

static void an_address_in_any_spelling_is_remote(void)
{
	static const char *const addresses[] = { "192.0.2.7", "127.0.0.1", "2001:db8::7", "::1",
		"::ffff:192.0.2.7", "::ffff:127.0.0.1", "::FFFF:7f00:1", "[::1]", "fe80::1%eth0" };

	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++)
		if (!ppk_session_host_is_remote(addresses[i], "web1"))
			CHECK_FAIL("\"%s\" passes for this machine", addresses[i]);
}

static struct ppk_session_place place(const char *text)
{
	struct ppk_session_place got;

	ppk_session_place_parse(text, strlen(text), &got);
	return got;
}

static void a_session_is_found_in_both_versions_of_cgroups(void)
{
	CHECK_STR(place("0::/user.slice/user-1000.slice/session-5.scope\n").session, "5");
	CHECK_STR(place("0::/user.slice/user-1000.slice/session-c12.scope/below").session, "c12");
	CHECK_STR(place("12:pids:/user.slice/user-1000.slice/session-7.scope\n"
			"1:name=systemd:/user.slice/user-1000.slice/session-5.scope\n"
			"0::/\n")
			  .session,
		"5");
}

static void a_cgroup_that_a_user_can_make_is_no_session(void)
{
	static const char *const forged[] = {
		"0::/user.slice/user-1000.slice/user@1000.service/session-5.scope\n",
		"0::/user.slice/user-1000.slice/user@1000.service/user.slice/session-5.scope\n",
		"0::/user.slice/user-1000.slice/user@1000.service/app.slice/session-5.scope\n",
		"0::/session-5.scope\n",
		"0::/system.slice/session-5.scope\n",
		"0::/user.slice/session-5.scope\n",
		"0::/user.slice/user-1000.slice/session-.scope\n",
		"0::/user.slice/user-1000.slice/session-5.scopes\n",
		"0::/user.slice/user-1000.slice/session-5/../1.scope\n",
		"0::/user.slice/user-1000.slice/session-../x.scope\n",
		"0::/user.slice/user-x.slice/session-5.scope\n",
		"4:pids:/user.slice/user-1000.slice/session-5.scope\n",
		"4:name=mine:/user.slice/user-1000.slice/session-5.scope\n",
		"0::/x/user.slice/user-1000.slice/session-5.scope\n",
		"",
	};

	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
		if (place(forged[i]).session[0] != '\0')
			CHECK_FAIL("\"%s\" passes for a session", forged[i]);
}

static void a_users_service_manager_is_found(void)
{
	struct ppk_session_place got =
		place("0::/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope\n");

	CHECK(got.is_of_manager);
	CHECK_INT(got.manager_uid, 1000);
	CHECK(!place("0::/user.slice/user-1000.slice/user@1001.service/x\n").is_of_manager);
	CHECK(!place("0::/user.slice/user-1000.slice/user@1000.services\n").is_of_manager);
	CHECK(!place("0::/system.slice/user@1000.service\n").is_of_manager);
	CHECK(!place("0::/user.slice/user-99999999999.slice/user@99999999999.service\n")
			.is_of_manager);
}

static void a_name_that_is_too_long_is_no_session(void)
{
	char text[256] = "0::/user.slice/user-1000.slice/session-";
	size_t len = strlen(text);

	memset(text + len, '1', 63);
	strcpy(text + len + 63, ".scope");
	CHECK_INT(strlen(place(text).session), 63);
	memset(text + len, '1', 64);
	strcpy(text + len + 64, ".scope");
	CHECK_STR(place(text).session, "");
}

static enum ppk_locality logind(const char *text)
{
	return ppk_session_of_logind(text, strlen(text));
}

static void logind_says_what_a_session_is(void)
{
	CHECK_INT(logind("UID=1\nCLASS=user\nTYPE=tty\nREMOTE=1\nREMOTE_HOST=x\n"), REMOTE);
	CHECK_INT(logind("UID=1\nCLASS=user\nTYPE=tty\nREMOTE=0\n"), LOCAL);
	CHECK_INT(logind("CLASS=user\nTYPE=wayland\nSEAT=seat0\nREMOTE=0\n"), LOCAL);
	CHECK_INT(logind("CLASS=greeter\nTYPE=x11\nSEAT=seat0\nREMOTE=0"), LOCAL);
	CHECK_INT(logind("CLASS=user\nTYPE=x11\nREMOTE=0\n"), REMOTE);
	CHECK_INT(logind("CLASS=user\nTYPE=x11\nSEAT=\nREMOTE=0\n"), REMOTE);
}

static void what_is_no_session_of_a_person_says_nothing(void)
{
	CHECK_INT(logind(""), UNKNOWN);
	CHECK_INT(logind("REMOTE=0\n"), UNKNOWN);
	CHECK_INT(logind("CLASS=manager\nREMOTE=0\n"), UNKNOWN);
	CHECK_INT(logind("CLASS=background\nREMOTE=0\n"), UNKNOWN);
	CHECK_INT(logind("CLASS=user\n"), UNKNOWN);
	CHECK_INT(logind("CLASS=user\nREMOTE=\n"), UNKNOWN);
	CHECK_INT(logind("CLASS=user\nREMOTE=2\n"), UNKNOWN);
	CHECK_INT(logind("CLASS=user\nXREMOTE=0\n"), UNKNOWN);
}

static const char *remote_host(const char *text)
{
	static char host[PPK_SESSION_HOST_SIZE];

	return ppk_session_remote_host_of_logind(text, strlen(text), host) ? host : "";
}

static void logind_says_where_a_remote_session_comes_from(void)
{
	char longest[PPK_SESSION_HOST_SIZE + 64] = "CLASS=user\nREMOTE=1\nREMOTE_HOST=";
	size_t head = strlen(longest);

	CHECK_STR(remote_host("CLASS=user\nREMOTE=1\nREMOTE_HOST=2001:db8::7\n"), "2001:db8::7");
	CHECK_STR(remote_host("REMOTE_HOST=192.0.2.7\nREMOTE=1\nCLASS=user"), "192.0.2.7");
	CHECK_STR(remote_host("CLASS=user\nREMOTE=1\n"), "");
	CHECK_STR(remote_host("CLASS=user\nREMOTE=1\nREMOTE_HOST=\n"), "");
	CHECK_STR(remote_host("CLASS=user\nREMOTE=0\nREMOTE_HOST=192.0.2.7\n"), "");
	CHECK_STR(remote_host("CLASS=manager\nREMOTE=1\nREMOTE_HOST=192.0.2.7\n"), "");
	CHECK_STR(remote_host("CLASS=user\nREMOTE=1\nXREMOTE_HOST=192.0.2.7\n"), "");
	memset(longest + head, 'x', PPK_SESSION_HOST_SIZE - 1);
	CHECK_INT(strlen(remote_host(longest)), PPK_SESSION_HOST_SIZE - 1);
	longest[head + PPK_SESSION_HOST_SIZE - 1] = 'x';
	CHECK_STR(remote_host(longest), "");
}

static void damaged_host(const uint8_t *data, size_t len, const char *how, void *context)
{
	char host[PPK_SESSION_HOST_SIZE];

	(void)context;
	if (!ppk_session_remote_host_of_logind((const char *)data, len, host))
		return;
	if (host[0] == '\0' || strnlen(host, sizeof(host)) == sizeof(host) ||
		ppk_session_of_logind((const char *)data, len) != REMOTE)
		CHECK_FAIL("a host that is none when %s", how);
}

static void a_damaged_file_names_the_host_of_a_remote_session_or_none(void)
{
	static const char text[] = "CLASS=user\nREMOTE=1\nREMOTE_HOST=192.0.2.7\n";

	mutate_each(text, sizeof(text) - 1, damaged_host, NULL);
}

static void the_sessions_of_a_user_are_listed(void)
{
	static char ids[PPK_SESSIONS_MAX][PPK_SESSION_ID_SIZE];
	static char text[4096] = "NAME=alice\nSESSIONS=9\nONLINE_SESSIONS=5 c2  ../x 17\n";

	CHECK_INT(ppk_sessions_of_logind_user(text, strlen(text), ids), 3);
	CHECK_STR(ids[0], "5");
	CHECK_STR(ids[1], "c2");
	CHECK_STR(ids[2], "17");
	CHECK_INT(ppk_sessions_of_logind_user("ONLINE_SESSIONS=", 16, ids), 0);
	CHECK_INT(ppk_sessions_of_logind_user("", 0, ids), 0);
	strcpy(text, "ONLINE_SESSIONS=");
	for (int i = 0; i < 200; i++)
		strcat(text, "77 ");
	CHECK_INT(ppk_sessions_of_logind_user(text, strlen(text), ids), PPK_SESSIONS_MAX);
}

static void sessions_that_contradict_each_other_say_nothing(void)
{
	static const enum ppk_locality both[] = { LOCAL, REMOTE, LOCAL };
	static const enum ppk_locality remote[] = { UNKNOWN, REMOTE, UNKNOWN, REMOTE };

	CHECK_INT(ppk_session_agree(both, 3), UNKNOWN);
	CHECK_INT(ppk_session_agree(both, 1), LOCAL);
	CHECK_INT(ppk_session_agree(remote, 4), REMOTE);
	CHECK_INT(ppk_session_agree(remote, 1), UNKNOWN);
	CHECK_INT(ppk_session_agree(NULL, 0), UNKNOWN);
}

static struct utmpx entries[3];

static bool has_address(size_t len, const char *tty)
{
	return ppk_utmp_has_address((const uint8_t *)entries, len, tty);
}

static void an_address_in_utmp_is_found_by_terminal(void)
{
	memset(entries, 0, sizeof(entries));
	entries[0].ut_type = USER_PROCESS;
	memcpy(entries[0].ut_line, "pts/1", 5);
	memcpy(entries[0].ut_host, "192.0.2.7", 9); /* a name that any helper writes for its user */
	entries[1] = entries[0];
	memcpy(entries[1].ut_line, "pts/2", 5);
	entries[1].ut_addr_v6[3] = 1;
	entries[2] = entries[1];
	memcpy(entries[2].ut_line, "pts/3", 5);
	entries[2].ut_type = DEAD_PROCESS;
	CHECK(has_address(sizeof(entries), "pts/2"));
	CHECK(has_address(sizeof(entries), "/dev/pts/2"));
	CHECK(!has_address(sizeof(entries), "pts/1"));
	CHECK(!has_address(sizeof(entries), "pts/3"));
	CHECK(!has_address(sizeof(entries), "pts/22"));
	CHECK(!has_address(sizeof(entries), "pts/"));
	CHECK(!has_address(sizeof(entries), ""));
	CHECK(!has_address(sizeof(entries[0]) * 2 - 1, "pts/2"));
	CHECK(!has_address(0, "pts/2"));
}

static void a_terminal_of_any_length_is_compared_within_the_entry(void)
{
	char tty[64];

	memset(entries, 0, sizeof(entries));
	entries[0].ut_type = USER_PROCESS;
	entries[0].ut_addr_v6[0] = 1;
	memset(entries[0].ut_line, 'x', sizeof(entries[0].ut_line));
	memset(tty, 'x', sizeof(tty));
	tty[sizeof(entries[0].ut_line) + 1] = '\0';
	CHECK(!has_address(sizeof(entries[0]), tty));
	tty[sizeof(entries[0].ut_line)] = '\0';
	CHECK(has_address(sizeof(entries[0]), tty));
	tty[sizeof(entries[0].ut_line) - 1] = '\0';
	CHECK(!has_address(sizeof(entries[0]), tty));
}

static void each_locality_has_its_methods(void)
{
	enum ppk_method_id methods[PPK_METHODS_MAX];
	size_t count = ppk_methods_for(LOCAL, methods);

	CHECK_INT(count, 2);
	CHECK_INT(methods[0], PPK_METHOD_LOCAL);
	CHECK_INT(methods[1], PPK_METHOD_BROWSER);
	count = ppk_methods_for(REMOTE, methods);
	CHECK_INT(count, 3);
	CHECK_INT(methods[0], PPK_METHOD_AGENT);
	CHECK_INT(methods[2], PPK_METHOD_BROWSER);
	for (size_t i = 0; i < count; i++)
		CHECK(methods[i] != PPK_METHOD_LOCAL);
	count = ppk_methods_for(UNKNOWN, methods);
	CHECK_INT(count, 3);
	CHECK_INT(methods[0], PPK_METHOD_AGENT);
	CHECK_INT(methods[1], PPK_METHOD_LOCAL);
}

static void a_method_is_given_what_it_can_use(void)
{
	struct ppk_credential credential = { .alg = PPK_ALG_EDDSA };
	char hybrid[] = "hybrid,internal", usb[] = "nfc,usb";

	CHECK(ppk_method_serves(PPK_METHOD_LOCAL, &credential));
	CHECK(ppk_method_serves(PPK_METHOD_AGENT, &credential));
	CHECK(ppk_method_serves(PPK_METHOD_BROWSER, &credential));
	credential.transports = hybrid; /* a phone: nothing to plug in */
	CHECK(!ppk_method_serves(PPK_METHOD_LOCAL, &credential));
	CHECK(ppk_method_serves(PPK_METHOD_ASKPASS, &credential));
	credential.transports = usb;
	CHECK(ppk_method_serves(PPK_METHOD_LOCAL, &credential));
	credential.no_handle = true;
	CHECK(!ppk_method_serves(PPK_METHOD_BROWSER, &credential));
	CHECK(!ppk_method_serves(PPK_METHOD_LOCAL, &credential));
	CHECK(ppk_method_serves(PPK_METHOD_AGENT, &credential));
	credential.alg = PPK_ALG_RS256;
	CHECK(!ppk_method_serves(PPK_METHOD_AGENT, &credential));
}

/* No damage to a remote session's files makes it a local one. */
static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_session_place got;

	(void)context;
	ppk_session_place_parse((const char *)data, len, &got);
	if (ppk_session_of_logind((const char *)data, len) == LOCAL &&
		strcmp(how, "bit 0 of byte 65 flipped") != 0)
		CHECK_FAIL("the session is local when %s", how);
}

static void a_damaged_file_is_never_a_local_session(void)
{
	/* one bit makes 1 of 0: that bit is left out above */
	static const char text[] = "0::/user.slice/user-1000.slice/session-5.scope\n"
				   "CLASS=user\nREMOTE=1\nSEAT=seat0\nTYPE=x11\n";

	mutate_each(text, sizeof(text) - 1, damaged, NULL);
}

static void damaged_list(const uint8_t *data, size_t len, const char *how, void *context)
{
	static char ids[PPK_SESSIONS_MAX][PPK_SESSION_ID_SIZE];
	size_t count = ppk_sessions_of_logind_user((const char *)data, len, ids);

	(void)context;
	CHECK(count <= 4);
	for (size_t i = 0; i < count; i++) {
		if (ids[i][0] == '\0' || strpbrk(ids[i], "./ \n=") != NULL)
			CHECK_FAIL("\"%s\" is a session when %s", ids[i], how);
	}
}

static void a_damaged_list_names_no_file_elsewhere(void)
{
	static const char text[] = "NAME=alice\nONLINE_SESSIONS=5 c2 17\nSEATS=seat0\n";

	CHECK_INT(mutate_each(text, sizeof(text) - 1, damaged_list, NULL), (sizeof(text) - 1) * 9);
}

static void damaged_utmp(const uint8_t *data, size_t len, const char *how, void *context)
{
	static const uint8_t none[sizeof(entries[0].ut_addr_v6)];
	struct utmpx entry;
	bool found = ppk_utmp_has_address(data, len, "pts/1"), there = false;

	if (len == sizeof(entry)) {
		memcpy(&entry, data, len);
		there = entry.ut_type == USER_PROCESS && strcmp(entry.ut_line, "pts/1") == 0 &&
			memcmp(entry.ut_addr_v6, none, sizeof(none)) != 0;
	}
	if (found != there)
		CHECK_FAIL("%s when %s", found ? "found" : "not found", how);
	*(unsigned *)context += found;
}

static void a_damaged_utmp_is_read_entry_by_entry(void)
{
	unsigned taken = 0;

	memset(entries, 0, sizeof(entries));
	entries[0].ut_type = USER_PROCESS;
	memcpy(entries[0].ut_line, "pts/1", 5);
	entries[0].ut_addr_v6[0] = 0x01020304;
	CHECK_INT(mutate_each(&entries[0], sizeof(entries[0]), damaged_utmp, &taken),
		sizeof(entries[0]) * 9);
	CHECK(taken > sizeof(entries[0])); /* a name or a time makes no difference */
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_strongest_fact_decides),
		CHECK_TEST(another_host_is_remote_and_this_one_is_not),
		CHECK_TEST(an_address_in_any_spelling_is_remote),
		CHECK_TEST(a_session_is_found_in_both_versions_of_cgroups),
		CHECK_TEST(a_cgroup_that_a_user_can_make_is_no_session),
		CHECK_TEST(a_users_service_manager_is_found),
		CHECK_TEST(a_name_that_is_too_long_is_no_session),
		CHECK_TEST(logind_says_what_a_session_is),
		CHECK_TEST(what_is_no_session_of_a_person_says_nothing),
		CHECK_TEST(logind_says_where_a_remote_session_comes_from),
		CHECK_TEST(a_damaged_file_names_the_host_of_a_remote_session_or_none),
		CHECK_TEST(the_sessions_of_a_user_are_listed),
		CHECK_TEST(sessions_that_contradict_each_other_say_nothing),
		CHECK_TEST(an_address_in_utmp_is_found_by_terminal),
		CHECK_TEST(a_terminal_of_any_length_is_compared_within_the_entry),
		CHECK_TEST(each_locality_has_its_methods),
		CHECK_TEST(a_method_is_given_what_it_can_use),
		CHECK_TEST(a_damaged_file_is_never_a_local_session),
		CHECK_TEST(a_damaged_list_names_no_file_elsewhere),
		CHECK_TEST(a_damaged_utmp_is_read_entry_by_entry));
}
