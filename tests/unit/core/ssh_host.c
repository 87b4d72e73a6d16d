/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include "core/ssh_host.h"

static struct ppk_ssh_origins origins;

static void check_spelling(const char *text, const char *want)
{
	char got[PPK_SSH_HOST_SIZE];
	enum ppk_err err = ppk_ssh_host_normalise(text, strlen(text), got);

	if (want == NULL ? err != PPK_ERR_SYNTAX : err != PPK_OK || strcmp(got, want) != 0)
		CHECK_FAIL("\"%s\" gave %s \"%s\"", text, ppk_err_token(err), got);
}

static void a_host_has_one_spelling(void)
{
	check_spelling("web1", "web1");
	check_spelling("Web1.Example.COM.", "web1.example.com");
	check_spelling("my_alias-2", "my_alias-2");
	check_spelling("192.0.2.7", "192.0.2.7");
	check_spelling("0:0:0:0:0:0:0:1", "::1");
	check_spelling("2001:DB8::00a7", "2001:db8::a7");
	check_spelling("fe80::1%eth0", "fe80::1");
	check_spelling("::ffff:192.0.2.7", "::ffff:192.0.2.7");
}

static void what_is_no_host_is_refused(void)
{
	static const char *const bad[] = { "", ".", "a..b", ".a", "-a", "a b", "a/b", "a@b", "a)",
		"[::1]", "::1]", "web1:22", "fe80::1%", "%eth0", "a%eth0", "\x01", "\xc3\xa4",
		"12345::", "web1\n" };
	char longest[PPK_SSH_HOST_MAX + 2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_spelling(bad[i], NULL);
	memset(longest, 'a', sizeof(longest));
	longest[PPK_SSH_HOST_MAX] = '\0';
	check_spelling(longest, longest);
	longest[PPK_SSH_HOST_MAX] = 'a';
	longest[PPK_SSH_HOST_MAX + 1] = '\0';
	check_spelling(longest, NULL);
	CHECK(!ppk_ssh_host_is_valid("a\0b", 3));
}

static void only_the_one_spelling_is_valid(void)
{
	CHECK(ppk_ssh_host_is_valid("web1", 4));
	CHECK(!ppk_ssh_host_is_valid("Web1", 4));
	CHECK(!ppk_ssh_host_is_valid("web1.", 5));
	CHECK(!ppk_ssh_host_is_valid("::01", 4));
}

static void check_origins(const char *want)
{
	char got[4096] = "";

	for (size_t i = 0; i < origins.count; i++) {
		strcat(got, i == 0 ? "" : " ");
		strcat(got, origins.list[i]);
	}
	CHECK_STR(got, want);
}

static enum ppk_err parse(const char *text)
{
	return ppk_ssh_origins_parse(text, strlen(text), &origins);
}

static void origins_are_read(void)
{
	CHECK_OK(parse("ssh://web1"));
	check_origins("ssh://web1");
	CHECK_OK(parse("ssh://web1,ssh://10.0.0.1,ssh://::1,ssh://web1"));
	check_origins("ssh://web1 ssh://10.0.0.1 ssh://::1");
}

static void what_is_no_list_of_origins_is_refused(void)
{
	static const char *const bad[] = { "", "web1", "ssh://", "https://web1", "ssh://web1,",
		",ssh://web1", "ssh://web1 ssh://web2", "ssh://Web1", "ssh://web1:22",
		"ssh://[::1]", "ssh://web1/" };
	char many[PPK_SSH_ORIGINS_MAX * 16 + 32] = "ssh://a";

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i]) != PPK_ERR_SYNTAX)
			CHECK_FAIL("accepted: %s", bad[i]);
	}
	for (int i = 1; i < PPK_SSH_ORIGINS_MAX; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), ",ssh://a%d", i);
	CHECK_OK(parse(many));
	strcat(many, ",ssh://one-more");
	CHECK_ERR(parse(many), PPK_ERR_LIMIT);
}

static void check_machine(
	const char *host_name, const char *hosts, const char *connection, const char *want)
{
	ppk_ssh_origins_of_machine(host_name, hosts, strlen(hosts), connection, &origins);
	check_origins(want);
}

static void a_machine_is_its_names_and_the_address_of_the_connection(void)
{
	check_machine("web1", "", NULL, "ssh://web1");
	check_machine("Web1.example.com", "", NULL, "ssh://web1.example.com ssh://web1");
	check_machine("web1", "127.0.0.1 localhost\n127.0.1.1\tweb1.example.com web1 # web1.old\n",
		"192.0.2.7 50022 192.0.2.1 22",
		"ssh://web1 ssh://192.0.2.1 ssh://web1.example.com");
	check_machine(
		"web1", "", "2001:db8::7 50022 2001:db8::1 22", "ssh://web1 ssh://2001:db8::1");
	check_machine("web1", "", "fe80::7%eth0 50022 fe80::1%eth0 22", "ssh://web1 ssh://fe80::1");
}

static void localhost_is_this_machine_for_who_comes_from_it_alone(void)
{
	check_machine("web1", "127.0.0.1 localhost web1\n", "192.0.2.7 50022 192.0.2.1 22",
		"ssh://web1 ssh://192.0.2.1");
	check_machine("web1", "", "127.0.0.1 50022 127.0.0.1 22",
		"ssh://web1 ssh://127.0.0.1 ssh://localhost");
	check_machine("web1", "", "::1 50022 ::1 22", "ssh://web1 ssh://::1 ssh://localhost");
}

static void other_names_of_hosts_are_not_this_machine(void)
{
	check_machine("web1",
		"192.0.2.1 web10.example.com web1x web1. alias\n"
		"192.0.2.2 xweb1.example.com evil.example\n"
		"# 192.0.2.3 web1.comment\n",
		NULL, "ssh://web1");
}

static void a_connection_that_is_cut_or_nonsense_adds_nothing(void)
{
	check_machine("web1", "", "", "ssh://web1");
	check_machine("web1", "", "192.0.2.7 50022", "ssh://web1");
	check_machine("web1", "", "a b c@d e", "ssh://web1");
	check_machine("(none)", "", NULL, "");
}

static void many_names_are_cut_and_not_overrun(void)
{
	char hosts[4096] = "192.0.2.1";

	for (int i = 0; i < 40; i++)
		snprintf(hosts + strlen(hosts), sizeof(hosts) - strlen(hosts), " web1.d%d", i);
	ppk_ssh_origins_of_machine("web1", hosts, strlen(hosts), "a 1 192.0.2.1 2", &origins);
	CHECK_INT(origins.count, PPK_SSH_ORIGINS_MAX);
	CHECK(ppk_ssh_origins_have(&origins, "192.0.2.1", 9));
}

static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	char copy[256];

	(void)how;
	(void)context;
	ppk_ssh_origins_of_machine("web1", (const char *)data, len, NULL, &origins);
	CHECK(origins.count >= 1 && ppk_ssh_origins_have(&origins, "web1", 4));
	snprintf(copy, sizeof(copy), "%.*s", (int)len, (const char *)data);
	ppk_ssh_origins_of_machine("web1", "", 0, copy, &origins);
	CHECK(origins.count >= 1 && origins.count <= 3);
	if (ppk_ssh_origins_parse((const char *)data, len, &origins) == PPK_OK)
		CHECK(origins.count >= 1);
}

static void damaged_texts_stay_within_their_limits(void)
{
	static const char *const texts[] = { "127.0.1.1\tweb1.example.com web1\n::1 a\n",
		"192.0.2.7 50022 192.0.2.1 22", "ssh://web1,ssh://10.0.0.1" };

	for (size_t i = 0; i < 3; i++)
		mutate_each(texts[i], strlen(texts[i]), damaged, NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_host_has_one_spelling),
		CHECK_TEST(what_is_no_host_is_refused), CHECK_TEST(only_the_one_spelling_is_valid),
		CHECK_TEST(origins_are_read), CHECK_TEST(what_is_no_list_of_origins_is_refused),
		CHECK_TEST(a_machine_is_its_names_and_the_address_of_the_connection),
		CHECK_TEST(localhost_is_this_machine_for_who_comes_from_it_alone),
		CHECK_TEST(other_names_of_hosts_are_not_this_machine),
		CHECK_TEST(a_connection_that_is_cut_or_nonsense_adds_nothing),
		CHECK_TEST(many_names_are_cut_and_not_overrun),
		CHECK_TEST(damaged_texts_stay_within_their_limits));
}
